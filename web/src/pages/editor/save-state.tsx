// Where the last change is, as a sentence; what to do where it is not on the server.

import { useEffect, useRef, useState } from "react";
import { settleConflict, useDocument, type Session } from "../../state/document";
import type { SaveState } from "../../state/document/saver";
import type { Conflict, RowName } from "../../graph/document/changes";
import { brief } from "../../graph/tree";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { sentence } from "../../ui/states";
import { Ago } from "../../ui/time";
import s from "./save-state.module.css";

export function SaveIndicator({ session }: { session: Session }) {
  const save = useDocument((state) => state.save);
  const conflicts = useDocument((state) => state.conflicts);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const onDown = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    addEventListener("pointerdown", onDown);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("pointerdown", onDown);
      removeEventListener("keydown", onKey);
    };
  }, [open]);
  const tone = conflicts.length > 0 ? "warn" : TONES[save.kind];
  return (
    <div ref={root} className={s.root}>
      <button type="button" className={s.state} data-tone={tone} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
        <i className={s.dot} aria-hidden="true" />
        <span className="cut">{conflicts.length > 0 ? `${plural(conflicts.length, "change")} to settle` : <Words save={save} />}</span>
      </button>
      <span className="hidden" role="status">
        {conflicts.length > 0 ? `${plural(conflicts.length, "change")} to settle` : save.kind === "saved" || save.kind === "saving" ? "" : plainWords(save)}
      </span>
      {open ? (
        <div className={s.sheet} role="dialog" aria-label="Where your changes are">
          {conflicts.length > 0 ? <Conflicts session={session} conflicts={conflicts} /> : <Details save={save} session={session} />}
        </div>
      ) : null}
    </div>
  );
}

const TONES: Record<SaveState["kind"], string> = { saved: "ok", saving: "ok", local: "idle", unsafe: "bad", refused: "bad" };

function Words({ save }: { save: SaveState }) {
  if (save.kind !== "saved") return plainWords(save);
  return (
    <>
      Saved · <Ago at={new Date(save.at).toISOString()} />
    </>
  );
}

function plainWords(save: Exclude<SaveState, { kind: "saved" }> | SaveState): string {
  switch (save.kind) {
    case "saved":
      return "Saved";
    case "saving":
      return "Saving";
    case "local":
      return save.why === null ? "On this device · saving soon" : "On this device · not on the server";
    case "unsafe":
      return "Not saved";
    case "refused":
      return "On this device · refused";
  }
}

function Details({ save, session }: { save: SaveState; session: Session }) {
  const again = <Button onClick={() => session.saver.retry()}>Save now</Button>;
  switch (save.kind) {
    case "saved":
      return <p className="dim">Every change is on the server. Nothing waits on this device.</p>;
    case "saving":
      return <p className="dim">The last changes are on their way to the server. They are on this device already.</p>;
    case "local":
      return (
        <>
          <p className="dim">
            {save.why === null
              ? "The last changes are on this device and go to the server in a moment."
              : `The last changes are on this device. ${sentence({ message: save.why })} It is tried again by itself; you can go on working and close this page.`}
          </p>
          {again}
        </>
      );
    case "unsafe":
      return (
        <>
          <p className="dim">The server does not have the last changes, and {save.why}. Keep this page open until they are saved, or export the workflow to a file.</p>
          {again}
        </>
      );
    case "refused":
      return (
        <>
          <p className="dim">The server did not take the last changes: {save.why}. They are on this device. Change what it says, or take the last step back.</p>
          {again}
        </>
      );
  }
}

function Conflicts({ session, conflicts }: { session: Session; conflicts: readonly Conflict[] }) {
  return (
    <>
      <p className="dim">Somebody else changed the same as you while you were apart. Yours stands until you choose; nothing is lost.</p>
      <ul className={s.conflicts}>
        {conflicts.map((conflict) => (
          <li key={JSON.stringify([conflict.row, conflict.field])}>
            <strong className="cut">{conflictName(conflict.row, conflict.field)}</strong>
            <Choice name="Mine" value={conflict.mine} onChoose={() => settleConflict(session, conflict, "mine")} />
            <Choice name="Theirs" value={conflict.theirs} onChoose={() => settleConflict(session, conflict, "theirs")} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Choice({ name, value, onChoose }: { name: string; value: unknown; onChoose: () => void }) {
  return (
    <div className={s.choice}>
      <span className="faint">{name}</span>
      <code className="cut">{value === null || value === undefined ? "deleted" : brief(value as never, 60)}</code>
      <Button onClick={onChoose}>Take {name.toLowerCase()}</Button>
    </div>
  );
}

function conflictName(row: RowName, field: string | null): string {
  const what = "file" in row ? "Workflow" : "node" in row ? row.node : `edge ${row.edge}`;
  return field === null ? what : `${what} · ${field.replace(/^data\//, "")}`;
}

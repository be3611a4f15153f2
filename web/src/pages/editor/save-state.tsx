// Where the last change is, as a sentence; what to do where it is not on the server.

import { Suspense, useEffect, useRef, useState } from "react";
import { useDocument, type Session } from "../../state/document";
import type { SaveState } from "../../state/document/saver";
import { plural } from "../../ui/format";
import { Ago } from "../../ui/time";
import { part } from "../../ui/part";
import s from "./save-state.module.css";

const SaveDetails = part(async () => (await import("./save-details")).SaveDetails);

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
      <button type="button" className={s.state} data-save-state="" data-tone={tone} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
        <i className={s.dot} aria-hidden="true" />
        <span className="cut">{conflicts.length > 0 ? `${plural(conflicts.length, "change")} to settle` : <Words save={save} />}</span>
      </button>
      <span className="hidden" role="status">
        {conflicts.length > 0 ? `${plural(conflicts.length, "change")} to settle` : save.kind === "saved" || save.kind === "syncing" ? "" : plainWords(save)}
      </span>
      {open ? (
        <div className={s.sheet} role="dialog" aria-label="Where your changes are">
          <Suspense fallback={null}>
            <SaveDetails session={session} save={save} conflicts={conflicts} />
          </Suspense>
        </div>
      ) : null}
    </div>
  );
}

const TONES: Record<SaveState["kind"], string> = { saved: "ok", syncing: "ok", local: "idle", conflict: "warn", unsafe: "bad", refused: "bad" };

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
    case "syncing":
      return "Saving";
    case "conflict":
      return `${plural(save.count, "change")} to settle`;
    case "local":
      return save.why === null ? "On this device · saving soon" : "On this device · not on the server";
    case "unsafe":
      return "Not saved";
    case "refused":
      return "On this device · refused";
  }
}

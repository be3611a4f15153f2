// Where the last change is, in full, and what to choose where somebody else changed the same.

import type { Conflict, RowName } from "../../graph/document/changes";
import { brief } from "../../graph/values";
import type { Session } from "../../state/document";
import type { SaveState } from "../../state/document/saver";
import { settleConflict } from "../../state/document/settle";
import { Button } from "../../ui/button";
import { sentence } from "../../ui/states";
import s from "./save-state.module.css";

export function SaveDetails({ session, save, conflicts }: { session: Session; save: SaveState; conflicts: readonly Conflict[] }) {
  return conflicts.length > 0 ? <Conflicts session={session} conflicts={conflicts} /> : <Details save={save} session={session} />;
}

function Details({ save, session }: { save: SaveState; session: Session }) {
  const again = <Button onClick={() => session.saver.retry()}>Save now</Button>;
  switch (save.kind) {
    case "saved":
    case "conflict":
      return <p className="dim">Every change is on the server. Nothing waits on this device.</p>;
    case "syncing":
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

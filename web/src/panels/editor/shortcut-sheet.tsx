// Keyboard shortcuts: every command with its keys, to be read, searched and changed.

import { Pencil, RotateCcw } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { best } from "../../graph/commands/fuzzy";
import { keysOf, shownKeys } from "../../graph/commands/keys";
import { GROUPS, keysFor, refusesKeys, sharing, type Bindings, type Command } from "../../graph/commands/registry";
import { COMMANDS } from "../../graph/commands/viewing";
import { Button, Key } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { SearchField } from "../../ui/field";
import { IS_MAC } from "./platform";
import s from "./shortcut-sheet.module.css";

interface ShortcutSheetProps {
  bindings: Bindings;
  /** Gives a command keys; null gives it its usual ones, without a command all have theirs again. */
  onBind: (command: string | null, keys: readonly string[] | null) => void;
  onClose: () => void;
}

export function ShortcutSheet({ bindings, onBind, onClose }: ShortcutSheetProps) {
  const [query, setQuery] = useState("");
  const [editing, setEditing] = useState<string | null>(null);
  const shown = useMemo(() => (query.trim() === "" ? COMMANDS : best(query, COMMANDS, (command) => `${command.title} ${command.words ?? ""}`).map(({ entry }) => entry)), [query]);
  const changed = Object.keys(bindings).length;
  const sheet = useRef<HTMLDivElement>(null);
  const left = useRef<string | null>(null);
  // The focus goes back to where the change began.
  useEffect(() => {
    if (editing !== null || left.current === null) return;
    sheet.current?.querySelector<HTMLElement>(`[data-command="${left.current}"]`)?.focus();
    left.current = null;
  }, [editing]);
  const done = (command: Command, keys: readonly string[] | null) => {
    left.current = command.id;
    setEditing(null);
    if (keys) onBind(command.id, keys);
  };
  return (
    <Dialog
      title="Keyboard shortcuts"
      onClose={onClose}
      actions={
        <>
          {changed > 0 ? (
            <Button kind="quiet" icon={<RotateCcw aria-hidden="true" />} onClick={() => onBind(null, null)}>
              All as they were
            </Button>
          ) : null}
          <Button onClick={(event) => event.currentTarget.closest("dialog")?.close()}>Close</Button>
        </>
      }
    >
      <div className={s.search}>
        <SearchField label="Search commands" value={query} onChange={setQuery} />
      </div>
      <div ref={sheet} className={s.sheet} tabIndex={0} role="region" aria-label="Commands and their keys">
        {GROUPS.map((group) => {
          const commands = shown.filter((command) => command.group === group);
          if (commands.length === 0) return null;
          return (
            <section key={group} className={s.group}>
              <h3>{group}</h3>
              <ul>
                {commands.map((command) => (
                  <li key={command.id}>
                    {editing === command.id ? (
                      <KeyCatcher command={command} bindings={bindings} onDone={(keys) => done(command, keys)} />
                    ) : (
                      <Line command={command} bindings={bindings} onEdit={() => setEditing(command.id)} onReset={() => onBind(command.id, null)} />
                    )}
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
        {shown.length === 0 ? <p>No command is called so.</p> : null}
      </div>
    </Dialog>
  );
}

function Line({ command, bindings, onEdit, onReset }: { command: Command; bindings: Bindings; onEdit: () => void; onReset: () => void }) {
  const keys = keysFor(command, bindings);
  const others = keys.flatMap((one) => sharing(COMMANDS, bindings, command, one));
  return (
    <div className={s.line}>
      <span className={s.title}>
        {command.title}
        {others[0] ? <span className={s.conflict}>Shares its keys with {others[0].title}</span> : null}
      </span>
      <span className={s.keys}>
        {keys.length === 0 ? <span className="faint">None</span> : keys.map((one) => <Key key={one}>{shownKeys(one, IS_MAC)}</Key>)}
      </span>
      {bindings[command.id] ? (
        <Button kind="quiet" iconOnly icon={<RotateCcw aria-hidden="true" />} aria-label={`Give ${command.title} its usual keys`} onClick={onReset}>
          Usual keys
        </Button>
      ) : null}
      <Button kind="quiet" iconOnly icon={<Pencil aria-hidden="true" />} data-command={command.id} aria-label={`Change the keys of ${command.title}`} onClick={onEdit}>
        Change
      </Button>
    </div>
  );
}

/** Waits for keys. Escape leaves them, Backspace takes them away; keys of another command are refused first, then taken from it. */
function KeyCatcher({ command, bindings, onDone }: { command: Command; bindings: Bindings; onDone: (keys: readonly string[] | null) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const catcher = useRef<HTMLButtonElement>(null);
  useEffect(() => catcher.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const keys = keysOf(event.nativeEvent, IS_MAC);
    if (keys === null) return;
    if (keys === "esc") onDone(null);
    else if (keys === "backspace") onDone([]);
    else {
      const why = refusesKeys(COMMANDS, bindings, command, keys);
      setTyped(keys);
      setRefused(why);
      if (why === null) onDone([keys]);
    }
  };
  return (
    <div className={s.line}>
      <span className={s.title}>{command.title}</span>
      <button ref={catcher} type="button" className={s.catcher} onKeyDown={onKeyDown} aria-label={`Press the keys for ${command.title}; Escape leaves them as they are, Backspace takes them away`}>
        {typed === null ? "Press keys…" : shownKeys(typed, IS_MAC)}
      </button>
      <Button kind="quiet" onClick={() => onDone(null)}>
        Cancel
      </Button>
      <p className={s.conflict} role="alert">
        {refused === null ? "" : `${refused}. Press others.`}
      </p>
    </div>
  );
}

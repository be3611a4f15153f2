// The editor's top bar: where one is, what the workflow is called, where its last change is, and what it can be made to do.

import { Menu, Play, Search, Square, Upload } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import type { Session } from "../../state/document";
import { Button, Key } from "../../ui/button";
import { Link } from "../../ui/router";
import { Chip } from "../../ui/status";
import { useFile } from "./use-doc";
import s from "./top.module.css";

export interface TopProps {
  session: Session;
  /** Whether the draft differs from what triggers run. */
  changed: boolean;
  running: boolean;
  busy: "run" | "publish" | null;
  /** Why it cannot run; null when it can. */
  blocked: string | null;
  onRun: () => void;
  onStop: () => void;
  onPublish: () => void;
  onCommands: () => void;
  /** Opens the lists that a narrow page hides. */
  onMenu: () => void;
}

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const COMMANDS_KEY = MAC ? "⌘K" : "Ctrl K";

export function Top({ session, changed, running, busy, blocked, onRun, onStop, onPublish, onCommands, onMenu }: TopProps) {
  const folder = useFile(session.doc)["folder"];
  return (
    <header className={s.top}>
      <span className={s.menu}>
        <Button kind="quiet" iconOnly icon={<Menu size={16} aria-hidden="true" />} onClick={onMenu}>
          Nodes and outline
        </Button>
      </span>
      <nav className={s.crumbs} aria-label="Where this workflow is">
        <Link to={typeof folder === "string" && folder !== "" ? `/workflows?folder=${encodeURIComponent(folder)}` : "/workflows"} className={s.crumb}>
          {typeof folder === "string" && folder !== "" ? folder : "Workflows"}
        </Link>
        <span aria-hidden="true">›</span>
      </nav>
      <Name session={session} />
      <span className={s.version}>
        <Chip>{changed ? "Draft" : "Published"}</Chip>
      </span>
      <span data-save="" className={s.save} />
      <span className={s.space} />
      <span data-people="" />
      <button type="button" className={s.commands} onClick={onCommands} aria-label={`Search or run a command ${COMMANDS_KEY}`}>
        <Search aria-hidden="true" />
        <span>Search or run a command</span> <Key>{COMMANDS_KEY}</Key>
      </button>
      <Button icon={<Upload size={14} aria-hidden="true" />} busy={busy === "publish"} disabled={!changed} title={changed ? "Makes this draft what triggers run" : "Triggers run this already"} onClick={onPublish}>
        Publish
      </Button>
      {running ? (
        <Button icon={<Square size={14} aria-hidden="true" />} onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button kind="primary" icon={<Play size={14} aria-hidden="true" fill="currentColor" />} busy={busy === "run"} disabled={blocked !== null} title={blocked ?? (MAC ? "Run (⌘↵)" : "Run (Ctrl ↵)")} onClick={onRun}>
          Run
        </Button>
      )}
    </header>
  );
}

/** The workflow's name, changed where it stands. */
function Name({ session }: { session: Session }) {
  const name = useFile(session.doc)["name"];
  const text = typeof name === "string" ? name : "";
  const [typed, setTyped] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const shown = typed ?? text;
  useEffect(() => {
    document.title = `${text === "" ? "Untitled workflow" : text} · Tidemill`;
  }, [text]);
  const end = (take: boolean) => {
    const next = typed?.trim() ?? "";
    if (take && next !== "" && next !== text) session.doc.change("Rename the workflow", (edit) => edit.setFile({ name: next }));
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    end(event.key === "Enter");
    field.current?.blur();
  };
  return (
    <h1 className={s.name} data-text={shown === "" ? "Untitled workflow" : shown}>
      <input
        ref={field}
        dir="auto"
        aria-label="Name of the workflow"
        value={shown}
        placeholder="Untitled workflow"
        size={1}
        maxLength={200}
        spellCheck={false}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => end(true)}
        onKeyDown={onKeyDown}
      />
    </h1>
  );
}

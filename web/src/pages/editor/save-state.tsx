// Where the last change is, in the editor's bar; pressed, it says what that means and what can be done.

import { CircleAlert, CloudCheck, CloudOff, CloudUpload, GitMerge, HardDrive, LoaderCircle, OctagonX, type LucideIcon } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useDocument, type Session } from "../../state/document";
import { useView } from "../../state/view";
import { Button } from "../../ui/button";
import { Ago } from "../../ui/time";
import { download } from "./download";
import { saveWords, spokenWords, type SaveDeed, type SaveShown, type SaveWords } from "./save-words";
import s from "./save-state.module.css";

/** It stands in the bar, which is there before this is. */
export function SaveIndicator(props: { session: Session; onSettle: () => void }) {
  const bar = document.querySelector("[data-save]");
  return bar ? createPortal(<Indicator {...props} />, bar) : null;
}

const ICONS: Record<SaveShown, LucideIcon> = { saved: CloudCheck, syncing: LoaderCircle, soon: CloudUpload, away: HardDrive, conflict: GitMerge, unsafe: CloudOff, refused: OctagonX };

function Indicator({ session, onSettle }: { session: Session; onSettle: () => void }) {
  const save = useDocument((state) => state.save);
  const count = useDocument((state) => state.conflicts.length);
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const sheet = useId();
  useClosing(open, root, () => setOpen(false));
  const said = saveWords(save, count);
  const Icon = ICONS[said.shown] ?? CircleAlert;
  const at = save.kind === "saved" && said.shown === "saved" && save.at > 0 ? save.at : null;
  return (
    <div ref={root} className={s.root}>
      <button type="button" className={s.state} data-save-state="" data-tone={said.tone} data-shown={said.shown} aria-expanded={open} aria-controls={sheet} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
        <Icon aria-hidden="true" strokeWidth={1.8} />
        <span className="cut">
          {said.words}
          {at === null ? null : (
            <>
              {" · "}
              <Ago at={at} />
            </>
          )}
        </span>
      </button>
      <span className="hidden" role="status" aria-live="polite">
        {spokenWords(said)}
      </span>
      {open ? (
        <div id={sheet} className={s.sheet} role="dialog" aria-label="Where your changes are">
          <Details
            session={session}
            said={said}
            at={at}
            onSettle={() => {
              setOpen(false);
              onSettle();
            }}
          />
        </div>
      ) : null}
    </div>
  );
}

/** A press elsewhere closes it, and so does Escape, which gives the keyboard back. */
function useClosing(open: boolean, root: { current: HTMLDivElement | null }, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    if (!open) return;
    const onDown = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) latest.current();
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      latest.current();
      root.current?.querySelector("button")?.focus();
    };
    addEventListener("pointerdown", onDown);
    addEventListener("keydown", onKey, true);
    return () => {
      removeEventListener("pointerdown", onDown);
      removeEventListener("keydown", onKey, true);
    };
  }, [open, root]);
}

const DEEDS: Record<SaveDeed, string> = { settle: "Resolve", sign_in: "Sign in", retry: "Try now", download: "Download a copy" };

function Details({ session, said, at, onSettle }: { session: Session; said: SaveWords; at: number | null; onSettle: () => void }) {
  const does: Record<SaveDeed, () => void> = {
    settle: onSettle,
    sign_in: () => useView.setState({ signedOut: true }),
    retry: () => session.saver.retry(),
    download: () => download(session),
  };
  return (
    <>
      {said.meaning.map((words) => (
        <p key={words} className="dim">
          {words}
        </p>
      ))}
      {at === null ? null : (
        <p className="faint">
          Last saved <Ago at={at} />.
        </p>
      )}
      {said.deeds.length > 0 ? (
        <div className={s.deeds}>
          {said.deeds.map((deed, place) => (
            <Button key={deed} kind={place === 0 ? "primary" : "plain"} onClick={does[deed]}>
              {DEEDS[deed]}
            </Button>
          ))}
        </div>
      ) : null}
    </>
  );
}

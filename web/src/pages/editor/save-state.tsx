// Where the last change is, in the editor's bar; pressed, it says what that means and what can be done.

import { CircleAlert, CloudCheck, CloudOff, CloudUpload, GitMerge, HardDrive, LoaderCircle, OctagonX, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { createPortal } from "react-dom";
import { useDocument, type Session } from "../../state/document";
import { useView } from "../../state/view";
import { Button } from "../../ui/button";
import { putInside, usePopover } from "../../ui/popover";
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
  const button = useRef<HTMLButtonElement>(null);
  const said = saveWords(save, count);
  const spoken = useRef("");
  spoken.current = spokenWords(said, spoken.current);
  const Icon = ICONS[said.shown] ?? CircleAlert;
  const at = save.kind === "saved" && said.shown === "saved" && save.at > 0 ? save.at : null;
  return (
    <div className={s.root}>
      <button ref={button} type="button" className={s.state} data-save-state="" data-tone={said.tone} data-shown={said.shown} aria-expanded={open} aria-haspopup="dialog" onClick={() => setOpen(!open)}>
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
        {spoken.current}
      </span>
      {open ? <Sheet button={button} session={session} said={said} at={at} onSettle={onSettle} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}

const DEEDS: Record<SaveDeed, string> = { settle: "Resolve", sign_in: "Sign in", retry: "Try now", download: "Download a copy" };

const GAP = 8;

interface SheetProps {
  button: RefObject<HTMLButtonElement | null>;
  session: Session;
  said: SaveWords;
  at: number | null;
  onSettle: () => void;
  onClose: () => void;
}

/** It takes the keyboard, so that it is read out, and gives it back. */
function Sheet({ button, session, said, at, onSettle, onClose }: SheetProps) {
  const { root, giveBack } = usePopover({
    at: button,
    opener: button,
    onClose,
    place: (sheet) => {
      const box = button.current?.getBoundingClientRect();
      if (box) putInside(sheet, box.left, box.bottom + GAP, GAP);
    },
    onShown: (sheet) => sheet.focus(),
  });
  const close = () => {
    giveBack();
    onClose();
  };
  useEffect(() => {
    // What was pressed may be gone once it has helped.
    if (document.activeElement === document.body) root.current?.focus();
  }, [root, said.deeds.length]);
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed here is no command of the editor.
    event.stopPropagation();
    if (event.key === "Escape") close();
  };
  const does: Record<SaveDeed, () => void> = {
    settle: () => {
      close();
      onSettle();
    },
    sign_in: () => {
      close();
      useView.setState({ signedOut: true });
    },
    retry: () => session.saver.retry(),
    download: () => download(session),
  };
  return (
    <div ref={root} popover="manual" role="dialog" aria-label="Where your changes are" tabIndex={-1} className={s.sheet} onKeyDown={onKeyDown}>
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
    </div>
  );
}

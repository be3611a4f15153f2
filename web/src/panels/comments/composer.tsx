// A field to say something in: grows with its text, sends with ⌘ and Enter, keeps what is half written.

import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from "react";
import { TEXT_MOST } from "../../graph/comments/entries";
import { refusesText } from "../../graph/comments/write";
import { Button } from "../../ui/button";
import f from "../../ui/field.module.css";
import { count } from "../../ui/format";
import { IS_MAC } from "../editor/platform";
import s from "./comments.module.css";

/** From here on it says how much there is room for. */
const NEAR = TEXT_MOST * 0.9;

interface ComposerProps {
  label: string;
  placeholder?: string;
  /** What its button is called. */
  verb: string;
  /** What it begins with. */
  begins: string;
  /** Takes the keyboard when it appears. */
  isFirst?: boolean;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
  /** Escape, or the button beside. */
  onLeave: () => void;
  /** Whether leaving is a button too. */
  hasCancel?: boolean;
}

export function Composer({ label, placeholder, verb, begins, isFirst = false, onDraft, onSend, onLeave, hasCancel = false }: ComposerProps) {
  const [text, setText] = useState(begins);
  const [isTried, setTried] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const says = useId();
  useGrowing(field, text);
  useFirst(field, isFirst);
  const refused = refusesText(text);
  const isLong = text.length > TEXT_MOST;
  const said = isLong || isTried ? refused : text.length > NEAR ? `${count(text.length)} of ${count(TEXT_MOST)} characters` : null;
  const type = (now: string) => {
    setText(now);
    setTried(false);
    onDraft(now);
  };
  const send = () => {
    if (refused !== null) {
      setTried(true);
      field.current?.focus();
      return;
    }
    onSend(text);
    type("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is typed here is no command of the editor.
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  };
  const isBusy = hasCancel || text !== "" || isTried;
  return (
    <div className={s.composer} data-said={isBusy || undefined}>
      <textarea
        ref={field}
        className={`${f.field} ${s.field}`}
        dir="auto"
        rows={1}
        value={text}
        placeholder={placeholder}
        aria-label={label}
        aria-invalid={(isLong || isTried) && refused !== null ? true : undefined}
        aria-describedby={said === null ? undefined : says}
        aria-keyshortcuts={IS_MAC ? "Meta+Enter" : "Control+Enter"}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className={s.send}>
        <span id={says} role="status" className={isLong || isTried ? s.over : s.quiet}>
          {said}
        </span>
        {hasCancel ? (
          <Button kind="quiet" onClick={onLeave}>
            Cancel
          </Button>
        ) : null}
        <Button kind="primary" onClick={send} title={IS_MAC ? `${verb} (⌘↩)` : `${verb} (Ctrl+Enter)`}>
          {verb}
        </Button>
      </div>
    </div>
  );
}

/** Takes the keyboard, behind what is written already. */
function useFirst(field: { current: HTMLTextAreaElement | null }, isFirst: boolean): void {
  useEffect(() => {
    const element = field.current;
    if (!isFirst || !element) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [field, isFirst]);
}

/** As high as its text, up to what its style allows. */
function useGrowing(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
  }, [field, text]);
}

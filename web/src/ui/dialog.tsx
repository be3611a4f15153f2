// What must be done with before anything else: a native dialog, which keeps the keyboard inside and gives it back. Escape closes
// it, and so does a press on its veil.

import { useEffect, useId, useRef, type ReactNode, type RefObject } from "react";
import s from "./dialog.module.css";
import { focusKept } from "./focus";

interface ModalProps {
  /** How large it is: a question, more than that, a list to pick from (at the bottom of a phone), or the whole window. */
  size: "question" | "wide" | "list" | "whole";
  /** What it is called, or the id of what says so. */
  name: { label: string } | { id: string };
  children: ReactNode;
  onClose: () => void;
  className?: string | undefined;
  /** Lets others close it. */
  ref?: RefObject<HTMLDialogElement | null>;
}

/** The dialog itself, around anything. */
export function Modal({ size, name, children, onClose, className = "", ref }: ModalProps) {
  const own = useRef<HTMLDialogElement>(null);
  const dialog = ref ?? own;
  // Words that are marked with the mouse may end on the veil: only a press that begins there is meant for it.
  const begun = useRef<EventTarget | null>(null);
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    // The browser gives the focus back where it is closed, not where it is taken out of the page.
    const giveBack = focusKept(element);
    element.showModal();
    return giveBack;
  }, [dialog]);
  return (
    <dialog
      ref={dialog}
      className={`${s.dialog} ${s[size]} ${className}`}
      {...("label" in name ? { "aria-label": name.label } : { "aria-labelledby": name.id })}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onPointerDown={(event) => {
        begun.current = event.target;
      }}
      onClick={(event) => {
        if (event.target === dialog.current && begun.current === dialog.current) dialog.current.close();
      }}
    >
      {children}
    </dialog>
  );
}

interface DialogProps {
  title: string;
  children: ReactNode;
  /** Buttons, the one that does it last. */
  actions: ReactNode;
  onClose: () => void;
  /** Enter in a field does what the last button does. */
  onSubmit?: () => void;
  /** For more than a question. */
  wide?: boolean;
}

/** A question, or a form. */
export function Dialog({ title, children, actions, onClose, onSubmit, wide = false }: DialogProps) {
  const id = useId();
  return (
    <Modal size={wide ? "wide" : "question"} name={{ id }} onClose={onClose}>
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <h2 id={id} className={s.title}>
          {title}
        </h2>
        <div className={s.body}>{children}</div>
        <div className={s.actions}>{actions}</div>
      </form>
    </Modal>
  );
}

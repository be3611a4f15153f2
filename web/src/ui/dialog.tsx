// A question that must be answered before anything else: a native dialog, which keeps the keyboard inside and gives it back.

import { useEffect, useId, useRef, type ReactNode } from "react";
import s from "./dialog.module.css";

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

export function Dialog({ title, children, actions, onClose, onSubmit, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className={`${s.dialog} ${wide ? s.wide : ""}`}
      aria-labelledby={name}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close(); // on its veil
      }}
    >
      <form
        className={s.form}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <h2 id={name} className={s.title}>
          {title}
        </h2>
        <div className={s.body}>{children}</div>
        <div className={s.actions}>{actions}</div>
      </form>
    </dialog>
  );
}

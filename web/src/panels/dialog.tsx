// A question above the page: it takes the focus, gives it back, and closes with Escape or a press beside it.

import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button } from "../ui/button";
import s from "./dialog.module.css";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons below, the one that does it last. */
  actions?: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, actions, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = box.current;
    if (element && !element.open) element.showModal();
  }, []);
  return (
    <dialog
      ref={box}
      className={`${s.dialog} ${wide ? s.wide : ""}`}
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onPointerDown={(event) => event.target === box.current && box.current.close()}
    >
      <div className={s.inside}>
        <header className={s.head}>
          <h2 id={id} className="cut">
            {title}
          </h2>
          <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={() => box.current?.close()}>
            Close
          </Button>
        </header>
        <div className={s.body}>{children}</div>
        {actions ? <footer className={s.foot}>{actions}</footer> : null}
      </div>
    </dialog>
  );
}

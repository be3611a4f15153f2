// A button that opens a short list of things to do: arrows walk it, letters do not, Escape and a press beside it close it.

import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button } from "../ui/button";
import s from "./menu.module.css";

export interface MenuItem {
  label: string;
  /** Said below the label, in few words. */
  note?: string;
  icon?: ReactNode;
  disabled?: boolean;
  run: () => void;
}

interface MenuProps {
  label: string;
  icon: ReactNode;
  items: readonly MenuItem[];
  className?: string | undefined;
}

export function Menu({ label, icon, items, className }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    focusItem(box.current, 0);
    const onDown = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", onDown, true);
    return () => removeEventListener("pointerdown", onDown, true);
  }, [open]);
  const close = () => {
    setOpen(false);
    box.current?.querySelector<HTMLElement>("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    const entries = entriesOf(box.current);
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to !== undefined) focusItem(box.current, (to + entries.length) % Math.max(1, entries.length));
    else if (event.key === "Escape") close();
    else if (event.key === "Tab") return setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={box} className={`${s.menu} ${className ?? ""}`} onKeyDown={onKeyDown}>
      <Button iconOnly icon={icon} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {label}
      </Button>
      {open ? (
        <div id={id} className={s.list} role="menu" aria-label={label}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={s.item}
              disabled={item.disabled}
              onClick={() => {
                close();
                item.run();
              }}
            >
              <span className={s.icon}>{item.icon}</span>
              <span className={s.words}>
                <span>{item.label}</span>
                {item.note ? <span className={s.note}>{item.note}</span> : null}
              </span>
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function entriesOf(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
}

function focusItem(box: HTMLElement | null, at: number): void {
  entriesOf(box)[at]?.focus();
}

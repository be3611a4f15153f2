// A button that opens a menu.

import { Suspense, useRef, useState, type ReactNode } from "react";
import { part } from "./part";

const Sheet = part(async () => (await import("./menu-sheet")).MenuSheet);
/** Its code comes when the button is pointed at or reached by keyboard. */
const ready = () => void Sheet.load().catch(() => undefined); // told when it is opened

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  /** Where it leads; else `onPick` says what it does. */
  to?: string;
  /** An address outside of these pages. */
  href?: string;
  onPick?: () => void;
  /** A menu inside of the menu; there is none inside of that. */
  inside?: readonly MenuEntry[];
  /** One of several of which one holds. */
  checked?: boolean;
  tone?: "bad";
  disabled?: boolean;
  keys?: string;
}

export type MenuEntry = MenuItem | "line" | { heading: string };

interface MenuProps {
  label: string;
  /** What is on the button. */
  children: ReactNode;
  className: string;
  entries: () => readonly MenuEntry[];
  /** On which side of the button it opens. */
  side?: "below" | "beside";
  /** Outside of the order of Tab, where other keys lead to it. */
  tabIndex?: number;
}

export function Menu({ label, children, className, entries, side = "below", tabIndex }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        tabIndex={tabIndex}
        onPointerEnter={ready}
        onFocus={ready}
        onClick={(event) => {
          event.stopPropagation();
          setOpen(!open);
        }}
      >
        {children}
      </button>
      <Suspense>{open ? <Sheet label={label} at={{ button, side }} entries={entries()} onClose={() => setOpen(false)} /> : null}</Suspense>
    </>
  );
}

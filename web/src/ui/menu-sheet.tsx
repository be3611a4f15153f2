// The entries of a menu, beside or below its button: arrows walk them, Escape and a press elsewhere close it.

import { Check } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { Key } from "./button";
import type { MenuEntry, MenuItem } from "./menu";
import s from "./menu.module.css";
import { Link } from "./router";

interface SheetProps {
  label: string;
  button: React.RefObject<HTMLButtonElement | null>;
  entries: readonly MenuEntry[];
  side: "below" | "beside";
  onClose: () => void;
}

export function MenuSheet({ label, button, entries, side, onClose }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null);
  const closing = useRef(onClose);
  closing.current = onClose;
  useEffect(() => {
    const element = sheet.current;
    if (!element) return;
    const opener = button.current;
    element.showPopover();
    if (opener) place(element, opener.getBoundingClientRect(), side);
    itemsOf(element)[0]?.focus();
    // Light dismissal closes it before the click reaches its button, which would open it again.
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState !== "closed") return;
      if (element.contains(document.activeElement) || document.activeElement === document.body) opener?.focus();
      setTimeout(() => closing.current(), 0);
    };
    element.addEventListener("toggle", onToggle);
    return () => element.removeEventListener("toggle", onToggle);
  }, [button, side]);

  const close = () => {
    sheet.current?.hidePopover();
    button.current?.focus();
    onClose();
  };
  return (
    <div ref={sheet} popover="auto" role="menu" aria-label={label} className={s.sheet} onKeyDown={(event) => onKey(event, close)} onClick={(event) => event.stopPropagation()}>
      {entries.map((entry, at) =>
        entry === "line" ? (
          <hr key={at} className={s.line} />
        ) : "heading" in entry ? (
          <p key={at} className={s.heading} role="presentation">
            {entry.heading}
          </p>
        ) : (
          <Item key={at} entry={entry} close={close} />
        ),
      )}
    </div>
  );
}

function Item({ entry, close }: { entry: MenuItem; close: () => void }) {
  const inside = (
    <>
      <span className={s.icon}>{entry.checked ? <Check aria-hidden="true" /> : entry.icon}</span>
      <span className="cut">{entry.label}</span>
      {entry.keys ? <Key>{entry.keys}</Key> : null}
    </>
  );
  const common = { className: `${s.item} ${entry.tone === "bad" ? s.bad : ""}`, tabIndex: -1 };
  if (entry.to !== undefined) {
    return (
      <Link to={entry.to} role="menuitem" {...common} onClick={close}>
        {inside}
      </Link>
    );
  }
  if (entry.href !== undefined) {
    return (
      <a href={entry.href} role="menuitem" {...common}>
        {inside}
      </a>
    );
  }
  const role = entry.checked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": entry.checked };
  return (
    <button
      type="button"
      {...role}
      {...common}
      disabled={entry.disabled}
      onClick={() => {
        close();
        entry.onPick?.();
      }}
    >
      {inside}
    </button>
  );
}

function itemsOf(sheet: HTMLElement): HTMLElement[] {
  return [...sheet.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
}

function onKey(event: KeyboardEvent<HTMLDivElement>, close: () => void): void {
  event.stopPropagation();
  const items = itemsOf(event.currentTarget);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close();
  } else if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  } else if (event.key.length === 1 && !event.metaKey && !event.ctrlKey && event.key !== " ") {
    const letter = event.key.toLowerCase();
    const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    rest.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
  }
}

const GAP = 4;

/** Beside or below its button, and inside of the window. */
function place(sheet: HTMLElement, at: DOMRect, side: "below" | "beside"): void {
  const { offsetWidth: w, offsetHeight: h } = sheet;
  const rtl = getComputedStyle(sheet).direction === "rtl";
  const below = at.bottom + GAP + h <= innerHeight ? at.bottom + GAP : at.top - GAP - h;
  const left = side === "beside" ? (rtl ? at.left - GAP - w : at.right + GAP) : rtl ? at.left : at.right - w;
  const top = side === "beside" ? at.bottom - h : below;
  sheet.style.left = `${Math.max(GAP, Math.min(innerWidth - w - GAP, left))}px`;
  sheet.style.top = `${Math.max(GAP, Math.min(innerHeight - h - GAP, top))}px`;
}

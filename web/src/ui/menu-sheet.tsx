// The entries of a menu: beside or below its button, or at a place; on a phone at the bottom. Arrows, Home, End and letters walk
// them, toward the side leads into a menu inside, Escape and a press elsewhere close it.

import { Check, ChevronRight } from "lucide-react";
import { useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from "react";
import { Key } from "./button";
import type { MenuEntry, MenuItem } from "./menu";
import s from "./menu.module.css";
import { putInside, usePopover } from "./popover";
import { Link } from "./router";
import { rowAround } from "./walk";

/** Its button, or pixels of the window. */
export type MenuPlace = { button: RefObject<HTMLButtonElement | null>; side: "below" | "beside" } | { x: number; y: number };

interface SheetProps {
  label: string;
  at: MenuPlace;
  entries: readonly MenuEntry[];
  onClose: () => void;
}

/** The menu inside that is open, by its entry. */
interface Inside {
  at: number;
  /** The focus goes in. */
  byKeys: boolean;
}

export function MenuSheet({ label, at, entries, onClose }: SheetProps) {
  const [open, setOpen] = useState<Inside | null>(null);
  const button = "button" in at ? at.button : undefined;
  const { root, giveBack } = usePopover({
    at: "button" in at ? at.button : `${at.x} ${at.y}`,
    opener: button,
    onClose,
    place: (sheet) => place(sheet, at),
    onShown: (sheet) => itemsOf(sheet)[0]?.focus(),
  });
  const close = () => {
    giveBack();
    root.current?.hidePopover();
    onClose();
  };
  return (
    <div
      ref={root}
      popover="manual"
      role="menu"
      aria-label={label}
      className={s.sheet}
      onKeyDown={(event) => onKey(event, close, setOpen)}
      onClick={(event) => event.stopPropagation()}
      onContextMenu={(event) => event.preventDefault()}
    >
      <Entries entries={entries} open={open} onOpen={setOpen} close={close} />
    </div>
  );
}

interface EntriesProps {
  entries: readonly MenuEntry[];
  close: () => void;
  /** Absent in a menu inside of a menu. */
  open?: Inside | null;
  onOpen?: (open: Inside | null) => void;
}

function Entries({ entries, close, open, onOpen }: EntriesProps) {
  const hasIcons = entries.some((entry) => typeof entry === "object" && "label" in entry && (entry.icon !== undefined || entry.checked !== undefined));
  return entries.map((entry, at) => {
    if (entry === "line") return <hr key={at} className={s.line} />;
    if ("heading" in entry) {
      return (
        <p key={at} className={s.heading} role="presentation">
          {entry.heading}
        </p>
      );
    }
    const { inside } = entry;
    const isOpen = open?.at === at;
    return (
      <div key={at} role="presentation" onPointerEnter={(event) => event.pointerType === "mouse" && onOpen?.(inside ? { at, byKeys: false } : null)}>
        <Item
          entry={entry}
          hasIcons={hasIcons}
          isOpen={inside && isOpen}
          onPress={(event) => {
            if (inside) return onOpen?.(isOpen ? null : { at, byKeys: event.detail === 0 });
            close();
            entry.onPick?.();
          }}
        />
        {inside && isOpen ? <Inner label={entry.label} entries={inside} close={close} byKeys={open.byKeys} /> : null}
      </div>
    );
  });
}

interface ItemProps {
  entry: MenuItem;
  hasIcons: boolean;
  /** Whether the menu inside is open; absent where there is none. */
  isOpen: boolean | undefined;
  onPress: (event: MouseEvent) => void;
}

function Item({ entry, hasIcons, isOpen, onPress }: ItemProps) {
  const words = (
    <>
      {hasIcons ? <span className={s.icon}>{entry.checked ? <Check aria-hidden="true" /> : entry.icon}</span> : null}
      <span className={`${s.words} cut`}>{entry.label}</span>
      {entry.keys ? <Key>{entry.keys}</Key> : null}
      {isOpen === undefined ? null : (
        <span className={s.icon}>
          <ChevronRight aria-hidden="true" />
        </span>
      )}
    </>
  );
  const common = { className: `${s.item} ${entry.tone === "bad" ? s.bad : ""}`, tabIndex: -1, onClick: onPress };
  if (entry.to !== undefined) {
    return (
      <Link to={entry.to} role="menuitem" {...common}>
        {words}
      </Link>
    );
  }
  if (entry.href !== undefined) {
    return (
      <a href={entry.href} role="menuitem" {...common}>
        {words}
      </a>
    );
  }
  const role = entry.checked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": entry.checked };
  return (
    <button type="button" {...role} {...common} disabled={entry.disabled} {...(isOpen !== undefined && { "aria-haspopup": "menu" as const, "aria-expanded": isOpen })}>
      {words}
    </button>
  );
}

/** A menu inside stands at the side of its entry. */
function Inner({ label, entries, close, byKeys }: { label: string; entries: readonly MenuEntry[]; close: () => void; byKeys: boolean }) {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = root.current;
    const row = element?.parentElement?.getBoundingClientRect();
    if (!element || !row) return;
    const [before, after] = [row.left - element.offsetWidth, row.right];
    const isFree = isMirrored(element) ? before >= 0 : after + element.offsetWidth > innerWidth;
    putInside(element, isFree ? before : after, row.top - GAP, GAP);
    element.scrollIntoView({ block: "nearest" }); // on a phone it stands below its entry
    if (byKeys) itemsOf(element)[0]?.focus();
  }, [byKeys]);
  return (
    <div ref={root} role="menu" aria-label={label} className={s.inner}>
      <Entries entries={entries} close={close} />
    </div>
  );
}

const isMirrored = (element: Element) => getComputedStyle(element).direction === "rtl";

/** The entries of one menu, without those of menus inside. */
function itemsOf(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(':scope > div > [role^="menuitem"]:not(:disabled)')];
}

function onKey(event: KeyboardEvent<HTMLDivElement>, close: () => void, setOpen: (open: Inside | null) => void): void {
  event.stopPropagation();
  const { key, currentTarget } = event;
  const focused = document.activeElement as HTMLElement;
  const menu = focused.closest("[role=menu]") ?? currentTarget;
  const items = itemsOf(menu);
  const to = rowAround(key, items.indexOf(focused), items.length);
  const [into, back] = isMirrored(currentTarget) ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
  if (to !== null) items[to]?.focus();
  else if (menu !== currentTarget && (key === "Escape" || key === back)) {
    (menu.previousElementSibling as HTMLElement | null)?.focus();
    setOpen(null);
  } else if (key === "Escape" || key === "Tab") close();
  else if (key === into && focused.ariaHasPopup === "menu") setOpen({ at: [...menu.children].indexOf(focused.parentElement as Element), byKeys: true });
  else if (key === " " && focused instanceof HTMLAnchorElement) focused.click();
  else if (key.length === 1 && key !== " " && !event.metaKey && !event.ctrlKey && !event.altKey) toLetter(key.toLowerCase(), items, focused);
  else return;
  event.preventDefault();
}

/** On to the next entry that begins with a letter. */
function toLetter(letter: string, items: readonly HTMLElement[], focused: HTMLElement): void {
  const at = items.indexOf(focused);
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  rest.find((item) => item.textContent.trim().toLowerCase().startsWith(letter))?.focus();
}

const GAP = 4;

function place(sheet: HTMLElement, at: MenuPlace): void {
  if (!("button" in at)) return putInside(sheet, at.x, at.y, GAP);
  const { offsetWidth: w, offsetHeight: h } = sheet;
  const box = at.button.current?.getBoundingClientRect() ?? new DOMRect();
  const rtl = isMirrored(sheet);
  if (at.side === "beside") return putInside(sheet, rtl ? box.left - GAP - w : box.right + GAP, box.bottom - h, GAP);
  putInside(sheet, rtl ? box.left : box.right - w, box.bottom + GAP + h <= innerHeight ? box.bottom + GAP : box.top - GAP - h, GAP);
}

// The menu of what is under the pointer or selected: commands that are possible now. Arrows walk it, right opens what is inside.

import { ChevronRight } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { shownKeys } from "../../graph/commands/keys";
import { canRun, keysFor, runCommand, type Bindings, type Command, type Context } from "../../graph/commands/registry";
import { commandOf } from "../../graph/commands/viewing";
import { counted } from "../../graph/edit/names";
import { Key } from "../../ui/button";
import s from "./context-menu.module.css";
import { heldOpen } from "./held-open";
import { IS_MAC } from "./platform";

/** Command ids, a line, or a menu inside of the menu. */
type Entry = string | "line" | { title: string; entries: readonly string[] };

export type MenuOf = "canvas" | "node" | "several" | "edge";

const ALIGN = ["arrange.left", "arrange.centre", "arrange.right", "arrange.top", "arrange.middle", "arrange.bottom", "line", "arrange.across", "arrange.down"];
const MOVE = ["node.move_into", "node.move_out"];
const SELECT = ["select.before", "select.after", "select.type", "select.all"];

const MENUS: Readonly<Record<MenuOf, readonly Entry[]>> = {
  canvas: ["add.node", "add.note", "edit.paste", "line", "select.all", "arrange.layout", "line", "view.all", "view.actual", "show.find", "line", "workflow.import", "workflow.download"],
  node: [
    "node.open", "node.rename", "run.to", "run.from", "line", "add.after", "node.connect", "node.replace", "line", "node.disable", "node.enable", "node.pin", "node.unpin", "node.collapse", "node.expand", "line",
    "edit.cut", "edit.copy", "edit.duplicate", "line", { title: "Frame and container", entries: ["node.group", "node.ungroup", ...MOVE, "node.extract"] }, { title: "Select", entries: SELECT }, "line", "edit.delete_reconnect", "edit.delete",
  ],
  several: [
    { title: "Align", entries: ALIGN }, "arrange.layout", "line", "node.group", "node.ungroup", { title: "Move", entries: MOVE }, "node.extract", "node.replace", "line", "node.disable", "node.enable", "node.unpin", "line",
    "edit.cut", "edit.copy", "edit.duplicate", "line", { title: "Select", entries: SELECT }, "view.selection", "line", "edit.delete_reconnect", "edit.delete",
  ],
  edge: ["add.node", "line", "select.all", "line", "edit.delete"],
};

/** Which menu fits what is selected. */
export function menuOf({ selection }: Context): MenuOf {
  if (selection.nodeCount > 1) return "several";
  if (selection.nodeCount === 1) return "node";
  return selection.edgeCount > 0 ? "edge" : "canvas";
}

interface ContextMenuProps {
  context: Context;
  bindings: Bindings;
  of: MenuOf;
  /** Where it opens, in pixels of the window. */
  at: { x: number; y: number };
  /** Entries of the page before the others: insert on this edge. */
  before?: readonly { title: string; run: () => void }[];
  onClose: () => void;
}

interface Item {
  key: string;
  title: string;
  keys?: string | undefined;
  isBad?: boolean;
  command?: Command;
  run?: () => void;
  inside?: (Item | "line")[];
}

export function ContextMenu({ context, bindings, of, at, before = [], onClose }: ContextMenuProps) {
  const items = useMemo(() => [...before.map((one): Item => ({ key: one.title, title: one.title, run: one.run })), ...(before.length > 0 ? (["line"] as const) : []), ...itemsOf(MENUS[of], context, bindings)], [before, of, context, bindings]);
  const title = of === "several" ? counted(context.selection.nodeCount, "node") : of === "node" ? "Node" : of === "edge" ? "Edge" : "Canvas";
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef(document.activeElement);
  const [open, setOpen] = useState<string | null>(null);
  const closing = useRef(onClose);
  closing.current = onClose;
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    element.showPopover();
    put(element, at);
    entriesIn(element)[0]?.focus();
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") setTimeout(() => closing.current(), 0);
    };
    element.addEventListener("toggle", onToggle);
    const letGo = heldOpen(element, () => closing.current());
    return () => {
      element.removeEventListener("toggle", onToggle);
      letGo();
    };
  }, [at]);
  const close = () => {
    root.current?.hidePopover();
    if (opener.current instanceof HTMLElement) opener.current.focus();
    onClose();
  };
  const pick = (item: Item) => {
    if (item.inside) {
      setOpen(open === item.key ? null : item.key);
      return;
    }
    close();
    if (item.command) void runCommand(item.command, context);
    item.run?.();
  };
  return (
    <div ref={root} popover="manual" role="menu" aria-label={title} className={s.menu} onKeyDown={(event) => onKey(event, close, setOpen)} onContextMenu={(event) => event.preventDefault()}>
      <Items items={items} open={open} onOpen={setOpen} onPick={pick} />
    </div>
  );
}

function Items({ items, open, onOpen, onPick }: { items: readonly (Item | "line")[]; open: string | null; onOpen: (key: string | null) => void; onPick: (item: Item) => void }) {
  return items.map((item, n) =>
    item === "line" ? (
      <hr key={`line ${n}`} className={s.line} />
    ) : (
      <div key={item.key} role="presentation" className={s.wrap} onPointerEnter={(event) => event.pointerType === "mouse" && onOpen(item.inside ? item.key : null)}>
        <button
          type="button"
          role="menuitem"
          tabIndex={-1}
          data-key={item.key}
          className={`${s.item} ${item.isBad ? s.bad : ""}`}
          aria-haspopup={item.inside ? "menu" : undefined}
          aria-expanded={item.inside ? open === item.key : undefined}
          onClick={() => onPick(item)}
        >
          <span className="cut">{item.title}</span>
          {item.keys ? <Key>{item.keys}</Key> : null}
          {item.inside ? <ChevronRight aria-hidden="true" /> : null}
        </button>
        {item.inside && open === item.key ? (
          <div ref={keepInside} role="menu" aria-label={item.title} className={s.inner}>
            <Items items={item.inside} open={null} onOpen={() => undefined} onPick={onPick} />
          </div>
        ) : null}
      </div>
    ),
  );
}

function itemsOf(entries: readonly Entry[], context: Context, bindings: Bindings): (Item | "line")[] {
  const items: (Item | "line")[] = [];
  for (const entry of entries) {
    if (entry === "line") {
      if (items.length > 0 && items.at(-1) !== "line") items.push("line");
    } else if (typeof entry === "string") {
      const command = commandOf(entry);
      const [keys] = keysFor(command, bindings);
      if (canRun(command, context)) items.push({ key: entry, title: command.title, keys: keys === undefined ? undefined : shownKeys(keys, IS_MAC), command, isBad: entry === "edit.delete" });
    } else {
      const inside = itemsOf(entry.entries, context, bindings);
      if (inside.length > 0) items.push({ key: entry.title, title: entry.title, inside });
    }
  }
  while (items.at(-1) === "line") items.pop();
  return items;
}

const GAP = 4;

function put(element: HTMLElement, { x, y }: { x: number; y: number }): void {
  element.style.left = `${Math.max(GAP, Math.min(x, innerWidth - element.offsetWidth - GAP))}px`;
  element.style.top = `${Math.max(GAP, Math.min(y, innerHeight - element.offsetHeight - GAP))}px`;
}

/** A menu inside opens at the other side, or higher, where there is no room. */
function keepInside(element: HTMLElement | null): void {
  const row = element?.parentElement?.getBoundingClientRect();
  if (!element || !row) return;
  const left = row.right + element.offsetWidth > innerWidth ? Math.max(GAP, row.left - element.offsetWidth) : row.right;
  element.style.left = `${Math.min(left, innerWidth - element.offsetWidth - GAP)}px`;
  element.style.top = `${Math.max(GAP, Math.min(row.top - GAP, innerHeight - element.offsetHeight - GAP))}px`;
}

/** The entries of one menu, without those of menus inside. */
function entriesIn(menu: Element): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>(":scope > div > [role=menuitem]")];
}

function onKey(event: KeyboardEvent<HTMLDivElement>, close: () => void, setOpen: (key: string | null) => void): void {
  event.stopPropagation();
  const focused = document.activeElement as HTMLElement;
  const menu = focused.closest("[role=menu]") ?? event.currentTarget;
  const items = entriesIn(menu);
  const at = items.indexOf(focused);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  const isInner = menu !== event.currentTarget;
  if (event.key === "Tab" || (event.key === "Escape" && !isInner)) close();
  else if (to !== undefined) items[(to + items.length) % items.length]?.focus();
  else if (isInner && (event.key === "Escape" || event.key === "ArrowLeft")) {
    (menu.previousElementSibling as HTMLElement | null)?.focus();
    setOpen(null);
  } else if (event.key === "ArrowRight" && focused.ariaHasPopup === "menu") {
    setOpen(focused.dataset["key"] ?? null);
    const { nextElementSibling: wait, parentElement } = focused;
    requestAnimationFrame(() => entriesIn(wait ?? parentElement?.querySelector("[role=menu]") ?? menu)[0]?.focus());
  } else if (event.key.length === 1 && event.key !== " ") {
    const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    rest.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    return;
  } else return;
  event.preventDefault();
}

// The menu of what is under the pointer or selected: commands that are possible now.

import { useMemo } from "react";
import { shownKeys } from "../../graph/commands/keys";
import { canRun, keysFor, runCommand, type Bindings, type Context } from "../../graph/commands/registry";
import { commandOf } from "../../graph/commands/viewing";
import { counted } from "../../graph/edit/names";
import type { MenuEntry } from "../../ui/menu";
import { MenuSheet } from "../../ui/menu-sheet";
import { IS_MAC } from "./platform";

/** Command ids, a line, or a menu inside of the menu. */
type Entry = string | "line" | { title: string; entries: readonly string[] };

export type MenuOf = "canvas" | "node" | "several" | "edge";

const ALIGN = ["arrange.left", "arrange.centre", "arrange.right", "arrange.top", "arrange.middle", "arrange.bottom", "line", "arrange.across", "arrange.down"];
const MOVE = ["node.move_into", "node.move_out"];
const SELECT = ["select.before", "select.after", "select.type", "select.all"];

const MENUS: Readonly<Record<MenuOf, readonly Entry[]>> = {
  canvas: ["add.node", "add.note", "add.comment", "edit.paste", "line", "select.all", "arrange.layout", "line", "view.all", "view.actual", "show.find", "line", "workflow.import", "workflow.download"],
  node: [
    "node.open", "node.rename", "run.to", "run.from", "line", "add.after", "node.connect", "node.replace", "add.comment", "line", "node.disable", "node.enable", "node.pin", "node.unpin", "node.collapse", "node.expand", "line",
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

export function ContextMenu({ context, bindings, of, at, before = [], onClose }: ContextMenuProps) {
  const entries = useMemo(() => {
    const first = before.map(({ title, run }): MenuEntry => ({ label: title, onPick: run }));
    return [...first, ...(first.length > 0 ? (["line"] as const) : []), ...entriesOf(MENUS[of], context, bindings)];
  }, [before, of, context, bindings]);
  const title = of === "several" ? counted(context.selection.nodeCount, "node") : of === "node" ? "Node" : of === "edge" ? "Edge" : "Canvas";
  return <MenuSheet label={title} at={at} entries={entries} onClose={onClose} />;
}

function entriesOf(entries: readonly Entry[], context: Context, bindings: Bindings): MenuEntry[] {
  const shown: MenuEntry[] = [];
  for (const entry of entries) {
    if (entry === "line") {
      if (shown.length > 0 && shown.at(-1) !== "line") shown.push("line");
    } else if (typeof entry === "string") {
      const command = commandOf(entry);
      const [keys] = keysFor(command, bindings);
      if (!canRun(command, context)) continue;
      shown.push({ label: command.title, ...(keys !== undefined && { keys: shownKeys(keys, IS_MAC) }), ...(entry === "edit.delete" && { tone: "bad" }), onPick: () => void runCommand(command, context) });
    } else {
      const inside = entriesOf(entry.entries, context, bindings);
      if (inside.length > 0) shown.push({ label: entry.title, inside });
    }
  }
  while (shown.at(-1) === "line") shown.pop();
  return shown;
}

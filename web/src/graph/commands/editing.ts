// The commands that change the document.

import { placesOf } from "../document/places";
import { addNote } from "../edit/add";
import { align, applyLayout, distribute, layoutWish, type Axis, type Side } from "../edit/arrange";
import { stepBack } from "../edit/choose";
import { copyText, duplicate } from "../edit/clip";
import { extract } from "../edit/extract";
import { families, outermost } from "../edit/family";
import { group, isCollapsed, isFrame, moveInto, setCollapsed, ungroup } from "../edit/frames";
import { isContainer, kindOf } from "../edit/kinds";
import { counted } from "../edit/names";
import { GRID, nudge } from "../edit/move";
import { remove } from "../edit/remove";
import { isDisabled, pin, setDisabled } from "../edit/settle";
import type { Command, Context } from "./registry";

const some = ({ selection }: Context) => selection.nodeCount > 0;
const several = ({ selection }: Context) => selection.nodeCount > 1;
const anything = ({ selection }: Context) => !selection.isEmpty;
const one = ({ selection }: Context) => selection.only >= 0;

function removeSelected({ doc, where, selection, host }: Context, reconnect: boolean): void {
  const [nodes, edges] = [selection.nodes(), selection.edges()];
  selection.clear();
  if (!remove(doc, where, { nodes, edges, reconnect })) host.tell("There were too many ways to join: some neighbours are not connected");
}

async function cut(context: Context): Promise<void> {
  const { doc, where, selection, host } = context;
  await host.writeClipboard(copyText(doc, where, selection.nodes()));
  removeSelected(context, false);
}

async function layOut(context: Context): Promise<void> {
  const { doc, where, selection, host } = context;
  const wish = layoutWish(doc, where, selection.nodeCount > 1 ? selection.nodes() : null);
  const { version } = doc;
  const places = await host.layout(wish.request);
  if (doc.version !== version && wish.slots.some((slot) => !doc.nodes.at(slot))) {
    host.tell("The workflow changed while it was laid out: nothing was moved");
    return;
  }
  applyLayout(doc, where, wish, places);
}

async function extractSelected(context: Context): Promise<void> {
  const { doc, where, kinds, selection, host } = context;
  const found = extract(doc, where, kinds, selection.nodes(), `Part of ${typeof doc.file["name"] === "string" && doc.file["name"] !== "" ? doc.file["name"] : "a workflow"}`);
  if ("refused" in found) {
    host.tell(found.refused, "bad");
    return;
  }
  const { version } = doc;
  const made = await host.createWorkflow(found.graph);
  if (doc.version !== version) {
    host.tell(`The workflow “${made.name}” was made, but this one changed meanwhile: its nodes stay here`, "bad");
    return;
  }
  selection.set([found.apply(made.id)]);
  host.tell([`Extracted to “${made.name}”`, ...found.notes].join(". "), "ok");
}

/** What can be opened and closed: frames and containers that hold something. */
function holders({ doc, kinds, selection }: Context, isClosed: boolean): number[] {
  const children = selection.nodeCount > 0 ? families(doc) : null;
  return selection.nodes().filter((slot) => isCollapsed(doc, slot) === isClosed && (children?.has(slot) || isFrame(doc, slot) || isContainer(kindOf(kinds, doc.nodes.at(slot)?.type))));
}

const EDIT: readonly Command[] = [
  { id: "edit.undo", title: "Undo", group: "Edit", keys: ["mod+z"], repeats: true, when: ({ doc }) => doc.canUndo() !== null, run: ({ doc, selection, host }) => tellStep(host, "Undone", stepBack(doc, selection, "undo")?.label) },
  { id: "edit.redo", title: "Redo", group: "Edit", keys: ["mod+shift+z", "mod+y"], repeats: true, when: ({ doc }) => doc.canRedo() !== null, run: ({ doc, selection, host }) => tellStep(host, "Redone", stepBack(doc, selection, "redo")?.label) },
  { id: "edit.cut", title: "Cut", group: "Edit", keys: ["mod+x"], isNative: true, when: some, run: cut },
  { id: "edit.copy", title: "Copy", group: "Edit", keys: ["mod+c"], isNative: true, when: some, run: ({ doc, where, selection, host }) => host.writeClipboard(copyText(doc, where, selection.nodes())) },
  { id: "edit.paste", title: "Paste", group: "Edit", keys: ["mod+v"], isNative: true, words: "import text", run: async ({ host }) => host.take(await host.readClipboard()) },
  {
    id: "edit.duplicate", title: "Duplicate", group: "Edit", keys: ["mod+d"], words: "copy clone", when: some,
    run: ({ doc, where, selection }) => {
      const { nodes, edges } = duplicate(doc, where, selection.nodes());
      selection.set(nodes, edges);
    },
  },
  { id: "edit.delete", title: "Delete", group: "Edit", keys: ["delete", "backspace"], words: "remove", when: anything, run: (context) => removeSelected(context, false) },
  { id: "edit.delete_reconnect", title: "Delete and reconnect", group: "Edit", keys: ["shift+delete", "shift+backspace"], words: "remove join bridge", when: some, run: (context) => removeSelected(context, true) },
];

function tellStep(host: Context["host"], done: string, label: string | undefined): void {
  if (label !== undefined) host.tell(`${done}: ${label}`);
}

const ADD: readonly Command[] = [
  { id: "add.node", title: "Add a node", group: "Add", keys: ["/"], words: "insert new palette", run: ({ host }) => host.show("add") },
  { id: "add.after", title: "Add a node after this one", group: "Add", keys: ["a"], words: "insert connect next quick", when: one, run: ({ host }) => host.show("quick_add") },
  {
    id: "add.note", title: "Add a sticky note", group: "Add", keys: ["n"], words: "comment text",
    run: ({ doc, where, selection, host }) => {
      const place = host.place();
      selection.set([addNote(doc, where, place, "", host.frameAt(place)).slot]);
    },
  },
  { id: "add.comment", title: "Comment", group: "Add", keys: ["shift+c"], words: "say discuss ask note", run: ({ host }) => host.show("comment") },
];

const SIDES: readonly (readonly [Side, string, string])[] = [
  ["left", "Align left", "alt+a"],
  ["centre", "Align centres", "alt+h"],
  ["right", "Align right", "alt+d"],
  ["top", "Align top", "alt+w"],
  ["middle", "Align middles", "alt+v"],
  ["bottom", "Align bottom", "alt+s"],
];
const AXES: readonly (readonly [Axis, string, string])[] = [
  ["across", "Distribute across", "alt+shift+h"],
  ["down", "Distribute down", "alt+shift+v"],
];
const STEPS: readonly (readonly [string, number, number])[] = [
  ["left", -1, 0],
  ["right", 1, 0],
  ["up", 0, -1],
  ["down", 0, 1],
];

const ARRANGE: readonly Command[] = [
  ...SIDES.map(([side, title, keys]): Command => ({ id: `arrange.${side}`, title, group: "Arrange", keys: [keys], when: several, run: ({ doc, where, selection }) => align(doc, where, selection.nodes(), side) })),
  ...AXES.map(([axis, title, keys]): Command => ({
    id: `arrange.${axis}`, title, group: "Arrange", keys: [keys], words: "space evenly", when: ({ selection }) => selection.nodeCount > 2,
    run: ({ doc, where, selection }) => distribute(doc, where, selection.nodes(), axis),
  })),
  ...STEPS.flatMap(([way, dx, dy]): Command[] => [
    { id: `arrange.move_${way}`, title: `Move ${way}`, group: "Arrange", keys: [`shift+${way}`], repeats: true, words: "nudge", when: some, run: ({ doc, selection }) => void nudge(doc, placesOf(doc), selection.nodes(), { x: dx * GRID, y: dy * GRID }) },
    { id: `arrange.nudge_${way}`, title: `Move ${way} by one`, group: "Arrange", keys: [`mod+shift+${way}`], repeats: true, words: "nudge", when: some, run: ({ doc, selection }) => void nudge(doc, placesOf(doc), selection.nodes(), { x: dx, y: dy }) },
  ]),
  { id: "arrange.layout", title: "Lay out", group: "Arrange", keys: ["shift+l"], words: "tidy auto arrange", when: ({ doc }) => doc.nodes.count > 1, run: layOut },
];

const NODE: readonly Command[] = [
  {
    id: "node.group", title: "Group", group: "Node", keys: ["mod+g"], words: "frame", when: some,
    run: ({ doc, where, selection }) => selection.set([group(doc, where, selection.nodes())]),
  },
  {
    id: "node.ungroup", title: "Ungroup", group: "Node", keys: ["mod+shift+g"], words: "frame", when: ({ doc, selection }) => selection.nodes().some((slot) => isFrame(doc, slot)),
    run: ({ doc, where, selection }) => selection.set(ungroup(doc, where, selection.nodes())),
  },
  { id: "node.collapse", title: "Collapse", group: "Node", keys: ["mod+."], words: "close fold container", when: (context) => holders(context, false).length > 0, run: (context) => setCollapsed(context.doc, holders(context, false), true) },
  { id: "node.expand", title: "Expand", group: "Node", keys: ["mod+."], words: "open unfold container", when: (context) => holders(context, true).length > 0, run: (context) => setCollapsed(context.doc, holders(context, true), false) },
  { id: "node.extract", title: "Extract to a workflow", group: "Node", keys: ["alt+x"], words: "sub-workflow", when: some, run: extractSelected },
  {
    id: "node.disable", title: "Disable", group: "Node", keys: ["d"], words: "off skip", when: ({ doc, selection }) => selection.nodes().some((slot) => !isDisabled(doc.nodes.at(slot))),
    run: ({ doc, selection }) => setDisabled(doc, selection.nodes().filter((slot) => !isDisabled(doc.nodes.at(slot))), true),
  },
  {
    id: "node.enable", title: "Enable", group: "Node", keys: ["d"], words: "on", when: ({ doc, selection }) => selection.nodeCount > 0 && selection.nodes().every((slot) => isDisabled(doc.nodes.at(slot))),
    run: ({ doc, selection }) => setDisabled(doc, selection.nodes().filter((slot) => isDisabled(doc.nodes.at(slot))), false),
  },
  { id: "node.rename", title: "Rename", group: "Node", keys: ["f2"], words: "label name id", when: one, run: ({ host }) => host.show("rename") },
  { id: "node.replace", title: "Replace by another type", group: "Node", keys: ["shift+r"], words: "change swap", when: some, run: ({ host }) => host.show("replace") },
  { id: "node.connect", title: "Connect to", group: "Node", keys: [], words: "edge link", when: one, run: ({ host }) => host.show("connect") },
  { id: "node.move_into", title: "Move into", group: "Node", keys: [], words: "container frame parent", when: some, run: ({ host }) => host.show("move_into") },
  {
    id: "node.move_out", title: "Move out", group: "Node", keys: [], words: "container frame parent", when: ({ doc, selection }) => selection.nodes().some((slot) => !!doc.nodes.at(slot)?.parentId),
    run: ({ doc, where, selection }) => {
      moveInto(doc, where, outermost(doc, selection.nodes()), -1);
    },
  },
  {
    id: "node.pin", title: "Pin the last output", group: "Node", keys: ["p"], words: "fix data test", when: ({ doc, selection, host }) => selection.only >= 0 && doc.nodes.at(selection.only)?.data?.["pinned"] === undefined && host.lastOutput(selection.only) !== undefined,
    run: ({ doc, selection, host }) => pin(doc, [selection.only], host.lastOutput(selection.only)),
  },
  {
    id: "node.unpin", title: "Unpin", group: "Node", keys: ["p"], words: "data test", when: ({ doc, selection }) => selection.nodes().some((slot) => doc.nodes.at(slot)?.data?.["pinned"] !== undefined),
    run: ({ doc, selection }) => pin(doc, selection.nodes(), undefined),
  },
  { id: "node.open", title: "Open", group: "Node", keys: ["enter"], words: "edit parameters panel", when: one, run: ({ host }) => host.show("node") },
  { id: "node.open_wide", title: "Open wide", group: "Node", keys: ["mod+shift+enter"], words: "input output side by side", when: one, run: ({ host }) => host.show("node_wide") },
];

/** What a selection is called, for its bar: “3 nodes, 1 edge”. */
export function selectionWords(nodes: number, edges: number): string {
  return [nodes > 0 ? counted(nodes, "node") : "", edges > 0 ? counted(edges, "edge") : ""].filter(Boolean).join(", ");
}

export const EDITING: readonly Command[] = [...EDIT, ...ADD, ...ARRANGE, ...NODE];

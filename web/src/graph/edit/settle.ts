// Settings of nodes that have no form: on or off, names, pinned outputs.

import type { ChangeOptions, Editing, GraphDocument } from "../document/document";
import { fieldOf } from "../document/fields";
import type { FileNode } from "../file";
import { titleOf } from "../summary";
import { FreshIds, quoted, stemOf, what } from "./names";
import { mentionsIn, renameIn, type Renaming } from "./references";

const NONE: ReadonlySet<number> = new Set();

export function isDisabled(node: FileNode | null): boolean {
  return node?.data?.["disabled"] === true;
}

export function setDisabled(doc: GraphDocument, slots: readonly number[], off: boolean): void {
  doc.change(`${off ? "Disable" : "Enable"} ${what(slots.length)}`, (editing) => {
    for (const slot of slots) if (isDisabled(doc.nodes.at(slot)) !== off) editing.setNode(doc.nodes.key(slot), { "data/disabled": off ? true : undefined });
  });
}

/** A fixed output that stands in for a run of the node while somebody tries the workflow; undefined takes it away. */
export function pin(doc: GraphDocument, slots: readonly number[], output: unknown): void {
  doc.change(output === undefined ? `Unpin ${what(slots.length)}` : "Pin the output", (editing) => {
    for (const slot of slots) editing.setNode(doc.nodes.key(slot), { "data/pinned": output });
  });
}

/** Gives a node another label; expressions that name it by the old one follow, unless another node has that label too. */
export function setLabel(doc: GraphDocument, slot: number, label: string, options: ChangeOptions = {}): void {
  const node = doc.nodes.at(slot);
  if (!node) return;
  const before = node.data?.["label"];
  const next = label.trim() === "" ? undefined : label.trim();
  if (before === next) return;
  doc.change(`Rename ${quoted(titleOf(node))}`, (editing) => {
    editing.setNode(doc.nodes.key(slot), { "data/label": next });
    if (typeof before !== "string" || next === undefined || isShared(doc, before, slot)) return;
    follow(doc, editing, { labels: new Map([[before, next]]) });
  }, options);
}

function isShared(doc: GraphDocument, label: string, but: number): boolean {
  for (const [slot, node] of doc.nodes.entries()) if (slot !== but && node.data?.["label"] === label) return true;
  return false;
}

/** Lets expressions everywhere follow names that change; nodes of `but` are left alone. */
export function follow(doc: GraphDocument, editing: Editing, renaming: Renaming, but: ReadonlySet<number> = NONE): void {
  const names = new Set([...(renaming.ids?.keys() ?? []), ...(renaming.labels?.keys() ?? [])]);
  for (const [slot, node] of doc.nodes.entries()) {
    if (!node.data || but.has(slot) || !mentionsIn(node.data).some((mention) => names.has(mention.name))) continue;
    const data = renameIn(node.data, renaming);
    for (const key of Object.keys(data)) if (data[key] !== node.data[key]) editing.setNode(doc.nodes.key(slot), { [`data/${fieldOf(key)}`]: data[key] });
  }
}

/**
 * Gives a node another id, and with it every edge, child and expression that names it. Ids name rows for good, so this is a
 * new row in place of the old one. Answers its slot, or why not.
 */
export function setId(doc: GraphDocument, slot: number, wish: string, options: ChangeOptions = {}): { slot: number } | { refused: string } {
  const node = doc.nodes.at(slot);
  const old = doc.nodes.key(slot);
  const id = wish.trim();
  if (!node || id === old) return { slot };
  if (id === "" || /[\s#@]/.test(id)) return { refused: "An id is one word of letters, digits, - and _" };
  if (doc.nodes.get(id)) return { refused: `Another node is called ${id}` };
  if (doc.nodes.slot(id) !== undefined) return { refused: `A deleted node was called ${id}: undo would bring it back` };
  doc.change(`Rename ${quoted(old)} to ${quoted(id)}`, (editing) => {
    editing.addNode({ ...node, id });
    for (const edge of doc.links.out(slot)) editing.setEdge(doc.edges.key(edge), { source: id });
    for (const edge of doc.links.in(slot)) editing.setEdge(doc.edges.key(edge), { target: id });
    for (const [child, row] of doc.nodes.entries()) if (row.parentId === old) editing.setNode(doc.nodes.key(child), { parentId: id });
    editing.removeNode(old);
    follow(doc, editing, { ids: new Map([[old, id]]) });
  }, options);
  return { slot: doc.nodes.slot(id) ?? -1 };
}

/** A readable id that is free, made from words. */
export function freeIdFor(doc: GraphDocument, words: string): string {
  return new FreshIds(doc).take(stemOf(words));
}

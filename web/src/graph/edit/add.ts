// Adding nodes: at a place, after a node with an edge between them, on an edge.

import type { Editing, GraphDocument } from "../document/document";
import { fieldOf } from "../document/fields";
import { NODE_H, NODE_W, type FileNode } from "../file";
import { countedFrom, originIn, parentOf, placeOf, writePlaces, type Point, type Where } from "./family";
import { defaultsOf, kindOf, takesInput, type Kind, type Kinds } from "./kinds";
import { stemOf } from "./names";
import { handlesOf } from "./ports";

export const GAP_X = 56;
export const GAP_Y = 36;
/** How many nodes may step aside for a new one. */
const ASIDE_MOST = 2_000;

export interface Added {
  slot: number;
  id: string;
}

export interface AddOptions {
  /** The slot of the container or frame it stands in. */
  parent?: number;
  data?: Record<string, unknown>;
  width?: number;
  height?: number;
}

/** What is added, and how the undo button calls it. */
function adding(doc: GraphDocument, where: Where, kind: Kind, make: (editing: Editing) => string): Added {
  let id = "";
  doc.change(`Add ${kind.name}`, (editing) => {
    writePlaces(doc, where, editing);
    id = make(editing);
  });
  return { id, slot: doc.nodes.slot(id) ?? -1 };
}

/** A node that the document does not have yet. `at` is the canvas place of its upper left corner. */
function newNode(doc: GraphDocument, where: Where, kind: Kind, at: Point, { parent = -1, data = {}, width, height }: AddOptions): FileNode {
  const around = doc.nodes.at(parent);
  return {
    id: doc.freshId(stemOf(kind.id)),
    type: kind.id,
    position: countedFrom(at, originIn(doc, where, parent)),
    ...(around && { parentId: around.id }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    data: { ...defaultsOf(kind), ...data },
  };
}

export function addAt(doc: GraphDocument, where: Where, kind: Kind, at: Point, options: AddOptions = {}): Added {
  return adding(doc, where, kind, (editing) => editing.addNode(newNode(doc, where, kind, at, options)));
}

export function addNote(doc: GraphDocument, where: Where, at: Point, text = "", parent = -1): Added {
  let id = "";
  const node: FileNode = {
    id: doc.freshId("note"),
    type: "note",
    position: countedFrom(at, originIn(doc, where, parent)),
    ...(parent >= 0 && { parentId: doc.nodes.at(parent)?.id ?? null }),
    width: NODE_W,
    height: 96,
    data: { text },
  };
  doc.change("Add note", (editing) => {
    writePlaces(doc, where, editing);
    id = editing.addNode(node);
  });
  return { id, slot: doc.nodes.slot(id) ?? -1 };
}

/** The port a further edge leaves by: the first that has none, else the first. */
export function freePort(doc: GraphDocument, kinds: Kinds, slot: number): string | null {
  const node = doc.nodes.at(slot);
  const ports = handlesOf(node, kindOf(kinds, node?.type));
  const used = new Set(doc.links.out(slot).map((edge) => doc.edges.at(edge)?.sourceHandle ?? null));
  return ports.find((port) => !used.has(port)) ?? ports[0] ?? null;
}

/** Adds a node to the right of another and leads an edge to it, where the two can be connected. */
export function addAfter(doc: GraphDocument, where: Where, kinds: Kinds, slot: number, kind: Kind, wish?: { port?: string | null; at?: Point }): Added {
  const source = doc.nodes.at(slot);
  const parent = parentOf(doc, slot);
  if (!source) return addAt(doc, where, kind, wish?.at ?? { x: 0, y: 0 });
  const from = where.box(slot);
  const at = wish?.at ?? freeSpot(doc, where, { x: from.x + from.w + GAP_X, y: from.y + from.h / 2 - NODE_H / 2 }, parent);
  const port = wish?.port === undefined ? freePort(doc, kinds, slot) : wish.port;
  const isLinked = takesInput(kind) && handlesOf(source, kindOf(kinds, source.type)).length > 0;
  return adding(doc, where, kind, (editing) => {
    const id = editing.addNode(newNode(doc, where, kind, at, { parent }));
    if (isLinked) editing.addEdge({ id: "", source: source.id, target: id, ...(port !== null && { sourceHandle: port }) });
    return id;
  });
}

/** Puts a node between the two that an edge connects; what comes after steps aside where there is no room. */
export function addOnEdge(doc: GraphDocument, where: Where, edgeSlot: number, kind: Kind): Added | null {
  const edge = doc.edges.at(edgeSlot);
  const source = doc.links.source[edgeSlot] ?? -1;
  const target = doc.links.target[edgeSlot] ?? -1;
  if (!edge || source < 0 || target < 0 || !takesInput(kind)) return null;
  const out = handlesOf(null, kind)[0];
  if (out === undefined) return null;
  const [a, b] = [where.box(source), where.box(target)];
  const parent = parentOf(doc, target) === parentOf(doc, source) ? parentOf(doc, source) : -1;
  const gap = b.x - (a.x + a.w);
  const lack = gap > 0 ? Math.max(0, NODE_W + 2 * GAP_X - gap) : 0;
  const at = gap > 0
    ? { x: a.x + a.w + Math.max(GAP_X, (gap - NODE_W) / 2), y: (a.y + a.h / 2 + b.y + b.h / 2) / 2 - NODE_H / 2 }
    : { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 + NODE_H + GAP_Y };
  const key = doc.edges.key(edgeSlot);
  return adding(doc, where, kind, (editing) => {
    if (lack > 0) stepAside(doc, where, editing, target, lack, parent);
    const id = editing.addNode(newNode(doc, where, kind, at, { parent }));
    editing.setEdge(key, { target: id, targetHandle: undefined });
    const handles = { ...(out !== null && { sourceHandle: out }), ...(edge.targetHandle != null && { targetHandle: edge.targetHandle }) };
    editing.addEdge({ id: "", source: id, target: edge.target, ...handles });
    return id;
  });
}

/** Moves a node and what follows it to the right, as far as it stands beside it in the same frame. */
function stepAside(doc: GraphDocument, where: Where, editing: Editing, first: number, by: number, parent: number): void {
  const from = where.box(first).x;
  const seen = new Set([first]);
  const open = [first];
  while (open.length > 0 && seen.size < ASIDE_MOST) {
    const slot = open.pop() as number;
    for (const edge of doc.links.out(slot)) {
      const next = doc.links.target[edge] ?? -1;
      if (next < 0 || seen.has(next) || parentOf(doc, next) !== parent || where.box(next).x < from) continue;
      seen.add(next);
      open.push(next);
    }
  }
  const origin = originIn(doc, where, parent);
  for (const slot of seen) {
    const place = placeOf(doc, where, slot);
    if (parentOf(doc, slot) === parent) editing.setNode(doc.nodes.key(slot), { position: countedFrom({ x: place.x + by, y: place.y }, origin) });
  }
}

/** The first place at or below `at` where a node covers no other of the same frame. */
export function freeSpot(doc: GraphDocument, where: Where, at: Point, parent = -1, size = { w: NODE_W, h: NODE_H }): Point {
  const column: { y: number; h: number }[] = [];
  for (const [slot] of doc.nodes.entries()) {
    if (parentOf(doc, slot) !== parent) continue;
    const box = where.box(slot);
    if (box.x < at.x + size.w && at.x < box.x + box.w && box.y + box.h > at.y - GAP_Y) column.push({ y: box.y, h: box.h });
  }
  column.sort((a, b) => a.y - b.y);
  let y = at.y;
  for (const box of column) if (box.y < y + size.h + GAP_Y / 2 && y < box.y + box.h + GAP_Y / 2) y = box.y + box.h + GAP_Y;
  return { x: at.x, y };
}

/** The type of nodes becomes another. Parameters that only the old type knows go; edges keep the place of their port. */
export function replaceType(doc: GraphDocument, kinds: Kinds, slots: readonly number[], kind: Kind): void {
  const nodes = withLiving(doc, slots);
  if (nodes.length === 0) return;
  doc.change(`Replace by ${kind.name}`, (editing) => {
    for (const slot of nodes) {
      const node = doc.nodes.at(slot);
      if (!node) continue;
      const before = kindOf(kinds, node.type);
      const fields: Record<string, unknown> = { type: kind.id };
      const kept = new Set(Object.keys(propertiesFor(kind)));
      for (const key of Object.keys(propertiesFor(before))) if (!kept.has(key)) fields[`data/${fieldOf(key)}`] = undefined;
      for (const [key, value] of Object.entries(defaultsOf(kind))) if (node.data?.[key] === undefined) fields[`data/${fieldOf(key)}`] = value;
      const [from, to] = [handlesOf(node, before), handlesOf(node, kind)];
      editing.setNode(doc.nodes.key(slot), fields);
      for (const edge of doc.links.out(slot)) {
        const port = doc.edges.at(edge)?.sourceHandle ?? null;
        if (port === "error" || to.includes(port)) continue;
        const next = to[from.indexOf(port)] ?? to[0] ?? null;
        editing.setEdge(doc.edges.key(edge), { sourceHandle: next ?? undefined });
      }
    }
  });
}

function propertiesFor(kind: Kind | null): object {
  const properties = kind?.schema?.["properties"];
  return typeof properties === "object" && properties !== null ? properties : {};
}

function withLiving(doc: GraphDocument, slots: readonly number[]): number[] {
  return slots.filter((slot) => doc.nodes.at(slot));
}

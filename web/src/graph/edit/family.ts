// Nodes inside of nodes: who stands in whom, what belongs together, and from where places count.

import type { Editing, GraphDocument } from "../document/document";
import { isPlace } from "../document/places";
import type { FileNode } from "../file";

const NONE: ReadonlySet<number> = new Set();

export interface Point {
  x: number;
  y: number;
}

/** Where nodes are drawn, in absolute units. */
export interface Where {
  box(slot: number): { x: number; y: number; w: number; h: number };
  /** The place a file gives a node, from which what stands inside counts: a frame may be drawn larger than that. */
  origin?(slot: number): Point;
  /** What is seen at a point, in no order. */
  under(point: Point): number[];
  /** Slots whose place the file does not know: a layout gave it. */
  unwritten?(): number[];
}

/** The slot of the node around this one, or -1. */
export function parentOf(doc: GraphDocument, slot: number): number {
  const parent = doc.nodes.at(slot)?.parentId;
  const at = parent ? doc.nodes.slot(parent) : undefined;
  return at !== undefined && doc.nodes.at(at) ? at : -1;
}

/** Children by the slot of their parent, in the order of the file. */
export function families(doc: GraphDocument): Map<number, number[]> {
  const all = new Map<number, number[]>();
  for (const [slot, node] of doc.nodes.entries()) {
    if (!node.parentId) continue;
    const parent = parentOf(doc, slot);
    if (parent < 0) continue;
    const list = all.get(parent);
    if (list) list.push(slot);
    else all.set(parent, [slot]);
  }
  return all;
}

/** These nodes and all inside of them, in the order of the file. */
export function withInside(doc: GraphDocument, slots: Iterable<number>, children = families(doc)): number[] {
  const found = new Set<number>();
  const open = [...slots].filter((slot) => doc.nodes.at(slot));
  while (open.length > 0) {
    const slot = open.pop() as number;
    if (found.has(slot)) continue;
    found.add(slot);
    for (const child of children.get(slot) ?? []) open.push(child);
  }
  return [...found].sort((a, b) => a - b);
}

/** The nodes around one, the nearest first. Parents that run in a circle end it. */
export function around(doc: GraphDocument, slot: number): number[] {
  const found: number[] = [];
  const seen = new Set([slot]);
  for (let at = parentOf(doc, slot); at >= 0 && !seen.has(at); at = parentOf(doc, at)) {
    seen.add(at);
    found.push(at);
  }
  return found;
}

/** Those that stand in no other of them: to move these moves all. */
export function outermost(doc: GraphDocument, slots: Iterable<number>): number[] {
  const all = new Set(slots);
  return [...all].filter((slot) => doc.nodes.at(slot) && !around(doc, slot).some((outer) => all.has(outer)));
}

export function isInside(doc: GraphDocument, slot: number, outer: number): boolean {
  return around(doc, slot).includes(outer);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** The place a file gives a node, counted from its parent; null where it gives none. */
export function ownPlace(node: FileNode | null): Point | null {
  const at = node?.position;
  return at && isNumber(at.x) && isNumber(at.y) ? { x: at.x, y: at.y } : null;
}

/** The point from which places inside of a node count; that of the canvas for -1. */
export function originIn(doc: GraphDocument, where: Where, parent: number): Point {
  if (parent < 0 || !doc.nodes.at(parent)) return { x: 0, y: 0 };
  if (where.origin) return where.origin(parent);
  const origin = { x: 0, y: 0 };
  for (const slot of [parent, ...around(doc, parent)]) {
    const place = ownPlace(doc.nodes.at(slot));
    if (!place) {
      const box = where.box(slot);
      return { x: origin.x + box.x, y: origin.y + box.y };
    }
    origin.x += place.x;
    origin.y += place.y;
  }
  return origin;
}

/** Where a node stands on the canvas. */
export function placeOf(doc: GraphDocument, where: Where, slot: number): Point {
  if (where.origin) return where.origin(slot);
  const own = ownPlace(doc.nodes.at(slot));
  if (!own) {
    const { x, y } = where.box(slot);
    return { x, y };
  }
  const from = originIn(doc, where, parentOf(doc, slot));
  return { x: from.x + own.x, y: from.y + own.y };
}

/** A place counted from a node around it. Whole units: files stay readable. */
export function countedFrom(place: Point, origin: Point): Point {
  return { x: Math.round(place.x - origin.x), y: Math.round(place.y - origin.y) };
}

/**
 * Places that came from a layout become part of the file with the first edit that places something: else the rest would fall
 * elsewhere when it is opened next. Those of `but` are placed by the edit itself.
 */
export function writePlaces(doc: GraphDocument, where: Where, editing: Editing, but: ReadonlySet<number> = NONE): void {
  for (const slot of where.unwritten?.() ?? []) {
    if (but.has(slot) || isUnreadable(doc.nodes.at(slot)?.position)) continue;
    editing.setNode(doc.nodes.key(slot), { position: countedFrom(placeOf(doc, where, slot), originIn(doc, where, parentOf(doc, slot))) });
  }
}

/** Something stands where the place should be, and is none: it stays until somebody moves that node. */
function isUnreadable(position: unknown): boolean {
  return position !== undefined && position !== null && !isPlace(position);
}

/** The box around all of them; null around none. */
export function boxAround(where: Pick<Where, "box">, slots: Iterable<number>): { x: number; y: number; w: number; h: number } | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const slot of slots) {
    const box = where.box(slot);
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.w);
    bottom = Math.max(bottom, box.y + box.h);
  }
  return left <= right && top <= bottom ? { x: left, y: top, w: right - left, h: bottom - top } : null;
}

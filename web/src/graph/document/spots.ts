// Places for what has none in the file: a layout where most have none, a row below the rest where few do.

import { NODE_H, NODE_W } from "../file";
import { layoutNested } from "../nested";
import type { GraphDocument } from "./document";
import { FRAME_HEAD, FRAME_PAD, isPlace, type PlaceProblem } from "./places";

export type Spots = Map<number, { x: number; y: number }>;

export interface Given {
  /** From the corner of what holds it. */
  spots: Spots;
  problems: Map<number, PlaceProblem["code"]>;
  /** Places of the file that a layout of all sets aside. */
  overruled: WeakSet<object>;
  /** Too many to lay out here: they stand in a grid until the server has. */
  isGrid: boolean;
}

/** More than these take the page longer than anybody should wait. */
export const LAID_OUT_HERE = 2_000;
const GAP_X = 48;
const GAP_Y = 60;
const BESIDE = 8;

export function spotsFor(doc: GraphDocument, parent: Int32Array, sizeOf: (slot: number) => { w: number; h: number }): Given {
  const lacking: number[] = [];
  const problems: Given["problems"] = new Map();
  const first = { x: 0, y: 0, isSet: false, isAlone: true };
  for (const [slot, { position }] of doc.nodes.entries()) {
    if (isPlace(position)) {
      if (first.isSet) first.isAlone &&= position.x === first.x && position.y === first.y;
      else Object.assign(first, { x: position.x, y: position.y, isSet: true });
      continue;
    }
    lacking.push(slot);
    problems.set(slot, isPair(position) ? "far_place" : "no_place");
  }
  const { count } = doc.nodes;
  const overruled = new WeakSet<object>();
  if (count > 1 && (lacking.length * 2 > count || first.isAlone)) {
    for (const [, { position }] of doc.nodes.entries()) if (isPlace(position)) overruled.add(position);
    const isGrid = count > LAID_OUT_HERE;
    const spots = isGrid ? gridOf([...doc.nodes.entries()].map(([slot]) => slot), parent, 0) : laidOut(doc, parent, sizeOf);
    return { spots, problems: new Map(), overruled, isGrid };
  }
  const spots = lacking.length === 0 ? new Map() : gridOf(lacking, parent, bottomOf(doc, parent));
  return { spots, problems: count === 1 ? new Map() : problems, overruled, isGrid: false };
}

/** Whether something is two numbers, however far out. */
export function isPair(at: unknown): boolean {
  if (typeof at !== "object" || at === null) return false;
  return Number.isFinite((at as { x?: unknown }).x) && Number.isFinite((at as { y?: unknown }).y);
}

function bottomOf(doc: GraphDocument, parent: Int32Array): number {
  let bottom = -Infinity;
  for (const [slot, { position }] of doc.nodes.entries()) if ((parent[slot] ?? -1) < 0 && isPlace(position)) bottom = Math.max(bottom, position.y + NODE_H);
  return Number.isFinite(bottom) ? bottom + GAP_Y : 0;
}

/** In rows, those of each holder by themselves. */
export function gridOf(slots: readonly number[], parent: ArrayLike<number>, top: number): Spots {
  const spots: Spots = new Map();
  const sizes = new Map<number, number>();
  for (const slot of slots) sizes.set(parent[slot] ?? -1, (sizes.get(parent[slot] ?? -1) ?? 0) + 1);
  const counts = new Map<number, number>();
  for (const slot of slots) {
    const holder = parent[slot] ?? -1;
    const at = counts.get(holder) ?? 0;
    counts.set(holder, at + 1);
    const wide = Math.max(BESIDE, Math.ceil(Math.sqrt((sizes.get(holder) ?? 1) / 2)));
    const from = holder < 0 ? { x: 0, y: top } : { x: FRAME_PAD, y: FRAME_HEAD };
    spots.set(slot, { x: from.x + (at % wide) * (NODE_W + GAP_X), y: from.y + Math.floor(at / wide) * (NODE_H + GAP_Y) });
  }
  return spots;
}

function laidOut(doc: GraphDocument, parent: Int32Array, sizeOf: (slot: number) => { w: number; h: number }): Spots {
  const slots = [...doc.nodes.entries()].map(([slot]) => slot);
  const name = (slot: number) => doc.nodes.key(slot);
  const nodes = slots.map((slot) => {
    const holder = parent[slot] ?? -1;
    return { id: name(slot), parent: holder < 0 ? null : name(holder), ...sizeOf(slot) };
  });
  const edges: { source: string; target: string }[] = [];
  for (const [edge] of doc.edges.entries()) {
    const [source, target] = [doc.links.source[edge] ?? -1, doc.links.target[edge] ?? -1];
    if (source >= 0 && target >= 0) edges.push({ source: name(source), target: name(target) });
  }
  const corners = layoutNested(nodes, edges, { pad: FRAME_PAD, head: FRAME_HEAD });
  const spots: Spots = new Map();
  for (const slot of slots) {
    const corner = corners.get(name(slot)) ?? { x: 0, y: 0 };
    const holder = parent[slot] ?? -1;
    const from = holder < 0 ? undefined : corners.get(name(holder));
    spots.set(slot, { x: corner.x - (from?.x ?? 0), y: corner.y - (from?.y ?? 0) });
  }
  return spots;
}

// Moving and resizing: the changes, and the lines that what is moved snaps to.

import type { Edit, GraphDocument } from "../document/document";
import { FARTHEST, FRAME, FRAME_HEAD, FRAME_PAD, type Places } from "../document/places";
import { NODE_H, NODE_W } from "../file";
import type { Box } from "../geometry";
import { isContainer } from "./connect";
import { writePlaces } from "./family";
import { what } from "./names";

export const GRID = 20;
const SNAP = 6;
const SMALLEST_W = 80;
const SMALLEST_H = 40;

interface Spot {
  x: number;
  y: number;
}

export interface Guide {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/**
 * Moves nodes and what is inside of them. `into` is what holds them from now on, -1 for nothing; without it that stays.
 * Where the places of the file come from a layout, all of them are written down: else the rest would fall elsewhere next time.
 */
export function move(doc: GraphDocument, places: Places, slots: Iterable<number>, by: Spot, into?: number, options: { label?: string; join?: string } = {}): Edit | null {
  const roots = places.nest.outermost(slots).filter((slot) => doc.nodes.at(slot) !== null);
  const holder = into !== undefined && (into < 0 || (doc.nodes.at(into) && roots.every((slot) => slot !== into && !places.nest.isInside(into, slot)))) ? into : undefined;
  const isMoved = by.x !== 0 || by.y !== 0 || (holder !== undefined && roots.some((slot) => places.parentOf(slot) !== holder));
  if (!isMoved) return null;
  // A frame that widened to the left of its corner is moved by its corner: that is where its children count from.
  const moves = roots.map((slot) => {
    const parent = holder ?? places.parentOf(slot);
    const origin = places.origin(parent);
    const corner = cornerOf(doc, places, slot);
    return { slot, parent, position: { x: round(corner.x + by.x - origin.x), y: round(corner.y + by.y - origin.y) } };
  });
  return doc.change(options.label ?? "Move", (edit) => {
    writePlaces(doc, places, edit, new Set(roots));
    for (const { slot, parent, position } of moves) {
      const isHeld = parent === places.parentOf(slot);
      edit.setNode(doc.nodes.key(slot), { position, ...(!isHeld && { parentId: parent < 0 ? undefined : doc.nodes.key(parent), extent: undefined }) });
    }
  }, options.join === undefined ? {} : { join: options.join });
}

/** By the arrow keys: presses for the same nodes shortly after each other are one step. */
export function nudge(doc: GraphDocument, places: Places, slots: Iterable<number>, by: Spot): Edit | null {
  const all = [...slots];
  return move(doc, places, all, by, undefined, { label: `Move ${what(all.length)}`, join: `nudge ${all.join()}`.slice(0, 200) });
}

/** Sets the corner and the size of a note or frame. What is inside of it stays where it is. */
export function resize(doc: GraphDocument, places: Places, slot: number, box: Box): Edit | null {
  if (!doc.nodes.at(slot)) return null;
  const parent = places.origin(places.parentOf(slot));
  const before = cornerOf(doc, places, slot);
  const shift = { x: box.x - before.x, y: box.y - before.y };
  return doc.change("Resize", (edit) => {
    writePlaces(doc, places, edit, new Set([slot]));
    edit.setNode(doc.nodes.key(slot), {
      position: { x: round(box.x - parent.x), y: round(box.y - parent.y) },
      width: round(Math.max(SMALLEST_W, box.w)),
      height: round(Math.max(SMALLEST_H, box.h)),
    });
    if (shift.x === 0 && shift.y === 0) return;
    for (const child of places.nest.children(slot)) {
      const at = cornerOf(doc, places, child);
      edit.setNode(doc.nodes.key(child), { position: { x: round(at.x - box.x), y: round(at.y - box.y) } });
    }
  });
}

/** What would take in something dropped at a place: the innermost container there that is not among what is moved. -1 for none. */
export function holderAt(doc: GraphDocument, places: Places, candidates: Iterable<number>, at: Spot, moved: ReadonlySet<number>): number {
  let best = -1;
  for (const slot of candidates) {
    const { x, y, w, h } = places.box(slot);
    const isThere = at.x >= x && at.x <= x + w && at.y >= y && at.y <= y + h;
    const takesIn = (places.kind[slot] === FRAME || isContainer(doc.nodes.at(slot)?.type)) && !places.isCollapsed(slot);
    if (!isThere || !takesIn || moved.has(slot) || places.nest.up(slot).some((holder) => moved.has(holder))) continue;
    if (best < 0 || (places.depth[slot] ?? 0) > (places.depth[best] ?? 0)) best = slot;
  }
  return best;
}

/**
 * How far something is moved so that its edges or middle are level with those of a neighbour, else its corner on the grid.
 * `box` is where it was, `reach` how near is near enough.
 */
export function snapped(box: Box, by: Spot, neighbours: readonly Box[], reach = SNAP): { by: Spot; guides: Guide[] } {
  const at = { x: box.x + by.x, y: box.y + by.y };
  const level = { x: nearestLine(at.x, box.w, neighbours, "x", reach), y: nearestLine(at.y, box.h, neighbours, "y", reach) };
  const to = {
    x: level.x ? at.x + level.x.by : Math.round(at.x / GRID) * GRID,
    y: level.y ? at.y + level.y.by : Math.round(at.y / GRID) * GRID,
  };
  const guides: Guide[] = [];
  if (level.x) {
    const { line, other } = level.x;
    guides.push({ x0: line, x1: line, y0: Math.min(to.y, other.y), y1: Math.max(to.y + box.h, other.y + other.h) });
  }
  if (level.y) {
    const { line, other } = level.y;
    guides.push({ y0: line, y1: line, x0: Math.min(to.x, other.x), x1: Math.max(to.x + box.w, other.x + other.w) });
  }
  return { by: { x: to.x - box.x, y: to.y - box.y }, guides };
}

function nearestLine(from: number, size: number, neighbours: readonly Box[], axis: "x" | "y", reach: number): { by: number; line: number; other: Box } | null {
  let best: { by: number; line: number; other: Box } | null = null;
  for (const other of neighbours) {
    const [start, wide] = axis === "x" ? [other.x, other.w] : [other.y, other.h];
    for (const part of [0, 0.5, 1]) {
      const line = start + wide * part;
      const by = line - (from + size * part);
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, line, other };
    }
  }
  return best;
}

/** The corner of a node itself, without what a frame has grown by to cover what it holds. */
function cornerOf(doc: GraphDocument, places: Places, slot: number): Spot {
  return doc.nodes.at(slot) ? places.origin(slot) : { x: 0, y: 0 };
}

/** A box around boxes with room for the head of a frame. */
export function frameAround(box: Box): Box {
  return { x: box.x - FRAME_PAD, y: box.y - FRAME_HEAD, w: Math.max(NODE_W, box.w) + 2 * FRAME_PAD, h: Math.max(NODE_H, box.h) + FRAME_HEAD + FRAME_PAD };
}

function round(value: number): number {
  return Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(value * 100) / 100));
}

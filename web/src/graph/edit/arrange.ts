// Putting nodes in line: align, distribute, and the places that the server's layout answers.

import type { ChangeOptions, GraphDocument } from "../document/document";
import { NODE_H, NODE_W } from "../file";
import { boxAround, countedFrom, originIn, outermost, parentOf, placeOf, withInside, writePlaces, type Point, type Where } from "./family";
import { what } from "./names";

export type Side = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "across" | "down";

/** Moves nodes by steps of their own, as one change. */
function moveBy(doc: GraphDocument, where: Where, label: string, steps: readonly (readonly [slot: number, dx: number, dy: number])[]): void {
  const moved = steps.filter(([, dx, dy]) => dx !== 0 || dy !== 0);
  if (moved.length === 0) return;
  doc.change(label, (editing) => {
    writePlaces(doc, where, editing, new Set(moved.map(([slot]) => slot)));
    for (const [slot, dx, dy] of moved) {
      const place = placeOf(doc, where, slot);
      const origin = originIn(doc, where, parentOf(doc, slot));
      editing.setNode(doc.nodes.key(slot), { position: countedFrom({ x: place.x + dx, y: place.y + dy }, origin) });
    }
  });
}

/** Brings one side, or the middle, of all on one line. */
export function align(doc: GraphDocument, where: Where, slots: readonly number[], side: Side): void {
  const tops = outermost(doc, slots);
  const all = boxAround(where, tops);
  if (!all || tops.length < 2) return;
  const by = (slot: number): readonly [number, number, number] => {
    const box = where.box(slot);
    switch (side) {
      case "left":
        return [slot, all.x - box.x, 0];
      case "centre":
        return [slot, all.x + all.w / 2 - box.x - box.w / 2, 0];
      case "right":
        return [slot, all.x + all.w - box.x - box.w, 0];
      case "top":
        return [slot, 0, all.y - box.y];
      case "middle":
        return [slot, 0, all.y + all.h / 2 - box.y - box.h / 2];
      case "bottom":
        return [slot, 0, all.y + all.h - box.y - box.h];
    }
  };
  moveBy(doc, where, `Align ${what(tops.length)}`, tops.map(by));
}

/** Leaves the first and the last where they are and gives those between them the same room. */
export function distribute(doc: GraphDocument, where: Where, slots: readonly number[], axis: Axis): void {
  const isAcross = axis === "across";
  const boxes = outermost(doc, slots).map((slot) => {
    const { x, y, w, h } = where.box(slot);
    return isAcross ? { slot, at: x, size: w } : { slot, at: y, size: h };
  });
  if (boxes.length < 3) return;
  boxes.sort((a, b) => a.at - b.at || a.slot - b.slot);
  const begin = boxes[0]?.at ?? 0;
  const end = boxes.reduce((most, { at, size }) => Math.max(most, at + size), -Infinity);
  const filled = boxes.reduce((sum, { size }) => sum + size, 0);
  const room = (end - begin - filled) / (boxes.length - 1);
  let at = begin;
  const steps = boxes.map((box) => {
    const by = at - box.at;
    at += box.size + room;
    return [box.slot, isAcross ? by : 0, isAcross ? 0 : by] as const;
  });
  moveBy(doc, where, `Distribute ${what(boxes.length)}`, steps);
}

/** What `POST /layout` is asked, and whose places the answer has. */
export interface LayoutRequest {
  nodes: { w: number; h: number; parent?: number; x?: number; y?: number }[];
  edges: [from: number, to: number][];
}

export interface LayoutWish {
  request: LayoutRequest;
  slots: number[];
  isWhole: boolean;
}

/** The request to lay out these nodes with all inside of them; null lays out everything. */
export function layoutWish(doc: GraphDocument, where: Where, slots: readonly number[] | null): LayoutWish {
  const all = slots === null ? Array.from(doc.nodes.entries(), ([slot]) => slot) : withInside(doc, slots);
  const index = new Map(all.map((slot, at) => [slot, at]));
  const nodes = all.map((slot) => {
    const { x, y, w, h } = where.box(slot);
    const parent = index.get(parentOf(doc, slot));
    return { w: w || NODE_W, h: h || NODE_H, x: Math.round(x), y: Math.round(y), ...(parent !== undefined && { parent }) };
  });
  const edges: [number, number][] = [];
  for (const slot of all) {
    for (const edge of doc.links.out(slot)) {
      const to = index.get(doc.links.target[edge] ?? -1);
      if (to !== undefined) edges.push([index.get(slot) ?? 0, to]);
    }
  }
  return { request: { nodes, edges }, slots: all, isWhole: slots === null };
}

export type LayoutPlace = readonly [x: number, y: number, w?: number | null, h?: number | null];

/** Takes the answer over as one step. The middle of a selection stays where it was. */
export function applyLayout(doc: GraphDocument, where: Where, wish: LayoutWish, places: readonly LayoutPlace[], options: ChangeOptions = {}): void {
  const index = new Map(wish.slots.map((slot, at) => [slot, at]));
  const tops = wish.slots.filter((slot) => !index.has(parentOf(doc, slot)) && doc.nodes.at(slot));
  const shift = wish.isWhole ? { x: 0, y: 0 } : shiftToMiddle(where, tops, (slot) => places[index.get(slot) ?? -1]);
  const isTop = new Set(tops);
  doc.change(wish.isWhole ? "Lay out" : `Lay out ${what(wish.slots.length)}`, (editing) => {
    writePlaces(doc, where, editing, new Set(index.keys()));
    wish.slots.forEach((slot, at) => {
      const node = doc.nodes.at(slot);
      const place = places[at];
      if (!node || !place || !Number.isFinite(place[0]) || !Number.isFinite(place[1])) return;
      const [x, y, w, h] = place;
      const position = isTop.has(slot)
        ? countedFrom({ x: x + shift.x, y: y + shift.y }, originIn(doc, where, parentOf(doc, slot)))
        : countedFrom({ x, y }, { x: 0, y: 0 });
      const size = { ...(w != null && Number.isFinite(w) && { width: Math.round(w) }), ...(h != null && Number.isFinite(h) && { height: Math.round(h) }) };
      editing.setNode(doc.nodes.key(slot), { position, ...size });
    });
  }, options);
}

function shiftToMiddle(where: Where, tops: readonly number[], place: (slot: number) => LayoutPlace | undefined): Point {
  const before = boxAround(where, tops);
  const laid = boxAround(
    {
      box: (slot) => {
        const [x, y, w, h] = place(slot) ?? [0, 0];
        const was = where.box(slot);
        return { x, y, w: w ?? was.w, h: h ?? was.h };
      },
    },
    tops.filter((slot) => place(slot)),
  );
  if (!before || !laid) return { x: 0, y: 0 };
  return { x: Math.round(before.x + before.w / 2 - laid.x - laid.w / 2), y: Math.round(before.y + before.h / 2 - laid.y - laid.h / 2) };
}

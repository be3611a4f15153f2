// Where everything is: absolute boxes by slot, what holds what, and what a collapsed container hides. Follows its document.

import { NODE_H, NODE_W, type FileNode } from "../file";
import type { Box } from "../geometry";
import { isDrawnOnly, isNote } from "../notes";
import type { GraphDocument } from "./document";
import { grown } from "./grown";
import { Nest } from "./nest";
import { spotsFor, type Spots } from "./spots";

/** What stands in a slot. */
export const ABSENT = 0;
export const NODE = 1;
/** Holds others, or is drawn to. */
export const FRAME = 2;
export const NOTE = 3;

export const FRAME_PAD = 24;
export const FRAME_HEAD = 40;
const NOTE_H = 96;
const PORT_GAP = 16;
const CASES_MOST = 40;
/** Farther out nothing can be drawn exactly; what a file places there is placed beside the rest. */
export const FARTHEST = 4_000_000;
const LARGEST = 1_000_000;
const NONE = -1;
const CORNER = { x: 0, y: 0 };

export interface PlaceProblem {
  slot: number;
  code: "no_place" | "far_place" | "missing_parent" | "parent_cycle" | "too_deep";
}

export class Places {
  /** Absolute corners and sizes. */
  x = new Float64Array(0);
  y = new Float64Array(0);
  w = new Float32Array(0);
  h = new Float32Array(0);
  /** What holds what. */
  readonly nest = new Nest();
  depth = new Int32Array(0);
  kind = new Uint8Array(0);
  /** The slot that is seen in its place: its own, that of the outermost collapsed container around it, or -1. */
  seenAs = new Int32Array(0);
  /** Whether too many have no place in the file to lay them out here: they stand in a grid until the server has. */
  needsLayout = false;
  /** Counts changes. */
  version = 0;

  /** Where the children of a frame count from, if that is not its corner. */
  private readonly origins = new Map<number, { x: number; y: number }>();
  /** Places, from the parent's, of what has none in the file; and places of the file that a layout overrules. */
  private spots: Spots = new Map();
  private overruled = new WeakSet<object>();
  private readonly problemsOf = new Map<number, PlaceProblem["code"]>();
  private readonly listeners = new Set<(slots: readonly number[]) => void>();
  private around: { version: number; box: Box | null } = { version: -1, box: null };
  private readonly stop: () => void;

  constructor(readonly doc: GraphDocument) {
    this.build();
    this.stop = doc.listen((edit) => edit.nodes.length > 0 && this.update(edit.nodes));
  }

  close(): void {
    this.stop();
  }

  /** Hears which slots have other boxes, are new or are gone. */
  listen(listener: (slots: readonly number[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get size(): number {
    return this.doc.nodes.size;
  }

  /** Whether it is drawn as itself. */
  isSeen(slot: number): boolean {
    return slot >= 0 && this.seenAs[slot] === slot;
  }

  isCollapsed(slot: number): boolean {
    return this.nest.holdsAny(slot) && this.doc.nodes.at(slot)?.data?.["collapsed"] === true;
  }

  /** The slot of what holds it, or -1. */
  parentOf(slot: number): number {
    return this.nest.parent[slot] ?? NONE;
  }

  box(slot: number): Box {
    return { x: this.x[slot] ?? 0, y: this.y[slot] ?? 0, w: this.w[slot] ?? 0, h: this.h[slot] ?? 0 };
  }

  /** Where the children of a slot count from; for -1 the corner of the graph. */
  origin(slot: number): { x: number; y: number } {
    if (slot < 0) return CORNER;
    return this.origins.get(slot) ?? { x: this.x[slot] ?? 0, y: this.y[slot] ?? 0 };
  }

  /** What encloses all that is seen; null where nothing is. */
  bounds(): Box | null {
    if (this.around.version !== this.version) this.around = { version: this.version, box: this.boundsOf(null) };
    return this.around.box;
  }

  boundsOf(slots: Iterable<number> | null): Box | null {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    const { x, y, w, h, seenAs } = this;
    const add = (slot: number) => {
      if (seenAs[slot] !== slot) return;
      const [x0, y0] = [x[slot] ?? 0, y[slot] ?? 0];
      left = Math.min(left, x0);
      top = Math.min(top, y0);
      right = Math.max(right, x0 + (w[slot] ?? 0));
      bottom = Math.max(bottom, y0 + (h[slot] ?? 0));
    };
    if (slots === null) for (let slot = 0; slot < this.size; slot += 1) add(slot);
    else for (const slot of slots) add(slot);
    return right >= left ? { x: left, y: top, w: right - left, h: bottom - top } : null;
  }

  /** What is seen at a point, in no order. */
  under({ x, y }: { x: number; y: number }): number[] {
    const found: number[] = [];
    for (let slot = 0; slot < this.size; slot += 1) {
      const [right, down] = [x - (this.x[slot] ?? 0), y - (this.y[slot] ?? 0)];
      if (right >= 0 && down >= 0 && right <= (this.w[slot] ?? 0) && down <= (this.h[slot] ?? 0) && this.seenAs[slot] === slot) found.push(slot);
    }
    return found;
  }

  problems(): PlaceProblem[] {
    return Array.from(this.problemsOf, ([slot, code]) => ({ slot, code }));
  }

  /** Moves these and what is inside, only here: while they are dragged. `settle` brings them back to what the document says. */
  shift(slots: readonly number[], dx: number, dy: number): readonly number[] {
    const moved = this.nest.withInside(slots);
    for (const slot of moved) {
      this.x[slot] = (this.x[slot] ?? 0) + dx;
      this.y[slot] = (this.y[slot] ?? 0) + dy;
      const origin = this.origins.get(slot);
      if (origin) this.origins.set(slot, { x: origin.x + dx, y: origin.y + dy });
    }
    return this.tell(moved);
  }

  settle(slots: readonly number[]): void {
    this.update(slots);
  }

  /** Takes places for nodes that have none in the file, from a layout of the server: absolute corners by slot. */
  take(corners: ReadonlyMap<number, { x: number; y: number }>): void {
    for (const [slot, corner] of corners) {
      const parent = corners.get(this.parentOf(slot));
      this.spots.set(slot, { x: corner.x - (parent?.x ?? 0), y: corner.y - (parent?.y ?? 0) });
    }
    this.needsLayout = false;
    this.placeAll();
    this.tell(Array.from({ length: this.size }, (_, slot) => slot));
  }

  private tell(slots: readonly number[]): readonly number[] {
    this.version += 1;
    for (const listener of this.listeners) listener(slots);
    return slots;
  }

  private reserve(): void {
    const least = this.size;
    this.x = grown(this.x, least, 0);
    this.y = grown(this.y, least, 0);
    this.w = grown(this.w, least, 0);
    this.h = grown(this.h, least, 0);
    this.depth = grown(this.depth, least, 0);
    this.kind = grown(this.kind, least, ABSENT);
    this.seenAs = grown(this.seenAs, least, NONE);
    this.nest.reserve(least);
  }

  private build(): void {
    this.reserve();
    this.nest.clear();
    this.problemsOf.clear();
    for (const [slot, node] of this.doc.nodes.entries()) if (node.parentId != null && node.parentId !== "") this.tie(slot, node);
    for (const slot of this.nest.flatten(this.size)) this.problemsOf.set(slot, "too_deep");
    const given = spotsFor(this.doc, this.nest.parent, (slot) => this.reach(slot));
    this.spots = given.spots;
    this.overruled = given.overruled;
    this.needsLayout = given.isGrid;
    for (const [slot, code] of given.problems) if (!this.problemsOf.has(slot)) this.problemsOf.set(slot, code);
    this.placeAll();
  }

  private placeAll(): void {
    const frames: number[] = [];
    const inside: number[] = [];
    this.origins.clear();
    for (let slot = 0; slot < this.size; slot += 1) {
      if (this.parentOf(slot) < 0) this.place(slot, frames);
      else inside.push(slot);
    }
    if (inside.length > 0) {
      const below = this.nest.withInside(inside.filter((slot) => this.parentOf(this.parentOf(slot)) < 0));
      for (const slot of below) this.place(slot, frames);
    }
    for (let at = frames.length - 1; at >= 0; at -= 1) this.cover(frames[at] ?? 0);
  }

  /** Its box by itself, from that of its parent, which is placed before. */
  private place(slot: number, frames: number[]): void {
    const node = this.doc.nodes.at(slot);
    if (!node) {
      this.kind[slot] = ABSENT;
      this.seenAs[slot] = NONE;
      this.x[slot] = this.y[slot] = this.w[slot] = this.h[slot] = this.depth[slot] = 0;
      this.origins.delete(slot);
      return;
    }
    const parent = this.parentOf(slot);
    const from = parent < 0 ? null : this.origin(parent);
    const spot = this.spotOf(slot, node);
    this.x[slot] = spot.x + (from?.x ?? 0);
    this.y[slot] = spot.y + (from?.y ?? 0);
    this.depth[slot] = parent < 0 ? 0 : (this.depth[parent] ?? 0) + 1;
    this.seenAs[slot] = parent < 0 ? slot : this.seenAs[parent] !== parent || this.isCollapsed(parent) ? (this.seenAs[parent] ?? NONE) : slot;
    const { w, h, kind } = this.reach(slot);
    this.kind[slot] = kind;
    this.w[slot] = w;
    this.h[slot] = h;
    if (this.origins.size > 0) this.origins.delete(slot);
    if (kind !== NODE && this.nest.holdsAny(slot)) frames.push(slot);
  }

  private spotOf(slot: number, { position }: FileNode): { x: number; y: number } {
    if (isPlace(position) && !this.overruled.has(position)) return position;
    return this.spots.get(slot) ?? CORNER;
  }

  /** Slots whose place the file does not know. */
  unwritten(): number[] {
    return [...this.spots.keys()].filter((slot) => {
      const node = this.doc.nodes.at(slot);
      return node !== null && (!isPlace(node.position) || this.overruled.has(node.position));
    });
  }

  /** How large a slot is by itself. */
  private reach(slot: number): { w: number; h: number; kind: number } {
    const node = this.doc.nodes.at(slot);
    const drawn = drawnAs(node?.type);
    if (!node || (drawn === NODE && !this.nest.holdsAny(slot))) return { w: NODE_W, h: heightOf(node), kind: NODE };
    const note = drawn === NOTE;
    if (!note && this.isCollapsed(slot)) return { w: NODE_W, h: NODE_H, kind: FRAME };
    return { w: sizeIn(node.width, NODE_W), h: sizeIn(node.height, note ? NOTE_H : NODE_H + FRAME_HEAD), kind: note ? NOTE : FRAME };
  }

  /** A frame covers at least what it holds; what it holds is placed and covered before. Answers whether its box is another one. */
  private cover(slot: number): boolean {
    if (this.isCollapsed(slot)) return false;
    const origin = this.origin(slot);
    const { w, h } = this.reach(slot);
    let [left, top, right, bottom] = [origin.x, origin.y, origin.x + w, origin.y + h];
    for (const child of this.nest.children(slot)) {
      const [x, y] = [this.x[child] ?? 0, this.y[child] ?? 0];
      left = Math.min(left, x - FRAME_PAD);
      top = Math.min(top, y - FRAME_HEAD);
      right = Math.max(right, x + (this.w[child] ?? 0) + FRAME_PAD);
      bottom = Math.max(bottom, y + (this.h[child] ?? 0) + FRAME_PAD);
    }
    const [width, height] = [Math.fround(right - left), Math.fround(bottom - top)];
    if (this.x[slot] === left && this.y[slot] === top && this.w[slot] === width && this.h[slot] === height) return false;
    if (left !== origin.x || top !== origin.y) this.origins.set(slot, origin);
    this.x[slot] = left;
    this.y[slot] = top;
    this.w[slot] = width;
    this.h[slot] = height;
    return true;
  }

  private update(slots: readonly number[]): void {
    this.reserve();
    const touched = new Set(slots);
    let isTied = false;
    for (const slot of slots) isTied = this.retie(slot, touched) || isTied;
    if (isTied) for (const [slot, code] of [...this.problemsOf]) if (code !== "no_place" && code !== "far_place") this.retie(slot, touched);
    const frames: number[] = [];
    const all = this.nest.withInside(this.nest.outermost(touched));
    for (const slot of all) this.place(slot, frames);
    const around = new Set<number>(frames);
    for (const slot of touched) for (const holder of this.nest.up(slot)) around.add(holder);
    const told = new Set(all);
    for (const slot of [...around].sort((a, b) => (this.depth[b] ?? 0) - (this.depth[a] ?? 0))) if (this.cover(slot)) told.add(slot);
    this.tell([...told]);
  }

  /** Reads anew what holds a slot. Answers whether that, or whether there is such a slot at all, has changed. */
  private retie(slot: number, touched: Set<number>): boolean {
    const node = this.doc.nodes.at(slot);
    const before = this.parentOf(slot);
    const wasThere = this.kind[slot] !== ABSENT;
    this.problemsOf.delete(slot);
    this.nest.detach(slot);
    if (node) {
      if (!isPlace(node.position) && !this.spots.has(slot)) this.problemsOf.set(slot, "no_place");
      if (node.parentId != null && node.parentId !== "") this.tie(slot, node);
    } else {
      for (const child of this.nest.children(slot)) {
        this.nest.detach(child);
        this.problemsOf.set(child, "missing_parent");
        touched.add(child);
      }
    }
    const after = this.parentOf(slot);
    if (before !== after) for (const holder of [before, after]) if (holder >= 0) touched.add(holder);
    touched.add(slot);
    return before !== after || wasThere !== (node !== null);
  }

  /** Puts a slot into what its file says holds it, unless that is missing or inside of it. */
  private tie(slot: number, node: FileNode): void {
    const id: unknown = node.parentId;
    const parent = typeof id === "string" ? this.doc.nodes.slot(id) : undefined;
    if (parent === undefined || !this.doc.nodes.at(parent)) {
      this.problemsOf.set(slot, "missing_parent");
      return;
    }
    const fault = this.nest.attach(slot, parent);
    if (fault) this.problemsOf.set(slot, fault);
  }
}

const known = new WeakMap<GraphDocument, Places>();

/** The places of a document: one for whoever asks. */
export function placesOf(doc: GraphDocument): Places {
  const places = known.get(doc) ?? new Places(doc);
  known.set(doc, places);
  return places;
}

/** Whether a file places something where it can be drawn. */
export function isPlace(at: unknown): at is { x: number; y: number } {
  if (typeof at !== "object" || at === null) return false;
  const { x, y } = at as { x?: unknown; y?: unknown };
  return typeof x === "number" && typeof y === "number" && Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST;
}

function sizeIn(value: unknown, otherwise: number): number {
  return typeof value === "number" && value > 0 && value <= LARGEST ? value : otherwise;
}

const kinds = new Map<unknown, number>();

/** What a type is drawn as, where nothing stands in it. */
function drawnAs(type: unknown): number {
  let kind = kinds.get(type);
  if (kind === undefined) {
    kind = typeof type !== "string" || !isDrawnOnly(type) ? NODE : isNote(type) ? NOTE : FRAME;
    if (kinds.size < 1_000) kinds.set(type, kind);
  }
  return kind;
}

/** A node with many cases is taller, so that its ports can be told apart. */
function heightOf(node: FileNode | null): number {
  const cases: unknown = node?.data?.["cases"] ?? node?.data?.["paths"];
  const count = Array.isArray(cases) ? Math.min(CASES_MOST, cases.length) : 0;
  return Math.max(NODE_H, PORT_GAP * (count + 1));
}

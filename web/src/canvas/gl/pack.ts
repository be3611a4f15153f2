// What the graphics card needs to know of nodes and edges, by slot in typed arrays, and which of it changed since it was told.

import { grown } from "../../graph/document/grown";
import { FRAME, NODE, NOTE } from "../../graph/document/places";
import { tintOf, type Tint } from "../../graph/notes";
import { readable } from "../card";
import { SELECTED, type Scene } from "../scene";
import { Dirty } from "./dirty";

/** What is drawn in the place of a node. */
export const NOTHING_BOX = 0;
export const CARD_BOX = 1;
export const FRAME_BOX = 2;
export const NOTE_BOX = 3;

/** The order in which the shaders know categories; what has another one is at the end. */
export const CATEGORIES = ["trigger", "logic", "data", "network", "ai", "code", "people", "storage"] as const;
export const TINTS: readonly Tint[] = ["yellow", "blue", "green", "pink", "purple", "orange", "red", "grey"];
/** A frame without a colour of its own. */
export const NO_TINT = 8;

/** Farther from where numbers count from than this, 32 bits are too few for a tenth of a pixel. */
const FAR = 2 ** 17;

/** Kind, look, whether it is selected, and its colour, in one number. */
export function wordOf(kind: number, look: number, isSelected: boolean, colour: number): number {
  return kind | (look << 2) | (Number(isSelected) << 5) | (colour << 6);
}

export class NodePack {
  /** Left, top, width, height; places count from `origin`. */
  boxes = new Float32Array(0);
  words = new Uint32Array(0);
  readonly dirtyBoxes = new Dirty();
  readonly dirtyWords = new Dirty();
  readonly origin = { x: 0, y: 0 };

  constructor(private readonly scene: Scene) {}

  get size(): number {
    return this.scene.doc.nodes.size;
  }

  /** Reads all anew. */
  load(): void {
    this.reserve();
    for (let slot = 0; slot < this.size; slot += 1) {
      this.readBox(slot);
      this.words[slot] = this.word(slot);
    }
    this.dirtyBoxes.all(this.size);
    this.dirtyWords.all(this.size);
  }

  /** Reads these anew; only what is another now is to be uploaded. */
  patch(slots: readonly number[]): void {
    this.reserve();
    for (const slot of slots) {
      if (this.readBox(slot)) this.dirtyBoxes.add(slot);
      const word = this.word(slot);
      if (this.words[slot] === word) continue;
      this.words[slot] = word;
      this.dirtyWords.add(slot);
    }
  }

  /** Has places count from near the view, so that 32 bits are enough. Answers whether they count from elsewhere now. */
  near(x: number, y: number): boolean {
    const { origin } = this;
    if (Math.abs(x - origin.x) <= 2 * FAR && Math.abs(y - origin.y) <= 2 * FAR) return false;
    origin.x = Math.round(x / FAR) * FAR;
    origin.y = Math.round(y / FAR) * FAR;
    for (let slot = 0; slot < this.size; slot += 1) this.readBox(slot);
    this.dirtyBoxes.all(this.size);
    return true;
  }

  private reserve(): void {
    this.boxes = grown(this.boxes, 4 * this.size, 0);
    this.words = grown(this.words, this.size, 0);
  }

  private readBox(slot: number): boolean {
    const { places } = this.scene;
    const { boxes, origin } = this;
    const at = 4 * slot;
    const [x, y] = [Math.fround((places.x[slot] ?? 0) - origin.x), Math.fround((places.y[slot] ?? 0) - origin.y)];
    const [w, h] = [places.w[slot] ?? 0, places.h[slot] ?? 0];
    if (boxes[at] === x && boxes[at + 1] === y && boxes[at + 2] === w && boxes[at + 3] === h) return false;
    boxes[at] = x;
    boxes[at + 1] = y;
    boxes[at + 2] = w;
    boxes[at + 3] = h;
    return true;
  }

  private word(slot: number): number {
    const { scene } = this;
    const { kind, seenAs } = scene.places;
    const isSelected = ((scene.flags[slot] ?? 0) & SELECTED) !== 0;
    const what = kind[slot];
    if (seenAs[slot] !== slot || (what !== NODE && what !== FRAME && what !== NOTE)) return wordOf(NOTHING_BOX, 0, false, 0);
    if (what === NOTE || (what === FRAME && !scene.places.isCollapsed(slot))) {
      const tint = tintOf(readable(scene, slot).data);
      return wordOf(what === NOTE ? NOTE_BOX : FRAME_BOX, 0, isSelected, tint ? TINTS.indexOf(tint) : what === NOTE ? 0 : NO_TINT);
    }
    const category = CATEGORIES.indexOf((scene.styles[scene.style[slot] ?? 0]?.category ?? "data") as (typeof CATEGORIES)[number]);
    return wordOf(CARD_BOX, scene.look[slot] ?? 0, isSelected, category < 0 ? CATEGORIES.length : category);
  }
}

/** No slot: an end that is not seen. */
export const NO_END = 0xffff_ffff;

const bits = new DataView(new ArrayBuffer(4));

/** A number as the bits that it has as a 32-bit float. */
export function bitsOf(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

/** Edges know the slots of their ends, so that they follow what moves without being told. */
export class EdgePack {
  /** Source, target, and how far below the upper edges of both their ports are, as bits. */
  ends = new Uint32Array(0);
  readonly dirty = new Dirty();

  constructor(private readonly scene: Scene) {}

  get size(): number {
    return this.scene.doc.edges.size;
  }

  load(): void {
    this.ends = grown(this.ends, 4 * this.size, 0);
    for (let edge = 0; edge < this.size; edge += 1) this.read(edge);
    this.dirty.all(this.size);
  }

  patch(edges: readonly number[]): void {
    this.ends = grown(this.ends, 4 * this.size, 0);
    for (const edge of edges) if (this.read(edge)) this.dirty.add(edge);
  }

  private read(edge: number): boolean {
    const { scene, ends } = this;
    const at = 4 * edge;
    const [from, to] = [(scene.from[edge] ?? -1) >>> 0, (scene.to[edge] ?? -1) >>> 0];
    const [fromY, toY] = [bitsOf(scene.fromY[edge] ?? 0), bitsOf(scene.toY[edge] ?? 0)];
    if (ends[at] === from && ends[at + 1] === to && ends[at + 2] === fromY && ends[at + 3] === toY) return false;
    ends[at] = from;
    ends[at + 1] = to;
    ends[at + 2] = fromY;
    ends[at + 3] = toY;
    return true;
  }
}

// What one picture consists of, as lists of slots and sprites in the order in which they are drawn.

import { grown } from "../../graph/document/grown";
import { FRAME, NODE, NOTE } from "../../graph/document/places";
import { gathered, hasLabels, LOOK_ORDER, strokeOf } from "../draw-edges";
import type { Pen } from "../pen";
import { MOUNTED, RUN, type Scene } from "../scene";
import { parsed } from "./colours";
import { LOOKS } from "./shader-edges";
import { SpriteList } from "./sprite-list";
import { cardSprites, frameSprites, labelSprite, noteSprites, type Maker } from "./sprites-of";

export interface Found {
  nodes: readonly number[];
  edges: readonly number[];
}

/** An edge and its look in one number: slots are below 2^28. */
export function edgeWord(edge: number, look: number): number {
  return (edge | (look << 28)) >>> 0;
}

export class Batch {
  /** Frames first, then notes, then nodes. */
  boxes = new Uint32Array(0);
  frames = 0;
  notes = 0;
  count = 0;
  edges = new Uint32Array(0);
  edgeCount = 0;
  isSimple = false;
  /** Colour and stroke of each look, as the shader takes them. */
  readonly looks = new Float32Array(4 * LOOKS);
  readonly strokes = new Float32Array(4 * LOOKS);
  readonly sprites = new SpriteList();
  /** Where in the sprites labels begin, and what belongs to nodes. */
  labelsFrom = 0;
  nodesFrom = 0;
  hasRunning = false;
  /** Whether something was left to elements of the page. */
  hasMounted = false;
  private counts = new Uint32Array(LOOKS);

  build(pen: Pen, found: Found, maker: Omit<Maker, "pen" | "list">): void {
    this.sort(pen.scene, found.nodes, pen.draw.isDomShown);
    this.sortEdges(pen, found.edges);
    this.writeSprites({ ...maker, pen, list: this.sprites });
  }

  private sort(scene: Scene, found: readonly number[], isDomShown: boolean): void {
    const { kind, depth } = scene.places;
    const frames: number[] = [];
    const notes: number[] = [];
    const nodes: number[] = [];
    this.hasMounted = false;
    for (const slot of found) {
      if (isDomShown && ((scene.flags[slot] ?? 0) & MOUNTED) !== 0) this.hasMounted = true;
      else if (kind[slot] === NOTE) notes.push(slot);
      else if (kind[slot] === FRAME && !scene.places.isCollapsed(slot)) frames.push(slot);
      else if (kind[slot] === NODE || kind[slot] === FRAME) nodes.push(slot);
    }
    frames.sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0) || a - b);
    this.frames = frames.length;
    this.notes = notes.length;
    this.count = frames.length + notes.length + nodes.length;
    this.boxes = grown(this.boxes, this.count, 0);
    this.boxes.set(frames);
    this.boxes.set(notes, frames.length);
    this.boxes.set(nodes, frames.length + notes.length);
  }

  private sortEdges(pen: Pen, found: readonly number[]): void {
    const { groups, isSimple } = gathered(pen, found);
    this.isSimple = isSimple;
    this.edgeCount = 0;
    this.edges = grown(this.edges, found.length, 0);
    for (const look of LOOK_ORDER) {
      const group = groups[look] ?? [];
      this.counts[look] = group.length;
      for (const edge of group) {
        this.edges[this.edgeCount] = edgeWord(edge, look);
        this.edgeCount += 1;
      }
    }
    this.hasRunning = (this.counts[RUN] ?? 0) > 0;
  }

  /** How edges of each look are drawn now: dashes move from frame to frame. */
  setStrokes(pen: Pick<Pen, "palette" | "draw" | "view">): void {
    for (let look = 0; look < LOOKS; look += 1) {
      const { width, colour, alpha, dash, offset } = strokeOf(pen, look, this.counts[look] ?? 0, this.isSimple);
      const [r, g, b, a] = parsed(colour);
      this.looks.set([r, g, b, a * alpha], 4 * look);
      this.strokes.set([width, dash[0] ?? 0, dash[1] ?? 0, offset], 4 * look);
    }
  }

  private writeSprites(maker: Maker): void {
    const { sprites, boxes, frames, notes, count } = this;
    const { level } = maker.pen;
    sprites.clear();
    this.labelsFrom = this.nodesFrom = 0;
    for (let at = 0; at < frames; at += 1) frameSprites(maker, boxes[at] ?? 0);
    this.labelsFrom = sprites.count;
    if (hasLabels(maker.pen, this.isSimple)) for (let at = 0; at < this.edgeCount; at += 1) labelSprite(maker, (this.edges[at] ?? 0) & 0x0fff_ffff);
    this.nodesFrom = sprites.count;
    if (level === "dense" || level === "far") return;
    for (let at = frames; at < frames + notes; at += 1) noteSprites(maker, boxes[at] ?? 0, at);
    for (let at = frames + notes; at < count; at += 1) cardSprites(maker, boxes[at] ?? 0, at);
  }
}

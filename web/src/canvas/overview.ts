// The whole graph as one picture of at most 2,048 pixels: what far zoom and the small map show. Changes are painted into it.

import { FRAME, NODE, NOTE } from "../graph/document/places";
import type { Box } from "../graph/geometry";
import { tintOf } from "../graph/notes";
import { readable } from "./card";
import { flatColour } from "./card-sprites";
import type { Palette } from "./palette";
import { Colours, Pixels } from "./pixels";
import { NODE_LOOKS, SELECTED, type Scene } from "./scene";

const LARGEST = 2_048;
/** Small graphs are not blown up. */
const DENSEST = 0.5;
const MARGIN = 40;
/** Shorter edges than these would only blur what they join. */
const EDGE_LEAST = 2.5;
const EDGE_LONG = 160;
const FEW = 16;
const EDGES_AT_ONCE = 4_000;
/** So many are painted by hand. */
const MANY = 4_000;
/** After so large a part has moved, the picture is painted anew. */
const MOVED_PART = 0.05;

export class Overview {
  /** Pixels for each unit of the graph. */
  density = 0;
  box: Box = { x: 0, y: 0, w: 1, h: 1 };
  /** Counts paintings, so that copies of it know when they are old. */
  version = 0;
  readonly canvas = new OffscreenCanvas(1, 1);
  /** Kept where pixels can be reached: many nodes are painted by hand. */
  private readonly ctx = this.canvas.getContext("2d", { willReadFrequently: true });
  private readonly ground = new Colours(1);
  private readonly colours = new Map([FRAME, NOTE, NODE].map((kind) => [kind, new Colours(alphaOf(kind))]));
  private moved = 0;
  private isOld = true;
  private edgesFrom = 0;
  private readonly at: Box = { x: 0, y: 0, w: 0, h: 0 };

  constructor(private readonly scene: Scene, private palette: Palette) {}

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.isOld = true;
  }

  /** Has everything painted anew when there is time. */
  spoil(): void {
    this.isOld = true;
  }

  /** Paints what changed. Where much has moved, all is painted later. */
  patch(nodes: readonly number[], haveMoved: boolean): void {
    if (this.isOld || !this.ctx) return;
    if (haveMoved) this.moved += nodes.length;
    if (this.moved > this.scene.doc.nodes.count * MOVED_PART || !this.holds(nodes)) this.isOld = true;
    else {
      this.paintNodes(nodes);
      this.version += 1;
    }
  }

  /** Whether something is left to be done in idle time. */
  get hasWork(): boolean {
    return this.isOld || this.edgesFrom >= 0;
  }

  /** Does a part of what is left; answers whether more is. */
  work(): boolean {
    if (this.isOld) this.paint();
    else if (this.edgesFrom >= 0) this.paintEdges();
    return this.hasWork;
  }

  /** Paints all nodes, if that is due. Edges follow in idle time. */
  ensure(): void {
    if (this.isOld) this.paint();
  }

  private paint(): void {
    const { ctx, scene, palette } = this;
    const around = scene.places.bounds();
    if (!ctx) return;
    this.isOld = false;
    this.moved = 0;
    this.version += 1;
    const inner = around ?? { x: 0, y: 0, w: 1, h: 1 };
    this.box = { x: inner.x - MARGIN, y: inner.y - MARGIN, w: inner.w + 2 * MARGIN, h: inner.h + 2 * MARGIN };
    this.density = Math.min(DENSEST, LARGEST / Math.max(this.box.w, this.box.h));
    this.canvas.width = Math.max(1, Math.ceil(this.box.w * this.density));
    this.canvas.height = Math.max(1, Math.ceil(this.box.h * this.density));
    const { kind, seenAs } = scene.places;
    const pixels = new Pixels(ctx, this.ground.of(palette.ground));
    for (const wanted of [FRAME, NOTE, NODE]) {
      for (let slot = 0; slot < scene.doc.nodes.size; slot += 1) if (kind[slot] === wanted && seenAs[slot] === slot) this.fill(pixels, slot);
    }
    pixels.put();
    this.edgesFrom = 0;
  }

  /** Some of the edges, behind what is painted. */
  private paintEdges(): void {
    const { ctx, scene, density, box, palette } = this;
    if (!ctx) return;
    const end = Math.min(scene.doc.edges.size, this.edgesFrom + EDGES_AT_ONCE);
    ctx.globalCompositeOperation = palette.isLight ? "darken" : "lighten";
    ctx.strokeStyle = palette.edgeLine;
    ctx.globalAlpha = 0.35;
    ctx.lineWidth = 1;
    ctx.beginPath();
    let count = 0;
    for (let edge = this.edgesFrom; edge < end; edge += 1) {
      const run = scene.runOf(edge);
      const long = run ? (Math.abs(run.x1 - run.x0) + Math.abs(run.y1 - run.y0)) * density : 0;
      // Of those that cross the whole picture a few say as much as all.
      if (!run || long < EDGE_LEAST || (long > EDGE_LONG && edge % FEW !== 0)) continue;
      ctx.moveTo((run.x0 - box.x) * density, (run.y0 - box.y) * density);
      ctx.lineTo((run.x1 - box.x) * density, (run.y1 - box.y) * density);
      count += 1;
      if (count % 256 !== 0) continue;
      ctx.stroke();
      ctx.beginPath();
    }
    ctx.stroke();
    ctx.globalCompositeOperation = "source-over";
    ctx.globalAlpha = 1;
    this.version += 1;
    this.edgesFrom = end < scene.doc.edges.size ? end : -1;
  }

  private paintNodes(nodes: readonly number[]): void {
    const { ctx, scene } = this;
    if (!ctx) return;
    if (nodes.length < MANY) for (const slot of nodes) this.paintNode(ctx, slot);
    else {
      const pixels = new Pixels(ctx, null);
      for (const slot of nodes) if (scene.places.isSeen(slot)) this.fill(pixels, slot);
      pixels.put();
    }
  }

  private paintNode(ctx: OffscreenCanvasRenderingContext2D, slot: number): void {
    if (!this.scene.places.isSeen(slot)) return;
    ctx.fillStyle = this.colourOf(slot);
    ctx.globalAlpha = alphaOf(this.scene.places.kind[slot] ?? NODE);
    const { x, y, w, h } = this.boxOf(slot);
    ctx.fillRect(x, y, w, h);
    ctx.globalAlpha = 1;
  }

  private fill(pixels: Pixels, slot: number): void {
    const { x, y, w, h } = this.boxOf(slot);
    const colour = this.colours.get(this.scene.places.kind[slot] ?? NODE)?.of(this.colourOf(slot));
    if (colour) pixels.fill(x, y, w, h, colour);
  }

  /** Where a node is in the picture: nothing is less than a pixel. The same object each time. */
  private boxOf(slot: number): Box {
    const { x, y, w, h } = this.scene.places;
    const { box, density, at } = this;
    at.x = ((x[slot] ?? 0) - box.x) * density;
    at.y = ((y[slot] ?? 0) - box.y) * density;
    at.w = Math.max(1, (w[slot] ?? 0) * density);
    at.h = Math.max(1, (h[slot] ?? 0) * density);
    return at;
  }

  private colourOf(slot: number): string {
    const { scene, palette } = this;
    if (((scene.flags[slot] ?? 0) & SELECTED) !== 0) return palette.tide;
    const kind = scene.places.kind[slot];
    if (kind === NOTE || kind === FRAME) {
      const tint = tintOf(readable(scene, slot).data);
      return tint ? palette.tint[tint] : kind === NOTE ? palette.tint.yellow : palette.frame;
    }
    const look = NODE_LOOKS[scene.look[slot] ?? 0] ?? "rest";
    const category = scene.styles[scene.style[slot] ?? 0]?.category ?? "data";
    return look === "rest" ? (palette.flat[category] ?? palette.faint) : flatColour(look, palette.faint, palette);
  }

  private holds(nodes: readonly number[]): boolean {
    const { x, y, w, h, seenAs } = this.scene.places;
    const { box } = this;
    return nodes.every((slot) => {
      if (seenAs[slot] !== slot) return false;
      const [left, top] = [x[slot] ?? 0, y[slot] ?? 0];
      return left >= box.x && top >= box.y && left + (w[slot] ?? 0) <= box.x + box.w && top + (h[slot] ?? 0) <= box.y + box.h;
    });
  }
}

function alphaOf(kind: number): number {
  return kind === FRAME ? 0.12 : kind === NOTE ? 0.35 : 1;
}

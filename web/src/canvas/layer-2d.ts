// Draws the graph on a 2D surface: the layer that works everywhere, and what the others are compared with.

import { FRAME, NODE, NOTE } from "../graph/document/places";
import { drawEdges } from "./draw-edges";
import { drawFrames, drawNotes } from "./draw-frames";
import { drawCards, drawRects } from "./draw-nodes";
import { Late } from "./late";
import { levelOf, NO_OVERLAY, viewBox, type Draw, type Layer, type Level, type View } from "./layer";
import type { Overview } from "./overview";
import type { Palette } from "./palette";
import { inView, Kept, penOf, type Context2D, type Pen } from "./pen";
import { LIFTED, MOUNTED, type Patch, type Scene } from "./scene";

/** What is a little outside of the view is drawn too: its ring may reach in. */
export const MARGIN = 24;
/** A margin that takes in all there can be. */
export const EVERYTHING = 1e9;
const GRID = 20;
const GRID_LEAST = 14;

/** Nothing is done to a graph before it is seen. */
const overlays = new Late(() => import("./draw-overlay"));
/** Few graphs are looked at from so far. */
const islands = new Late(() => import("./islands"));

export class Layer2D implements Layer {
  readonly name = "2d";
  private readonly ctx: CanvasRenderingContext2D | null;
  private readonly kept = new Kept();
  /** What rests while something is dragged. */
  private base: OffscreenCanvas | null = null;
  private baseKey = "";
  private version = 0;
  private scene: Scene | null = null;
  private dots: { key: string; pattern: CanvasPattern | null } = { key: "", pattern: null };

  constructor(private readonly canvas: HTMLCanvasElement, private palette: Palette, private readonly overview: Overview) {
    this.ctx = canvas.getContext("2d", { alpha: false });
    this.kept.use(palette);
  }

  resize(width: number, height: number, ratio: number): void {
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.version += 1;
  }

  load(scene: Scene): void {
    this.scene = scene;
    this.kept.forgetWords();
    this.version += 1;
  }

  patch(patch: Patch): void {
    if (patch.all) this.kept.forgetWords();
    else this.kept.forget(patch.nodes);
    this.version += 1;
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.kept.use(palette);
    this.version += 1;
  }

  /** Fonts have come. */
  forgetWords(): void {
    this.kept.forgetWords();
    this.version += 1;
  }

  draw(view: View, draw: Draw): { level: Level; moves: boolean } {
    const { ctx, scene } = this;
    if (!ctx || !scene) return { level: "near", moves: false };
    const { level, found } = this.look(scene, view, draw);
    const pen = penOf(ctx, view, scene, this.palette, level, draw, this.kept);
    const moves = draw.lifted ? this.drawLifted(pen, draw.lifted, found) : this.drawAll(pen, found);
    if (draw.overlay !== NO_OVERLAY) overlays.code?.drawOverlay(pen);
    return { level, moves: overlays.isComing || islands.isComing || (moves && !this.palette.still) };
  }

  close(): void {
    this.base = null;
  }

  /** What is in view and how finely it is drawn. */
  private look(scene: Scene, view: View, draw: Draw): { level: Level; found: { nodes: number[]; edges: number[] } } {
    const { count } = scene.doc.nodes;
    const { density } = this.overview;
    const far = levelOf(view.zoom, 0, count, density, draw.settings) === "far";
    if (far) return { level: "far", found: { nodes: [], edges: [] } };
    const found = inView(scene, view, draw.settings.onlyInView ? MARGIN : EVERYTHING);
    return { level: levelOf(view.zoom, found.nodes.length, count, density, draw.settings), found };
  }

  private drawAll(pen: Pen, found: { nodes: readonly number[]; edges: readonly number[] }): boolean {
    const { ctx, view, palette } = pen;
    ctx.fillStyle = palette.ground;
    ctx.fillRect(0, 0, view.width, view.height);
    if (pen.level === "far") {
      this.drawFar(pen);
      return false;
    }
    this.drawDots(ctx, view);
    return drawGraph(pen, found);
  }

  /** One copy of the overview, and what is selected above it. */
  private drawFar(pen: Pen): void {
    const { ctx, view, scene } = pen;
    const { overview } = this;
    overview.ensure();
    const { box, canvas, density } = overview;
    const seen = viewBox(view);
    // Only the part in view is scaled: the rest of the picture costs as much as if it were seen.
    const left = Math.max(0, Math.floor((seen.x - box.x) * density));
    const top = Math.max(0, Math.floor((seen.y - box.y) * density));
    const right = Math.min(canvas.width, Math.ceil((seen.x + seen.w - box.x) * density));
    const bottom = Math.min(canvas.height, Math.ceil((seen.y + seen.h - box.y) * density));
    if (right <= left || bottom <= top) return;
    const by = view.zoom / density;
    const [x, y] = [(left / density + box.x) * view.zoom + view.x, (top / density + box.y) * view.zoom + view.y];
    ctx.drawImage(canvas, left, top, right - left, bottom - top, x, y, (right - left) * by, (bottom - top) * by);
    const { selection } = scene;
    if (selection.nodeCount > 0 && selection.nodeCount < 500) overlays.code?.drawRings(pen, selection.nodes());
    islands.code?.drawIslands(pen, overview);
  }

  private drawDots(ctx: Context2D, view: View): void {
    const step = dotStep(view.zoom);
    const size = Math.max(2, Math.round(step * view.ratio));
    const key = `${size}|${this.palette.dot}`;
    if (this.dots.key !== key) this.dots = { key, pattern: dotPattern(ctx, size, view.ratio, this.palette) };
    const { pattern } = this.dots;
    if (!pattern) return;
    // The dots are `size` pixels apart, a little off the grid's own step: scaled, they fall where they belong.
    const scale = step / size;
    pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, view.x, view.y]));
    ctx.fillStyle = pattern;
    ctx.fillRect(0, 0, view.width, view.height);
  }

  /** What is dragged and its edges, above a picture of the rest that is drawn once. */
  private drawLifted(pen: Pen, lifted: { nodes: readonly number[]; edges: readonly number[] }, found: { nodes: number[]; edges: number[] }): boolean {
    const { ctx, view, scene } = pen;
    if (pen.level === "far") {
      const moves = this.drawAll(pen, found);
      drawRects(pen, lifted.nodes.slice(0, 2_000));
      return moves;
    }
    const liftedEdges = new Set(lifted.edges);
    const key = `${this.version}|${view.x}|${view.y}|${view.zoom}|${lifted.nodes.length}|${lifted.nodes[0]}|${pen.draw.overlay.into}`;
    if (this.baseKey !== key || !this.base) {
      this.base ??= new OffscreenCanvas(1, 1);
      this.base.width = this.canvas.width;
      this.base.height = this.canvas.height;
      const below = this.base.getContext("2d", { alpha: false });
      if (!below) return this.drawAll(pen, found);
      const rest = { nodes: found.nodes.filter((slot) => ((scene.flags[slot] ?? 0) & LIFTED) === 0), edges: found.edges.filter((edge) => !liftedEdges.has(edge)) };
      this.drawAll(penOf(below, view, scene, this.palette, pen.level, pen.draw, this.kept), rest);
      this.baseKey = key;
    }
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.base, 0, 0);
    ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    return drawGraph(pen, { nodes: found.nodes.filter((slot) => ((scene.flags[slot] ?? 0) & LIFTED) !== 0), edges: found.edges.filter((edge) => liftedEdges.has(edge)) });
  }
}

/** Frames, edges, notes, nodes: in this order. Answers whether something moves. */
function drawGraph(pen: Pen, found: { nodes: readonly number[]; edges: readonly number[] }): boolean {
  const { scene, level } = pen;
  const { kind } = scene.places;
  const frames: number[] = [];
  const notes: number[] = [];
  const nodes: number[] = [];
  for (const slot of found.nodes) {
    if (pen.draw.isDomShown && ((scene.flags[slot] ?? 0) & MOUNTED) !== 0) continue;
    if (kind[slot] === NOTE) notes.push(slot);
    else if (kind[slot] === FRAME && !scene.places.isCollapsed(slot)) frames.push(slot);
    else if (kind[slot] === NODE || kind[slot] === FRAME) nodes.push(slot);
  }
  drawFrames(pen, frames);
  const moves = drawEdges(pen, found.edges);
  drawNotes(pen, notes);
  if (level === "dense") drawRects(pen, nodes);
  else drawCards(pen, nodes);
  return moves;
}

/** How far apart the dots of the grid are, in pixels of the page: fewer of them the farther away. */
function dotStep(zoom: number): number {
  let step = GRID * zoom;
  while (step < GRID_LEAST) step *= 2;
  return step;
}

/** Where the dots are, in device pixels. */
export function dotsOf(view: View): { x: number; y: number; step: number; size: number } {
  const { ratio } = view;
  const step = dotStep(view.zoom) * ratio;
  return { x: view.x * ratio, y: view.y * ratio, step, size: (dotSize(ratio) * step) / Math.max(2, Math.round(step)) };
}

function dotSize(ratio: number): number {
  return Math.max(1, Math.round(1.5 * ratio));
}

function dotPattern(ctx: Context2D, size: number, ratio: number, palette: Palette): CanvasPattern | null {
  const tile = new OffscreenCanvas(size, size);
  const on = tile.getContext("2d");
  if (!on) return null;
  on.fillStyle = palette.dot;
  const dot = dotSize(ratio);
  on.fillRect(0, 0, dot, dot);
  return ctx.createPattern(tile, "repeat");
}

// Edges on a surface: gathered by look, simpler and fewer the smaller and the more they are.

import { curveOf, isForward, mayCross, middleOf, type Run } from "../graph/curve";
import { viewBox } from "./layer";
import type { Pen } from "./pen";
import { EDGE_LOOKS, RUN, SELECTED } from "./scene";
import type { Point } from "./types";

const LABELS_FROM = 0.6;
/** More edges than these are thinned out: always the same ones, so that they do not flicker. */
const CURVES_MOST = 1_500;
const LINES_MOST = 5_000;
/** And more than these pixels of edges: hubs of thousands would be one blot, and take all of a frame's time. */
const LENGTH_MOST = 200_000;
/** Longer edges than this part of the view are looked at more closely before they are drawn. */
const LONG = 0.5;
const MARGIN = 24;
/** Strokes of very long paths take longer than several of shorter ones. */
const TOGETHER = 64;
const DASHED_MOST = 300;
export const SHORTEST = 1.5;
/** So many together would hide the nodes. */
const MANY = 1_200;
export const LEVEL = 0.75;
const LABEL_MOST = 18;
const SELECTED_LOOK = 4;
const HOVERED_LOOK = 5;

/** The order in which looks are drawn, the last above all. */
export const LOOK_ORDER = [3, 0, 1, 2, HOVERED_LOOK, SELECTED_LOOK] as const;

/** Edges by look, without those that are left out; and whether they are lines rather than curves. */
export interface Gathered {
  groups: number[][];
  isSimple: boolean;
}

type Seen = Pick<Pen, "scene" | "view" | "level" | "draw" | "palette">;

/** Draws these; answers whether dashes among them move. */
export function drawEdges(pen: Pen, edges: readonly number[]): boolean {
  const { groups, isSimple } = gathered(pen, edges);
  for (const look of LOOK_ORDER) strokeAll(pen, groups[look] ?? [], look, isSimple);
  if (hasLabels(pen, isSimple)) for (const group of groups) for (const edge of group) drawLabel(pen, edge);
  return (groups[RUN]?.length ?? 0) > 0;
}

export function gathered({ scene, view, level, draw }: Seen, edges: readonly number[]): Gathered {
  const isSimple = draw.settings.simplifyEdges && (level === "flat" || level === "dense" || level === "far");
  const { seen, length } = crossing({ scene, view }, edges, isSimple);
  const most = isSimple ? LINES_MOST : CURVES_MOST;
  let mask = 0;
  while (draw.settings.simplifyEdges && (seen.length / (mask + 1) > most || length / (mask + 1) > LENGTH_MOST)) mask = mask * 2 + 1;
  const groups: number[][] = [[], [], [], [], [], []];
  for (const edge of seen) {
    const isSelected = ((scene.edgeFlags[edge] ?? 0) & SELECTED) !== 0;
    const look = scene.edgeLook[edge] ?? 0;
    if (mask !== 0 && (spread(edge) & mask) !== 0 && !isSelected && look !== RUN) continue;
    groups[edge === draw.overlay.hovered ? HOVERED_LOOK : isSelected ? SELECTED_LOOK : look]?.push(edge);
  }
  return { groups, isSimple };
}

/** Those that run through the view, and about how long they are there together, in pixels. Only the boxes of `edges` are known to touch it. */
function crossing({ scene, view }: Pick<Pen, "scene" | "view">, edges: readonly number[], isSimple: boolean): { seen: number[]; length: number } {
  const box = viewBox(view);
  const longest = box.w + box.h;
  const seen: number[] = [];
  let length = 0;
  for (const edge of edges) {
    const run = scene.runOf(edge);
    if (!run) continue;
    const long = Math.abs(run.x1 - run.x0) + Math.abs(run.y1 - run.y0);
    if (long > LONG * longest && !mayCross(run, box, isSimple, MARGIN / view.zoom)) continue;
    seen.push(edge);
    length += Math.min(long, longest);
  }
  return { seen, length: length * view.zoom };
}

export function hasLabels({ view }: Pick<Pen, "view">, isSimple: boolean): boolean {
  return view.zoom >= LABELS_FROM && !isSimple;
}

/** A number that looks random, the same for each edge at all times. */
function spread(edge: number): number {
  return (Math.imul(edge, 2654435761) >>> 12) & 0xffff;
}

function strokeAll(pen: Pen, edges: readonly number[], look: number, isSimple: boolean): void {
  if (edges.length === 0) return;
  const { ctx, view, scene } = pen;
  setStroke(pen, look, edges.length, isSimple);
  ctx.beginPath();
  let count = 0;
  for (const edge of edges) {
    const run = scene.runOf(edge);
    if (!run) continue;
    if (isSimple) {
      const [dx, dy] = [run.x1 - run.x0, run.y1 - run.y0];
      if ((Math.abs(dx) + Math.abs(dy)) * view.zoom < SHORTEST) continue;
      // Level lines are rectangles: these are filled without smoothing.
      if (dx > 0 && Math.abs(dy) * view.zoom < LEVEL) {
        ctx.fillRect(Math.round(run.x0 * view.zoom + view.x), Math.round(run.y0 * view.zoom + view.y), Math.max(1, Math.round(dx * view.zoom)), 1);
        continue;
      }
      ctx.moveTo(run.x0 * view.zoom + view.x, run.y0 * view.zoom + view.y);
      ctx.lineTo(run.x1 * view.zoom + view.x, run.y1 * view.zoom + view.y);
    } else trace(pen, run);
    count += 1;
    if (count % TOGETHER !== 0) continue;
    ctx.stroke();
    ctx.beginPath();
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

function setStroke(pen: Pen, look: number, count: number, isSimple: boolean): void {
  const { ctx } = pen;
  const stroke = strokeOf(pen, look, count, isSimple);
  ctx.lineCap = isSimple ? "butt" : "round";
  ctx.lineWidth = stroke.width;
  ctx.strokeStyle = ctx.fillStyle = stroke.colour;
  ctx.globalAlpha = stroke.alpha;
  ctx.setLineDash([...stroke.dash]);
  ctx.lineDashOffset = stroke.offset;
}

/** How edges of a look are drawn, where so many are. */
export function strokeOf({ palette, draw, view }: Pick<Seen, "palette" | "draw" | "view">, look: number, count: number, isSimple: boolean) {
  const name = EDGE_LOOKS[look];
  const thin = isSimple ? 1 : Math.max(1, Math.min(1, view.zoom * 1.4) * palette.edge);
  const isDashed = !isSimple && count <= DASHED_MOST;
  const { dash } = palette;
  return {
    width: look === SELECTED_LOOK ? thin + 1 : name === "run" ? Math.max(thin, Math.min(1, view.zoom * 1.4) * palette.edgeRun) : thin,
    colour: look === SELECTED_LOOK ? palette.tide : look === HOVERED_LOOK ? palette.dim : name === "ok" ? palette.ok : name === "run" ? palette.info : palette.edgeLine,
    alpha: name === "dead" ? 0.6 : name === "ok" ? 0.75 : isSimple && look === 0 ? (count > MANY ? 0.3 : 0.8) : 1,
    dash: !isDashed ? [] : name === "dead" ? [dash / 3, dash] : name === "run" ? [dash, dash] : [],
    offset: name === "run" && !palette.still ? -draw.now / 40 : 0,
  };
}

function trace({ ctx, view }: Pen, run: Run): void {
  const { zoom, x, y } = view;
  ctx.moveTo(run.x0 * zoom + x, run.y0 * zoom + y);
  if (isForward(run) && Math.abs(run.y1 - run.y0) * zoom < LEVEL) {
    ctx.lineTo(run.x1 * zoom + x, run.y1 * zoom + y);
    return;
  }
  const curve = curveOf(run);
  const at = (n: number, from: number) => (curve[n] ?? 0) * zoom + from;
  for (let n = 2; n + 5 < curve.length; n += 6) ctx.bezierCurveTo(at(n, x), at(n + 1, y), at(n + 2, x), at(n + 3, y), at(n + 4, x), at(n + 5, y));
}

/** What is written on an edge, how large, and where in the graph its middle is. */
export interface EdgeLabel {
  text: string;
  size: number;
  width: number;
  spot: Point;
  colour: string;
}

export function labelFor({ scene, view, palette }: Pick<Seen, "scene" | "view" | "palette">, edge: number): EdgeLabel | null {
  const label = scene.labelOf(edge);
  const run = label === null ? null : scene.runOf(edge);
  if (label === null || !run) return null;
  const size = Math.min(11, Math.max(9, 11 * view.zoom));
  const text = label.length > LABEL_MOST ? `${label.slice(0, LABEL_MOST - 1)}…` : label;
  const look = EDGE_LOOKS[scene.edgeLook[edge] ?? 0];
  const colour = look === "ok" ? palette.ok : look === "run" ? palette.info : palette.faint;
  // Monospaced: as wide as it has letters.
  return { text, size, width: text.length * size * 0.6 + 12, spot: middleOf(curveOf(run)), colour };
}

function drawLabel(pen: Pen, edge: number): void {
  const { view } = pen;
  const label = labelFor(pen, edge);
  if (!label) return;
  const { width, size, spot } = label;
  const [x, y] = [spot.x * view.zoom + view.x, spot.y * view.zoom + view.y];
  if (x + width < 0 || x - width > view.width || y < -size || y > view.height + size) return;
  drawLabelAt(pen, label, x, y);
}

/** Draws a label around a point. */
export function drawLabelAt({ ctx, palette }: Pick<Pen, "ctx" | "palette">, { text, size, width, colour }: EdgeLabel, x: number, y: number): void {
  ctx.beginPath();
  ctx.roundRect(x - width / 2, y - 8, width, 16, 8);
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.font = palette.mono(size);
  ctx.fillStyle = colour;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y + 0.5);
}

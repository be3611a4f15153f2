// What is drawn above the graph while somebody does something: marquee, wire, guides, rings.

import { curveOf } from "../graph/curve";
import type { Pen } from "./pen";
import { SELECTED } from "./scene";

const PORT = 5;
const PORT_NEAR = 7;
const RINGS_MOST = 2_000;

export function drawOverlay(pen: Pen): void {
  const { ctx, view, palette, draw } = pen;
  const { overlay } = draw;
  const sx = (x: number) => x * view.zoom + view.x;
  const sy = (y: number) => y * view.zoom + view.y;
  if (overlay.edge >= 0) drawTarget(pen, overlay.edge);
  if (overlay.wire) {
    ctx.beginPath();
    trace(pen, overlay.wire);
    ctx.strokeStyle = overlay.isWireRight ? palette.tide : palette.bad;
    ctx.lineWidth = 2;
    ctx.setLineDash(overlay.isWireRight ? [] : [4, 4]);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  for (const port of overlay.ports) dot(pen, sx(port.x), sy(port.y), PORT, palette.card, palette.tide);
  if (overlay.port) dot(pen, sx(overlay.port.x), sy(overlay.port.y), PORT_NEAR, overlay.isWireRight ? palette.tide : palette.bad, palette.ground);
  ctx.strokeStyle = palette.tide;
  ctx.lineWidth = 1;
  ctx.globalAlpha = 0.8;
  ctx.beginPath();
  for (const guide of overlay.guides) {
    ctx.moveTo(Math.round(sx(guide.x0)) + 0.5, Math.round(sy(guide.y0)) + 0.5);
    ctx.lineTo(Math.round(sx(guide.x1)) + 0.5, Math.round(sy(guide.y1)) + 0.5);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  if (overlay.marquee) {
    const { x, y, w, h } = overlay.marquee;
    ctx.fillStyle = palette.tideSoft;
    ctx.fillRect(sx(x), sy(y), w * view.zoom, h * view.zoom);
    ctx.strokeRect(Math.round(sx(x)) + 0.5, Math.round(sy(y)) + 0.5, w * view.zoom, h * view.zoom);
  }
  if (overlay.ghost) {
    const { x, y, w, h } = overlay.ghost;
    ctx.setLineDash([6, 4]);
    ctx.strokeRect(sx(x), sy(y), w * view.zoom, h * view.zoom);
    ctx.setLineDash([]);
  }
  if (overlay.focused >= 0 && pen.scene.places.isSeen(overlay.focused)) ring(pen, overlay.focused, 4);
}

/** Outlines of what is selected, where nodes are too small to show it. */
export function drawRings(pen: Pen, nodes: readonly number[]): void {
  const { scene } = pen;
  let count = 0;
  for (const slot of nodes) {
    if (((scene.flags[slot] ?? 0) & SELECTED) === 0) continue;
    if ((count += 1) > RINGS_MOST) return;
    ring(pen, slot, 1);
  }
}

function ring({ ctx, view, scene, palette }: Pen, slot: number, by: number): void {
  const { x, y, w, h } = scene.places;
  ctx.strokeStyle = palette.tide;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.roundRect((x[slot] ?? 0) * view.zoom + view.x - by, (y[slot] ?? 0) * view.zoom + view.y - by, (w[slot] ?? 0) * view.zoom + 2 * by, (h[slot] ?? 0) * view.zoom + 2 * by, 10 * view.zoom + by);
  ctx.stroke();
}

function drawTarget(pen: Pen, edge: number): void {
  const run = pen.scene.runOf(edge);
  if (!run) return;
  pen.ctx.beginPath();
  trace(pen, curveOf(run));
  pen.ctx.strokeStyle = pen.palette.tide;
  pen.ctx.lineWidth = 3;
  pen.ctx.globalAlpha = 0.6;
  pen.ctx.stroke();
  pen.ctx.globalAlpha = 1;
}

function trace({ ctx, view }: Pen, curve: readonly number[]): void {
  const x = (n: number) => (curve[n] ?? 0) * view.zoom + view.x;
  const y = (n: number) => (curve[n] ?? 0) * view.zoom + view.y;
  ctx.moveTo(x(0), y(1));
  for (let n = 2; n + 5 < curve.length; n += 6) ctx.bezierCurveTo(x(n), y(n + 1), x(n + 2), y(n + 3), x(n + 4), y(n + 5));
}

function dot({ ctx }: Pen, x: number, y: number, r: number, fill: string, line: string): void {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = line;
  ctx.lineWidth = 1.6;
  ctx.stroke();
}

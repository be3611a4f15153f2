// The whole graph in a corner, with a frame around the part in view: a small copy of the overview.

import { viewBox, type View } from "./layer";
import type { Overview } from "./overview";
import type { Palette } from "./palette";
import type { Point } from "./types";

const PAD = 8;
const copies = new WeakMap<HTMLCanvasElement, { version: number; width: number; picture: OffscreenCanvas }>();

function scaleOf({ box }: Overview, width: number, height: number): { by: number; x: number; y: number } {
  const by = Math.min((width - 2 * PAD) / box.w, (height - 2 * PAD) / box.h);
  return { by, x: (width - box.w * by) / 2 - box.x * by, y: (height - box.h * by) / 2 - box.y * by };
}

/** The place in the graph under a place on the map. */
export function miniSpot(overview: Overview, width: number, height: number, at: Point): Point {
  const scale = scaleOf(overview, width, height);
  return { x: (at.x - scale.x) / scale.by, y: (at.y - scale.y) / scale.by };
}

export function drawMini(canvas: HTMLCanvasElement, overview: Overview, view: View, palette: Palette): void {
  const ctx = canvas.getContext("2d");
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!ctx || width === 0) return;
  const { ratio } = view;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  const scale = scaleOf(overview, width, height);
  ctx.fillStyle = palette.bar;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(copyOf(canvas, overview, scale, palette), 0, 0);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const seen = viewBox(view);
  const left = Math.max(1, seen.x * scale.by + scale.x);
  const top = Math.max(1, seen.y * scale.by + scale.y);
  const right = Math.min(width - 1, (seen.x + seen.w) * scale.by + scale.x);
  const bottom = Math.min(height - 1, (seen.y + seen.h) * scale.by + scale.y);
  if (right <= left || bottom <= top) return;
  ctx.beginPath();
  ctx.roundRect(left, top, Math.max(4, right - left), Math.max(4, bottom - top), 3);
  ctx.strokeStyle = palette.dim;
  ctx.lineWidth = 1;
  ctx.stroke();
}

/** Scaling 2,048 pixels down takes longer than a frame has: it is done once for each painting of the overview. */
function copyOf(canvas: HTMLCanvasElement, overview: Overview, scale: { by: number; x: number; y: number }, palette: Palette): OffscreenCanvas {
  const known = copies.get(canvas);
  if (known?.version === overview.version && known.width === canvas.width) return known.picture;
  const picture = known?.picture ?? new OffscreenCanvas(1, 1);
  picture.width = canvas.width;
  picture.height = canvas.height;
  const ctx = picture.getContext("2d");
  if (ctx) {
    const ratio = canvas.width / Math.max(1, canvas.clientWidth);
    ctx.fillStyle = palette.bar;
    ctx.fillRect(0, 0, picture.width, picture.height);
    ctx.imageSmoothingQuality = "medium";
    const { box } = overview;
    ctx.drawImage(overview.canvas, (box.x * scale.by + scale.x) * ratio, (box.y * scale.by + scale.y) * ratio, box.w * scale.by * ratio, box.h * scale.by * ratio);
  }
  copies.set(canvas, { version: overview.version, width: canvas.width, picture });
  return picture;
}

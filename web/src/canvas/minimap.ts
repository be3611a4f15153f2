// The whole graph in a corner, with a frame around the part in view: a small copy of the overview.

import { viewBox, type View } from "./layer";
import type { Overview } from "./overview";
import type { Palette } from "./palette";
import type { Point } from "./types";

const PAD = 8;
/** While the overview goes on changing it is copied no more often than this. */
const AGAIN_MS = 500;

/** The overview as small as the map, of which version it is, and when it was made. */
interface Copy {
  version: number;
  width: number;
  at: number;
  picture: OffscreenCanvas;
  again: ReturnType<typeof setTimeout> | undefined;
}

const copies = new WeakMap<HTMLCanvasElement, Copy>();
/** How large a map is, for the view that it is seen in: asking the page costs a layout. */
const sizes = new WeakMap<HTMLCanvasElement, { key: string; width: number; height: number }>();

function sizeOf(canvas: HTMLCanvasElement, view: View): { width: number; height: number } {
  const key = `${view.width}x${view.height}`;
  let size = sizes.get(canvas);
  if (!size || size.key !== key || size.width === 0) {
    size = { key, width: canvas.clientWidth, height: canvas.clientHeight };
    sizes.set(canvas, size);
  }
  return size;
}

function scaleOf({ box }: Overview, width: number, height: number): { by: number; x: number; y: number } {
  const by = Math.min((width - 2 * PAD) / box.w, (height - 2 * PAD) / box.h);
  return { by, x: (width - box.w * by) / 2 - box.x * by, y: (height - box.h * by) / 2 - box.y * by };
}

/** The place in the graph under a place on the map. */
export function miniSpot(overview: Overview, width: number, height: number, at: Point): Point {
  const scale = scaleOf(overview, width, height);
  return { x: (at.x - scale.x) / scale.by, y: (at.y - scale.y) / scale.by };
}

/** Draws the map; `again` asks for it once more when the overview has changed since it was copied. */
export function drawMini(canvas: HTMLCanvasElement, overview: Overview, view: View, palette: Palette, again: () => void): void {
  const ctx = canvas.getContext("2d");
  const { width, height } = sizeOf(canvas, view);
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
  ctx.drawImage(copyOf(canvas, overview, scale, palette, again), 0, 0);
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

/** Scaling 2,048 pixels down takes longer than a frame has: it is done once for many paintings of the overview. */
function copyOf(canvas: HTMLCanvasElement, overview: Overview, scale: { by: number; x: number; y: number }, palette: Palette, again: () => void): OffscreenCanvas {
  const known = copies.get(canvas);
  const { version } = overview;
  if (known?.width === canvas.width) {
    const left = known.at + AGAIN_MS - performance.now();
    if (known.version === version) return known.picture;
    if (left > 0) {
      known.again ??= setTimeout(again, left);
      return known.picture;
    }
  }
  clearTimeout(known?.again);
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
  copies.set(canvas, { version, width: canvas.width, at: performance.now(), picture, again: undefined });
  return picture;
}

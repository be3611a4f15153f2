// The view onto the graph: screen = world · zoom + offset.

import type { Box } from "./geometry";

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export const ZOOM_LEAST = 0.02;
export const ZOOM_MOST = 2.5;
const FIT_PAD = 40;

export function clampZoom(zoom: number): number {
  return Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, zoom));
}

/** Zooms by `factor` around a point of the screen, which stays where it is. */
export function zoomAt(camera: Camera, factor: number, sx: number, sy: number): Camera {
  const zoom = clampZoom(camera.zoom * factor);
  const by = zoom / camera.zoom;
  return { zoom, x: sx - (sx - camera.x) * by, y: sy - (sy - camera.y) * by };
}

/** Shows all of `box`, at most at its own size; where that would be unreadable, its beginning at `least`. */
export function fit(box: Box, width: number, height: number, least = 0): Camera {
  const wide = Math.max(1, width - 2 * FIT_PAD);
  const high = Math.max(1, height - 2 * FIT_PAD);
  const zoom = clampZoom(Math.max(least, Math.min(1, wide / box.w, high / box.h)));
  const x = box.w * zoom > wide + 1 && least > 0 ? FIT_PAD / 2 - box.x * zoom : (width - box.w * zoom) / 2 - box.x * zoom;
  return { zoom, x, y: (height - box.h * zoom) / 2 - box.y * zoom };
}

/** The part of the world in view, with a margin in screen pixels. */
export function viewOf(camera: Camera, width: number, height: number, margin = 0): Box {
  return {
    x: (-camera.x - margin) / camera.zoom,
    y: (-camera.y - margin) / camera.zoom,
    w: (width + 2 * margin) / camera.zoom,
    h: (height + 2 * margin) / camera.zoom,
  };
}

/** Moves as little as needed to bring `box` into view. */
export function reveal(camera: Camera, box: Box, width: number, height: number): Camera {
  const pad = FIT_PAD;
  const left = box.x * camera.zoom + camera.x;
  const top = box.y * camera.zoom + camera.y;
  const right = left + box.w * camera.zoom;
  const bottom = top + box.h * camera.zoom;
  let { x, y } = camera;
  if (right > width - pad) x -= right - (width - pad);
  if (left + (x - camera.x) < pad) x += pad - (left + (x - camera.x));
  if (bottom > height - pad) y -= bottom - (height - pad);
  if (top + (y - camera.y) < pad) y += pad - (top + (y - camera.y));
  return { zoom: camera.zoom, x, y };
}

// The whole graph in a corner, with a frame around the part in view; shown only when not all is in view.

import { graphBox, type Box } from "../graph/geometry";
import type { Picture } from "./draw";
import type { CardText } from "./look";
import type { Palette } from "./palette";

const PAD = 10;
const LEAST = 2;

function scaleOf(box: Box, width: number, height: number): { by: number; x: number; y: number } {
  const by = Math.min((width - 2 * PAD) / box.w, (height - 2 * PAD) / box.h);
  return { by, x: (width - box.w * by) / 2 - box.x * by, y: (height - box.h * by) / 2 - box.y * by };
}

/** The place in the graph under a place on the map. */
export function miniSpot(box: Box, width: number, height: number, mx: number, my: number): { x: number; y: number } {
  const scale = scaleOf(box, width, height);
  return { x: (mx - scale.x) / scale.by, y: (my - scale.y) / scale.by };
}

export function drawMini(canvas: HTMLCanvasElement, view: Box, picture: Picture, palette: Palette): void {
  const ctx = canvas.getContext("2d");
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!ctx || width === 0) return;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  const colours: Record<CardText["look"], string> = { rest: palette.line2, ok: palette.ok, running: palette.info, failed: palette.bad, skipped: palette.line, disabled: palette.line };
  const scale = scaleOf(graphBox(picture.graph), width, height);
  for (const node of picture.graph.nodes) {
    if (node.frame) continue;
    ctx.fillStyle = node.id === picture.selected ? palette.tide : colours[picture.texts(node).look];
    ctx.fillRect(node.x * scale.by + scale.x, node.y * scale.by + scale.y, Math.max(LEAST, node.w * scale.by), Math.max(LEAST / 2, node.h * scale.by));
  }
  const left = Math.max(1, view.x * scale.by + scale.x);
  const top = Math.max(1, view.y * scale.by + scale.y);
  const right = Math.min(width - 1, (view.x + view.w) * scale.by + scale.x);
  const bottom = Math.min(height - 1, (view.y + view.h) * scale.by + scale.y);
  if (right <= left || bottom <= top) return;
  ctx.beginPath();
  ctx.roundRect(left, top, right - left, bottom - top, 4);
  ctx.strokeStyle = palette.faint;
  ctx.lineWidth = 1;
  ctx.stroke();
}

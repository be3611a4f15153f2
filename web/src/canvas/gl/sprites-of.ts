// Which pictures stand on nodes, frames, notes and edges: the words and signs that the 2D layer writes, drawn by its own functions.

import { FRAME } from "../../graph/document/places";
import { titleFor } from "../card";
import { isFaded, TILE, TILE_LEFT } from "../card-sprites";
import { drawLabelAt, labelFor } from "../draw-edges";
import { drawFrameName, hasFrameName, NOTE_PAD, noteText, setNoteFont } from "../draw-frames";
import { drawInside, drawName, drawPortNames, drawSign, NAME_LEFT, NAME_PIXELS, nameSize, PAD, PORT_NAME_ROOM } from "../draw-nodes";
import type { Context2D, Pen } from "../pen";
import { NODE_LOOKS, SELECTED } from "../scene";
import { lookOf } from "../sprites";
import { FRAME_NAME, INSIDE, keyOf, LINES, penAt, PORTS_IN, PORTS_OUT, WORDS, type Cell, type Cells } from "./cells";
import type { SpriteList } from "./sprite-list";

/** What pictures are made with. `scale` is that of the atlas, which the view's own may be a little off. */
export interface Maker {
  pen: Pen;
  cells: Cells;
  list: SpriteList;
  scale: number;
  origin: { x: number; y: number };
}

const FRAME_NAME_HIGH = 48;
const LABEL_HIGH = 18;

/** Draws a cell at the upper left corner of a slot. */
function put({ pen, list, origin }: Maker, cell: Cell | null, x: number, y: number, shown: number, order: number): void {
  if (!cell) return;
  const by = (pen.view.zoom * pen.view.ratio) / cell.scale;
  const { spot, dx, dy } = cell;
  list.push({ x: x - origin.x, y: y - origin.y, dx: dx * by, dy: dy * by, w: spot.w * by, h: spot.h * by }, spot, shown, order);
}

function cornerOf({ pen }: Maker, slot: number): [x: number, y: number] {
  const { places } = pen.scene;
  return [places.x[slot] ?? 0, places.y[slot] ?? 0];
}

/** Icon, words and signs of a card. */
export function cardSprites(maker: Maker, slot: number, order: number): void {
  const { pen, cells, scale } = maker;
  const { scene, palette, view, kept } = pen;
  const style = scene.styles[scene.style[slot] ?? 0];
  if (!style) return;
  const { ratio } = view;
  const [x, y] = cornerOf(maker, slot);
  const wide = Math.max(2, Math.round((scene.places.w[slot] ?? 0) * scale));
  const high = Math.max(2, Math.round((scene.places.h[slot] ?? 0) * scale));
  const size = nameSize(scale / ratio);
  const look = NODE_LOOKS[scene.look[slot] ?? 0] ?? "rest";
  if (pen.level === "near" || pen.level === "mid") {
    const tile = Math.max(1, Math.round(TILE * scale));
    const isPale = isFaded(look) && ((scene.flags[slot] ?? 0) & SELECTED) === 0;
    const icon = cells.of(`tile ${lookOf(style)} ${tile}`, () => cells.drawn({ left: 0, top: 0, w: tile, h: tile }, scale, (ctx) => ctx.drawImage(kept.sprites.tile(style, tile, palette), 0, 0)));
    const left = Math.round(TILE_LEFT * scale);
    put(maker, icon && { ...icon, dx: left, dy: Math.round((high - tile) / 2) }, x, y, isPale ? 0.55 : 1, order);
    if (size >= NAME_PIXELS) put(maker, cells.of(keyOf(slot, WORDS), () => words(maker, slot, high, size)), x, y, 1, order);
    putSign(maker, slot, wide, size, order);
    if (pen.level === "near") putPortNames(maker, slot, wide, high, order);
  }
  if (scene.places.kind[slot] !== FRAME) return;
  const inside = cells.of(keyOf(slot, INSIDE), () => {
    const line = Math.max(8, (10 * scale) / ratio) * ratio;
    return cells.drawn({ left: 0, top: Math.floor(high - line), w: wide, h: Math.ceil(2 * line) }, scale, (ctx) => drawInside(penAt(pen, ctx, scale), slot, 0, 0, wide, high));
  });
  put(maker, inside, x, y, 1, order);
}

function words({ pen, cells, scale }: Maker, slot: number, high: number, size: number): Cell | null {
  const px = size * pen.view.ratio;
  const room = ((pen.scene.places.w[slot] ?? 0) - NAME_LEFT - PAD) * scale;
  const box = { left: Math.floor(NAME_LEFT * scale) - 1, top: Math.floor(high / 2 - 1.7 * px), w: Math.ceil(Math.max(2 * px, room * 1.15)) + 4, h: Math.ceil(3.4 * px) };
  return cells.drawn(box, scale, (ctx) => drawName(penAt(pen, ctx, scale), slot, 0, 0, high, size));
}

/** Names of ports on both sides of a card, each a cell of what the 2D layer writes around it. */
function putPortNames(maker: Maker, slot: number, wide: number, high: number, order: number): void {
  const { pen, cells, scale } = maker;
  const { inputs, outputs } = pen.scene.openPorts(slot);
  const [x, y] = cornerOf(maker, slot);
  const room = Math.ceil((PORT_NAME_ROOM + 2 * PAD) * scale);
  for (const [names, part, left] of [[inputs, PORTS_IN, -room], [outputs, PORTS_OUT, wide]] as const) {
    if (names.length === 0) continue;
    const cell = cells.of(keyOf(slot, part), () =>
      cells.drawn({ left, top: -Math.ceil(PAD * scale), w: room, h: high + Math.ceil(PAD * scale) }, scale, (ctx) => {
        const at = penAt(pen, ctx, scale);
        drawPortNames({ ...at, view: { ...at.view, x: -x * at.view.zoom, y: -y * at.view.zoom } }, slot);
      }),
    );
    put(maker, cell, x, y, 1, order);
  }
}

function putSign(maker: Maker, slot: number, wide: number, size: number, order: number): void {
  const { pen, cells, scale } = maker;
  const { scene, view } = pen;
  const look = NODE_LOOKS[scene.look[slot] ?? 0];
  const problem = scene.problemOf(slot);
  if (look !== "ok" && look !== "failed" && look !== "running" && !problem) return;
  const sign = cells.of(`sign ${look} ${problem ?? ""} ${size}`, () => {
    const r = Math.ceil(Math.max(3.5, size * 0.48) * view.ratio) + 1;
    return cells.drawn({ left: Math.floor(-2.6 * r), top: -r, w: Math.ceil(2.2 * r) + 2, h: 2 * r }, scale, (ctx) => drawSign(penAt(pen, ctx, scale), slot, 0, 0, size));
  });
  const [x, y] = cornerOf(maker, slot);
  put(maker, sign && { ...sign, dx: sign.dx + wide }, x, y, 1, order);
}

export function frameSprites(maker: Maker, slot: number): void {
  const { pen, cells, scale } = maker;
  const { scene, kept, palette, view } = pen;
  const { ratio } = view;
  const zoom = scale / ratio;
  const [w, h] = [(scene.places.w[slot] ?? 0) * zoom, (scene.places.h[slot] ?? 0) * zoom];
  if (!hasFrameName(w, h)) return;
  const [x, y] = cornerOf(maker, slot);
  const name = cells.of(keyOf(slot, FRAME_NAME), () => {
    const box = { left: 0, top: 0, w: 0, h: Math.ceil(Math.min(h, FRAME_NAME_HIGH * Math.max(1, zoom)) * ratio) };
    return cells.drawn({ ...box, w: Math.ceil(Math.min(w, widthOfName(pen, slot, zoom)) * ratio) }, scale, (ctx) => {
      ctx.scale(ratio, ratio);
      drawFrameName(penAt({ ...pen, kept, palette }, ctx, scale), slot, 0, 0, w, h);
    });
  });
  put(maker, name, x, y, 1, 0);
}

/** How wide the name of a frame and the line after it are at most. */
function widthOfName({ ctx, scene, kept, palette }: Pen, slot: number, zoom: number): number {
  const size = 12 * Math.max(1, Math.min(2, zoom));
  return kept.width(ctx, titleFor(scene, slot), size, palette) + (scene.shown?.line(slot)?.length ?? 0) * size * 0.7 + 60;
}

/** The lines of a note. */
export function noteSprites(maker: Maker, slot: number, order: number): void {
  const { pen, cells, scale } = maker;
  const { view, kept, palette } = pen;
  const { ratio } = view;
  const at = penAt(pen, pen.ctx, scale);
  const { lines, size, step } = noteText(at, slot);
  const pad = NOTE_PAD * at.view.zoom;
  const [x, y] = cornerOf(maker, slot);
  lines.forEach((text, line) => {
    const cell = cells.of(keyOf(slot, LINES + line), () => {
      const w = Math.ceil(kept.width(pen.ctx, text, size, palette) * 1.1 * ratio) + 4;
      const top = pad + line * step;
      const box = { left: Math.floor(pad * ratio), top: Math.floor(top * ratio) - 1, w, h: Math.ceil(size * 1.5 * ratio) + 2 };
      return cells.drawn(box, scale, (ctx) => {
        ctx.scale(ratio, ratio);
        setNoteFont({ ...pen, ctx }, size);
        ctx.fillText(text, pad, top);
      });
    });
    put(maker, cell, x, y, 1, order);
  });
}

/** What is written on an edge. */
export function labelSprite(maker: Maker, edge: number): void {
  const { pen, cells, scale } = maker;
  const label = labelFor(pen, edge);
  if (!label) return;
  const { ratio } = pen.view;
  const cell = cells.of(-1 - edge, () => {
    const [w, h] = [Math.ceil((label.width + 2) * ratio), Math.ceil(LABEL_HIGH * ratio)];
    return cells.drawn({ left: -Math.ceil(w / 2), top: -Math.ceil(h / 2), w: w + 1, h: h + 1 }, scale, (ctx: Context2D) => {
      ctx.scale(ratio, ratio);
      drawLabelAt({ ctx, palette: pen.palette }, label, 0, 0);
    });
  });
  // Labels are as large at every zoom.
  put(maker, cell && { ...cell, scale: pen.view.zoom * ratio }, label.spot.x, label.spot.y, 1, 0);
}

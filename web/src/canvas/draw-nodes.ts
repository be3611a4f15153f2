// Nodes on a surface: a card with icon and name, a flat shape, or a rectangle of one colour.

import { FRAME } from "../graph/document/places";
import { cardOf, titleFor } from "./card";
import { AROUND, flatColour } from "./card-sprites";
import type { Pen } from "./pen";
import { NODE_LOOKS, SELECTED } from "./scene";

const NAME_LEAST = 10.5;
const NAME_MOST = 24;
const NAME = 13;
export const NAME_PIXELS = 5;
export const NAME_LEFT = 56;
export const PAD = 12;
const LINE = 1.18;
const TWO_LINES_BELOW = 0.62;
/** The name of a port: its size, and where its middle is from its port. */
const PORT_NAME = 11;
const PORT_NAME_AWAY = 9;
const PORT_NAME_UP = 8;
export const PORT_NAME_ROOM = 72;
/** So many sizes of sprites for each doubling of the zoom. */
const SIZES = 3;

/** How large names are, in pixels of the page. */
export function nameSize(zoom: number): number {
  return Math.round(2 * Math.max(NAME * zoom, Math.min(NAME_LEAST, NAME_MOST * zoom))) / 2;
}

/** The scale that sprites are drawn at: the view's own when it rests, else the nearest of a few. */
export function spriteScale(scale: number, isAtRest: boolean): number {
  return isAtRest ? scale : 2 ** (Math.round(Math.log2(scale) * SIZES) / SIZES);
}

/** Cards: body, icon and name. */
export function drawCards(pen: Pen, nodes: readonly number[]): void {
  const { ctx, view, scene, palette, level, kept } = pen;
  const { x, y, w, h } = scene.places;
  const { ratio } = view;
  const hasIcon = level === "near" || level === "mid";
  const size = nameSize(view.zoom);
  const hasName = hasIcon && size >= NAME_PIXELS;
  // Sprites are copied pixel by pixel: without a transform, and at whole pixels. While the zoom changes, those of a size
  // nearby are stretched: drawing new ones for each frame takes longer than the frame has.
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  const scale = view.zoom * ratio;
  const keptScale = spriteScale(scale, pen.draw.isDomShown);
  const stretch = scale / keptScale;
  for (const slot of nodes) {
    const left = Math.round(((x[slot] ?? 0) * view.zoom + view.x) * ratio);
    const top = Math.round(((y[slot] ?? 0) * view.zoom + view.y) * ratio);
    const style = scene.styles[scene.style[slot] ?? 0];
    if (!style) continue;
    const shape = {
      style, look: scene.look[slot] ?? 0, flags: (scene.flags[slot] ?? 0) & SELECTED, scale: keptScale, ratio, hasIcon,
      w: Math.max(2, Math.round((w[slot] ?? 0) * keptScale)), h: Math.max(2, Math.round((h[slot] ?? 0) * keptScale)),
    };
    const card = kept.cards.card(shape, palette);
    const around = AROUND * ratio * stretch;
    // The name of the one before may have been pale.
    ctx.globalAlpha = 1;
    if (stretch === 1) ctx.drawImage(card, left - around, top - around);
    else ctx.drawImage(card, left - around, top - around, card.width * stretch, card.height * stretch);
    const [wide, high] = [shape.w * stretch, shape.h * stretch];
    if (hasName) drawName(pen, slot, left, top, high, size);
    if (level === "near") drawPortNames(pen, slot);
    if (hasIcon) drawSign(pen, slot, left + wide, top, size);
    if (scene.places.kind[slot] === FRAME) drawInside(pen, slot, left, top, wide, high);
  }
  ctx.globalAlpha = 1;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
}

export function drawName(pen: Pen, slot: number, left: number, top: number, high: number, size: number): void {
  const { ctx, view, scene, palette, kept } = pen;
  const look = NODE_LOOKS[scene.look[slot] ?? 0];
  const px = size * view.ratio;
  const scale = view.zoom * view.ratio;
  const room = ((scene.places.w[slot] ?? 0) - NAME_LEFT - PAD) * scale - (look === "rest" ? 0 : px * 0.4);
  ctx.font = palette.name(px);
  ctx.fillStyle = palette.text;
  ctx.globalAlpha = look === "skipped" || look === "disabled" ? 0.55 : 1;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  if (pen.level === "near") {
    drawWords(pen, slot, left + NAME_LEFT * scale, top + high / 2, px, room);
    return;
  }
  const title = titleFor(scene, slot);
  const lines = view.zoom < TWO_LINES_BELOW ? twoLines(pen, title, px, room) : [kept.fit(ctx, title, px, room, palette)];
  lines.forEach((line, at) => ctx.fillText(line, left + NAME_LEFT * scale, top + high / 2 + (at - (lines.length - 1) / 2) * px * LINE));
}

/** Name and line where cards have them: the picture hardly changes when elements take its place. */
function drawWords(pen: Pen, slot: number, left: number, middle: number, px: number, room: number): void {
  const { ctx, palette, kept, scene } = pen;
  const card = cardOf(scene, slot);
  const unit = px / NAME;
  ctx.fillText(kept.fit(ctx, card.title, px, room, palette), left, middle - 8 * unit);
  ctx.font = palette.plain(11 * unit);
  ctx.fillStyle = card.look === "failed" ? palette.bad : palette.faint;
  ctx.fillText(kept.fit(ctx, card.line, 11 * unit, room, palette), left, middle + 9 * unit);
}

/** At most two lines, broken between words where that helps. */
function twoLines({ ctx, kept, palette }: Pen, title: string, size: number, room: number): string[] {
  const width = kept.width(ctx, title, size, palette);
  if (width <= room) return [title];
  const about = Math.floor((title.length * room) / width);
  const space = title.lastIndexOf(" ", about);
  if (space <= 0) return [kept.fit(ctx, title, size, room, palette)];
  return [title.slice(0, space), kept.fit(ctx, title.slice(space + 1), size, room, palette)];
}

/** The names of ports that no edge tells, as the elements of the page have them: above where an edge would begin. */
export function drawPortNames(pen: Pen, slot: number): void {
  const { scene, view } = pen;
  const { inputs, outputs } = scene.openPorts(slot);
  if (inputs.length + outputs.length === 0) return;
  for (const name of outputs) drawPortName(pen, slot, name, true);
  for (const name of inputs) drawPortName(pen, slot, name, false);
  pen.ctx.textAlign = "left";
  pen.ctx.font = pen.palette.name(NAME * view.zoom * view.ratio);
}

function drawPortName({ ctx, view, scene, palette, kept }: Pen, slot: number, name: string, isOutput: boolean): void {
  const px = PORT_NAME * view.zoom * view.ratio;
  const scale = view.zoom * view.ratio;
  const { x, y } = scene.portPlace(slot, name, isOutput);
  ctx.font = palette.mono(px);
  ctx.fillStyle = palette.faint;
  ctx.textAlign = isOutput ? "left" : "right";
  ctx.textBaseline = "middle";
  const away = (isOutput ? PORT_NAME_AWAY : -PORT_NAME_AWAY) * scale;
  ctx.fillText(kept.fit(ctx, name, px, PORT_NAME_ROOM * scale, palette), (x * view.zoom + view.x) * view.ratio + away, (y * view.zoom + view.y) * view.ratio - PORT_NAME_UP * scale);
}

/** A tick, a cross or a dot on the corner: the state by shape. And a mark where something is wrong with the node. */
export function drawSign({ ctx, view, scene, palette }: Pen, slot: number, right: number, top: number, size: number): void {
  const look = NODE_LOOKS[scene.look[slot] ?? 0];
  const problem = scene.problemOf(slot);
  if (look !== "ok" && look !== "failed" && look !== "running" && !problem) return;
  const r = Math.max(3.5, size * 0.48) * view.ratio;
  const x = right - r * 1.6;
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.arc(x, top, r, 0, 2 * Math.PI);
  ctx.fillStyle = look === "ok" ? palette.ok : look === "running" ? palette.info : look === "failed" || problem === "error" ? palette.bad : palette.warn;
  ctx.fill();
  if (r < 4 * view.ratio || look === "running") return;
  ctx.beginPath();
  if (look === "ok") {
    ctx.moveTo(x - r * 0.45, top);
    ctx.lineTo(x - r * 0.1, top + r * 0.35);
    ctx.lineTo(x + r * 0.45, top - r * 0.35);
  } else if (look === "failed") {
    ctx.moveTo(x - r * 0.35, top - r * 0.35);
    ctx.lineTo(x + r * 0.35, top + r * 0.35);
    ctx.moveTo(x + r * 0.35, top - r * 0.35);
    ctx.lineTo(x - r * 0.35, top + r * 0.35);
  } else {
    ctx.moveTo(x, top - r * 0.5);
    ctx.lineTo(x, top + r * 0.1);
    ctx.moveTo(x, top + r * 0.45);
    ctx.lineTo(x, top + r * 0.5);
  }
  ctx.strokeStyle = palette.card;
  ctx.lineWidth = Math.max(view.ratio, r * 0.28);
  ctx.lineCap = "round";
  ctx.stroke();
}

/** A collapsed container says how many are inside of it. */
export function drawInside(pen: Pen, slot: number, left: number, top: number, wide: number, high: number): void {
  const { ctx, view, scene, palette } = pen;
  const inside = scene.places.nest.withInside([slot]).length - 1;
  const size = Math.max(8, 10 * view.zoom) * view.ratio;
  const text = `${inside} inside`;
  ctx.font = palette.mono(size);
  const width = text.length * size * 0.6 + size;
  if (width > wide) return;
  ctx.beginPath();
  ctx.roundRect(left + wide - width - 6 * view.ratio, top + high - size * 0.7, width, size * 1.4, size * 0.7);
  ctx.fillStyle = palette.chip;
  ctx.fill();
  ctx.fillStyle = palette.dim;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + wide - width - 6 * view.ratio + size / 2, top + high);
}

/** Rectangles of one colour, as many of a colour as there are one after the other. */
export function drawRects(pen: Pen, nodes: readonly number[]): void {
  const { ctx, view, scene } = pen;
  const { x, y, w, h } = scene.places;
  const groups = new Map<string, number[]>();
  for (const slot of nodes) {
    const colour = rectColour(pen, slot);
    const group = groups.get(colour);
    if (group) group.push(slot);
    else groups.set(colour, [slot]);
  }
  // At whole pixels, where filling needs no smoothing.
  const { ratio } = view;
  const scale = view.zoom * ratio;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  for (const [colour, group] of groups) {
    ctx.fillStyle = colour;
    for (const slot of group) {
      ctx.fillRect(Math.round((x[slot] ?? 0) * scale + view.x * ratio), Math.round((y[slot] ?? 0) * scale + view.y * ratio), Math.max(1, Math.round((w[slot] ?? 0) * scale)), Math.max(1, Math.round((h[slot] ?? 0) * scale)));
    }
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
}

function rectColour({ scene, palette }: Pen, slot: number): string {
  if (((scene.flags[slot] ?? 0) & SELECTED) !== 0) return palette.tide;
  const look = NODE_LOOKS[scene.look[slot] ?? 0] ?? "rest";
  const category = scene.styles[scene.style[slot] ?? 0]?.category ?? "data";
  return look === "rest" ? (palette.flat[category] ?? palette.faint) : flatColour(look, palette.faint, palette);
}

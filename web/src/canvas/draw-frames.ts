// What stands behind nodes: frames and containers with their names, and sticky notes.

import { plainLines, tintOf } from "../graph/notes";
import { noteFor, readable, titleFor } from "./card";
import type { Pen } from "./pen";
import { SELECTED } from "./scene";

export const CORNER = 14;
export const NOTE_CORNER = 8;
const NAMES_FROM = 42;
const NAME = 12;
export const NOTE_PAD = 12;
/** Narrower ones, in pixels, have no room for anything. */
export const NOTE_LEAST = 12;
const NOTE_LINE = 1.4;
const NOTE_SIZE = 12;
const NOTE_TEXT_FROM = 5;
const NOTE_TEXT_MOST = 1_000;
const NOTE_LINES_MOST = 40;

export function drawFrames(pen: Pen, frames: readonly number[]): void {
  const { depth } = pen.scene.places;
  for (const slot of [...frames].sort((a, b) => (depth[a] ?? 0) - (depth[b] ?? 0) || a - b)) drawFrame(pen, slot);
}

function drawFrame(pen: Pen, slot: number): void {
  const { ctx, scene, palette, draw } = pen;
  const { x, y, w, h } = screenBox(pen, slot);
  const tint = tintOf(readable(scene, slot).data);
  const isSelected = ((scene.flags[slot] ?? 0) & SELECTED) !== 0;
  const isInto = draw.overlay.into === slot;
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, Math.min(CORNER * pen.view.zoom, h / 3, w / 3));
  ctx.globalAlpha = isInto ? 0.12 : 0.06;
  ctx.fillStyle = isInto ? palette.tide : tint ? palette.tint[tint] : palette.frame;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.strokeStyle = isSelected || isInto ? palette.tide : palette.line2;
  ctx.lineWidth = isSelected || isInto ? 1.5 : 1;
  ctx.stroke();
  if (hasFrameName(w, h)) drawFrameName(pen, slot, x, y, w, h);
}

/** Whether a frame of so many pixels has room for its name. */
export function hasFrameName(w: number, h: number): boolean {
  return w >= NAMES_FROM && h >= 14;
}

export function drawFrameName(pen: Pen, slot: number, x: number, y: number, w: number, h: number): void {
  const { ctx, view, scene, palette, kept } = pen;
  const size = Math.max(10, Math.min(NAME, NAME * view.zoom * 1.6));
  const room = w - 24 * Math.min(1, view.zoom * 2);
  ctx.font = palette.name(size);
  ctx.fillStyle = palette.dim;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  const below = Math.min(h / 2, Math.max(size * 0.8, 18 * view.zoom));
  const left = x + 12 * Math.min(1, view.zoom * 2);
  const name = kept.fit(ctx, titleFor(scene, slot), size, room, palette);
  ctx.fillText(name, left, y + below);
  const line = scene.shown?.line(slot);
  if (!line || view.zoom < 0.5) return;
  const after = kept.width(ctx, name, size, palette) + 8;
  ctx.font = palette.mono(size - 1);
  ctx.fillStyle = palette.faint;
  if (after + line.length * size * 0.6 < room) ctx.fillText(`· ${line}`, left + after, y + below);
}

export function drawNotes(pen: Pen, notes: readonly number[]): void {
  for (const slot of notes) drawNote(pen, slot);
}

/** A note too far for words in the page: its shape, and its text in plain words as far as they fit. */
function drawNote(pen: Pen, slot: number): void {
  const { ctx, view, scene, palette } = pen;
  const { x, y, w, h } = screenBox(pen, slot);
  const tint = palette.tint[tintOf(readable(scene, slot).data) ?? "yellow"];
  const isSelected = ((scene.flags[slot] ?? 0) & SELECTED) !== 0;
  if (pen.level === "dense" || pen.level === "far" || w < NOTE_LEAST) {
    ctx.globalAlpha = 0.3;
    ctx.fillStyle = isSelected ? palette.tide : tint;
    ctx.fillRect(x, y, Math.max(1, w), Math.max(1, h));
    ctx.globalAlpha = 1;
    return;
  }
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, Math.min(NOTE_CORNER * view.zoom, h / 3, w / 3));
  ctx.fillStyle = palette.ground;
  ctx.fill();
  ctx.globalAlpha = 0.13;
  ctx.fillStyle = tint;
  ctx.fill();
  ctx.globalAlpha = isSelected ? 1 : 0.45;
  ctx.strokeStyle = isSelected ? palette.tide : tint;
  ctx.lineWidth = isSelected ? 1.5 : 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
  const pad = NOTE_PAD * view.zoom;
  const { lines, size, step } = noteText(pen, slot);
  setNoteFont(pen, size);
  lines.forEach((line, at) => ctx.fillText(line, x + pad, y + pad + at * step));
}

export function setNoteFont({ ctx, palette }: Pen, size: number): void {
  ctx.font = palette.plain(size);
  ctx.fillStyle = palette.text;
  ctx.textAlign = "left";
  ctx.textBaseline = "top";
}

/** The lines of a note that are seen, their size, and how far apart they are; none where they are too small. */
export function noteText({ ctx, view, scene, palette, kept, level }: Pen, slot: number): { lines: readonly string[]; size: number; step: number } {
  const size = Math.round(2 * NOTE_SIZE * view.zoom) / 2;
  const step = size * NOTE_LINE;
  const [w, h] = [scene.places.w[slot] ?? 0, scene.places.h[slot] ?? 0];
  if (size < NOTE_TEXT_FROM || level === "flat" || level === "dense" || level === "far" || w * view.zoom < NOTE_LEAST) return { lines: [], size, step };
  const most = Math.min(NOTE_LINES_MOST, Math.max(1, Math.floor((h - 2 * NOTE_PAD) * view.zoom / step)));
  const lines = kept.linesOf(slot, () => {
    const words = plainLines(noteFor(scene, slot).slice(0, NOTE_TEXT_MOST)).filter((line) => line !== "");
    return wrapped(words, (text) => kept.width(ctx, text, NOTE_SIZE, palette) <= w - 2 * NOTE_PAD, NOTE_LINES_MOST);
  });
  return { lines: lines.slice(0, most), size, step };
}

function screenBox({ scene, view }: Pen, slot: number): { x: number; y: number; w: number; h: number } {
  const { x, y, w, h } = scene.places;
  return { x: (x[slot] ?? 0) * view.zoom + view.x, y: (y[slot] ?? 0) * view.zoom + view.y, w: (w[slot] ?? 0) * view.zoom, h: (h[slot] ?? 0) * view.zoom };
}

/** Lines broken between words so that each `fits`, at most `most` of them; the last says with … that there is more. */
export function wrapped(lines: readonly string[], fits: (text: string) => boolean, most: number): string[] {
  const done: string[] = [];
  for (const line of lines) {
    let rest = line;
    do {
      if (done.length === most) return ended(done, fits);
      let end = rest.length;
      while (end > 1 && !fits(rest.slice(0, end))) {
        const space = rest.lastIndexOf(" ", end - 1);
        end = space > 0 ? space : end - 1;
      }
      done.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    } while (rest !== "");
  }
  return done;
}

function ended(lines: string[], fits: (text: string) => boolean): string[] {
  let last = lines.pop() ?? "";
  while (last !== "" && !fits(`${last}…`)) last = last.slice(0, -1);
  return [...lines, `${last}…`];
}

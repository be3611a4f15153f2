// Bodies of nodes without their names, drawn once for each look and size, so that a node is one copy and one word.

import { NODE_LOOKS, SELECTED, type Style } from "./scene";
import type { Palette } from "./palette";
import { lookOf, type Sprites } from "./sprites";
import type { NodeLook } from "./types";

export const CORNER = 10;
/** Room around a card for its ring and the end of its border, in CSS pixels. */
export const AROUND = 5;
export const TILE_LEFT = 12;
export const TILE = 34;
/** The coloured bar of a flat card: where it is, how wide, and from which width of a card on. */
export const BAR_LEFT = 6;
export const BAR_TOP = 10;
export const BAR_FROM = 24;
export const BAR = 5;
/** How far the ring of what is selected reaches, and the dashes around what is disabled. */
export const RING = 3;
export const DASH = 3;
const CARDS_MOST = 600;

export interface CardShape {
  style: Style;
  look: number;
  flags: number;
  /** Size in device pixels, and how many of these a unit of the graph takes. */
  w: number;
  h: number;
  scale: number;
  ratio: number;
  /** Whether there is room for an icon. */
  hasIcon: boolean;
}

export class Cards {
  private readonly cards = new Map<string, OffscreenCanvas>();

  constructor(private readonly sprites: Sprites) {}

  clear(): void {
    this.cards.clear();
  }

  card(shape: CardShape, palette: Palette): OffscreenCanvas {
    const key = `${lookOf(shape.style)}|${shape.look}|${shape.flags}|${shape.w}|${shape.h}|${Number(shape.hasIcon)}`;
    const known = this.cards.get(key);
    if (known) return known;
    if (this.cards.size > CARDS_MOST) this.cards.clear();
    const card = this.drawn(shape, palette);
    this.cards.set(key, card);
    return card;
  }

  private drawn(shape: CardShape, palette: Palette): OffscreenCanvas {
    const { w, h, scale, ratio, style } = shape;
    const around = AROUND * ratio;
    const card = new OffscreenCanvas(w + 2 * around, h + 2 * around);
    const ctx = card.getContext("2d");
    if (!ctx) return card;
    const look = NODE_LOOKS[shape.look] ?? "rest";
    const isSelected = (shape.flags & SELECTED) !== 0;
    const corner = Math.min(CORNER * scale, h / 3);
    ctx.translate(around, around);
    if (isSelected) {
      const ring = RING * ratio;
      ctx.beginPath();
      ctx.roundRect(-ring, -ring, w + 2 * ring, h + 2 * ring, corner + ring);
      ctx.fillStyle = palette.tideSoft;
      ctx.fill();
    }
    ctx.globalAlpha = isFaded(look) && !isSelected ? 0.55 : 1;
    ctx.beginPath();
    const line = ratio * (isSelected || look === "failed" || look === "running" ? 1.5 : 1);
    ctx.roundRect(line / 2, line / 2, w - line, h - line, corner);
    ctx.fillStyle = palette.card;
    ctx.fill();
    if (!shape.hasIcon) {
      ctx.fillStyle = flatColour(look, palette.category[style.category] ?? palette.faint, palette);
      ctx.save();
      ctx.globalAlpha *= look === "rest" ? 0.34 : 0.5;
      ctx.fill();
      ctx.restore();
    }
    ctx.strokeStyle = isSelected ? palette.tide : borderOf(look, palette);
    ctx.lineWidth = line;
    if (look === "disabled") ctx.setLineDash([DASH * ratio, DASH * ratio]);
    ctx.stroke();
    ctx.setLineDash([]);
    if (shape.hasIcon) {
      const tile = Math.max(1, Math.round(TILE * scale));
      ctx.drawImage(this.sprites.tile(style, tile, palette), Math.round(TILE_LEFT * scale), Math.round((h - tile) / 2));
    } else if (w > BAR_FROM * ratio) {
      ctx.beginPath();
      ctx.roundRect(BAR_LEFT * scale, BAR_TOP * scale, Math.max(ratio, BAR * scale), h - 2 * BAR_TOP * scale, BAR * scale);
      ctx.fillStyle = palette.category[style.category] ?? palette.faint;
      ctx.fill();
    }
    return card;
  }
}

export function isFaded(look: NodeLook): boolean {
  return look === "skipped" || look === "disabled";
}

function borderOf(look: NodeLook, palette: Palette): string {
  return look === "running" ? palette.info : look === "failed" ? palette.bad : palette.line2;
}

/** The one colour of a node too small for words: its state's, or at rest its category's. */
export function flatColour(look: NodeLook, category: string, palette: Palette): string {
  switch (look) {
    case "ok":
      return palette.ok;
    case "running":
      return palette.info;
    case "failed":
      return palette.bad;
    case "skipped":
    case "disabled":
      return palette.line2;
    default:
      return category;
  }
}

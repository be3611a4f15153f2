// What drawing functions share: the surface, the view, colours, and the sprites and measured words they keep between frames.

import { viewBox, type Draw, type Level, type View } from "./layer";
import type { Palette } from "./palette";
import type { Scene } from "./scene";
import { Sprites } from "./sprites";
import { Cards } from "./card-sprites";

export type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Pen {
  ctx: Context2D;
  view: View;
  scene: Scene;
  palette: Palette;
  level: Level;
  draw: Draw;
  kept: Kept;
}

const MEASURED = 13;
const WORDS_MOST = 20_000;
const NOTES_MOST = 2_000;

/** What is kept between frames. */
export class Kept {
  readonly sprites = new Sprites();
  readonly cards = new Cards(this.sprites);
  private readonly widths = new Map<string, number>();
  private readonly lines = new Map<number, readonly string[]>();
  private palette: Palette | null = null;

  use(palette: Palette): void {
    if (palette === this.palette) return;
    this.palette = palette;
    this.sprites.clear();
    this.cards.clear();
  }

  /** Fonts have come: words are as wide as these make them. */
  forgetWords(): void {
    this.widths.clear();
    this.lines.clear();
  }

  /** What is written on a note, broken into lines once for all sizes. */
  linesOf(slot: number, wrap: () => readonly string[]): readonly string[] {
    const known = this.lines.get(slot);
    if (known) return known;
    if (this.lines.size > NOTES_MOST) this.lines.clear();
    const lines = wrap();
    this.lines.set(slot, lines);
    return lines;
  }

  forget(slots: readonly number[]): void {
    for (const slot of slots) this.lines.delete(slot);
  }

  /** How wide a name is at a size, measured once for all sizes. */
  width(ctx: Context2D, text: string, size: number, palette: Palette): number {
    let width = this.widths.get(text);
    if (width === undefined) {
      const font = ctx.font;
      ctx.font = palette.name(MEASURED);
      width = ctx.measureText(text).width;
      ctx.font = font;
      if (this.widths.size > WORDS_MOST) this.widths.clear();
      this.widths.set(text, width);
    }
    return (width * size) / MEASURED;
  }

  /** As much of a name as fits, with … where it is not all. */
  fit(ctx: Context2D, text: string, size: number, room: number, palette: Palette): string {
    const width = this.width(ctx, text, size, palette);
    if (width <= room) return text;
    const end = Math.max(1, Math.floor((text.length * (room - size * 0.7)) / width));
    return `${text.slice(0, end).trimEnd()}…`;
  }
}

export function penOf(ctx: Context2D, view: View, scene: Scene, palette: Palette, level: Level, draw: Draw, kept: Kept): Pen {
  ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  ctx.globalAlpha = 1;
  return { ctx, view, scene, palette, level, draw, kept };
}

/** What is in view, by slots. */
export function inView(scene: Scene, view: View, margin: number): { nodes: number[]; edges: number[] } {
  const box = viewBox(view, margin);
  return { nodes: scene.nodesIn(box), edges: scene.edgesIn(box) };
}

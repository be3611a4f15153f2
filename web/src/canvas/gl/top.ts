// A clear surface above the picture of the graphics card, for what is drawn while somebody does something: few shapes, by the functions of the 2D layer.

import { drawIslands } from "../islands";
import { NO_OVERLAY, type Draw, type Overlay, type View } from "../layer";
import { drawOverlay, drawRings } from "../draw-overlay";
import type { Overview } from "../overview";
import { penOf, type Kept, type Pen } from "../pen";

/** More rings than these say nothing. */
const RINGS_MOST = 500;

export class Top {
  readonly canvas: HTMLCanvasElement;
  readonly ctx: CanvasRenderingContext2D | null;
  private isClear = true;

  constructor(className: string, private readonly kept: Kept) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = className;
    this.canvas.setAttribute("aria-hidden", "true");
    this.canvas.hidden = true;
    this.ctx = this.canvas.getContext("2d");
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.isClear = true;
  }

  draw(pen: Omit<Pen, "ctx" | "kept">, overview: Overview): void {
    const { ctx } = this;
    if (!ctx) return;
    const isFar = pen.level === "far";
    if (!isFar && isNothing(pen.draw.overlay)) {
      this.clear();
      return;
    }
    this.clear();
    this.canvas.hidden = false;
    this.isClear = false;
    const above = this.penFor(ctx, pen.view, pen.draw, pen);
    if (isFar) {
      const { selection } = pen.scene;
      if (selection.nodeCount > 0 && selection.nodeCount < RINGS_MOST) drawRings(above, selection.nodes());
      drawIslands(above, overview);
    }
    drawOverlay(above);
  }

  private penFor(ctx: CanvasRenderingContext2D, view: View, draw: Draw, { scene, palette, level }: Omit<Pen, "ctx" | "kept">): Pen {
    return penOf(ctx, view, scene, palette, level, draw, this.kept);
  }

  private clear(): void {
    if (this.isClear) return;
    this.ctx?.setTransform(1, 0, 0, 1, 0, 0);
    this.ctx?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.canvas.hidden = true;
    this.isClear = true;
  }
}

/** Whether there is nothing to draw above the graph. What only changes how the graph itself is drawn does not count. */
export function isNothing(overlay: Overlay): boolean {
  return (Object.keys(NO_OVERLAY) as (keyof Overlay)[]).every((key) => key === "hovered" || key === "into" || key === "isWireRight" || isEmpty(overlay[key]));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === -1 || (Array.isArray(value) && value.length === 0);
}

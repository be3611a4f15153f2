// What is in the atlas, by what it shows and the zoom it was drawn for. A picture of another zoom serves until its own is drawn.

import type { Level } from "../layer";
import type { Context2D, Pen } from "../pen";
import type { Atlas } from "./atlas";
import type { Spot } from "./shelves";

/** So many zooms are remembered. */
const GROUPS_MOST = 4;
/** Keys of one node: its words, its name as a frame, what is inside, names of its ports, and its lines as a note. */
const EACH = 64;
export const WORDS = 0;
export const FRAME_NAME = 1;
export const INSIDE = 2;
export const PORTS_OUT = 3;
export const PORTS_IN = 4;
export const LINES = 8;

export interface Cell {
  spot: Spot;
  /** From the corner of what it belongs to, in device pixels at `scale`. */
  dx: number;
  dy: number;
  /** Device pixels for a unit of the graph. */
  scale: number;
}

interface Group {
  level: Level;
  scale: number;
  /** By node and part, by edge (below 0), or by a text for what many share. */
  cells: Map<number | string, Cell>;
}

export function keyOf(slot: number, part: number): number {
  return slot * EACH + part;
}

export class Cells {
  /** Whether all that was asked for since `begin` was there or drawn. */
  isComplete = true;
  private groups: Group[] = [];
  private until = 0;

  constructor(private readonly atlas: Atlas) {}

  /** Begins at a level and scale; new ones are drawn until then. Unless all is `fresh`, what was asked for since the last time stays. */
  begin(level: Level, scale: number, until: number, isFresh: boolean): void {
    this.isComplete = true;
    this.until = until;
    if (isFresh) this.atlas.shelves.begin();
    const at = this.groups.findIndex((group) => group.level === level && group.scale === scale);
    const group = at < 0 ? { level, scale, cells: new Map() } : this.groups[at];
    if (at >= 0) this.groups.splice(at, 1);
    if (group) this.groups.unshift(group);
    this.groups.length = Math.min(this.groups.length, GROUPS_MOST);
  }

  /** The picture for a key, drawn if it is not there; null where there is nothing to show now, or no room. */
  of(key: number | string, make: () => Cell | null): Cell | null {
    const [group] = this.groups;
    const known = group?.cells.get(key);
    if (known && this.atlas.shelves.isThere(known.spot)) return known;
    if (typeof key === "number" && performance.now() > this.until) {
      this.isComplete = false;
      return this.older(key);
    }
    const made = make();
    if (made) group?.cells.set(key, made);
    return made;
  }

  private older(key: number): Cell | null {
    const level = this.groups[0]?.level;
    for (const group of this.groups) {
      const cell = group.level === level ? group.cells.get(key) : null;
      if (cell && this.atlas.shelves.isThere(cell.spot)) return cell;
    }
    return null;
  }

  /** Draws a picture of a box around the corner of something. Its surface counts from that corner. */
  drawn(box: { left: number; top: number; w: number; h: number }, scale: number, draw: (ctx: Context2D) => void): Cell | null {
    const spot = this.atlas.add(box.w, box.h, (ctx) => {
      ctx.translate(-box.left, -box.top);
      draw(ctx);
    });
    return spot ? { spot, dx: box.left, dy: box.top, scale } : null;
  }

  forget(nodes: readonly number[], edges: readonly number[]): void {
    for (const { cells } of this.groups) {
      // Lines are taken together: that of a note at 0 is always there if any is.
      for (const slot of nodes) {
        for (const part of [WORDS, FRAME_NAME, INSIDE, PORTS_OUT, PORTS_IN]) cells.delete(keyOf(slot, part));
        for (let line = LINES; cells.delete(keyOf(slot, line)); line += 1);
      }
      for (const edge of edges) cells.delete(-1 - edge);
    }
  }

  clear(): void {
    this.groups = [];
    this.atlas.clear();
  }
}

/** A pen that draws around the corner of something instead of where that is in the view. */
export function penAt(pen: Pen, ctx: Context2D, scale: number): Pen {
  return { ...pen, ctx, view: { ...pen.view, zoom: scale / pen.view.ratio, x: 0, y: 0 } };
}

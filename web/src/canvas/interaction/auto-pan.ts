// The view goes along when something is dragged to its edge: how fast, and the loop that does it while the pointer rests there.

import type { View } from "../layer";
import type { Point } from "../types";
import type { Gestures } from "./gestures";

/** How near the edge of the view it begins, in pixels, and how fast it is at the edge, in pixels a second. */
const REACH = 40;
const FASTEST = 1_100;
/** After a frame that took longer than this the view does not jump. */
const STEP_MOST_MS = 50;

/**
 * Which way the view goes, in pixels a second. Nothing towards an edge that the pointer has not come nearer to since it was
 * pressed: what stands at the edge can be moved without everything moving.
 */
export function paceAt(at: Point, from: Point, { width, height }: Pick<View, "width" | "height">): Point {
  return { x: along(at.x, from.x, width), y: along(at.y, from.y, height) };
}

function along(at: number, from: number, size: number): number {
  const reach = Math.min(REACH, size / 4);
  if (at < reach && at < from) return -speed(at, reach);
  if (at > size - reach && at > from) return speed(size - at, reach);
  return 0;
}

function speed(left: number, reach: number): number {
  const part = Math.min(1, (reach - left) / reach);
  return FASTEST * part * part;
}

/** Drags that the view goes along with. */
const DRAGS: ReadonlySet<string> = new Set(["moving", "wiring", "marquee"]);

export class AutoPan {
  private frame = 0;
  private last = 0;

  constructor(private readonly gestures: Gestures, private readonly view: () => View, private readonly pan: (by: Point) => void) {}

  /** To be told of every move: begins where the view is to go, and ends by itself. */
  moved(): void {
    if (this.frame !== 0 || !this.isWanted()) return;
    this.last = performance.now();
    this.frame = requestAnimationFrame(this.step);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  private pace(): Point {
    const { drag, mode } = this.gestures;
    return drag && DRAGS.has(mode) ? paceAt(drag.at, drag.from, this.view()) : { x: 0, y: 0 };
  }

  private isWanted(): boolean {
    const { x, y } = this.pace();
    return x !== 0 || y !== 0;
  }

  private step = (now: number): void => {
    this.frame = 0;
    const { x, y } = this.pace();
    if (x === 0 && y === 0) return;
    const seconds = Math.min(STEP_MOST_MS, Math.max(0, now - this.last)) / 1_000;
    this.last = now;
    this.pan({ x: -x * seconds, y: -y * seconds });
    this.gestures.again();
    this.frame = requestAnimationFrame(this.step);
  };
}

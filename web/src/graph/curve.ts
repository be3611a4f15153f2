// How an edge runs between two ports: cubic pieces, their box, how far a point is from them. Numbers only.

import type { Box } from "./geometry";

/** Cubic pieces: start x, y, then for each piece two controls and an end (6 numbers). */
export type Curve = number[];

export const REACH_LEAST = 32;
export const REACH_MOST = 160;
export const LANE = 46;
/** An edge that leads on by less goes around. */
export const FORWARD_LEAST = 8;
const STEPS = 12;
const CHORDS = 8;
/** An edge that leads on is beside the straight line between its ends by no more than this: its reach by the most of 3t(1 - t)(1 - 2t). */
const BESIDE = REACH_MOST * 0.2887;

export interface Run {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
  /** Height of the source, and the lower of the lower edges of both ends: how an edge that leads back passes below. */
  high: number;
  bottom: number;
}

/** Whether an edge leads on, so that one piece is enough. */
export function isForward(run: Run): boolean {
  return run.x1 >= run.x0 + FORWARD_LEAST;
}

export function curveOf(run: Run): Curve {
  const { x0, y0, x1, y1 } = run;
  if (isForward(run)) {
    const reach = Math.min(REACH_MOST, Math.max(Math.min(REACH_LEAST, (x1 - x0) / 2), (x1 - x0) * 0.45));
    return [x0, y0, x0 + reach, y0, x1 - reach, y1, x1, y1];
  }
  const lane = laneOf(run);
  const middle = (x0 + x1) / 2;
  const reach = reachOf(run);
  return [x0, y0, x0 + reach, y0, x0 + reach, lane, middle, lane, x1 - reach, lane, x1 - reach, y1, x1, y1];
}

function laneOf({ y0, y1, high, bottom }: Run): number {
  return Math.abs(y1 - y0) < high + LANE ? bottom + LANE : (y0 + y1) / 2;
}

function reachOf({ x0, x1 }: Run): number {
  return LANE + Math.min(REACH_MOST / 2, Math.abs(x0 - x1) * 0.08);
}

/** What holds the whole curve, as left, top, right, bottom. */
export function curveBox(run: Run): [number, number, number, number] {
  const { x0, y0, x1, y1 } = run;
  if (isForward(run)) return [x0, Math.min(y0, y1), x1, Math.max(y0, y1)];
  const lane = laneOf(run);
  const reach = reachOf(run);
  return [x1 - reach, Math.min(y0, y1, lane), x0 + reach, Math.max(y0, y1, lane)];
}

/**
 * Whether an edge may be seen in a box that its own box touches: long ones mostly pass it by. What only grazes a corner may be missed or
 * kept; `margin` is for what is drawn beside the line.
 */
export function mayCross(run: Run, { x, y, w, h }: Box, isStraight: boolean, margin: number): boolean {
  const [left, top, right, bottom] = [x - margin, y - margin, x + w + margin, y + h + margin];
  if (isStraight || isForward(run)) {
    const beside = isStraight ? 0 : BESIDE;
    return lineCrosses(run.x0, run.y0, run.x1, run.y1, left - beside, top, right + beside, bottom);
  }
  const curve = curveOf(run);
  for (let n = 0; n + 7 < curve.length; n += 6) {
    const [x0, y0, cx, x1, y1] = [curve[n] ?? 0, curve[n + 1] ?? 0, curve[n + 2] ?? 0, curve[n + 6] ?? 0, curve[n + 7] ?? 0];
    // Both controls of a piece are at one x, each as high as the end that it belongs to.
    if (Math.max(x0, cx, x1) < left || Math.min(x0, cx, x1) > right || Math.max(y0, y1) < top || Math.min(y0, y1) > bottom) continue;
    let [px, py] = [x0, y0];
    for (let step = 1; step <= CHORDS; step += 1) {
      const t = step / CHORDS;
      const s = 1 - t;
      const qx = s * s * s * x0 + 3 * s * t * cx + t * t * t * x1;
      const qy = y0 + t * t * (3 - 2 * t) * (y1 - y0);
      if (lineCrosses(px, py, qx, qy, left, top, right, bottom)) return true;
      px = qx;
      py = qy;
    }
  }
  return false;
}

function lineCrosses(x0: number, y0: number, x1: number, y1: number, left: number, top: number, right: number, bottom: number): boolean {
  if (Math.max(x0, x1) < left || Math.min(x0, x1) > right || Math.max(y0, y1) < top || Math.min(y0, y1) > bottom) return false;
  // All four corners are on one side of the line where the middle is farther from it than any of them reaches.
  const [dx, dy] = [x1 - x0, y1 - y0];
  const middle = dx * ((top + bottom) / 2 - y0) - dy * ((left + right) / 2 - x0);
  return Math.abs(middle) <= (Math.abs(dx) * (bottom - top) + Math.abs(dy) * (right - left)) / 2;
}

/** The point half way along, for a label. */
export function middleOf(curve: Curve): { x: number; y: number } {
  const pieces = (curve.length - 2) / 6;
  const at = (n: number) => curve[Math.floor((pieces - 1) / 2) * 6 + n] ?? 0;
  if (pieces % 2 === 0) return { x: at(6), y: at(7) };
  return { x: (at(0) + 3 * at(2) + 3 * at(4) + at(6)) / 8, y: (at(1) + 3 * at(3) + 3 * at(5) + at(7)) / 8 };
}

/** The curve as points in a row. */
export function flattened(curve: Curve, steps = STEPS): number[] {
  const points = [curve[0] ?? 0, curve[1] ?? 0];
  for (let n = 0; n + 7 < curve.length; n += 6) {
    const p = (k: number) => curve[n + k] ?? 0;
    for (let step = 1; step <= steps; step += 1) {
      const t = step / steps;
      const u = 1 - t;
      const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      points.push(a * p(0) + b * p(2) + c * p(4) + d * p(6), a * p(1) + b * p(3) + c * p(5) + d * p(7));
    }
  }
  return points;
}

export function distanceTo(curve: Curve, x: number, y: number): number {
  const points = flattened(curve);
  let least = Infinity;
  for (let n = 0; n + 3 < points.length; n += 2) {
    least = Math.min(least, toSegment(x, y, points[n] ?? 0, points[n + 1] ?? 0, points[n + 2] ?? 0, points[n + 3] ?? 0));
  }
  return least;
}

function toSegment(x: number, y: number, x0: number, y0: number, x1: number, y1: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const long = dx * dx + dy * dy;
  const t = long === 0 ? 0 : Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / long));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}

/** Whether any of a curve lies in a box: marquees select edges so. */
export function crosses(curve: Curve, box: Box): boolean {
  const points = flattened(curve, 6);
  for (let n = 0; n + 1 < points.length; n += 2) {
    const [x, y] = [points[n] ?? 0, points[n + 1] ?? 0];
    if (x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) return true;
  }
  return false;
}

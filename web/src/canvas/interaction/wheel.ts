// What a turn of the wheel means: a mouse zooms, a trackpad pans and pinches.

import type { Point } from "../types";

export interface Wheel {
  dx: number;
  dy: number;
  /** As the event says it: 0 pixels, 1 lines, 2 pages. */
  mode: number;
  /** Pinching a trackpad sends this too. */
  control: boolean;
  shift: boolean;
}

const LINE = 30;
const TURN_MOST = 240;
const NOTCH = 60;

/** Moves by pixels, or zooms by a factor. */
export function meaningOf(wheel: Wheel): { pan: Point } | { zoom: number } {
  const scale = wheel.mode === 0 ? 1 : LINE;
  // A mouse turns in large whole steps along one axis; a trackpad scrolls finely and in both.
  const isMouse = wheel.mode !== 0 || (wheel.dx === 0 && Math.abs(wheel.dy) >= NOTCH && Number.isInteger(wheel.dy));
  if (wheel.shift && !wheel.control) return { pan: wheel.dx === 0 ? { x: -wheel.dy * scale, y: 0 } : { x: -wheel.dx * scale, y: -wheel.dy * scale } };
  if (!wheel.control && !isMouse) return { pan: { x: -wheel.dx, y: -wheel.dy } };
  const turn = Math.max(-TURN_MOST, Math.min(TURN_MOST, wheel.dy * scale));
  return { zoom: Math.exp(-turn * (wheel.control && !isMouse ? 0.01 : 0.002)) };
}

// The palette as the shaders take it: a row of colours, each in four numbers from 0 to 1.

import type { Palette } from "../palette";
import { CATEGORIES, TINTS } from "./pack";

/** Places in the row. Categories have one more, for those that have no colour. */
export const AT = { ground: 0, card: 1, line2: 2, tide: 3, tideSoft: 4, ok: 5, bad: 6, info: 7, faint: 8, frame: 9, dot: 10, category: 11, flat: 20, tint: 29 } as const;
export const COLOURS = AT.tint + 9;

export function coloursOf(palette: Palette): Float32Array {
  const row = new Float32Array(4 * COLOURS);
  const put = (at: number, colour: string) => row.set(parsed(colour), 4 * at);
  for (const name of ["ground", "card", "line2", "tide", "tideSoft", "ok", "bad", "info", "faint", "frame", "dot"] as const) put(AT[name], palette[name]);
  CATEGORIES.forEach((name, at) => {
    put(AT.category + at, palette.category[name] ?? palette.faint);
    put(AT.flat + at, palette.flat[name] ?? palette.faint);
  });
  put(AT.category + CATEGORIES.length, palette.faint);
  put(AT.flat + CATEGORIES.length, palette.faint);
  TINTS.forEach((name, at) => put(AT.tint + at, palette.tint[name]));
  put(AT.tint + TINTS.length, palette.frame);
  return row;
}

/** Red, green, blue and how much it covers, from a colour as tokens are written: #rgb, #rrggbb, with or without its last part. */
export function parsed(colour: string): [number, number, number, number] {
  const digits = /^#([0-9a-f]{3,8})$/i.exec(colour.trim())?.[1] ?? "";
  const long = digits.length <= 4 ? [...digits].map((one) => one + one).join("") : digits;
  const channel = (at: number, otherwise: number) => {
    const value = Number.parseInt(long.slice(2 * at, 2 * at + 2), 16);
    return Number.isNaN(value) ? otherwise : value / 255;
  };
  return [channel(0, 0.5), channel(1, 0.5), channel(2, 0.5), channel(3, 1)];
}

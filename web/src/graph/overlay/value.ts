// What the entries of the overlay say: a value, that something is taken out, a text by letters, or nothing that can be used.

import type { Entity } from "../document/fields";
import { textIn } from "./letters";
import type { List } from "./names";

/** What reading needs from outside of this room. */
export interface Reading {
  /** JSON as the page reads it, numbers exact; throws where a text is none. */
  parse(text: string): unknown;
  /** The content of a text by letters; empty where it has none yet. */
  letters(name: string): string;
}

/** An entry that says nothing. */
export const NOTHING = Symbol("nothing");

/** The value of an entry: undefined where the field is taken out. */
export function readValue(value: unknown, list: List, row: string, field: string, reading: Reading): unknown {
  if (value === null) return undefined;
  const text = textIn(list, row, field, value);
  return text === null ? readText(value, reading) : reading.letters(text);
}

/** A value that is no text by letters, as those of the file are. */
export function readText(value: unknown, { parse }: Reading): unknown {
  if (value === null) return undefined;
  if (typeof value !== "string") return NOTHING;
  try {
    return parse(value);
  } catch {
    return NOTHING;
  }
}

/** What `~added` holds: the place and the whole row; null where it is none. */
export function readAdded(value: unknown, reading: Reading): { place: number; row: Entity } | null {
  const pair = typeof value === "string" ? readText(value, reading) : NOTHING;
  if (!Array.isArray(pair) || pair.length !== 2) return null;
  const [place, row] = pair as [unknown, unknown];
  const isRow = typeof row === "object" && row !== null && !Array.isArray(row);
  return isRow && Number.isSafeInteger(place) && (place as number) >= 0 ? { place: place as number, row: row as Entity } : null;
}

/** The place in `~added`, without reading a large row for it; 0 where there is none. */
export function placeIn(value: unknown, reading: Reading): number {
  if (typeof value !== "string") return 0;
  const quick = /^\[(\d{1,15}),\{/.exec(value);
  return quick ? Number(quick[1]) : (readAdded(value, reading)?.place ?? 0);
}

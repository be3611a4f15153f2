// Texts that several people edit letter by letter: which fields are some, what they are called, and what one edit of them is.

import { proposal } from "../words";
import type { List } from "./names";

const SHORT = 40;
const OFFSET = [0xcbf29ce4, 0x84222325] as const;
const PRIME_LOW = 0x1b3;
const WORD = 0x1_0000_0000;

/** Whether a field that goes from one text to another is edited by letters; a method or a mode is replaced whole. */
export function isByLetters(before: unknown, after: unknown): boolean {
  if (typeof before !== "string" || typeof after !== "string") return false;
  // Half a pair of surrogates is no text that UTF-8 can carry.
  if (/\p{Surrogate}/u.test(before) || /\p{Surrogate}/u.test(after)) return false;
  return isLong(before) || isLong(after);
}

const isLong = (text: string) => text.length > SHORT || /\s/.test(text) || text.includes("{{");

/** FNV-1a of the UTF-8 of a text, 64 bits as two halves. */
function hash(text: string): readonly [high: number, low: number] {
  let [high, low] = OFFSET as readonly [number, number];
  for (const byte of new TextEncoder().encode(text)) {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3.
    const product = low * PRIME_LOW;
    high = (high * PRIME_LOW + Math.floor(product / WORD) + ((low << 8) >>> 0)) % WORD;
    low = product % WORD;
  }
  return [high, low];
}

/** A text that a field became: its name, and the client that inserts what it began with. */
export interface Begun {
  name: string;
  client: number;
}

/** `client` is the same for everybody who begins the same text, and for no other text: the hash covers the field too. */
export function begin(list: List, row: string, field: string, content: string): Begun {
  const path = `${list}/${row}/${field}@`;
  const [high, low] = hash(path + content);
  const digits = (half: number) => half.toString(16).padStart(8, "0");
  return { name: path + digits(high) + digits(low), client: (high % 0x20_0000) * WORD + low };
}

/** The name of the text that an entry stands for; null where it stands for none of this field. */
export function textIn(list: List, row: string, field: string, value: unknown): string | null {
  if (typeof value !== "string" || !value.startsWith("~")) return null;
  const path = `${list}/${row}/${field}@`;
  const name = value.slice(1);
  return name.startsWith(path) && /^[0-9a-f]{16}$/.test(name.slice(path.length)) ? name : null;
}

/** One edit of a text: what goes, and what comes in its place. Offsets count UTF-16 units. */
export interface Splice {
  at: number;
  remove: number;
  insert: string;
}

/** What is between the common beginning and the common end of two texts, never inside a pair; null where they are the same. */
export function spliceOf(before: string, after: string): Splice | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) start -= 1;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end += 1;
  if (end > 0 && isLow(before.charCodeAt(before.length - end))) end -= 1;
  return { at: start, remove: before.length - start - end, insert: after.slice(start, after.length - end) };
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000;

/**
 * A field after a change that was made to another state of it: of a text by letters, only what that change did. `otherwise` where both
 * changed one place.
 */
export function moved(value: unknown, before: unknown, after: unknown, otherwise: unknown): unknown {
  if (value === before || typeof value !== "string" || !isByLetters(before, after)) return after;
  const [mine, theirs] = [spliceOf(before as string, value), spliceOf(before as string, after as string)];
  if (!mine || !theirs) return value;
  const at = theirs.at + theirs.remove <= mine.at ? theirs.at : theirs.at >= mine.at + mine.remove ? theirs.at + mine.insert.length - mine.remove : -1;
  if (at >= 0) return value.slice(0, at) + theirs.insert + value.slice(at + theirs.remove);
  // Nothing is left of where they differ.
  if (theirs.at <= mine.at && theirs.at + theirs.remove >= mine.at + mine.remove) return after;
  return mergeTexts(before, value, after) ?? otherwise;
}

/** Whether a change of a text left all that was there. */
export function onlyAdds(before: unknown, after: unknown): boolean {
  return isByLetters(before, after) && spliceOf(before as string, after as string)?.remove === 0;
}

/** Two changes of one text as one; null where both changed one place, or these are no texts by letters. */
export function mergeTexts(base: unknown, mine: unknown, theirs: unknown): string | null {
  if (typeof base !== "string" || typeof mine !== "string" || typeof theirs !== "string") return null;
  if (!isByLetters(base, mine) || !isByLetters(base, theirs)) return null;
  const { text, overlaps } = proposal(base, mine, theirs);
  return overlaps === 0 ? text : null;
}

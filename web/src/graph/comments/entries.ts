// The entries of the shared map `comments`, read with care: they come from other programs too (docs/design/0007). What makes no
// sense is as if it were not there.

import { cleanName, COLORS, isColor } from "../people";

/** Longer texts are refused here, and cut where another program wrote one. */
export const TEXT_MOST = 5_000;
const FROM_MOST = 64;
const ID = /^[\w-]{1,64}$/;

export interface Author {
  name: string;
  color: string;
  /** The device that wrote it; null where that was not said. */
  from: string | null;
}

/** A comment as it was first written. */
export interface Written {
  author: Author;
  at: number;
  text: string;
  /** The node it is about; null where it is about a place. */
  node: string | null;
  x: number;
  y: number;
  /** The comment that it answers. */
  thread: string | null;
}

export interface Resolved {
  by: string;
  at: number;
}

/** Everything that is said of one comment. */
export interface Entry {
  written: Written | null;
  later: string | null;
  isDeleted: boolean;
  resolved: Resolved | null;
}

export type Part = "~resolved" | "~text" | "~deleted";

/** The comment and the part of it that a key names; null where it names none. */
function keyParts(key: string): { id: string; part: Part | null } | null {
  const [id = "", part, ...rest] = key.split("/");
  if (!ID.test(id) || rest.length > 0) return null;
  if (part === undefined) return { id, part: null };
  return part === "~resolved" || part === "~text" || part === "~deleted" ? { id, part } : null;
}

/** Entries by comment. */
export function readEntries(entries: Iterable<readonly [string, unknown]>): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const [key, value] of entries) {
    const place = keyParts(key);
    if (!place) continue;
    const entry = found.get(place.id) ?? { written: null, later: null, isDeleted: false, resolved: null };
    found.set(place.id, entry);
    if (place.part === null) entry.written = readWritten(value);
    else if (place.part === "~deleted") entry.isDeleted = value === true;
    else if (place.part === "~resolved") entry.resolved = readResolved(value);
    else entry.later = readWords(value);
  }
  return found;
}

type Loose = Readonly<Record<string, unknown>>;

function parsed(value: unknown): Loose | null {
  if (typeof value !== "string") return null;
  try {
    const read: unknown = JSON.parse(value);
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Loose) : null;
  } catch {
    return null;
  }
}

/** A text that says something, and not more than can be shown. */
function readWords(value: unknown): string | null {
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.length > TEXT_MOST ? `${value.slice(0, TEXT_MOST).replace(/[\ud800-\udbff]$/, "")}…` : value;
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
// A moment that no date can hold would break whatever shows it.
const isMoment = (value: unknown): value is number => isNumber(value) && value >= 0 && value <= 8_640_000_000_000_000;

function readWritten(value: unknown): Written | null {
  const read = parsed(value);
  const text = readWords(read?.["text"]);
  if (!read || text === null) return null;
  const { node = null, x, y, at, thread = null } = read;
  const isPlace = isNumber(x) && isNumber(y);
  if (!isMoment(at) || (node !== null && typeof node !== "string") || (thread !== null && typeof thread !== "string")) return null;
  // An answer stands where the comment does that it answers.
  if (node === null && thread === null && !isPlace) return null;
  return { author: authorOf(read), at, text, node, x: isPlace ? x : 0, y: isPlace ? y : 0, thread };
}

function authorOf({ by, color, from }: Loose): Author {
  const name = (typeof by === "string" && cleanName(by)) || "Somebody";
  return { name, color: isColor(color) ? color : colorOf(name), from: typeof from === "string" && from !== "" && from.length <= FROM_MOST ? from : null };
}

/** The colour of who has told none: the same on every page. */
export function colorOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return COLORS[sum % COLORS.length] ?? COLORS[0];
}

function readResolved(value: unknown): Resolved | null {
  const read = parsed(value);
  if (!read || !isMoment(read["at"])) return null;
  return { by: (typeof read["by"] === "string" && cleanName(read["by"])) || "Somebody", at: read["at"] };
}

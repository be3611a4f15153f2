// How rows and fields are named in the overlay: `<row>/<field>` (docs/design/0007). A name that nobody would have written is no
// name, so that each row and each field has exactly one.

import type { Entity } from "../document/fields";

/** The two lists of a file, and the maps of the overlay of the same names. */
export type List = "nodes" | "edges";
export const LISTS: readonly List[] = ["nodes", "edges"];

export const DELETED = "~deleted";
export const ADDED = "~added";

const NAMELESS = /^#(?:0|[1-9]\d*)$/;
const NAME = /^(?=.)(?!#)(?:~2)?(?:[^~/]|~[01])*$/su;
const FIELD = /^(?:data\/)?(?:[^~/]|~[01])*$/u;
const FILE_KEY = /^(?:[^~/]|~[01])*$/u;

/** The row of an id. */
export function nameOf(id: string): string {
  const name = id.replaceAll("~", "~0").replaceAll("/", "~1");
  return name.startsWith("#") ? `~2${name.slice(1)}` : name;
}

/** The row of one that has no id of its own, by its place among those. */
export const namelessName = (at: number): string => `#${at}`;

/** The place of a row without id among those; -1 for one that has an id. */
export function namelessAt(name: string): number {
  return NAMELESS.test(name) ? Number(name.slice(1)) : -1;
}

/** The id of a row; null where it has none, undefined where this is no name. */
export function idOf(name: string): string | null | undefined {
  if (NAMELESS.test(name)) return null;
  if (!NAME.test(name)) return undefined;
  const id = name.startsWith("~2") ? `#${name.slice(2)}` : name;
  return id.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The row and the field of a key; null where it is none. */
export function partsOf(key: string): [row: string, field: string] | null {
  const at = key.indexOf("/");
  return at > 0 ? [key.slice(0, at), key.slice(at + 1)] : null;
}

/** Whether a field of a row can be laid on it. `id` names the row and never changes. */
export function isField(field: string): boolean {
  return field !== "id" && FIELD.test(field);
}

/** Whether a name is one of the file's own keys. */
export function isFileKey(field: string): boolean {
  return field !== "nodes" && field !== "edges" && FILE_KEY.test(field);
}

/** The id that a row says of itself; null where it is no text, or empty. */
export function ownId(row: object): string | null {
  const { id } = row as Entity;
  return typeof id === "string" && id !== "" ? id : null;
}

/** The names of the rows of a base, in their order: of several with one id the first has it. */
export function namesOf(rows: readonly object[]): string[] {
  const taken = new Set<string>();
  let nameless = 0;
  return rows.map((row) => {
    const id = ownId(row);
    if (id === null || taken.has(id)) return namelessName(nameless++);
    taken.add(id);
    return nameOf(id);
  });
}

/** Orders texts by code points, as every other language does with UTF-8. */
export function compare(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return weight(left) - weight(right);
  }
  return a.length - b.length;
}

/** Halves of a pair stand for what comes after all that is one unit. */
const weight = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit);

// The shape of a value: which fields it has, of which types, how often; and where in it a text is found.

import { childPath } from "./tree";
import { elided, exactNumber, fileOf, kindOf } from "./values";

export interface ShapeRow {
  path: string;
  key: string;
  depth: number;
  /** "text", "number or null", "list of 12". */
  type: string;
  /** An example, for a single value. */
  sample: unknown;
  /** In how many of the list's items it is there; null outside of lists. */
  seen: { times: number; of: number } | null;
}

const ITEMS_MOST = 200;
const ROWS_MOST = 500;
const DEPTH_MOST = 8;
const WORDS: Record<string, string> = { string: "text", number: "number", boolean: "true or false", null: "null", array: "list", object: "object", elided: "large value" };

interface Group {
  path: string;
  key: string;
  depth: number;
  values: unknown[];
  seen: ShapeRow["seen"];
}

/** The rows of a value's shape, lists looked at as one item of all their items. */
export function shapeOf(root: unknown, name: string): { rows: ShapeRow[]; more: boolean } {
  const rows: ShapeRow[] = [];
  const stack: Group[] = [{ path: name, key: name, depth: 0, values: [root], seen: null }];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (rows.length >= ROWS_MOST) return { rows, more: true };
    rows.push({ path: at.path, key: at.key, depth: at.depth, type: typeWords(at.values), sample: at.values.find((value) => value !== null && typeof value !== "object"), seen: at.seen });
    if (at.depth < DEPTH_MOST) stack.push(...inside(at).reverse());
  }
  return { rows, more: false };
}

function typeWords(values: readonly unknown[]): string {
  const kinds = [...new Set(values.map((value) => (fileOf(value) ? "file" : (WORDS[kindOf(value)] ?? "value"))))];
  const lists = values.filter(Array.isArray);
  const size = lists.length === 1 && values.length === 1 ? ` of ${lists[0]?.length ?? 0}` : "";
  return kinds.map((kind) => (kind === "list" ? `list${size}` : kind)).join(" or ");
}

/** The fields of the objects among the values, and the items of the lists among them. */
function inside(at: Group): Group[] {
  const found: Group[] = [];
  const items = at.values.filter(Array.isArray).flatMap((list) => (list as unknown[]).slice(0, ITEMS_MOST));
  if (items.length > 0) found.push({ path: `${at.path}[0]`, key: "each item", depth: at.depth + 1, values: items.slice(0, ITEMS_MOST), seen: null });
  const objects = at.values.filter((value) => kindOf(value) === "object" && !fileOf(value)) as { [key: string]: unknown }[];
  const keys = new Map<string, unknown[]>();
  for (const one of objects) for (const [key, value] of Object.entries(one)) keys.set(key, [...(keys.get(key) ?? []), value]);
  for (const [key, values] of keys) {
    found.push({ path: childPath(at.path, key), key, depth: at.depth + 1, values, seen: objects.length > 1 ? { times: values.length, of: objects.length } : null });
  }
  return found;
}

export interface Find {
  path: string;
  value: unknown;
}

const VISITS_MOST = 100_000;

/** Places whose key or value holds a text, at most so many. Walks with its own stack, and gives up on huge values. */
export function findIn(root: unknown, name: string, query: string, most = 200): { finds: Find[]; all: boolean } {
  const wanted = query.trim().toLowerCase();
  const finds: Find[] = [];
  if (wanted === "") return { finds, all: true };
  const stack: { path: string; key: string; value: unknown }[] = [{ path: name, key: "", value: root }];
  let visits = 0;
  for (let at = stack.pop(); at; at = stack.pop()) {
    visits += 1;
    if (visits > VISITS_MOST || finds.length >= most) return { finds, all: false };
    if (at.key.toLowerCase().includes(wanted) || scalarText(at.value).includes(wanted)) finds.push({ path: at.path, value: at.value });
    const kind = kindOf(at.value);
    if (kind !== "array" && kind !== "object") continue;
    const { path, value } = at;
    const parts = kind === "array" ? (value as unknown[]).map((part, n) => ({ path: childPath(path, n), key: "", value: part })) : Object.entries(value as object).map(([key, part]) => ({ path: childPath(path, key), key, value: part as unknown }));
    for (let n = parts.length - 1; n >= 0; n -= 1) stack.push(parts[n] as (typeof parts)[number]);
  }
  return { finds, all: true };
}

function scalarText(value: unknown): string {
  const stand = elided(value);
  if (stand) return stand.preview.toLowerCase();
  if (typeof value === "object" && value !== null) return exactNumber(value) ?? "";
  return String(value).toLowerCase();
}

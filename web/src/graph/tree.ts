// A JSON value as rows of a collapsible tree, and the paths of its parts as expressions write them.

import { elided, kindOf, type Kind } from "./values";

export interface TreeRow {
  /** Unique in the tree, and what expressions call this part: `input.items[0].name`. */
  path: string;
  key: string | null;
  depth: number;
  kind: Kind;
  value: unknown;
  /** Parts inside, for objects and arrays; parts not shown, for `more`. */
  count: number;
  open: boolean;
}

/** Parts of one object or array shown before "show more". */
export const PART = 100;

const PLAIN = /^[A-Za-z_$][\w$]*$/;

export function childPath(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  return PLAIN.test(key) ? `${parent}.${key}` : `${parent}[${JSON.stringify(key)}]`;
}

export interface Openness {
  /** Paths whose openness differs from the rule "open down to `depth`". */
  toggled: ReadonlySet<string>;
  depth: number;
  /** How many parts of a path to show, where more than PART were asked for. */
  shown: ReadonlyMap<string, number>;
  /** Values fetched in the place of elided ones, by ref. */
  fetched: ReadonlyMap<string, unknown>;
}

/** The rows to show, in order. Walks with its own stack: nesting may be deep. */
export function rowsOf(root: unknown, name: string, open: Openness): TreeRow[] {
  const rows: TreeRow[] = [];
  const stack: { path: string; key: string | null; depth: number; value: unknown; more?: number }[] = [
    { path: name, key: null, depth: 0, value: root },
  ];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (at.more !== undefined) {
      rows.push({ path: at.path, key: null, depth: at.depth, kind: "more", value: null, count: at.more, open: false });
      continue;
    }
    const stand = elided(at.value);
    const value = stand && open.fetched.has(stand.ref) ? open.fetched.get(stand.ref) : at.value;
    const kind = kindOf(value);
    if (kind !== "object" && kind !== "array") {
      rows.push({ path: at.path, key: at.key, depth: at.depth, kind, value, count: 0, open: false });
      continue;
    }
    const parts: [string | number, unknown][] =
      kind === "array" ? (value as unknown[]).map((part, n) => [n, part]) : Object.entries(value as Record<string, unknown>);
    const isOpen = parts.length > 0 && at.depth < open.depth !== open.toggled.has(at.path);
    rows.push({ path: at.path, key: at.key, depth: at.depth, kind, value, count: parts.length, open: isOpen });
    if (!isOpen) continue;
    const limit = open.shown.get(at.path) ?? PART;
    if (parts.length > limit) {
      stack.push({ path: `${at.path}\u2026`, key: null, depth: at.depth + 1, value: null, more: parts.length - limit });
    }
    for (const [key, part] of parts.slice(0, limit).reverse()) {
      stack.push({ path: childPath(at.path, key), key: String(key), depth: at.depth + 1, value: part });
    }
  }
  return rows;
}

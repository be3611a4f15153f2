// Two JSON values side by side, row by row: what is the same is gathered, what differs is shown with its place.

import { childPath } from "./tree";
import { elided, exactNumber, kindOf } from "./values";

export type Change = "same" | "changed" | "added" | "removed";

export interface DiffRow {
  /** What expressions call this part. */
  path: string;
  key: string | null;
  depth: number;
  /** `open`: an object or list whose parts follow, as both or one side has it. `skip`: so many parts that are the same. */
  kind: "open" | "skip" | "value";
  change: Change;
  left: unknown;
  right: unknown;
  /** Parts that are the same, of a `skip`. */
  count: number;
}

/** More rows than these say no more than "they differ". */
export const ROWS_MOST = 5_000;

export function isSame(left: unknown, right: unknown): boolean {
  const stack: [unknown, unknown][] = [[left, right]];
  for (let pair = stack.pop(); pair; pair = stack.pop()) {
    const [a, b] = pair;
    if (Object.is(a, b)) continue;
    const kind = kindOf(a);
    if (kind !== kindOf(b)) return false;
    if (kind === "elided") {
      // What is too big to travel is known by its size and beginning only.
      const [x, y] = [elided(a), elided(b)];
      if (x?.bytes !== y?.bytes || x?.preview !== y?.preview) return false;
    } else if (kind === "number") {
      if (textOf(a) !== textOf(b)) return false;
    } else if (kind === "array") {
      const [x, y] = [a as unknown[], b as unknown[]];
      if (x.length !== y.length) return false;
      x.forEach((part, at) => stack.push([part, y[at]]));
    } else if (kind === "object") {
      const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
      const keys = Object.keys(x);
      if (keys.length !== Object.keys(y).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(y, key)) return false;
        stack.push([x[key], y[key]]);
      }
    } else return false;
  }
  return true;
}

/** Whether a value has no parts to be shown one by one. */
function isFlat(value: unknown): boolean {
  const kind = kindOf(value);
  return (kind !== "object" && kind !== "array") || Object.keys(value as object).length === 0;
}

function textOf(value: unknown): string {
  return exactNumber(value) ?? String(value);
}

interface Part {
  key: string | number;
  left: unknown;
  right: unknown;
  change: Change | null;
}

/** The rows of two values that are called `name`. Rows of what is the same are left out, and counted. */
export function diffRows(left: unknown, right: unknown, name: string): DiffRow[] {
  const rows: DiffRow[] = [];
  const add = (row: Partial<DiffRow> & Pick<DiffRow, "path" | "depth" | "kind" | "change">): void => void rows.push({ key: null, left: null, right: null, count: 0, ...row });
  /** A value that stands on one side only, part by part. */
  const spill = (value: unknown, path: string, key: string | null, depth: number, change: "added" | "removed"): void => {
    if (rows.length >= ROWS_MOST) return;
    const sides = change === "added" ? { right: value } : { left: value };
    if (isFlat(value)) return add({ path, key, depth, kind: "value", change, ...sides });
    add({ path, key, depth, kind: "open", change, ...sides });
    const parts: [string | number, unknown][] = Array.isArray(value) ? value.map((part, at) => [at, part]) : Object.entries(value as object);
    for (const [name, part] of parts) spill(part, childPath(path, name), String(name), depth + 1, change);
  };
  const walk = (a: unknown, b: unknown, path: string, key: string | null, depth: number): void => {
    if (rows.length >= ROWS_MOST) return;
    const kind = kindOf(a);
    if (kind !== kindOf(b) || (kind !== "object" && kind !== "array")) {
      if (isFlat(a) && isFlat(b)) return add({ path, key, depth, kind: "value", change: isSame(a, b) ? "same" : "changed", left: a, right: b });
      spill(a, `${path} `, key, depth, "removed");
      return spill(b, path, key, depth, "added");
    }
    add({ path, key, depth, kind: "open", change: "changed", left: a, right: b });
    let same = 0;
    const flush = () => {
      if (same > 0) add({ path: `${path}…${rows.length}`, depth: depth + 1, kind: "skip", change: "same", count: same });
      same = 0;
    };
    for (const part of partsOf(a, b, kind)) {
      if (part.change === null && isSame(part.left, part.right)) {
        same += 1;
        continue;
      }
      flush();
      const at = childPath(path, part.key);
      if (part.change === null) walk(part.left, part.right, at, String(part.key), depth + 1);
      else if (part.change === "removed") spill(part.left, `${at} `, String(part.key), depth + 1, "removed");
      else spill(part.right, at, String(part.key), depth + 1, "added");
      if (rows.length >= ROWS_MOST) return;
    }
    flush();
  };
  if (isSame(left, right)) add({ path: name, depth: 0, kind: "value", change: "same", left, right });
  else walk(left, right, name, null, 0);
  return rows;
}

function partsOf(a: unknown, b: unknown, kind: string): Part[] {
  return kind === "array" ? listParts(a as unknown[], b as unknown[]) : objectParts(a as Record<string, unknown>, b as Record<string, unknown>);
}

/** Fields by name, in the order of the left, then those that only the right has. */
function objectParts(a: Record<string, unknown>, b: Record<string, unknown>): Part[] {
  const parts: Part[] = Object.keys(a).map((key) => ({ key, left: a[key], right: Object.hasOwn(b, key) ? b[key] : undefined, change: Object.hasOwn(b, key) ? null : "removed" }));
  for (const key of Object.keys(b)) if (!Object.hasOwn(a, key)) parts.push({ key, left: undefined, right: b[key], change: "added" });
  return parts;
}

/** Items that both begin and end with belong together; what stands between is compared place by place. */
function listParts(a: readonly unknown[], b: readonly unknown[]): Part[] {
  let head = 0;
  while (head < a.length && head < b.length && isSame(a[head], b[head])) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && isSame(a[a.length - 1 - tail], b[b.length - 1 - tail])) tail += 1;
  const parts: Part[] = [];
  for (let at = 0; at < head; at += 1) parts.push({ key: at, left: a[at], right: b[at], change: null });
  const [left, right] = [a.length - tail, b.length - tail];
  for (let at = head; at < Math.max(left, right); at += 1) {
    parts.push({ key: at, left: a[at], right: b[at], change: at >= left ? "added" : at >= right ? "removed" : null });
  }
  for (let at = 0; at < tail; at += 1) parts.push({ key: right + at, left: a[left + at], right: b[right + at], change: null });
  return parts;
}

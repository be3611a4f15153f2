// Keys that walk a list: which row each leads to.

/** How many rows down a key leads; null where the key does not move. */
export function stepOf(key: string, page = 10): number | null {
  return { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key] ?? null;
}

/** The row that a key leads to from one (-1: from none) of so many; null where the key does not move. */
export function rowAfter(key: string, at: number, count: number, page = 10): number | null {
  const by = stepOf(key, page);
  return by === null ? null : Math.max(0, Math.min(count - 1, at + by));
}

/** The same in a list that begins anew at its end. */
export function rowAround(key: string, at: number, count: number): number | null {
  const to = rowAfter(key, at, count, 0);
  return key === "ArrowDown" ? (at + 1) % count : key === "ArrowUp" ? (Math.max(at, 0) - 1 + count) % count : to;
}

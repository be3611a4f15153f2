// What is looked for in lists of a run: words that all must stand somewhere in a line.

import { useDeferredValue, useMemo, useState } from "react";

export function wordsOf(query: string): string[] {
  return query.toLowerCase().split(/\s+/).filter(Boolean);
}

export interface Finding<T> {
  query: string;
  setQuery: (query: string) => void;
  found: readonly T[];
}

/** Typing goes on while a long list is looked through. `version` moves when `items` grows in place. */
export function useFinding<T>(items: readonly T[], version: number, textOf: (item: T) => string, also: ((item: T) => boolean) | null = null): Finding<T> {
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query);
  const found = useMemo(() => {
    const words = wordsOf(asked);
    if (words.length === 0 && also === null) return items;
    return items.filter((item) => {
      if (also !== null && !also(item)) return false;
      if (words.length === 0) return true;
      const text = textOf(item).toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [items, version, asked, also]);
  return { query, setQuery, found };
}

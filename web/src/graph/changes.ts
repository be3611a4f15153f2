// A list that is read page by page, kept up to date by what changed since: newest first, by ids that sort as their times do.

interface Entry {
  id: string;
}

/** What changed after the pages were read. */
export interface Changes<T extends Entry> {
  changed: ReadonlyMap<string, T>;
  gone: ReadonlySet<string>;
}

export const NO_CHANGES: Changes<never> = { changed: new Map<string, never>(), gone: new Set() };

/** Both kinds of news together, the later ones counting. The same object where nothing is new. */
export function addChanges<T extends Entry>(before: Changes<T>, items: readonly T[], gone: readonly string[]): Changes<T> {
  if (items.length === 0 && gone.length === 0) return before;
  const next = { changed: new Map(before.changed), gone: new Set(before.gone) };
  for (const id of gone) {
    next.gone.add(id);
    next.changed.delete(id);
  }
  for (const item of items) {
    next.changed.set(item.id, item);
    next.gone.delete(item.id);
  }
  return next;
}

/** The list with its changes. `complete` says that no older ones are to come: else what is older than the list stays out. */
export function withChanges<T extends Entry>(items: readonly T[], { changed, gone }: Changes<T>, complete: boolean): readonly T[] {
  if (changed.size === 0 && gone.size === 0) return items;
  const known = new Set<string>();
  const kept: T[] = [];
  for (const item of items) {
    if (gone.has(item.id) || known.has(item.id)) continue;
    known.add(item.id);
    kept.push(changed.get(item.id) ?? item);
  }
  const oldest = items.at(-1)?.id ?? "";
  const fresh = [...changed.values()].filter((item) => !known.has(item.id) && (complete || item.id > oldest));
  if (fresh.length === 0) return kept;
  fresh.sort((a, b) => (a.id < b.id ? 1 : -1));
  // Nearly always they are all newer than the first.
  const merged: T[] = [];
  let at = 0;
  for (const item of kept) {
    for (let one = fresh[at]; one && one.id > item.id; one = fresh[at]) {
      merged.push(one);
      at += 1;
    }
    merged.push(item);
  }
  return [...merged, ...fresh.slice(at)];
}

/** The ids from one to another of a list, both included, whichever stands first. */
export function between<T extends Entry>(items: readonly T[], from: string, to: string): string[] {
  const [a, b] = [items.findIndex((item) => item.id === from), items.findIndex((item) => item.id === to)];
  if (a < 0 || b < 0) return [to];
  return items.slice(Math.min(a, b), Math.max(a, b) + 1).map((item) => item.id);
}

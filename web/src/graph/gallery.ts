// Templates in a gallery: which fit what is looked for, the best first.

export interface Shown {
  name: string;
  description: string;
  category: string;
  tags: readonly string[];
}

/** Those of a category that hold every word, in the name before the rest. */
export function search<T extends Shown>(all: readonly T[], text: string, category: string): T[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found: { one: T; rank: number }[] = [];
  for (const one of all) {
    if (category !== "" && one.category !== category) continue;
    const name = one.name.toLowerCase();
    const rest = `${one.description} ${one.tags.join(" ")} ${one.category}`.toLowerCase();
    if (!words.every((word) => name.includes(word) || rest.includes(word))) continue;
    found.push({ one, rank: words.filter((word) => name.includes(word)).length });
  }
  return found.sort((a, b) => b.rank - a.rank).map(({ one }) => one);
}

/** Categories in the order in which they first come, and how many are in each. */
export function shelves(all: readonly Shown[]): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { category } of all) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts];
}

/** Node types of a graph, most used first. */
export function typesIn(nodes: readonly { type?: string }[]): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { type = "" } of nodes) if (type !== "") counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

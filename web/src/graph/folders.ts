// Folders by the names that workflows carry: "Finance/Invoices" is inside of "Finance", also where nothing stands in that one itself.

export interface Branch {
  path: string;
  name: string;
  depth: number;
  /** Workflows in it and in what is inside of it. */
  count: number;
}

export function branches(folders: readonly { name: string; count: number }[]): Branch[] {
  const known = new Map<string, Branch>();
  for (const folder of folders) {
    const parts = folder.name.split("/").filter((part) => part !== "");
    for (let depth = 0; depth < parts.length; depth += 1) {
      const path = parts.slice(0, depth + 1).join("/");
      const branch = known.get(path) ?? { path, name: parts[depth] ?? "", depth, count: 0 };
      branch.count += folder.count;
      known.set(path, branch);
    }
  }
  // A folder stands right before what is inside of it.
  const key = (path: string) => path.split("/").join("\u0000");
  return [...known.values()].sort((a, b) => (key(a.path) < key(b.path) ? -1 : 1));
}

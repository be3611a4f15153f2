// Folders by the names that workflows carry: "Finance/Invoices" is inside of "Finance", which is listed too where nothing stands in it itself.

export interface Branch {
  path: string;
  name: string;
  depth: number;
  /** Workflows in it and in what is inside of it. */
  count: number;
}

/** The server lists each folder with what is in it and below it: nothing is added up again. */
export function branches(folders: readonly { name: string; count: number }[]): Branch[] {
  const known = folders.map(({ name: path, count }): Branch => {
    const parts = path.split("/");
    return { path, name: parts.at(-1) ?? "", depth: parts.length - 1, count };
  });
  // A folder stands right before what is inside of it.
  const key = (path: string) => path.split("/").join("\u0000");
  return known.sort((a, b) => (key(a.path) < key(b.path) ? -1 : 1));
}

// Conflicts as they are shared: one entry for each field that two changed apart, kept until somebody chooses.

import { readJson } from "../../api/exact";
import type { Conflict, RowName } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { idOf, nameOf, namelessAt, namelessName, type List } from "../../graph/overlay/names";

/** What was chosen, and by whom; `at` in ms since 1970. */
export interface Chosen {
  how: "mine" | "theirs" | "fields" | "merged";
  by: string;
  at: number;
}

interface Entry {
  path: string;
  base?: unknown;
  mine?: unknown;
  theirs?: unknown;
  by: string;
  at: number;
  chosen?: Chosen;
}

/** The key under which a new conflict is shared. */
export function keyFor(doc: GraphDocument, conflict: Conflict): string {
  return `${pathOf(doc, conflict)}@${Math.random().toString(36).slice(2, 12)}`;
}

export function textFor(doc: GraphDocument, conflict: Conflict, by: string, at: number): string {
  const { base, mine, theirs } = conflict;
  const entry: Entry = { path: pathOf(doc, conflict), base, mine, theirs, by, at };
  return JSON.stringify(entry);
}

/** The conflict of an entry; null where it is settled, or says nothing of this document. */
export function readConflict(doc: GraphDocument, key: string, value: unknown): Conflict | null {
  const entry = entryOf(value);
  if (!entry || entry.chosen) return null;
  const place = placeOf(doc, entry.path);
  if (!place) return null;
  const { base, mine, theirs, by, at } = entry;
  return { ...place, base, mine, theirs, shared: { key, by, at } };
}

/** The entry with what was chosen; null where there is none that is open. */
export function withChoice(value: unknown, chosen: Chosen): string | null {
  const entry = entryOf(value);
  return entry && !entry.chosen ? JSON.stringify({ ...entry, chosen }) : null;
}

/** The entry as it was before I chose; null where somebody else's word stands by now. */
export function withoutChoice(value: unknown, by: string): string | null {
  const entry = entryOf(value);
  if (!entry?.chosen || entry.chosen.by !== by) return null;
  const { chosen: _chosen, ...open } = entry;
  return JSON.stringify(open);
}

function entryOf(value: unknown): Entry | null {
  if (typeof value !== "string") return null;
  try {
    const entry = readJson(value) as Partial<Entry> | null;
    return typeof entry === "object" && entry !== null && typeof entry.path === "string" ? { by: "", at: 0, ...entry, path: entry.path } : null;
  } catch {
    return null;
  }
}

/** `<list>/<row>/<field>`, no field for a whole row; `file/<key>` for a key of the file. */
function pathOf(doc: GraphDocument, { row, field }: Conflict): string {
  if ("file" in row) return `file/${field ?? ""}`;
  const [list, key]: [List, string] = "node" in row ? ["nodes", row.node] : ["edges", row.edge];
  const slot = doc[list].slot(key);
  const number = slot === undefined ? -1 : doc[list].numberAt(slot);
  return `${list}/${number >= 0 ? namelessName(number) : nameOf(key)}/${field ?? ""}`;
}

function placeOf(doc: GraphDocument, path: string): { row: RowName; field: string | null } | null {
  const [list, name = "", ...rest] = path.split("/");
  if (list === "file") return { row: { file: true }, field: name };
  if (list !== "nodes" && list !== "edges") return null;
  const number = namelessAt(name);
  const slot = number >= 0 ? doc[list].numbered(number) : undefined;
  // What is not there any more is told all the same: nobody else could settle it.
  const key = number < 0 ? (idOf(name) ?? name) : slot === undefined ? name : doc[list].key(slot);
  const field = rest.join("/");
  return { row: list === "nodes" ? { node: key } : { edge: key }, field: field === "" ? null : field };
}

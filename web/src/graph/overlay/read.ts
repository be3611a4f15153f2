// Reads a base with an overlay on it. Whatever arrives, what is read is a file that opens: what is no valid entry is passed over.

import { withFields, type Entity } from "../document/fields";
import { rowsOf } from "../document/rows";
import type { FileGraph } from "../file";
import type { Entries, RowFields } from "./entries";
import { ADDED, compare, DELETED, idOf, isField, isFileKey, LISTS, namelessAt, namesOf, type List } from "./names";
import { NOTHING, readAdded, readText, readValue, type Reading } from "./value";

/** Everything that an overlay says of a file. */
export interface Overlay {
  nodes: Entries;
  edges: Entries;
  /** Keys of the file. */
  file: RowFields;
}

export interface RowAt {
  list: List;
  name: string;
}

/** A row with its entries on it; null where it is not there. `base` is what it is in the base, null where that has none. */
export function readRow(at: RowAt, base: Entity | null, fields: RowFields, reading: Reading): Entity | null {
  if (fields.get(DELETED) === true) return null;
  return readLiving(at, base, fields, reading);
}

/** The same, whether or not it is taken out. */
export function readLiving({ list, name }: RowAt, base: Entity | null, fields: RowFields, reading: Reading): Entity | null {
  const id = idOf(name);
  if (id === undefined) return base;
  // What has no id of its own can only be in the base.
  const added = id === null ? null : readAdded(fields.get(ADDED), reading);
  let row = added?.row ?? base;
  if (row === null) return null;
  if (id !== null && row["id"] !== id) row = row["id"] === undefined ? { id, ...row } : { ...row, id };
  for (const field of [...fields.keys()].sort(compare)) {
    if (field === ADDED || field === DELETED || !isField(field)) continue;
    const value = readValue(fields.get(field), list, name, field, reading);
    if (value !== NOTHING) row = lay(row, field, value);
  }
  return row;
}

/** Lays one field on a row; inside a `data` that is no object there is nothing to lay it on. */
function lay(row: Entity, field: string, value: unknown): Entity {
  if (field.startsWith("data/") && !takesFields(row["data"])) return row;
  return withFields(row, { [field]: value });
}

/** Whether `data/…` can be laid on what a row has for `data`. */
export function takesFields(data: unknown): boolean {
  return data === undefined || data === null || (typeof data === "object" && !Array.isArray(data));
}

/** The keys of a file beside nodes and edges, with their entries on them. */
export function readKeys(base: Entity, fields: RowFields, reading: Reading): Entity {
  const keys = new Map(Object.entries(base));
  for (const field of [...fields.keys()].sort(compare)) {
    if (!isFileKey(field)) continue;
    const value = readText(fields.get(field), reading);
    const key = field.replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === undefined) keys.delete(key);
    else if (value !== NOTHING) keys.set(key, value);
  }
  // Pairs, not assignments: a key may be called `__proto__`.
  return Object.fromEntries(keys);
}

/** The whole file. */
export function readFile(base: FileGraph, overlay: Overlay, reading: Reading): FileGraph {
  const { nodes, edges, ...rest } = base as FileGraph & Entity;
  const file: Record<string, unknown> = readKeys(rest, overlay.file, reading);
  for (const list of LISTS) {
    const given = list === "nodes" ? nodes : edges;
    const rows = readList(list, given, overlay[list], reading);
    if (Array.isArray(given) || rows.length > 0) file[list] = rows;
    else if (given !== undefined) file[list] = given;
  }
  return file as unknown as FileGraph;
}

function readList(list: List, given: unknown, entries: Entries, reading: Reading): unknown[] {
  const rows = rowsOf<Entity>(given);
  const names = namesOf(rows);
  const known = new Set(names);
  let next = 0;
  // What is no object is no row: it stays where it stands.
  const read = (Array.isArray(given) ? given : []).flatMap((item: unknown): unknown[] => {
    if (item !== rows[next]) return [item];
    const name = names[next++] as string;
    const fields = entries.of(name);
    const row = fields.size === 0 ? (item as Entity) : readRow({ list, name }, item as Entity, fields, reading);
    return row === null ? [] : [row];
  });
  return [...read, ...addedRows(list, known, entries, reading)];
}

/** What the base does not have, in its order. */
function addedRows(list: List, known: ReadonlySet<string>, entries: Entries, reading: Reading): Entity[] {
  const added: { place: number; name: string; row: Entity }[] = [];
  for (const name of entries.names()) {
    if (known.has(name) || namelessAt(name) >= 0) continue;
    const fields = entries.of(name);
    const row = readRow({ list, name }, null, fields, reading);
    const place = row && readAdded(fields.get(ADDED), reading)?.place;
    if (row && place != null) added.push({ place, name, row });
  }
  return added.sort((a, b) => a.place - b.place || compare(a.name, b.name)).map(({ row }) => row);
}

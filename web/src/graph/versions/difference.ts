// What differs between two states of a workflow, row by row and field by field: as the server's comparison tells it
// (model::diff), here of what is on the page, so that it also counts what is not saved yet.

import { isSame } from "../diff";
import type { GraphDocument } from "../document/document";
import type { Entity } from "../document/fields";
import type { Table } from "../document/table";
import { titleOf } from "../summary";

export type Kind = "added" | "removed" | "changed" | "moved";
export const KINDS: readonly Kind[] = ["added", "removed", "changed", "moved"];

export interface FieldChange {
  /** A key of the row, or `data/<key>`. */
  field: string;
  /** Undefined where it was not there. */
  before: unknown;
  after: unknown;
}

export interface RowChange {
  list: "nodes" | "edges";
  kind: Kind;
  id: string;
  /** What people call it. */
  title: string;
  /** Where it is in each document; -1 where it is not. */
  slots: readonly [before: number, after: number];
  fields: readonly FieldChange[];
}

export interface Difference {
  counts: Record<Kind, number>;
  nodes: readonly RowChange[];
  edges: readonly RowChange[];
  /** Keys of the file beside its lists. */
  file: readonly FieldChange[];
}

type Row = Entity & { id?: string | null };

export function differenceOf(before: GraphDocument, after: GraphDocument): Difference {
  const nodes = rowsThatDiffer("nodes", before, after);
  const edges = rowsThatDiffer("edges", before, after);
  const counts: Record<Kind, number> = { added: 0, removed: 0, changed: 0, moved: 0 };
  for (const { kind } of [...nodes, ...edges]) counts[kind] += 1;
  return { counts, nodes, edges, file: fieldsThatDiffer(before.file, after.file) };
}

export function isNone({ nodes, edges, file }: Difference): boolean {
  return nodes.length + edges.length + file.length === 0;
}

function rowsThatDiffer(list: "nodes" | "edges", before: GraphDocument, after: GraphDocument): RowChange[] {
  const [old, now] = [before[list], after[list]] as [Table<Row>, Table<Row>];
  const left = namesOf(now);
  const found: RowChange[] = [];
  const add = (kind: Kind, from: number, to: number, fields: readonly FieldChange[] = []) => {
    const [doc, slot] = to >= 0 ? [after, to] : [before, from];
    found.push({ list, kind, id: doc[list].key(slot), title: nameFor(doc, list, slot), slots: [from, to], fields });
  };
  for (const [name, slot] of namesOf(old)) {
    const to = left.get(name);
    left.delete(name);
    if (to === undefined) add("removed", slot, -1);
    else {
      const fields = fieldsThatDiffer(old.at(slot) ?? {}, now.at(to) ?? {});
      if (fields.length > 0) add(fields.every(({ field }) => field === "position") ? "moved" : "changed", slot, to, fields);
    }
  }
  for (const slot of left.values()) add("added", -1, slot);
  return found;
}

/** Rows by what tells them: their id, else what they link, and the how-manieth they are of that. */
function namesOf(table: Table<Row>): Map<string, number> {
  const names = new Map<string, number>();
  const counted = new Map<string, number>();
  for (const [slot, row] of table.entries()) {
    if (table.numberAt(slot) < 0) {
      names.set(`=${table.key(slot)}`, slot);
      continue;
    }
    const ends = JSON.stringify([row.id, row["source"], row["sourceHandle"], row["target"], row["targetHandle"]]);
    const at = (counted.get(ends) ?? 0) + 1;
    counted.set(ends, at);
    names.set(`${ends}${at}`, slot);
  }
  return names;
}

function fieldsThatDiffer(before: Entity, after: Entity): FieldChange[] {
  const found: FieldChange[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (key === "id") continue;
    const [a, b] = [before[key], after[key]];
    if (Object.is(a, b)) continue;
    if (key === "data" && isEntity(a) && isEntity(b)) found.push(...fieldsThatDiffer(a, b).map((one) => ({ ...one, field: `data/${one.field}` })));
    else if (a === undefined || b === undefined || !isSame(a, b)) found.push({ field: key, before: a, after: b });
  }
  return found;
}

function isEntity(value: unknown): value is Entity {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameFor(doc: GraphDocument, list: "nodes" | "edges", slot: number): string {
  if (list === "nodes") {
    const node = doc.nodes.at(slot);
    return node ? titleOf(node) : "";
  }
  const edge = doc.edges.at(slot);
  const end = (id: string) => {
    const node = doc.nodes.get(id);
    return node ? titleOf(node) : id;
  };
  return edge ? `${end(edge.source)} → ${end(edge.target)}` : "";
}

// What comes into a document from elsewhere: changes of others, another base, what this device kept. Beside the rows as they are
// it moves the base: what the server is known to have.

import type { FileEdge, FileGraph, FileNode } from "../file";
import { mergeDifference, type Change, type Conflict, type Difference, type MergeTexts, type RowName } from "./changes";
import type { GraphDocument } from "./document";
import { differing, fieldsOf, readField, same, withFields, type Entity, type Fields } from "./fields";
import { isByLetters, moved } from "../overlay/letters";
import { partsOf, type Gone, type Pair, type Rows } from "./rows";
import type { Table } from "./table";

type List = "nodes" | "edges";
type Row = FileNode | FileEdge;

/** A row as somebody else left it; of a slot, or new. */
export interface Arrival {
  list: List;
  slot: number | undefined;
  row: Entity | null;
}

/** One list of a document, without telling nodes from edges at every turn. */
export interface Side {
  table: Table<Row>;
  base: Map<number, Row | null>;
  append: (row: Row) => number;
  put: (slot: number, row: Row | null) => void;
}

export function sideOf(rows: Rows, list: List): Side {
  return list === "nodes"
    ? { table: rows.nodes as Table<Row>, base: rows.baseNodes, append: (row) => rows.appendNode(row as FileNode), put: (slot, row) => rows.putNode(slot, row as FileNode | null) }
    : { table: rows.edges as Table<Row>, base: rows.baseEdges, append: (row) => rows.appendEdge(row as FileEdge), put: (slot, row) => rows.putEdge(slot, row as FileEdge | null) };
}

/** Takes over what others did to a document that holds all else of theirs: rows as they are now, and keys of the file. */
export function takeOver(doc: GraphDocument, arrivals: readonly Arrival[], file: Entity): void {
  doc.fromElsewhere("Change of somebody else", (rows) => {
    for (const { list, slot, row } of arrivals) {
      const side = sideOf(rows, list);
      if (slot !== undefined) moveBoth(side, slot, row as Row | null);
      else if (row !== null) side.base.delete(side.append(row as unknown as Row));
    }
    if (same(rows.file, file)) return;
    rows.baseFile = withKeys(rows.baseFile, rows.file, file, true);
    rows.putFile(file);
  });
}

function moveBoth(side: Side, slot: number, row: Row | null): void {
  const before = side.table.at(slot);
  const base = side.base.get(slot);
  side.put(slot, row);
  if (base === undefined) side.base.delete(slot);
  else settle(side, slot, baseAfter(base, before, row));
}

/** The base after a change of somebody else: what I hold back in other fields is still not in it. */
function baseAfter(base: Row | null, before: Row | null, after: Row | null): Row | null {
  if (after === null || before === null) return after;
  if (base !== null) return withChange(base, before, after, true);
  // Both added it: what reads as I wrote it is mine, and nobody has said that the server has it.
  if (same(before, after)) return null;
  const own = fieldsOf(before).filter((field) => same(readField(before, field), readField(after, field)));
  return withFields(after, Object.fromEntries(own.map((field) => [field, undefined])));
}

/**
 * A row after a change that was made to another state of it. Where both changed one place of a text it is as after the change, or
 * (`keeps`) as it was.
 */
export function withChange<T extends object>(row: T, before: object, after: object, keeps = false): T {
  const fields = Object.entries(differing(before, after)).map(([field, value]) => {
    const now = readField(row, field);
    return [field, moved(now, readField(before, field), value, keeps ? now : value)];
  });
  return withFields(row, Object.fromEntries(fields));
}

/** Says what a row is on the server. */
function settle({ table, base }: Side, slot: number, row: Row | null): void {
  if (same(table.at(slot), row)) base.delete(slot);
  else base.set(slot, row);
}

function withKeys(keys: Entity, before: Entity, after: Entity, keeps = false): Entity {
  const all = new Map(Object.entries(keys));
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (same(before[key], after[key])) continue;
    if (after[key] === undefined) all.delete(key);
    else all.set(key, moved(keys[key], before[key], after[key], keeps ? keys[key] : after[key]));
  }
  return Object.fromEntries(all);
}

/** What rows went from and to in one change of mine. */
export interface Went {
  nodes: ReadonlyMap<number, Readonly<Pair<FileNode>>>;
  edges: ReadonlyMap<number, Readonly<Pair<FileEdge>>>;
  file: Readonly<Pair<Entity>> | null;
}

/** A change of mine is on the server: it is part of the base from now on. */
export function confirm({ rows }: GraphDocument, { nodes, edges, file }: Went): void {
  for (const [list, pairs] of [["nodes", nodes], ["edges", edges]] as const) {
    const side = sideOf(rows, list);
    for (const [slot, { before, after }] of pairs) {
      const base = side.base.get(slot);
      const known = base === undefined ? side.table.at(slot) : base;
      settle(side, slot, before && after && known ? withChange<Row>(known, before, after) : after);
    }
  }
  if (file?.before && file.after) rows.baseFile = withKeys(rows.baseFile, file.before, file.after);
  if (same(rows.baseFile, rows.file)) rows.baseFile = rows.file;
}

/**
 * What waits still builds on what it was made from: theirs may have come between two changes of mine in one place, and the earlier one is
 * not what the server has there. Only where something arrived; to be said of the latest change first.
 */
export function holdBack({ rows }: GraphDocument, waiting: Went, arrived: Record<"nodes" | "edges", ReadonlySet<number>> & { file: boolean }): void {
  for (const list of ["nodes", "edges"] as const) {
    const side = sideOf(rows, list);
    for (const [slot, pair] of waiting[list]) {
      if (!arrived[list].has(slot)) continue;
      const known = side.base.has(slot) ? side.base.get(slot) : side.table.at(slot);
      if (pair.before && pair.after && known) settle(side, slot, withFields<Row>(known, heldFields(pair.after, pair.before)));
    }
  }
  if (arrived.file && waiting.file?.before && waiting.file.after) rows.baseFile = withFields<Entity>(rows.baseFile, heldFields(waiting.file.after, waiting.file.before));
}

/**
 * A change of mine is on the server, and somebody else's may have met it there: what is not there as I left it waits again, and what it
 * builds on is what it was made from. Texts are known by letters, of which none goes unseen.
 */
export function doubt({ rows }: GraphDocument, { nodes, edges, file }: Went, arrivals: readonly Arrival[], keys: Entity): void {
  for (const { list, slot, row } of arrivals) {
    const pair = slot === undefined ? undefined : { nodes, edges }[list].get(slot);
    if (!pair || slot === undefined) continue;
    const side = sideOf(rows, list);
    const known = side.base.has(slot) ? side.base.get(slot) : side.table.at(slot);
    if (same(row, known)) continue;
    settle(side, slot, pair.before && pair.after && row && known ? withFields<Row>(known, lostFields(pair, known, row)) : pair.before);
  }
  if (file?.before && file.after) rows.baseFile = withFields<Entity>(rows.baseFile, lostFields(file, rows.baseFile, keys));
}

/** What leads back to before a change, of what is known to have arrived since and is not what stands there. */
function lostFields({ before, after }: Pair<object>, known: object, now: object): Fields {
  const fields = Object.entries(heldFields(after as object, before as object));
  return Object.fromEntries(fields.filter(([field]) => !same(readField(known, field), readField(now, field))));
}

/** What leads back to before a change that waits, but for texts: those are known by letters, and what waits of them is in no base. */
function heldFields(after: object, before: object): Fields {
  return Object.fromEntries(Object.entries(differing(after, before)).filter(([field, value]) => !isByLetters(readField(after, field), value)));
}

/** Says what the server has of rows of which something of mine waits, and of the keys of the file. */
export function stand({ rows }: GraphDocument, read: (list: List, slot: number) => readonly Arrival[], keys: Entity): void {
  for (const list of ["nodes", "edges"] as const) {
    const side = sideOf(rows, list);
    for (const slot of [...side.base.keys()]) for (const { row } of read(list, slot)) settle(side, slot, row as Row | null);
  }
  rows.baseFile = same(keys, rows.file) ? rows.file : keys;
}

/** All that is here is on the server. */
export function confirmAll({ rows }: GraphDocument): void {
  rows.baseNodes.clear();
  rows.baseEdges.clear();
  rows.baseFile = rows.file;
}

/** What went from the base to what is here: all that the server does not have. */
export function heldBack({ rows }: GraphDocument): Went {
  const pairs = <T>(base: ReadonlyMap<number, T | null>, table: { at(slot: number): T | null }) => new Map([...base].map(([slot, before]) => [slot, { before, after: table.at(slot) }]));
  return { nodes: pairs(rows.baseNodes, rows.nodes), edges: pairs(rows.baseEdges, rows.edges), file: rows.file === rows.baseFile ? null : { before: rows.baseFile, after: rows.file } };
}

export interface RebaseOptions {
  texts?: MergeTexts;
  gone?: Gone;
}

/**
 * Takes another base, with what is mine on top of it: a three-way merge by field. Answers where both changed the same. Steps of
 * undo stay: they name fields, not states.
 */
export function rebase(doc: GraphDocument, base: FileGraph, { texts, gone }: RebaseOptions = {}): Conflict[] {
  const { nodes, edges, file, strays } = partsOf(base);
  doc.rows.strays = strays;
  return merge(doc, texts, (rows) => {
    take(sideOf(rows, "nodes"), nodes, (row) => doc.freshId(row?.id || "node"), gone?.nodes);
    take(sideOf(rows, "edges"), edges, () => rows.edgeId(), gone?.edges);
    rows.putFile(same(rows.file, file) ? rows.file : file);
  });
}

/** The same where the new base differs from the old one in a few rows only. */
export function rebaseRows(doc: GraphDocument, arrivals: readonly Arrival[], file: Entity, texts?: MergeTexts): Conflict[] {
  return merge(doc, texts, (rows) => {
    // What is mine goes back first, and is laid on again.
    for (const list of ["nodes", "edges"] as const) {
      const side = sideOf(rows, list);
      for (const [slot, row] of [...side.base]) side.put(slot, row);
    }
    for (const { list, slot, row } of arrivals) {
      const side = sideOf(rows, list);
      if (slot !== undefined) side.put(slot, row as Row | null);
      else if (row !== null) side.append(row as unknown as Row);
    }
    rows.putFile(same(rows.file, file) ? rows.file : file);
  });
}

function merge(doc: GraphDocument, texts: MergeTexts | undefined, takeBase: (rows: Rows) => void): Conflict[] {
  const mine = doc.changes();
  const conflicts: Conflict[] = [];
  doc.fromElsewhere("Take over", (rows) => {
    const edges = mine.some((change) => "node" in change) ? [...rows.edges.entries()] : [];
    takeBase(rows);
    rows.baseNodes.clear();
    rows.baseEdges.clear();
    rows.baseFile = rows.file;
    lay(doc, rows, mine, conflicts, texts);
    tieAgain(rows, edges, conflicts);
  });
  return conflicts;
}

/** Edges that they took out with a node, which stays after all since I work on it. */
function tieAgain(rows: Rows, edges: readonly (readonly [number, FileEdge])[], conflicts: readonly Conflict[]): void {
  const kept = new Set(conflicts.flatMap(({ row, field, theirs }) => ("node" in row && field === null && theirs === null ? [row.node] : [])));
  if (kept.size === 0) return;
  for (const [slot, edge] of edges) {
    if (rows.edges.at(slot) || !isTied(rows, edge, kept)) continue;
    // What comes back without an id is something new.
    if (typeof edge.id === "string" && edge.id !== "") rows.putEdge(slot, edge);
    else rows.appendEdge({ ...edge, id: rows.edgeId() });
  }
}

/** Whether an edge leads to one of these nodes, from one that is there. */
function isTied({ nodes }: Rows, { source, target }: FileEdge, kept: ReadonlySet<string>): boolean {
  return (kept.has(source) || kept.has(target)) && Boolean(nodes.get(source) && nodes.get(target));
}

/** Lays changes that were kept on the device on top of the base; answers where it has moved on in the same place. */
export function restore(doc: GraphDocument, changes: readonly Change[], texts?: MergeTexts): Conflict[] {
  const conflicts: Conflict[] = [];
  doc.fromElsewhere("Restore", (rows) => lay(doc, rows, changes, conflicts, texts));
  return conflicts;
}

function lay(doc: GraphDocument, rows: Rows, changes: readonly Change[], conflicts: Conflict[], texts?: MergeTexts): void {
  const renamed = new Map<string, string>();
  const kept = new Set<string>();
  // Nodes before edges: whether one stays is known then.
  for (const given of [...changes].sort((one, other) => rankOf(one) - rankOf(other))) {
    const change = apart(doc, given, renamed);
    if ("edge" in change && "removed" in change && isKept(rows, change.edge, kept)) continue;
    if ("file" in change) rows.putFile(mergeDifference<Entity>(rows.file, change, { file: true }, conflicts, texts) ?? rows.file);
    else if ("node" in change) {
      layRow(sideOf(rows, "nodes"), { node: change.node }, change, conflicts, texts, (row) => ({ ...row, id: doc.freshId(row.id || "node") }));
      if ("removed" in change && rows.nodes.get(change.node)) kept.add(change.node);
    } else layRow(sideOf(rows, "edges"), { edge: change.edge }, change, conflicts, texts, (row) => ({ ...row, id: rows.edgeId() }));
  }
}

const rankOf = (change: Change) => ("edge" in change ? 1 : 0);

/** Whether an edge that I took out stays, since a node stays that it was taken out with. */
function isKept(rows: Rows, id: string, kept: ReadonlySet<string>): boolean {
  const edge = kept.size > 0 ? rows.edges.get(id) : null;
  return edge ? isTied(rows, edge, kept) : false;
}

function layRow(
  side: Side,
  name: Exclude<RowName, { file: true }>,
  change: Difference<FileNode> | Difference<FileEdge>,
  conflicts: Conflict[],
  texts: MergeTexts | undefined,
  renamed: (row: Row) => Row,
): void {
  const { table } = side;
  const slot = table.slot("node" in name ? name.node : name.edge);
  const merged = mergeDifference<Row>(slot === undefined ? null : table.at(slot), change as Difference<Row>, name, conflicts, texts);
  if (merged === null) return void (slot !== undefined && side.put(slot, null));
  if (slot !== undefined && (table.at(slot) || table.numberAt(slot) < 0)) return side.put(slot, merged);
  // Only a file can hold what has no id of its own: what is kept of it is something new.
  const isFree = typeof merged.id === "string" && merged.id !== "" && table.slot(merged.id) === undefined;
  side.append(isFree ? merged : renamed(merged));
}

/** What two people added under one name are two things: mine gets another, and the edges I drew to it follow. */
function apart(doc: GraphDocument, change: Change, renamed: Map<string, string>): Change {
  const other = (id: string) => renamed.get(id) ?? id;
  if ("file" in change || !("added" in change)) return change;
  if ("edge" in change) {
    const { source, target } = change.added;
    return renamed.has(source) || renamed.has(target) ? { ...change, added: { ...change.added, source: other(source), target: other(target) } } : change;
  }
  const parent = change.added.parentId;
  const added = parent && renamed.has(parent) ? { ...change.added, parentId: other(parent) } : change.added;
  const theirs = doc.nodes.get(change.node);
  if (!theirs || same(theirs, added)) return { ...change, added };
  const id = doc.freshId(change.node);
  renamed.set(change.node, id);
  return { node: id, added: { ...added, id } };
}

/** Makes a list hold these rows: those with a known name in its slot, others new, the rest gone. */
function take(side: Side, rows: readonly Row[], fresh: (row: Row | null) => string, gone: readonly (string | number)[] = []): void {
  const { table } = side;
  const without = new Set(gone);
  const [seen, nameless] = [new Set<number>(), [] as Row[]];
  for (const row of rows) {
    const id = typeof row.id === "string" && row.id !== "" && !without.has(row.id) ? row.id : null;
    const slot = id === null ? undefined : table.slot(id);
    if (id === null || (slot !== undefined && (seen.has(slot) || table.numberAt(slot) >= 0))) nameless.push(row);
    else seen.add(hold(side, slot, row));
  }
  const slots = matched(side, nameless).map((slot, at) => hold(side, slot, nameless[at] as Row));
  for (const slot of slots) seen.add(slot);
  for (const [slot] of [...table.entries()]) if (!seen.has(slot)) side.put(slot, null);
  const numbers: number[] = [];
  let number = -1;
  for (const slot of slots) {
    do number += 1;
    while (without.has(number));
    numbers[number] = slot;
  }
  if (table.hasNameless) renumber(table, numbers, (slot) => fresh(side.base.get(slot) ?? null));
}

/**
 * Numbers rows without an id of their own anew, as another file does. Those that it does not hold are named `name(slot)`: should they
 * come back, it is as something new.
 */
function renumber(table: Table<Row>, slots: readonly number[], name: (slot: number) => string): void {
  const kept = new Set(slots);
  const old = table.nameless.filter((slot) => slot !== undefined);
  for (const slot of old) table.slots.delete(table.key(slot));
  table.nameless = [...slots];
  slots.forEach((slot, at) => {
    table.keys[slot] = `#${at}`;
    table.rename(slot);
  });
  for (const slot of old) {
    if (kept.has(slot)) continue;
    table.keys[slot] = name(slot);
    table.rename(slot);
  }
}

function hold(side: Side, slot: number | undefined, row: Row): number {
  if (slot === undefined) return side.append(row);
  if (!same(side.table.at(slot), row)) side.put(slot, row);
  return slot;
}

/** The slots of rows that have no id of their own: of those that say the same, else, where as many are left, in their order. */
function matched(side: Side, rows: readonly Row[]): (number | undefined)[] {
  const { table, base } = side;
  const old: number[] = [];
  for (let slot = 0; slot < table.size; slot += 1) if (table.numberAt(slot) >= 0 && (base.has(slot) ? base.get(slot) : table.at(slot))) old.push(slot);
  const byText = new Map<string, number[]>();
  for (const slot of old) {
    const text = JSON.stringify(base.get(slot) ?? table.at(slot));
    byText.set(text, [...(byText.get(text) ?? []), slot]);
  }
  const found = rows.map((row) => byText.get(JSON.stringify(row))?.shift());
  const used = new Set(found);
  const left = old.filter((slot) => !used.has(slot));
  const isEven = left.length === found.filter((slot) => slot === undefined).length;
  return isEven ? found.map((slot) => slot ?? left.shift()) : found;
}

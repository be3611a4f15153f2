// Conflicts as somebody reads them: by what they are of, with the words for both sides, and what can be made of both.

import type { Conflict, RowName } from "./document/changes";
import type { GraphDocument } from "./document/document";
import { readField, same } from "./document/fields";
import { titleOf } from "./summary";

/** What a conflict is about decides what can be done: a row stays or goes, texts merge, objects are taken key by key. */
export type ConflictKind = "row" | "text" | "object" | "value";

export interface ConflictGroup {
  key: string;
  row: RowName;
  title: string;
  /** The node's type; null where it is none. */
  type: string | null;
  /** Whether it is in the graph. */
  isThere: boolean;
  conflicts: Conflict[];
}

/** One side in the words of whoever looks at it. */
export interface SideWords {
  name: string;
  /** What choosing it is called. */
  choose: string;
  chooseAll: string;
}

export function keyOf({ row, field, shared }: Conflict): string {
  return shared?.key ?? JSON.stringify([row, field]);
}

export function kindOf({ field, mine, theirs }: Conflict): ConflictKind {
  if (field === null) return "row";
  if (typeof mine === "string" && typeof theirs === "string") return "text";
  return isObject(mine) && isObject(theirs) ? "object" : "value";
}

/** By node, edge and file, in the order of the file, and for everybody in the same one; what something is called comes first. */
export function groupsOf(doc: GraphDocument, conflicts: readonly Conflict[], typeName: (type: string) => string | null): ConflictGroup[] {
  const groups = new Map<string, ConflictGroup>();
  for (const conflict of conflicts) {
    const key = JSON.stringify(conflict.row);
    const group = groups.get(key) ?? { key, row: conflict.row, ...whatIs(doc, conflict, typeName), conflicts: [] };
    groups.set(key, group);
    group.conflicts.push(conflict);
  }
  for (const group of groups.values()) group.conflicts.sort((one, other) => fieldRank(one) - fieldRank(other) || (one.field ?? "").localeCompare(other.field ?? ""));
  return [...groups.values()].sort((one, other) => listRank(one.row) - listRank(other.row) || placeIn(doc, one.row) - placeIn(doc, other.row));
}

const listRank = (row: RowName) => ("node" in row ? 0 : "edge" in row ? 1 : 2);
const placeIn = (doc: GraphDocument, row: RowName) => ("file" in row ? 0 : ("node" in row ? doc.nodes.slot(row.node) : doc.edges.slot(row.edge)) ?? Number.MAX_SAFE_INTEGER);
const fieldRank = ({ field }: Conflict) => (field === null ? 0 : field === "data/label" ? 1 : field.startsWith("data/") ? 2 : 3);

function whatIs(doc: GraphDocument, conflict: Conflict, typeName: (type: string) => string | null): Pick<ConflictGroup, "title" | "type" | "isThere"> {
  const { row } = conflict;
  if ("file" in row) return { title: "The workflow", type: null, isThere: true };
  const now = rowOf(doc, row);
  const known = (now ?? [conflict.mine, conflict.theirs, conflict.base].find(isObject) ?? {}) as Record<string, unknown>;
  const words = (value: unknown) => (typeof value === "string" ? value : "");
  if ("edge" in row) return { title: `${nodeTitle(doc, words(known["source"]))} → ${nodeTitle(doc, words(known["target"]))}`, type: null, isThere: now !== null };
  const type = words(known["type"]);
  const data = known["data"];
  return { title: titleOf({ id: row.node, type, data: isObject(data) ? data : {} }, typeName(type)), type, isThere: now !== null };
}

function nodeTitle(doc: GraphDocument, id: string): string {
  const node = doc.nodes.get(id);
  return node ? titleOf({ id, type: node.type ?? "", data: (node.data ?? {}) as never }) : id === "" ? "?" : id;
}

/** What the field is called: the key of a parameter, or the row itself. */
export function fieldTitle({ field }: Conflict): string {
  if (field === null) return "Deleted or kept";
  const name = field.replace(/^data\//, "").replaceAll("~1", "/").replaceAll("~0", "~");
  return name === "" ? "no name" : name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

const MERGE = "merge of ";

/** The branch or version that was merged where nobody's device brought it, but a merge did (docs/design/0007). */
export function mergedIn(by: string): string | null {
  return by.startsWith(MERGE) ? by.slice(MERGE.length) : null;
}

/** The two sides for somebody called `me`: what is mine in an entry is of the device that brought it. */
export function sidesOf({ shared }: Conflict, me: string): { mine: SideWords; theirs: SideWords } {
  const isMine = shared === undefined || shared.by === me;
  if (isMine) return { mine: { name: "Your device", choose: "Keep mine", chooseAll: "All mine" }, theirs: { name: "On the server", choose: "Take theirs", chooseAll: "All theirs" } };
  const merged = mergedIn(shared.by);
  if (merged !== null) return { mine: { name: "The draft", choose: "Keep the draft’s", chooseAll: "All of the draft" }, theirs: { name: `“${merged}”`, choose: `Take “${merged}”`, chooseAll: `All of “${merged}”` } };
  const who = shared.by === "" ? "Another" : `${shared.by}’s`;
  return {
    mine: { name: shared.by === "" ? "Another device" : `${shared.by}’s device`, choose: `Keep ${who === "Another" ? "that device’s" : who}`, chooseAll: `All ${who === "Another" ? "of that device" : who}` },
    theirs: { name: "On the server", choose: "Take the server’s", chooseAll: "All of the server" },
  };
}

/** What stands in the graph right now. */
export type Standing = "mine" | "theirs" | "other" | "gone";

export function standingOf(doc: GraphDocument, conflict: Conflict): { what: Standing; value: unknown } {
  const { row, field, mine, theirs } = conflict;
  const now = "file" in row ? doc.file : rowOf(doc, row);
  if (field === null) return { what: (now === null) === isAbsent(mine) ? "mine" : "theirs", value: now ?? undefined };
  if (now === null) return { what: "gone", value: undefined };
  const value = readField(now, field);
  return { what: same(value, mine) ? "mine" : same(value, theirs) ? "theirs" : "other", value };
}

export function rowOf(doc: GraphDocument, row: RowName): object | null {
  if ("file" in row) return doc.file;
  return ("node" in row ? doc.nodes.get(row.node) : doc.edges.get(row.edge)) ?? null;
}

/** A side is absent that does not have the field, or the row. */
export function isAbsent(side: unknown): boolean {
  return side === null || side === undefined;
}

/** A key of an object that was changed; `by` says by which of the two. */
export interface KeyChange {
  key: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  by: "mine" | "theirs" | "both";
}

/** The keys of two objects that differ, in the order of mine. */
export function keyChanges({ base, mine, theirs }: Pick<Conflict, "base" | "mine" | "theirs">): KeyChange[] {
  const [old, my, their] = [base, mine, theirs].map((side) => (isObject(side) ? side : {})) as [Entity, Entity, Entity];
  const of = (side: Entity, key: string) => (Object.hasOwn(side, key) ? side[key] : undefined);
  return [...new Set([...Object.keys(my), ...Object.keys(their)])].flatMap((key) => {
    const one = { key, base: of(old, key), mine: of(my, key), theirs: of(their, key) };
    if (same(one.mine, one.theirs)) return [];
    return [{ ...one, by: same(one.base, one.theirs) ? "mine" : same(one.base, one.mine) ? "theirs" : "both" } satisfies KeyChange];
  });
}

/** An object of both: each key of the side that was chosen for it, else of the side that changed it. */
export function ofBoth(conflict: Pick<Conflict, "base" | "mine" | "theirs">, chosen: Readonly<Record<string, "mine" | "theirs">>): Record<string, unknown> {
  const all = new Map(Object.entries(isObject(conflict.mine) ? conflict.mine : {}));
  for (const { key, mine, theirs, by } of keyChanges(conflict)) {
    const side = (Object.hasOwn(chosen, key) ? chosen[key] : undefined) ?? (by === "theirs" ? "theirs" : "mine");
    const value = side === "mine" ? mine : theirs;
    if (value === undefined) all.delete(key);
    else all.set(key, value);
  }
  return Object.fromEntries(all);
}

type Entity = Record<string, unknown>;

function isObject(value: unknown): value is Entity {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isRaw(value);
}

/** A number that JavaScript cannot hold is an object to JavaScript. */
function isRaw(value: object): boolean {
  return (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(value) ?? false;
}

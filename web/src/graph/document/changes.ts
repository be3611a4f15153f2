// Changes as they are kept on the device and sent to the server: one for each node or edge that differs from the base, by field.

import type { FileEdge, FileNode } from "../file";
import { differing, fieldsOf, readField, same, withFields, type Entity, type Fields } from "./fields";

/**
 * Beside what is set or taken away, `was` holds what it was in the base (absent where it was not there) and `now` the whole
 * row: enough to merge without that base, and to keep what somebody else has deleted. Neither travels.
 */
export type Change = NodeChange | EdgeChange | FileChange;
export type NodeChange = { node: string } & Difference<FileNode>;
export type EdgeChange = { edge: string } & Difference<FileEdge>;
export type FileChange = { file: true } & Setting<Entity>;

/** Names a row, or the file's own keys. */
export type RowName = { node: string } | { edge: string } | { file: true };

/** A row that is as in the base, and what it is then; null where it is not there. */
export type Settled = RowName & { now?: object | null };

interface Setting<T> {
  set?: Fields;
  unset?: readonly string[];
  was?: Fields;
  now?: T;
}
interface Added<T> {
  added: T;
}
interface Removed<T> {
  removed: true;
  was?: T;
}
export type Difference<T> = Setting<T> | Added<T> | Removed<T>;

/** Two changes of one field that do not agree. Mine stands until somebody chooses. */
export interface Conflict {
  row: RowName;
  /** Null where one side took the whole row away. */
  field: string | null;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  /** Where it is shared with others: its key, who changed what is mine, and when (ms since 1970); until the server has it this device keeps it too. */
  shared?: { key: string; by: string; at: number; isUnsent?: true };
}

/** Two changes of one text as one; null where they met, or are none. */
export type MergeTexts = (base: unknown, mine: unknown, theirs: unknown) => string | null;

/** How `now` differs from `base`; null where it does not. */
export function differenceOf<T extends object>(base: T | null, now: T | null): Difference<T> | null {
  if (now === null) return base === null ? null : { removed: true, was: base };
  if (base === null) return { added: now };
  const fields = differing(base, now);
  const names = Object.keys(fields);
  if (names.length === 0) return null;
  const unset = names.filter((name) => fields[name] === undefined);
  const set = Object.fromEntries(names.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));
  const was = Object.fromEntries(names.map((name) => [name, readField(base, name)]).filter(([, value]) => value !== undefined));
  return { ...(unset.length < names.length && { set }), ...(unset.length > 0 && { unset }), was, now };
}

/** The fields that a change sets, undefined for those that it takes away. */
export function fieldsIn(change: Setting<unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...change.set };
  for (const field of change.unset ?? []) fields[field] = undefined;
  return fields;
}

/**
 * My change on top of what they have: a three-way merge by field. A deletion never wins over an edit: what somebody still
 * works on stays. Where both changed the same field to different values mine stands, and the conflict says so.
 */
export function mergeDifference<T extends object>(theirs: T | null, change: Difference<T>, row: RowName, conflicts: Conflict[], texts: MergeTexts = () => null): T | null {
  if ("added" in change) {
    if (theirs === null || same(theirs, change.added)) return change.added;
    return mergeFields(theirs, Object.fromEntries(fieldsOf(change.added).map((field) => [field, readField(change.added, field)])), {}, row, conflicts, texts);
  }
  if ("removed" in change) {
    if (theirs === null || change.was === undefined || same(theirs, change.was)) return null;
    conflicts.push({ row, field: null, base: change.was, mine: null, theirs });
    return theirs;
  }
  const fields = fieldsIn(change);
  if (theirs !== null) return mergeFields(theirs, fields, change.was ?? {}, row, conflicts, texts);
  if (change.now === undefined) return null;
  conflicts.push({ row, field: null, base: change.was, mine: change.now, theirs: null });
  return change.now;
}

function mergeFields<T extends object>(theirs: T, fields: Record<string, unknown>, was: Fields, row: RowName, conflicts: Conflict[], texts: MergeTexts): T {
  for (const field in fields) {
    const [base, mine, other] = [was[field], fields[field], readField(theirs, field)];
    if (same(base, other) || same(mine, other)) continue;
    const both = texts(base, mine, other);
    if (both === null) conflicts.push({ row, field, base, mine, theirs: other });
    else fields[field] = both;
  }
  return withFields(theirs, fields);
}

/** The change as it travels: the server has the base. */
export function withoutBase(change: Change): Change {
  const { was: _was, now: _now, ...rest } = change as Change & { was?: unknown; now?: unknown };
  return rest;
}

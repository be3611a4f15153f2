// What to write into the overlay for a row that went from one state to another.

import { differing, readField, same, type Entity } from "../document/fields";
import type { RowFields, Value } from "./entries";
import { isByLetters, textIn } from "./letters";
import { ADDED, DELETED, idOf, isField, isFileKey } from "./names";
import { readLiving, takesFields, type RowAt } from "./read";
import { readAdded, type Reading } from "./value";

/** One entry to set, or a text that is `before` and is to be `after`. */
export type Write = { field: string; value: Value } | { field: string; before: string; after: string };

export interface Going {
  at: RowAt;
  /** What it is in the base of the overlay; null where that has none. */
  base: Entity | null;
  fields: RowFields;
  before: Entity | null;
  after: Entity | null;
  /** The place of what is added. */
  place: () => number;
  reading: Reading;
}

/** The writes after which the row reads as `after`. */
export function writesOf(going: Going): Write[] {
  const { after, fields } = going;
  if (after === null) return fields.get(DELETED) === true ? [] : [{ field: DELETED, value: true }];
  const writes: Write[] = fields.get(DELETED) === true ? [{ field: DELETED, value: false }] : [];
  const draft = new Map(fields);
  const put = (write: Write) => {
    writes.push(write);
    draft.set(write.field, "value" in write ? write.value : JSON.stringify(write.after));
  };
  const read = () => readLiving(going.at, going.base, draft, going.reading);
  if (comes(going, writes.length > 0, read())) put({ field: ADDED, value: JSON.stringify([going.place(), after]) });
  else if (going.before) for (const write of edits(going, going.before, after)) put(write);
  const touches = (is: (field: string) => boolean) => writes.some(({ field }) => is(field));
  if (isBare(after["data"]) && touches((field) => field.startsWith("data/")) && !touches((field) => field === "data")) put(whole("data", after["data"]));
  // Entries from before, or a `data` that took none, may still say something else.
  for (let turn = 0; turn < 2; turn += 1) {
    const now = read();
    if (now === null || same(now, after)) break;
    for (const write of corrections(now, after)) put(write);
  }
  return writes;
}

/**
 * Whether nothing is left in `data`. That is written as such: whether there is a `data` at all depends on the base otherwise, and who
 * read the file meanwhile has another one.
 */
function isBare(data: unknown): boolean {
  return data === undefined || (typeof data === "object" && data !== null && !Array.isArray(data) && Object.keys(data).length === 0);
}

/** Whether the whole row must be written: it is new, or comes back to those who never saw it. */
function comes({ at, fields, reading }: Going, isBack: boolean, now: Entity | null): boolean {
  if (idOf(at.name) == null) return false;
  return now === null || (isBack && readAdded(fields.get(ADDED), reading) === null);
}

function edits({ at, fields }: Going, before: Entity, after: Entity): Write[] {
  return Object.entries(differing(before, after)).flatMap(([field, value]): Write[] => {
    if (!isField(field)) return [];
    const was = readField(before, field);
    const isText = typeof was === "string" && typeof value === "string" && (isByLetters(was, value) || textIn(at.list, at.name, field, fields.get(field)) !== null);
    return [isText ? { field, before: was, after: value } : whole(field, value)];
  });
}

/** Where laying field by field did not lead to it: the fields whole, and `data` as one where it takes none. */
function corrections(now: Entity, after: Entity): Write[] {
  const fields = differing(now, after);
  const isHeld = Object.keys(fields).some((field) => field.startsWith("data/")) && !takesFields(now["data"]);
  if (isHeld) fields["data"] = after["data"];
  return Object.entries(fields).flatMap(([field, value]) => (isField(field) ? [whole(field, value)] : []));
}

const whole = (field: string, value: unknown): Write => ({ field, value: value === undefined ? null : JSON.stringify(value) });

/** The writes for the file's own keys. */
export function fileWrites(before: Entity, after: Entity): { field: string; value: Value }[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const field = key.replaceAll("~", "~0").replaceAll("/", "~1");
    if (!isFileKey(field) || same(before[key], after[key])) return [];
    return [{ field, value: after[key] === undefined ? null : JSON.stringify(after[key]) }];
  });
}

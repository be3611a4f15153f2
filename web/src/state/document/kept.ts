// What an earlier visit left on this device, laid on what the server has now.

import { decodeStateVector, encodeStateVectorFromUpdate } from "yjs";
import { differenceOf, type Change, type Conflict, type RowName } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { restore } from "../../graph/document/elsewhere";
import { mergeTexts } from "../../graph/overlay/letters";
import type { Kept, LocalEdit, Mark } from "./local";

/** Answers where somebody else changed the same meanwhile, with the conflicts that were kept. */
export function layKept(doc: GraphDocument, kept: Kept, hasArrived: (mark: Mark) => boolean): Conflict[] {
  const found = kept.logs.flatMap((edits) => restore(doc, fold(edits, hasArrived), mergeTexts));
  return [...kept.conflicts, ...found];
}

/** Whether any of it may have been sent, so that it must be asked what arrived. */
export function wasSent(kept: Kept, epoch: number): boolean {
  return kept.logs.some((edits) => edits.some(({ mark }) => mark?.epoch === epoch));
}

/** What of mine is in a state of the server's, by how far my writing went. */
export function arrivedIn(epoch: number, state: Uint8Array): (mark: Mark) => boolean {
  const vector = decodeStateVector(encodeStateVectorFromUpdate(state));
  return (mark) => mark.epoch === epoch && (vector.get(mark.client) ?? 0) >= mark.clock;
}

/** All edits as one: of each row the last word counts, from what of it is on the server already. */
export function fold(edits: readonly LocalEdit[], hasArrived: (mark: Mark) => boolean = () => false): Change[] {
  const rows = new Map<string, { last: Change | null; arrived: Change | null | undefined }>();
  for (const { changes, settled, mark } of edits) {
    const isThere = mark != null && hasArrived(mark);
    const put = (key: string, last: Change | null) => rows.set(key, { last, arrived: isThere ? last : rows.get(key)?.arrived });
    for (const change of changes) put(keyOf(change), change);
    for (const row of settled) put(keyOf(row), null);
  }
  return [...rows.values()].flatMap(({ last, arrived }) => {
    if (arrived === undefined) return last ?? [];
    return last && last !== arrived ? (since(arrived, last) ?? []) : [];
  });
}

/** What is between two states of a row, of which the server has the first. */
function since(arrived: Change | null, last: Change): Change | null {
  if (arrived === null) return last;
  const [from, to] = [rowIn(arrived), rowIn(last)];
  // A row that says nothing of the rest of it can only be laid on whatever is there.
  if (from === undefined || to === undefined) return last;
  const difference = differenceOf(from, to);
  return difference && ({ ...nameOf(last), ...difference } as Change);
}

function rowIn(change: Change): object | null | undefined {
  if ("removed" in change) return null;
  return "added" in change ? change.added : change.now;
}

function nameOf(change: Change): RowName {
  return "file" in change ? { file: true } : "node" in change ? { node: change.node } : { edge: change.edge };
}

function keyOf(change: Change | RowName): string {
  return "file" in change ? "file" : "node" in change ? `node ${change.node}` : `edge ${change.edge}`;
}

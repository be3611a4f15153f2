// What an earlier visit left on this device, laid on what the server has now.

import { decodeStateVector, encodeStateVectorFromUpdate } from "yjs";
import { differenceOf, fieldsIn, type Change, type Conflict, type RowName } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { restore, withChange } from "../../graph/document/elsewhere";
import { withFields } from "../../graph/document/fields";
import { mergeTexts } from "../../graph/overlay/letters";
import type { Kept, LocalEdit, Mark } from "./local";

/** Answers where somebody else changed the same meanwhile, with the conflicts that were kept. */
export function layKept(doc: GraphDocument, kept: Kept, hasArrived: (mark: Mark) => boolean): Conflict[] {
  const found = kept.logs.flatMap((edits) => restore(doc, fold(edits, hasArrived), mergeTexts));
  return [...kept.conflicts, ...found];
}

/** Asks what of it arrived, where any may have been sent: how far a writing went is told by what its epoch ended with, or has by now. */
export async function askArrived(kept: Kept, ended: (epoch: number) => Promise<Uint8Array | null>): Promise<(mark: Mark) => boolean> {
  const epochs = new Set(kept.logs.flatMap((edits) => edits.flatMap(({ mark }) => mark?.epoch ?? [])));
  const clocks = new Map<number, Map<number, number>>();
  for (const epoch of epochs) {
    const state = await ended(epoch).catch(() => null);
    if (state) clocks.set(epoch, clocksIn(state));
  }
  return ({ epoch, client, clock }) => (clocks.get(epoch)?.get(client) ?? 0) >= clock;
}

/** How far the writing of each client is in an update that holds all of it. */
export const clocksIn = (full: Uint8Array): Map<number, number> => decodeStateVector(encodeStateVectorFromUpdate(full));

/** A row after an edit, and what the server was known to have then; null where it is not there. */
interface State {
  before: object | null;
  after: object | null;
  mark: Mark | null;
}

/** All edits as one: of each row the last word counts, from what of it is on the server already. */
export function fold(edits: readonly LocalEdit[], hasArrived: (mark: Mark) => boolean = () => false): Change[] {
  const rows = new Map<string, { name: RowName; states: State[] }>();
  for (const { changes, settled, mark = null } of edits) {
    const put = (name: RowName, before: object | null, after: object | null) => {
      const key = JSON.stringify(name);
      const row = rows.get(key) ?? { name, states: [] };
      row.states.push({ before, after, mark });
      rows.set(key, row);
    };
    for (const change of changes) put(nameOf(change), ...statesIn(change));
    for (const { now = null, ...name } of settled) put(name as RowName, now, now);
  }
  return [...rows.values()].flatMap(({ name, states }) => {
    const last = states.at(-1) as State;
    const difference = differenceOf(arrivedIn(states, last, hasArrived), last.after);
    return difference ? ({ ...name, ...difference } as Change) : [];
  });
}

/** What the server has of a row: what it was known to have last, and what else of mine arrived. What others changed is no part of that. */
function arrivedIn(states: readonly State[], { before, mark }: State, hasArrived: (mark: Mark) => boolean): object | null {
  let row = before;
  for (const [at, state] of states.entries()) {
    if (!mark || state.mark?.client !== mark.client || state.mark.clock <= mark.known || !hasArrived(state.mark)) continue;
    const earlier = states[at - 1];
    const written = earlier?.mark?.clock ?? 0;
    // Without a step of my writing it was somebody else's change.
    if (written === state.mark.clock) continue;
    // While nothing of mine waited, here or at all, what others changed was not kept.
    const from = earlier && earlier.before !== earlier.after && written > state.mark.known ? earlier.after : state.before;
    row = row && from && state.after ? withChange(row, from, state.after) : state.after;
  }
  return row;
}

/** What a row was before a change, and what it is after it. */
function statesIn(change: Change): [before: object | null, after: object | null] {
  if ("added" in change) return [null, change.added];
  if ("removed" in change) return [change.was ?? null, null];
  const { was = {}, now = {} } = change;
  return [withFields<object>(now, Object.fromEntries(Object.keys(fieldsIn(change)).map((field) => [field, was[field]]))), now];
}

function nameOf(change: Change): RowName {
  return "file" in change ? { file: true } : "node" in change ? { node: change.node } : { edge: change.edge };
}

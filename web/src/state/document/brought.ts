// What somebody brings from being apart and others have not heard of yet: where they change the same at that very moment, one of
// the two would be gone without a word. It is laid on once more, on top of theirs.

import type { FileEdge, FileNode } from "../../graph/file";
import { differenceOf, type Change, type Conflict, type Difference, type RowName } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { sideOf, withChange, type Arrival, type Went } from "../../graph/document/elsewhere";
import { differing, readField, same, withFields, type Entity } from "../../graph/document/fields";
import type { Pair } from "../../graph/document/rows";
import { onlyAdds } from "../../graph/overlay/letters";

export interface Met {
  /** What I brought in rows that are there on both sides. */
  changes: Change[];
  /** Nodes that I added under an id that somebody else gave another, also where that is gone again. */
  added: FileNode[];
  /** The edges that I drew, by slot. */
  edges: readonly number[];
  /** What is still brought, on top of theirs. */
  rest: Went;
}

interface News {
  arrivals: readonly Arrival[];
  /** The keys of the file as they are then; null where nobody changed any. */
  file: Entity | null;
  /** Conflicts that come with it. Where mine is the other side, whoever brought theirs has told of both. */
  told: readonly Conflict[];
  /** Of what I have told already: with an entry of theirs all is told, and neither lays it on for ever. */
  own: readonly Conflict[];
}

/** Where news meets what I brought; asked before it is taken over. Null where it does not: then what I brought is as it was. */
export function met(doc: GraphDocument, brought: Went, { arrivals, file, told, own }: News): Met | null {
  const rest = { nodes: new Map<number, Pair<FileNode>>(brought.nodes), edges: new Map<number, Pair<FileEdge>>(brought.edges), file: brought.file };
  const found: Met = { changes: [], added: [], edges: [...brought.edges].flatMap(([slot, { before }]) => (before === null ? [slot] : [])), rest };
  const isTold = (row: RowName) => (field: string | null, mine: unknown) => {
    const isOf = (one: Conflict) => one.field === field && same(one.row, row);
    return told.some((one) => isOf(one) && (same(one.theirs, mine) || own.some(isOf)));
  };
  let isMet = false;
  for (const { list, slot, row } of arrivals) {
    const pair = slot === undefined ? undefined : brought[list].get(slot);
    const now = slot === undefined ? null : doc[list].at(slot);
    if (!pair || !now || slot === undefined || same(now, row)) continue;
    isMet = true;
    const key = doc[list].key(slot);
    if (pair.before) {
      // What they changed is what I build on from here. What they took out and I bring back is still what I changed, and none of mine.
      const before = row ? withChange<object>(pair.before, now, row, true) : pair.before;
      (rest[list] as Map<number, Pair<object>>).set(slot, { before, after: pair.after });
      const name = list === "nodes" ? { node: key } : { edge: key };
      const difference = besides(pair.before, now, row, isTold(name));
      if (difference) found.changes.push({ ...name, ...difference } as Change);
    } else {
      rest[list].delete(slot);
      if (list === "nodes") found.added.push(now as FileNode);
    }
  }
  const base = brought.file?.before;
  const theirs = file && base ? differing(doc.file, file) : {};
  if (brought.file && base && Object.keys(theirs).length > 0) {
    isMet = true;
    rest.file = { ...brought.file, before: withChange(base, doc.file, file ?? {}, true) };
    // Where they changed other keys than I, nothing of mine is gone.
    const isMine = Object.keys(differing(base, doc.file)).some((key) => key in theirs);
    const difference = isMine && besides(base, doc.file, file, isTold({ file: true }));
    if (difference) found.changes.push({ file: true, ...difference } as Change);
  }
  return isMet ? found : null;
}

/** What I changed, without the fields that somebody has told of, and texts of which all is still there; null where nothing is left of it. */
function besides(before: object, now: object, theirs: object | null, isTold: (field: string | null, mine: unknown) => boolean): Difference<object> | null {
  if (isTold(null, now)) return null;
  const fields = Object.entries(differing(before, now)).filter(([field, mine]) => !isTold(field, mine) && !(theirs && onlyAdds(mine, readField(theirs, field))));
  return differenceOf(before, withFields(before, Object.fromEntries(fields)));
}

/** What is brought once some of it was laid on again. */
export function withSteps(rest: Went, steps: readonly Went[]): Went {
  const all = { nodes: new Map(rest.nodes), edges: new Map(rest.edges), file: rest.file };
  for (const { nodes, edges, file } of steps) {
    for (const [slot, pair] of nodes) if (!all.nodes.has(slot)) all.nodes.set(slot, pair);
    for (const [slot, pair] of edges) if (!all.edges.has(slot)) all.edges.set(slot, pair);
    all.file ??= file;
  }
  return all;
}

/** Two things that were added under one id are two: mine gets another, and the edges that I drew to it follow. */
export function addAgain(doc: GraphDocument, row: FileNode, edges: readonly number[]): void {
  doc.fromElsewhere("Take over", (rows) => {
    const id = doc.freshId(row.id);
    rows.appendNode({ ...row, id });
    const side = sideOf(rows, "edges");
    for (const slot of edges) {
      const edge = side.table.at(slot) as FileEdge | null;
      if (edge && (edge.source === row.id || edge.target === row.id)) side.put(slot, { ...edge, source: edge.source === row.id ? id : edge.source, target: edge.target === row.id ? id : edge.target });
    }
  });
}

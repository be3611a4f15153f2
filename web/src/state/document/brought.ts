// What somebody brings from being apart and others have not heard of yet: where they change the same at that very moment, one of
// the two would be gone without a word. It is laid on once more, on top of theirs.

import type { FileEdge, FileNode } from "../../graph/file";
import { differenceOf, type Change } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { sideOf, type Arrival, type Went } from "../../graph/document/elsewhere";
import { same } from "../../graph/document/fields";

export interface Met {
  /** What I brought in rows that are there on both sides. */
  changes: Change[];
  /** Nodes that I added under an id that somebody else gave another. */
  added: FileNode[];
  /** The edges that I drew, by slot. */
  edges: readonly number[];
}

/** Where arrivals meet what I brought; asked before they are taken over. Null where they do not. */
export function met(doc: GraphDocument, brought: Went, arrivals: readonly Arrival[], isFile: boolean): Met | null {
  const found: Met = { changes: [], added: [], edges: [...brought.edges].flatMap(([slot, { before }]) => (before === null ? [slot] : [])) };
  for (const { list, slot, row } of arrivals) {
    const pair = slot === undefined ? undefined : brought[list].get(slot);
    const now = slot === undefined ? null : doc[list].at(slot);
    if (!pair || !now || slot === undefined || same(now, row)) continue;
    const key = doc[list].key(slot);
    if (pair.before) found.changes.push({ ...(list === "nodes" ? { node: key } : { edge: key }), ...differenceOf<object>(pair.before, now) } as Change);
    else if (list === "nodes" && row) found.added.push(now as FileNode);
  }
  const difference = isFile && brought.file?.before ? differenceOf(brought.file.before, doc.file) : null;
  if (difference) found.changes.push({ file: true, ...difference } as Change);
  return found.changes.length + found.added.length > 0 ? found : null;
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

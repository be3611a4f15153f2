// What stands around a row of the graph, as a small graph of its own: the row, what is linked to it, and what holds them.

import type { RowName } from "./document/changes";
import { GraphDocument } from "./document/document";
import type { FileGraph } from "./file";

/** Neighbours that a small picture can show. */
const MOST = 12;

export interface Around {
  doc: GraphDocument;
  /** The row in it, by its name there. */
  row: RowName;
  /** Its slot there: of a node, or of an edge. */
  slot: number;
}

/** Null where the row is not in the graph, or is the file's own. */
export function aroundOf(doc: GraphDocument, row: RowName): Around | null {
  if ("file" in row) return null;
  const at = "node" in row ? doc.nodes.slot(row.node) : doc.edges.slot(row.edge);
  if (at === undefined) return null;
  const { links } = doc;
  const middle = "node" in row ? [at] : [links.source[at] ?? -1, links.target[at] ?? -1];
  const edges = "node" in row ? [...links.in(at).slice(0, MOST / 2), ...links.out(at).slice(0, MOST / 2)] : [at];
  const nodes = new Set<number>();
  for (const slot of [...middle, ...edges.flatMap((edge) => [links.source[edge] ?? -1, links.target[edge] ?? -1])]) withParents(doc, slot, nodes);
  const [nodeSlots, edgeSlots] = [[...nodes], [...new Set(edges)]];
  const rows = <T extends object>(slots: readonly number[], table: { at(slot: number): T | null }) => slots.flatMap((slot) => table.at(slot) ?? []);
  const small = new GraphDocument({ nodes: rows(nodeSlots, doc.nodes), edges: rows(edgeSlots, doc.edges) } as FileGraph);
  const slot = "node" in row ? nodeSlots.indexOf(at) : edgeSlots.indexOf(at);
  return { doc: small, slot, row: "node" in row ? { node: small.nodes.key(slot) } : { edge: small.edges.key(slot) } };
}

/** What is placed in something stands where that stands. */
function withParents(doc: GraphDocument, slot: number, into: Set<number>): void {
  for (let at = slot; at >= 0 && !into.has(at) && doc.nodes.at(at); ) {
    into.add(at);
    const parent = doc.nodes.at(at)?.parentId;
    at = typeof parent === "string" ? (doc.nodes.slot(parent) ?? -1) : -1;
  }
}

// What somebody else deleted, put back as it was: a change of one's own, which can be taken back.

import type { Edit, GraphDocument } from "../document/document";

/** A node that an edit took out, with those of its edges that went with it and still have both ends. */
export function bringBack(doc: GraphDocument, { step }: Pick<Edit, "step">, slot: number): void {
  const pair = step.nodes.get(slot);
  const id = pair?.before?.id;
  if (!pair || id === undefined || doc.nodes.at(slot)) return;
  const isThere = (end: string) => end === id || doc.nodes.get(end) !== null;
  const edges = [...step.edges].filter(([at, { before }]) => before && !doc.edges.at(at) && [before.source, before.target].includes(id) && isThere(before.source) && isThere(before.target));
  doc.change("Bring back a node", () => doc.rows.takeBack({ nodes: new Map([[slot, pair]]), edges: new Map(edges), file: null }));
}

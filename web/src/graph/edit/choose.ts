// Choosing nodes: all, none, what comes before or after, what is of the same type.

import type { Edit, GraphDocument } from "../document/document";
import type { Selection } from "../document/selection";

export function selectAll(doc: GraphDocument, selection: Selection): void {
  selection.set(living(doc.nodes), living(doc.edges));
}

function living(table: { size: number; at(slot: number): unknown }): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < table.size; slot += 1) if (table.at(slot) !== null) slots.push(slot);
  return slots;
}

/** Everything that edges lead to from these, or from which they lead here. Those themselves stay out unless a way leads back. */
export function reached(doc: GraphDocument, slots: Iterable<number>, way: "after" | "before"): number[] {
  const { links } = doc;
  const seen = new Set<number>();
  const open = [...slots];
  while (open.length > 0) {
    const slot = open.pop() as number;
    for (const edge of way === "after" ? links.out(slot) : links.in(slot)) {
      const next = (way === "after" ? links.target : links.source)[edge] ?? -1;
      if (next < 0 || seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return [...seen];
}

export function selectReached(doc: GraphDocument, selection: Selection, way: "after" | "before"): void {
  const from = selection.nodes();
  selection.set([...reached(doc, from, way), ...from]);
}

/** All nodes of the types that are selected. */
export function sameType(doc: GraphDocument, slots: readonly number[]): number[] {
  const types = new Set(slots.map((slot) => doc.nodes.at(slot)?.type));
  const found: number[] = [];
  for (const [slot, node] of doc.nodes.entries()) if (types.has(node.type)) found.push(slot);
  return found;
}

/** Keeps a selection to what is there: undo and other people delete too. Answers how to stop. */
export function followDeletions(doc: GraphDocument, selection: Selection): () => void {
  return doc.listen((edit) => {
    if (selection.isEmpty) return;
    const nodes = edit.nodes.filter((slot) => selection.hasNode(slot) && !doc.nodes.at(slot));
    const edges = edit.edges.filter((slot) => selection.hasEdge(slot) && !doc.edges.at(slot));
    if (nodes.length > 0 || edges.length > 0) selection.remove(nodes, edges);
  });
}

/**
 * Takes the last step back, or makes it again. What comes back with that is selected, as it was when it went: whoever undoes
 * a deletion wants to go on with what was deleted.
 */
export function stepBack(doc: GraphDocument, selection: Selection, way: "undo" | "redo"): Edit | null {
  const edit = way === "undo" ? doc.undo() : doc.redo();
  const { nodes, edges } = edit?.appeared() ?? { nodes: [], edges: [] };
  if (nodes.length > 0 || edges.length > 0) selection.set(nodes, nodes.length > 0 ? [] : edges);
  return edit;
}

// Deleting nodes and edges; with their neighbours joined where that is wished.

import type { Editing, GraphDocument } from "../document/document";
import { withFields } from "../document/fields";
import type { FileEdge } from "../file";
import { countedFrom, originIn, parentOf, placeOf, writePlaces, type Where } from "./family";
import { what } from "./names";

export interface Removal {
  nodes: readonly number[];
  edges?: readonly number[];
  /** Leads edges from what came before to what comes after. */
  reconnect?: boolean;
}

/** How much joining may cost: a hub of thousands of edges on both sides would give millions. */
const JOINED_MOST = 2_000;
const WALKED_MOST = 200_000;

/** Answers whether all neighbours could be joined. What stands in a deleted frame stays where it is. */
export function remove(doc: GraphDocument, where: Where, { nodes, edges = [], reconnect = false }: Removal): boolean {
  const gone = new Set(nodes.filter((slot) => doc.nodes.at(slot)));
  const cut = edges.filter((slot) => doc.edges.at(slot));
  if (gone.size === 0 && cut.length === 0) return true;
  const { joined, isWhole } = reconnect ? bridges(doc, gone) : { joined: [], isWhole: true };
  doc.change(`Delete ${what(gone.size, gone.size === 0 ? cut.length : 0)}`, (editing) => {
    takeOut(doc, where, editing, gone);
    for (const slot of cut) editing.removeEdge(doc.edges.key(slot));
    for (const edge of joined) editing.addEdge(edge);
    for (const slot of gone) editing.removeNode(doc.nodes.key(slot));
  });
  return isWhole;
}

/** Children of what goes away move to the nearest frame that stays. */
export function takeOut(doc: GraphDocument, where: Where, editing: Editing, gone: ReadonlySet<number>): void {
  writePlaces(doc, where, editing, gone);
  for (const [slot, node] of doc.nodes.entries()) {
    if (!node.parentId || gone.has(slot)) continue;
    const parent = parentOf(doc, slot);
    if (parent < 0 || !gone.has(parent)) continue;
    const place = placeOf(doc, where, slot);
    let outer = parentOf(doc, parent);
    const seen = new Set([parent]);
    while (outer >= 0 && gone.has(outer) && !seen.has(outer)) {
      seen.add(outer);
      outer = parentOf(doc, outer);
    }
    if (outer >= 0 && gone.has(outer)) outer = -1; // a circle of parents that all go
    const parentId = outer < 0 ? undefined : doc.nodes.at(outer)?.id;
    editing.setNode(doc.nodes.key(slot), { parentId, position: countedFrom(place, originIn(doc, where, outer)) });
  }
}

interface Bridges {
  joined: FileEdge[];
  isWhole: boolean;
}

/** The edges that take the place of ways through the nodes that go. Ways of errors end with them. */
function bridges(doc: GraphDocument, gone: ReadonlySet<number>): Bridges {
  const { links } = doc;
  const joined: FileEdge[] = [];
  const known = new Set<string>();
  let walked = 0;
  for (const first of gone) {
    for (const entry of links.in(first)) {
      const source = links.source[entry] ?? -1;
      const from = doc.edges.at(entry);
      if (source < 0 || gone.has(source) || !from) continue;
      for (const out of links.out(source)) known.add(way(doc.edges.at(out)));
      const seen = new Set([first]);
      const open = [first];
      while (open.length > 0) {
        const slot = open.pop() as number;
        for (const exit of links.out(slot)) {
          if ((walked += 1) > WALKED_MOST || joined.length >= JOINED_MOST) return { joined, isWhole: false };
          const to = doc.edges.at(exit);
          const target = links.target[exit] ?? -1;
          if (!to || target < 0 || to.sourceHandle === "error") continue;
          if (gone.has(target)) {
            if (!seen.has(target)) open.push(target);
            seen.add(target);
            continue;
          }
          if (target === source) continue;
          const edge = withFields<FileEdge>(from, { id: "", target: to.target, targetHandle: to.targetHandle ?? undefined });
          if (!known.has(way(edge))) joined.push(edge);
          known.add(way(edge));
        }
      }
    }
  }
  return { joined, isWhole: true };
}

function way(edge: FileEdge | null): string {
  return JSON.stringify([edge?.source, edge?.sourceHandle ?? null, edge?.target, edge?.targetHandle ?? null]);
}

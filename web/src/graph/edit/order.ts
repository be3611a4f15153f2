// The order in which a graph reads: along its edges, what stands inside a node below it. For lists of nodes.

import type { GraphDocument } from "../document/document";
import { families, parentOf } from "./family";

export interface OutlineRow {
  slot: number;
  depth: number;
  hasChildren: boolean;
}

/** A rank for each slot: along edges, one branch after the other; where a cycle leaves no first, by the order of the file. */
export function ranks(doc: GraphDocument): Int32Array {
  const { nodes, links } = doc;
  const rank = new Int32Array(nodes.size).fill(-1);
  const left = new Int32Array(nodes.size);
  for (const [slot] of nodes.entries()) left[slot] = links.inDegree(slot);
  const ready: number[] = [];
  let next = 0;
  let looked = 0;
  const take = (slot: number) => {
    rank[slot] = next++;
    // The newest edge comes first in the list of a node: pushed in that order, the oldest is taken first.
    for (const edge of links.out(slot)) {
      const to = links.target[edge] ?? -1;
      if (to >= 0 && (left[to] = (left[to] ?? 0) - 1) === 0 && rank[to] === -1) ready.push(to);
    }
  };
  const beginnings: number[] = [];
  for (const [slot] of nodes.entries()) if (left[slot] === 0) beginnings.push(slot);
  for (const slot of beginnings) {
    ready.push(slot);
    while (ready.length > 0) {
      const at = ready.pop() as number;
      if (rank[at] === -1) take(at);
    }
  }
  for (; looked < nodes.size; looked += 1) {
    if (rank[looked] !== -1 || !nodes.at(looked)) continue;
    ready.push(looked);
    while (ready.length > 0) {
      const at = ready.pop() as number;
      if (rank[at] === -1) take(at);
    }
  }
  return rank;
}

/** All nodes as they read; what stands inside closed ones is left out. */
export function outline(doc: GraphDocument, closed: ReadonlySet<number> = new Set()): OutlineRow[] {
  const rank = ranks(doc);
  const children = families(doc);
  const byRank = (a: number, b: number) => (rank[a] ?? 0) - (rank[b] ?? 0);
  const rows: OutlineRow[] = [];
  const seen = new Set<number>();
  const walk = (tops: number[]) => {
    const open = tops.sort((a, b) => byRank(b, a)).map((slot) => ({ slot, depth: 0 }));
    while (open.length > 0) {
      const { slot, depth } = open.pop() as { slot: number; depth: number };
      if (seen.has(slot)) continue;
      seen.add(slot);
      const inner = children.get(slot) ?? [];
      rows.push({ slot, depth, hasChildren: inner.length > 0 });
      if (closed.has(slot)) {
        hide(inner, children, seen);
        continue;
      }
      for (const child of [...inner].sort((a, b) => byRank(b, a))) open.push({ slot: child, depth: depth + 1 });
    }
  };
  const tops: number[] = [];
  for (const [slot] of doc.nodes.entries()) if (parentOf(doc, slot) < 0) tops.push(slot);
  walk(tops);
  // Parents that run in a circle have no top: they are listed all the same.
  if (seen.size < doc.nodes.count) for (const [slot] of doc.nodes.entries()) if (!seen.has(slot)) walk([slot]);
  return rows;
}

function hide(slots: readonly number[], children: ReadonlyMap<number, readonly number[]>, seen: Set<number>): void {
  const open = [...slots];
  while (open.length > 0) {
    const slot = open.pop() as number;
    if (seen.has(slot)) continue;
    seen.add(slot);
    open.push(...(children.get(slot) ?? []));
  }
}

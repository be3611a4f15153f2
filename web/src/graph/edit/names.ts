// Ids and labels: readable ones for what is new, and none twice.

import type { GraphDocument } from "../document/document";

const STEM_MOST = 40;

/** `Fetch the rows` as an id: `fetch_the_rows`. It may stand in an expression as `nodes.fetch_the_rows`. */
export function stemOf(words: string): string {
  const stem = words
    .slice(0, 4 * STEM_MOST)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .slice(0, STEM_MOST)
    .replace(/^_+|_+$/g, "");
  if (stem === "") return "node";
  return /^[a-z]/.test(stem) ? stem : `node_${stem}`;
}

/** `fetch_12` was counted from `fetch`. */
function uncounted(id: string): string {
  return id.replace(/_\d+$/, "") || id;
}

/** Gives ids that neither the document has nor another of the same batch: a wish where it is free, else counted on from its stem. */
export class FreshIds {
  private readonly given = new Set<string>();
  private readonly next = new Map<string, number>();

  constructor(private readonly doc: GraphDocument) {}

  take(wish: string): string {
    const id = this.isFree(wish) ? wish : this.counted(uncounted(wish));
    this.given.add(id);
    return id;
  }

  private isFree(id: string): boolean {
    return id !== "" && !this.given.has(id) && this.doc.nodes.slot(id) === undefined;
  }

  private counted(stem: string): string {
    let number = this.next.get(stem);
    if (number === undefined) {
      const found = this.doc.freshId(stem);
      if (this.isFree(found)) return found;
      number = found === stem ? 2 : Number(found.slice(stem.length + 1)) + 1;
    }
    while (!this.isFree(`${stem}_${number}`)) number += 1;
    this.next.set(stem, number + 1);
    return `${stem}_${number}`;
  }
}

/** “Fetch rows”, cut where it is long. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return `“${line.length > 40 ? `${line.slice(0, 39)}…` : line}”`;
}

const NUMBER = new Intl.NumberFormat("en-GB");
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? one : many}`;
}

/** `node`, `12 nodes`, `3 edges`, `12 nodes and 3 edges`. */
export function what(nodes: number, edges = 0): string {
  const of = (count: number, one: string) => (count === 1 ? one : counted(count, one));
  if (nodes > 0 && edges > 0) return `${counted(nodes, "node")} and ${counted(edges, "edge")}`;
  return nodes > 0 ? of(nodes, "node") : of(edges, "edge");
}

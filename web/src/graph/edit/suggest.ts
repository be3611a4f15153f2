// What to offer when something is to be added: what others of this workflow have there, then what usually follows.

import type { GraphDocument } from "../document/document";
import { addAfter, addAt, type Added } from "./add";
import type { Point, Where } from "./family";
import { isTrigger, kindOf, takesInput, type Kind, type Kinds } from "./kinds";
import { outputsOf } from "./ports";

const AFTER: Readonly<Record<string, readonly string[]>> = {
  "": ["manual", "webhook", "schedule", "http", "note"],
  trigger: ["http", "condition", "set_fields", "switch", "javascript"],
  network: ["condition", "extract", "set_fields", "for_each", "map"],
  logic: ["http", "set_fields", "join", "respond", "delay"],
  data: ["condition", "switch", "http", "map", "visualization"],
  code: ["condition", "http", "set_fields", "visualization"],
  people: ["condition", "http", "switch"],
  other: ["http", "set_fields"],
};

const LOOKED_AT = 20_000;

/** Types that fit after a node (-1: at the beginning), the likeliest first. */
export function suggest(doc: GraphDocument, kinds: Kinds, slot: number, most = 4): Kind[] {
  const node = doc.nodes.at(slot);
  const kind = kindOf(kinds, node?.type);
  if (node && outputsOf(node, kind).length === 0) return [];
  const counts = new Map<string, number>();
  if (node) {
    let looked = 0;
    for (const [other, row] of doc.nodes.entries()) {
      if ((looked += 1) > LOOKED_AT) break;
      if (row.type !== node.type) continue;
      for (const edge of doc.links.out(other)) {
        const next = kindOf(kinds, doc.nodes.at(doc.links.target[edge] ?? -1)?.type);
        if (next) counts.set(next.id, (counts.get(next.id) ?? 0) + 1);
      }
    }
  }
  const found = [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
  const usual = AFTER[node ? (kind?.category ?? "other") : ""] ?? AFTER["other"] ?? [];
  const ids = [...new Set([...found.slice(0, most - 1), ...usual])];
  const fits = (one: Kind | undefined): one is Kind => one !== undefined && (node === null || (takesInput(one) && !isTrigger(one)));
  return ids.map((id) => kinds.get(id)).filter(fits).slice(0, most);
}

/** Adds what was picked: after the one node that is selected, where the two connect; else at the place. */
export function addPicked(doc: GraphDocument, where: Where, kinds: Kinds, kind: Kind, { after, at, parent = -1 }: { after: number; at: Point; parent?: number }): Added {
  const node = doc.nodes.at(after);
  const connects = node !== null && takesInput(kind) && outputsOf(node, kindOf(kinds, node.type)).length > 0;
  return connects ? addAfter(doc, where, kinds, after, kind) : addAt(doc, where, kind, at, { parent });
}

/** A heading of the palette and what stands below it. */
export interface Shelf {
  title: string;
  kinds: Kind[];
}

const SHELVES: readonly (readonly [category: string, title: string])[] = [
  ["trigger", "Triggers"],
  ["logic", "Logic"],
  ["data", "Data"],
  ["network", "Network"],
  ["ai", "AI"],
  ["code", "Code"],
  ["people", "People and time"],
  ["storage", "Storage"],
  ["other", "Other"],
];

/** Every type once, by category, in the order of the server. */
export function shelves(kinds: Kinds): Shelf[] {
  const all = [...new Set(kinds.values())];
  const known = new Set(SHELVES.map(([category]) => category));
  return SHELVES.map(([category, title]) => ({ title, kinds: all.filter((kind) => kind.category === category || (category === "other" && !known.has(kind.category))) })).filter(
    (shelf) => shelf.kinds.length > 0,
  );
}

// Places for nodes inside of nodes: each container is laid out by itself, and is then one large node of what is around it.

import { layoutLayered, type LayoutEdge, type Spot } from "./layout";

export interface Nested {
  id: string;
  parent: string | null;
  w: number;
  h: number;
}

/** Room inside of a container: at its sides and end, and above what it holds. */
export interface Room {
  pad: number;
  head: number;
}

interface Holder {
  children: Nested[];
  edges: LayoutEdge[];
  spots: Map<string, Spot>;
}

/** Absolute places. Parents that are missing, or run in a circle, count as none. */
export function layoutNested(nodes: readonly Nested[], edges: readonly LayoutEdge[], room: Room): Map<string, Spot> {
  const sized = new Map(nodes.map((node) => [node.id, { ...node }]));
  for (const node of sized.values()) if (!leadsOut(node, sized)) node.parent = null;
  const holders = new Map<string | null, Holder>();
  const holder = (id: string | null): Holder => {
    const known: Holder = holders.get(id) ?? { children: [], edges: [], spots: new Map() };
    holders.set(id, known);
    return known;
  };
  for (const node of sized.values()) holder(node.parent).children.push(node);
  for (const edge of edges) {
    const [source, target] = lifted(edge, sized);
    if (source && target && source !== target) holder(source.parent).edges.push({ source: source.id, target: target.id });
  }
  const order = [...holders.keys()].sort((a, b) => depth(b, sized) - depth(a, sized));
  for (const id of order) {
    const held = holder(id);
    const { w, h } = settle(held);
    const around = id === null ? undefined : sized.get(id);
    if (!around) continue;
    around.w = Math.max(around.w, w + 2 * room.pad);
    around.h = Math.max(around.h, h + room.head + room.pad);
  }
  const places = new Map<string, Spot>();
  for (const id of order.reverse()) {
    const from = id === null ? { x: 0, y: 0 } : inside(places.get(id), room);
    for (const [child, spot] of holder(id).spots) places.set(child, { x: from.x + spot.x, y: from.y + spot.y });
  }
  return places;
}

function inside(spot: Spot | undefined, { pad, head }: Room): Spot {
  return { x: (spot?.x ?? 0) + pad, y: (spot?.y ?? 0) + head };
}

function leadsOut(node: Nested, all: ReadonlyMap<string, Nested>): boolean {
  const seen = new Set<string>();
  for (let at: Nested | undefined = node; at; at = at.parent === null ? undefined : all.get(at.parent)) {
    if (seen.has(at.id) || (at.parent !== null && !all.has(at.parent))) return false;
    seen.add(at.id);
  }
  return true;
}

/** How many containers are around what is in this one. */
function depth(id: string | null, all: ReadonlyMap<string, Nested>): number {
  let steps = 0;
  for (let at = id; at !== null; at = all.get(at)?.parent ?? null) steps += 1;
  return steps;
}

/** The ends of an edge, or the containers that hold them, where both stand side by side. */
function lifted(edge: LayoutEdge, all: ReadonlyMap<string, Nested>): [Nested | undefined, Nested | undefined] {
  let source = all.get(edge.source);
  let target = all.get(edge.target);
  const up = (node: Nested | undefined) => (node && node.parent !== null ? all.get(node.parent) : undefined);
  let [a, b] = [source ? depth(source.id, all) : 0, target ? depth(target.id, all) : 0];
  for (; a > b; a -= 1) source = up(source);
  for (; b > a; b -= 1) target = up(target);
  while (source && target && source.parent !== target.parent) [source, target] = [up(source), up(target)];
  return [source, target];
}

/** Places what one container holds; each column is as wide as its widest. Answers the room that it takes. */
function settle(held: Holder): { w: number; h: number } {
  const most = held.children.reduce((size, node) => ({ w: Math.max(size.w, node.w), h: Math.max(size.h, node.h) }), { w: 0, h: 0 });
  const spots = layoutLayered(held.children.map((node) => node.id), held.edges, most);
  const widths = new Map<number, number>();
  for (const node of held.children) {
    const x = spots.get(node.id)?.x ?? 0;
    widths.set(x, Math.max(widths.get(x) ?? 0, node.w));
  }
  const columns = new Map<number, number>();
  let saved = 0;
  for (const [x, width] of [...widths].sort(([a], [b]) => a - b)) {
    columns.set(x, x - saved);
    saved += most.w - width;
  }
  const size = { w: 0, h: 0 };
  const top = held.children.reduce((least, node) => Math.min(least, spots.get(node.id)?.y ?? 0), Infinity);
  for (const node of held.children) {
    const spot = spots.get(node.id) ?? { x: 0, y: 0 };
    const place = { x: columns.get(spot.x) ?? spot.x, y: spot.y - top + (most.h - node.h) / 2 };
    held.spots.set(node.id, place);
    size.w = Math.max(size.w, place.x + node.w);
    size.h = Math.max(size.h, place.y + node.h);
  }
  return size;
}

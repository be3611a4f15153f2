// Where edges run and what is in view: numbers only, no drawing.

import type { PlacedEdge, PlacedGraph, PlacedNode } from "./placed";

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Cubic pieces: start x, y, then for each piece two controls and an end (6 numbers). */
export type Path = readonly number[];

const REACH_LEAST = 32;
const REACH_MOST = 160;
const LANE = 46;

/** The height at which an edge leaves by `port`; several ports share the side evenly. */
export function portY(node: PlacedNode, port: string | null): number {
  const at = port === null ? -1 : node.ports.indexOf(port);
  if (at < 0 || node.ports.length < 2) return node.y + node.h / 2;
  return node.y + (node.h * (at + 1)) / (node.ports.length + 1);
}

export function edgePath(edge: PlacedEdge): Path {
  const x0 = edge.source.x + edge.source.w;
  const y0 = portY(edge.source, edge.port);
  const x1 = edge.target.x;
  const y1 = edge.target.y + edge.target.h / 2;
  if (x1 >= x0 + 8) {
    const reach = Math.min(REACH_MOST, Math.max(Math.min(REACH_LEAST, (x1 - x0) / 2), (x1 - x0) * 0.45));
    return [x0, y0, x0 + reach, y0, x1 - reach, y1, x1, y1];
  }
  const sameRow = Math.abs(y1 - y0) < edge.source.h + LANE;
  const lane = sameRow ? Math.max(edge.source.y + edge.source.h, edge.target.y + edge.target.h) + LANE : (y0 + y1) / 2;
  const middle = (x0 + x1) / 2;
  const reach = LANE + Math.min(REACH_MOST / 2, Math.abs(x0 - x1) * 0.08);
  return [x0, y0, x0 + reach, y0, x0 + reach, lane, middle, lane, x1 - reach, lane, x1 - reach, y1, x1, y1];
}

/** The point half way along a path, for its label. */
export function midpoint(path: Path): { x: number; y: number } {
  const pieces = (path.length - 2) / 6;
  const piece = Math.floor((pieces - 1) / 2);
  const at = (n: number) => path[piece * 6 + n] ?? 0;
  if (pieces % 2 === 0) return { x: at(6), y: at(7) };
  return { x: (at(0) + 3 * at(2) + 3 * at(4) + at(6)) / 8, y: (at(1) + 3 * at(3) + 3 * at(5) + at(7)) / 8 };
}

/** A box that holds the whole path (controls hold their curve). */
export function pathBox(path: Path): Box {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let n = 0; n + 1 < path.length; n += 2) {
    const x = path[n] ?? 0;
    const y = path[n + 1] ?? 0;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

export function graphBox(graph: PlacedGraph): Box {
  if (graph.nodes.length === 0) return { x: 0, y: 0, w: 1, h: 1 };
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const node of graph.nodes) {
    left = Math.min(left, node.x);
    top = Math.min(top, node.y);
    right = Math.max(right, node.x + node.w);
    bottom = Math.max(bottom, node.y + node.h);
  }
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** What encloses all boxes; null where there are none. */
export function enclosing(boxes: readonly Box[]): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.w);
    bottom = Math.max(bottom, box.y + box.h);
  }
  return right >= left ? { x: left, y: top, w: right - left, h: bottom - top } : null;
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Whether all of `inner` lies in `outer`. */
export function holds(outer: Box, inner: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
}

export function contains(box: Box, x: number, y: number): boolean {
  return x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h;
}

/** The nearest node in a direction: how arrow keys walk over the graph. */
export function neighbour(graph: PlacedGraph, from: PlacedNode, dx: -1 | 0 | 1, dy: -1 | 0 | 1): PlacedNode | null {
  let best: PlacedNode | null = null;
  let least = Infinity;
  for (const node of graph.nodes) {
    if (node === from || node.frame) continue;
    const x = node.x - from.x;
    const y = node.y - from.y;
    const ahead = dx !== 0 ? x * dx : y * dy;
    const aside = Math.abs(dx !== 0 ? y : x);
    if (ahead <= 0) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) {
      least = cost;
      best = node;
    }
  }
  return best;
}

// At far zoom single nodes say nothing: what lies together is drawn as one shape with its name or how many it holds.

import { FRAME, NODE } from "../graph/document/places";
import type { Box } from "../graph/geometry";
import { count } from "../ui/format";
import { titleFor } from "./card";
import type { Overview } from "./overview";
import type { Pen } from "./pen";
import type { Scene } from "./scene";

export interface Island {
  box: Box;
  nodes: number;
  /** The frame that it is, or -1. */
  frame: number;
}

/** The graph is looked at through so many cells on its longer side. */
const CELLS = 96;
/** With fewer nodes than these, something is not worth a shape. */
const NODES_LEAST = 12;
const SHOWN_MOST = 50;
const WIDE_LEAST = 64;
const HIGH_LEAST = 28;
const SIZE = 12;
const PAD = 6;

const known = new WeakMap<Overview, { version: number; islands: Island[] }>();

/** Shapes around what lies together, with how many nodes it is. */
export function drawIslands(pen: Pen, overview: Overview): void {
  const { ctx, view, scene, palette, kept } = pen;
  let found = known.get(overview);
  if (found?.version !== scene.places.version) {
    found = { version: scene.places.version, islands: islandsOf(scene, overview.box) };
    known.set(overview, found);
  }
  let shown = 0;
  for (const { box, nodes, frame } of found.islands) {
    const [x, y, w, h] = [box.x * view.zoom + view.x, box.y * view.zoom + view.y, box.w * view.zoom, box.h * view.zoom];
    if (w < WIDE_LEAST || h < HIGH_LEAST || x > view.width || y > view.height || x + w < 0 || y + h < 0) continue;
    if ((shown += 1) > SHOWN_MOST) return;
    ctx.beginPath();
    ctx.roundRect(x - PAD, y - PAD, w + 2 * PAD, h + 2 * PAD, 10);
    ctx.strokeStyle = palette.line2;
    ctx.lineWidth = 1;
    ctx.stroke();
    const text = `${frame < 0 ? "" : `${kept.fit(ctx, titleFor(scene, frame), SIZE, w * 0.6, palette)} · `}${count(nodes)} nodes`;
    const width = kept.width(ctx, text, SIZE, palette) + 20;
    const left = Math.max(8, Math.min(view.width - width - 8, x - PAD + 10));
    const top = Math.max(8, Math.min(view.height - 32, y - PAD - 12));
    ctx.beginPath();
    ctx.roundRect(left, top, width, 24, 12);
    ctx.fillStyle = palette.bar;
    ctx.fill();
    ctx.stroke();
    ctx.font = palette.name(SIZE);
    ctx.fillStyle = palette.dim;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.fillText(text, left + 10, top + 12.5);
  }
}

/** What lies together: frames that hold many, and else what touches on a coarse grid. The largest first. */
export function islandsOf(scene: Scene, around: Box): Island[] {
  const { kind, seenAs, x, y, w, h, depth, nest } = scene.places;
  const islands: Island[] = [];
  const cell = Math.max(around.w, around.h) / CELLS;
  const wide = Math.max(1, Math.ceil(around.w / cell));
  const high = Math.max(1, Math.ceil(around.h / cell));
  const counts = new Uint32Array(wide * high);
  for (let slot = 0; slot < scene.doc.nodes.size; slot += 1) {
    if (seenAs[slot] !== slot || depth[slot] !== 0) continue;
    if (kind[slot] === FRAME && nest.holdsAny(slot)) {
      const inside = nest.withInside([slot]).filter((one) => kind[one] === NODE).length;
      if (inside >= NODES_LEAST) islands.push({ box: scene.places.box(slot), nodes: inside, frame: slot });
    } else if (kind[slot] === NODE) {
      const column = Math.min(wide - 1, Math.floor(((x[slot] ?? 0) + (w[slot] ?? 0) / 2 - around.x) / cell));
      const row = Math.min(high - 1, Math.floor(((y[slot] ?? 0) + (h[slot] ?? 0) / 2 - around.y) / cell));
      counts[row * wide + column] = (counts[row * wide + column] ?? 0) + 1;
    }
  }
  const seen = new Uint8Array(counts.length);
  for (let start = 0; start < counts.length; start += 1) {
    if (seen[start] === 1 || counts[start] === 0) continue;
    const island = flood(start, wide, high, counts, seen);
    if (island.nodes < NODES_LEAST) continue;
    const box = { x: around.x + island.left * cell, y: around.y + island.top * cell, w: (island.right - island.left + 1) * cell, h: (island.bottom - island.top + 1) * cell };
    islands.push({ box, nodes: island.nodes, frame: -1 });
  }
  return islands.sort((a, b) => b.nodes - a.nodes);
}

function flood(start: number, wide: number, high: number, counts: Uint32Array, seen: Uint8Array) {
  const island = { nodes: 0, left: wide, top: high, right: 0, bottom: 0 };
  const stack = [start];
  seen[start] = 1;
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const [column, row] = [at % wide, Math.floor(at / wide)];
    island.nodes += counts[at] ?? 0;
    island.left = Math.min(island.left, column);
    island.right = Math.max(island.right, column);
    island.top = Math.min(island.top, row);
    island.bottom = Math.max(island.bottom, row);
    for (let dy = -1; dy <= 1; dy += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        const [c, r] = [column + dx, row + dy];
        const next = r * wide + c;
        if (c < 0 || r < 0 || c >= wide || r >= high || seen[next] === 1 || counts[next] === 0) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
  }
  return island;
}

// A simple layered layout, left to right: for files without places. Linear but for a few ordering sweeps.

export interface LayoutEdge {
  source: string;
  target: string;
}

export interface Spot {
  x: number;
  y: number;
}

const GAP_X = 88;
const GAP_Y = 36;
const SWEEPS = 6;

/** Places `ids` so that edges run left to right, edges that close a cycle aside, and no two nodes overlap. */
export function layoutLayered(ids: readonly string[], edges: readonly LayoutEdge[], size: { w: number; h: number }): Map<string, Spot> {
  const index = new Map(ids.map((id, at) => [id, at]));
  const next: number[][] = ids.map(() => []);
  const back: number[][] = ids.map(() => []);
  for (const [from, to] of forwardEdges(ids.length, index, edges)) {
    next[from]?.push(to);
    back[to]?.push(from);
  }
  const layer = layersOf(next, back);
  const columns = order(layer, next, back);
  const y = settle(columns, next, back, size.h + GAP_Y);
  return new Map(ids.map((id, at) => [id, { x: (layer[at] ?? 0) * (size.w + GAP_X), y: y[at] ?? 0 }]));
}

/** Edges without those that close a cycle, found by a depth-first walk with its own stack. */
function forwardEdges(count: number, index: ReadonlyMap<string, number>, edges: readonly LayoutEdge[]): [number, number][] {
  const out: number[][] = Array.from({ length: count }, () => []);
  const entered = new Array<number>(count).fill(0);
  for (const edge of edges) {
    const from = index.get(edge.source);
    const to = index.get(edge.target);
    if (from === undefined || to === undefined || from === to) continue;
    out[from]?.push(to);
    entered[to] = (entered[to] ?? 0) + 1;
  }
  const kept: [number, number][] = [];
  const state = new Uint8Array(count); // 0 not seen, 1 on the stack, 2 left
  const starts = [...Array(count).keys()].sort((a, b) => Number((entered[a] ?? 0) > 0) - Number((entered[b] ?? 0) > 0) || a - b);
  for (const start of starts) {
    if (state[start] !== 0) continue;
    const stack: [number, number][] = [[start, 0]];
    state[start] = 1;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const [from, at] = top;
      const to = out[from]?.[at];
      if (to === undefined) {
        state[from] = 2;
        stack.pop();
        continue;
      }
      top[1] = at + 1;
      if (state[to] === 1) continue;
      kept.push([from, to]);
      if (state[to] === 0) {
        state[to] = 1;
        stack.push([to, 0]);
      }
    }
  }
  return kept;
}

/** Longest path from a start; starts then move right beside what they feed. */
function layersOf(next: readonly number[][], back: readonly number[][]): number[] {
  const layer = new Array<number>(next.length).fill(0);
  const open = back.map((list) => list.length);
  const ready = [...open.keys()].filter((at) => open[at] === 0);
  for (let head = 0; head < ready.length; head += 1) {
    const from = ready[head] ?? 0;
    for (const to of next[from] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[from] ?? 0) + 1);
      open[to] = (open[to] ?? 0) - 1;
      if (open[to] === 0) ready.push(to);
    }
  }
  for (let at = 0; at < layer.length; at += 1) {
    const targets = next[at] ?? [];
    if ((back[at]?.length ?? 0) === 0 && targets.length > 0) {
      layer[at] = Math.min(...targets.map((to) => layer[to] ?? 0)) - 1;
    }
  }
  return layer;
}

/** Columns of nodes, ordered by the mean place of their neighbours to lessen crossings. */
function order(layer: readonly number[], next: readonly number[][], back: readonly number[][]): number[][] {
  const columns: number[][] = [];
  layer.forEach((column, at) => (columns[column] ??= []).push(at));
  const rank = new Array<number>(layer.length).fill(0);
  const note = (column: readonly number[]) => column.forEach((at, place) => (rank[at] = place - column.length / 2));
  const filled = columns.filter((column): column is number[] => column !== undefined);
  filled.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? filled : [...filled].reverse()) {
      const want = new Map(column.map((at) => [at, mean((forward ? back : next)[at] ?? [], rank) ?? rank[at] ?? 0]));
      column.sort((a, b) => (want.get(a) ?? 0) - (want.get(b) ?? 0));
      note(column);
    }
  }
  return columns.map((column) => column ?? []);
}

function mean(list: readonly number[], of: readonly number[]): number | null {
  if (list.length === 0) return null;
  let sum = 0;
  for (const at of list) sum += of[at] ?? 0;
  return sum / list.length;
}

/** Heights: each node as near its neighbours as its column allows, without overlap. */
function settle(columns: readonly number[][], next: readonly number[][], back: readonly number[][], step: number): number[] {
  const y: number[] = [];
  for (const column of columns) column.forEach((at, place) => (y[at] = (place - (column.length - 1) / 2) * step));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    for (const column of forward ? columns : [...columns].reverse()) {
      const want = column.map((at) => mean((forward ? back : next)[at] ?? [], y) ?? y[at] ?? 0);
      spread(want, step).forEach((value, place) => (y[column[place] ?? 0] = value));
    }
  }
  const top = y.reduce((least, value) => Math.min(least, value), 0);
  return y.map((value) => Math.round(value - top));
}

/** The nearest values to `want` that keep their order and at least `step` between them (pooling of neighbours). */
function spread(want: readonly number[], step: number): number[] {
  const pools: { sum: number; count: number }[] = [];
  want.forEach((value, place) => {
    let pool = { sum: value - place * step, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  });
  const result: number[] = [];
  for (const pool of pools) {
    for (let n = 0; n < pool.count; n += 1) result.push(pool.sum / pool.count + result.length * step);
  }
  return result;
}

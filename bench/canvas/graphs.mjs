// The graphs that are measured: always the same for the same size. Nodes have whole places and sizes of their own.

export const CELL = { w: 240, h: 120 };
export const BOX = { w: 180, h: 60 };
const EXTRA_EDGES = 0.2;
const FEW_ROWS = 3;
/** Types that check out with these parameters. */
const STEPS = [
  ["no_op", {}],
  ["expression", { expression: "input" }],
  ["delay", { duration: "1s" }],
];

/** Numbers from 0 to 1 that follow from `seed` (mulberry32). */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function node(at, x, y, w, h) {
  const [type, data] = at === 0 ? ["manual", {}] : STEPS[at % STEPS.length];
  return { id: `n${at}`, type, position: { x, y }, width: w, height: h, data: { label: `Step ${at}`, ...data } };
}

const edge = (at, source, target) => ({ id: `e${at}`, source: `n${source}`, target: `n${target}` });

/** A grid of 180×60 nodes in cells of 240×120; each leads to its right neighbour, each fifth to one a few rows below too. */
export function grid(count) {
  const columns = Math.ceil(Math.sqrt(count));
  const next = numbers(count);
  const nodes = Array.from({ length: count }, (_, at) => node(at, (at % columns) * CELL.w, Math.floor(at / columns) * CELL.h, BOX.w, BOX.h));
  const edges = [];
  for (let at = 0; at < count; at += 1) {
    if ((at + 1) % columns !== 0 && at + 1 < count) edges.push(edge(edges.length, at, at + 1));
    // The row's last node leads nowhere to the right: another one makes up for it, so that there are 1.2 per node.
    const wanted = Math.floor((at + 1) * (1 + EXTRA_EDGES));
    while (edges.length < wanted) {
      const rows = 1 + Math.floor(next() * FEW_ROWS);
      const target = at + rows * columns + Math.floor(next() * 3) - 1;
      if (target >= count || target <= at) break;
      edges.push(edge(edges.length, at, target));
    }
  }
  return { nodes, edges };
}

/** Rows of boxes of uneven sizes that do not overlap. */
function shelves(count, next, sizeOf) {
  const gap = 60;
  const places = [];
  const wide = Math.sqrt(count) * 380;
  let [x, y, high] = [0, 0, 0];
  for (let at = 0; at < count; at += 1) {
    const { w, h } = sizeOf(at, next);
    if (x > wide) {
      [x, y, high] = [0, y + high + gap, 0];
    }
    places.push({ x, y, w, h });
    x += w + gap;
    high = Math.max(high, h);
  }
  return places;
}

export const UNEVEN = { nodes: 112_000, notes: 40_000, hubs: 10, edgesOfHub: 5_000, cycleEach: 500 };

/** What people really have, at its worst: boxes of uneven sizes, notes among them, hubs of 5,000 edges, and cycles. */
export function uneven(parts = UNEVEN) {
  const next = numbers(parts.nodes);
  // A shuffled deck says which are notes, so that there are exactly as many as wanted.
  const isNote = new Uint8Array(parts.nodes);
  for (let left = parts.notes; left > 0; ) {
    const at = 1 + Math.floor(next() * (parts.nodes - 1));
    if (isNote[at] === 1) continue;
    isNote[at] = 1;
    left -= 1;
  }
  const between = (least, most) => Math.round(least + next() ** 2 * (most - least));
  const places = shelves(parts.nodes, next, (at) => (isNote[at] === 1 ? { w: between(120, 640), h: between(60, 480) } : { w: between(120, 420), h: between(48, 240) }));
  const nodes = places.map(({ x, y, w, h }, at) => {
    if (isNote[at] === 0) return node(at, x, y, w, h);
    return { id: `n${at}`, type: "note", position: { x, y }, width: w, height: h, data: { text: `**Note ${at}**\n\nWhy this part is as it is.` } };
  });
  const steps = nodes.flatMap((_, at) => (isNote[at] === 0 ? [at] : []));
  const edges = [];
  const add = (source, target) => edges.push(edge(edges.length, source, target));
  for (const [at, one] of steps.entries()) {
    if (at + 1 < steps.length) add(one, steps[at + 1]);
    if (at % 5 === 0) add(one, steps[Math.min(steps.length - 1, at + 1 + Math.floor(next() * 400))]);
    if (at % parts.cycleEach === parts.cycleEach - 1) add(one, steps[at - Math.floor(next() * 100)]);
  }
  for (let hub = 0; hub < parts.hubs; hub += 1) {
    const middle = steps[Math.floor(((hub + 0.5) / parts.hubs) * steps.length)];
    for (let left = parts.edgesOfHub; left > 0; left -= 1) {
      const other = steps[Math.floor(next() * steps.length)];
      if (left % 2 === 0) add(middle, other);
      else add(other, middle);
    }
  }
  return { nodes, edges };
}

/** The graphs by the names that rows have. */
export const GRAPHS = {
  "1k": () => grid(1_000),
  "10k": () => grid(10_000),
  "100k": () => grid(100_000),
  uneven: () => uneven(),
};

// The rows of a timeline: steps under the containers, iterations and loops they belong to, closed ones with what is in them.

/** What is looked at of a step. */
export interface TimelineStep {
  address: string;
  node: string;
  status: string;
  attempts: number;
}

export interface TimelineItem<S extends TimelineStep> {
  key: string;
  /** `round`: one iteration of a container. `group`: the steps of one node that a loop ran several times. */
  kind: "step" | "round" | "group";
  /** The step itself; null for rounds and groups. */
  step: S | null;
  node: string | null;
  /** Which iteration a round is, or at which one a step stands: `2`, `3.0`. */
  index: string;
  children: TimelineItem<S>[];
  parent: TimelineItem<S> | null;
  depth: number;
  /** Steps in it, itself not counted. */
  count: number;
  failed: number;
  running: number;
}

export interface TimelineTree<S extends TimelineStep> {
  roots: TimelineItem<S>[];
  byAddress: ReadonlyMap<string, TimelineItem<S>>;
}

/** The part of an address behind its node: an index for each iterating thing around it. */
export function indicesOf(step: { address: string; node: string }): string[] {
  const rest = step.address.slice(step.node.length + 1);
  return step.address.length > step.node.length && step.address.startsWith(step.node) ? rest.split(".") : [];
}

/** `parentOf` names the container that a node stands in. */
export function timelineOf<S extends TimelineStep>(steps: Iterable<S>, parentOf: (node: string) => string | null): TimelineTree<S> {
  const byAddress = new Map<string, TimelineItem<S>>();
  const depthsOf = new Map<string, number>();
  const stands: { item: TimelineItem<S>; step: S; indices: string[] }[] = [];
  for (const step of steps) {
    const indices = indicesOf(step);
    depthsOf.set(step.node, indices.length);
    const item = itemOf<S>(step.address, "step", step, step.node, indices.join("."));
    byAddress.set(step.address, item);
    stands.push({ item, step, indices });
  }
  const made = new Map<string, TimelineItem<S>>();
  const roots: TimelineItem<S>[] = [];
  const under = (parent: TimelineItem<S> | null, key: string, kind: "round" | "group", node: string | null, index: string) => {
    const known = made.get(key);
    if (known) return known;
    const item = itemOf<S>(key, kind, null, node, index);
    made.set(key, item);
    attach(roots, parent, item);
    return item;
  };
  for (const { item, step, indices } of stands) {
    const container = containerOf(step.node, indices, { parentOf, depthsOf, byAddress });
    let parent = container?.item ?? null;
    let at = container?.depth ?? 0;
    const round = indices[at];
    if (parent && round !== undefined) {
      parent = under(parent, `${parent.key}/#${round}`, "round", parent.node, round);
      at += 1;
    }
    if (indices.length > at) parent = under(parent, `${parent?.key ?? ""}/${step.node}`, "group", step.node, "");
    attach(roots, parent, item);
  }
  const flat = roots.map((item) => settle(item, null, 0));
  return { roots: flat, byAddress };
}

interface Places<S extends TimelineStep> {
  parentOf: (node: string) => string | null;
  depthsOf: ReadonlyMap<string, number>;
  byAddress: ReadonlyMap<string, TimelineItem<S>>;
}

/** The nearest container around a node that has a step of its own, and how many indices that step has. */
function containerOf<S extends TimelineStep>(node: string, indices: readonly string[], { parentOf, depthsOf, byAddress }: Places<S>) {
  // Parents may stand in a circle: nobody nests deeper than this.
  let left = 100;
  for (let at = parentOf(node); at !== null && at !== node && left > 0; at = parentOf(at)) {
    left -= 1;
    const depth = depthsOf.get(at);
    if (depth === undefined) continue;
    const item = byAddress.get(depth === 0 ? at : `${at}@${indices.slice(0, depth).join(".")}`);
    if (item) return { item, depth };
  }
  return null;
}

function itemOf<S extends TimelineStep>(key: string, kind: TimelineItem<S>["kind"], step: S | null, node: string | null, index: string): TimelineItem<S> {
  return { key, kind, step, node, index, children: [], parent: null, depth: 0, count: 0, failed: 0, running: 0 };
}

function attach<S extends TimelineStep>(roots: TimelineItem<S>[], parent: TimelineItem<S> | null, item: TimelineItem<S>): void {
  if (parent) parent.children.push(item);
  else roots.push(item);
}

/** Counts what is inside, and takes away levels that hold one thing only: a loop that ran once, a container with one round. */
function settle<S extends TimelineStep>(item: TimelineItem<S>, parent: TimelineItem<S> | null, depth: number): TimelineItem<S> {
  const only = item.children[0];
  if (item.kind === "group" && item.children.length === 1 && only) return settle(only, parent, depth);
  if (item.kind === "step" && item.children.length === 1 && only?.kind === "round") item.children = only.children;
  item.parent = parent;
  item.depth = depth;
  for (let at = 0; at < item.children.length; at += 1) item.children[at] = settle(item.children[at] as TimelineItem<S>, item, depth + 1);
  for (const child of item.children) {
    const own = child.step;
    item.count += child.count + Number(own !== null);
    item.failed += child.failed + Number(own?.status === "failed");
    item.running += child.running + Number(own?.status === "running" || own?.status === "waiting");
  }
  return item;
}

/** From so few steps on everything is open from the start. */
export const OPEN_BELOW = 16;

/** The rows to show, in order. `toggled` holds the keys whose openness differs from what is usual. */
export function rowsOfTimeline<S extends TimelineStep>(tree: TimelineTree<S>, toggled: ReadonlySet<string>): TimelineItem<S>[] {
  const all = isOpenFirst(tree);
  const rows: TimelineItem<S>[] = [];
  const stack = [...tree.roots].reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    rows.push(item);
    if (item.children.length > 0 && all !== toggled.has(item.key)) for (let at = item.children.length - 1; at >= 0; at -= 1) stack.push(item.children[at] as TimelineItem<S>);
  }
  return rows;
}

export function isOpenFirst<S extends TimelineStep>(tree: TimelineTree<S>): boolean {
  return tree.byAddress.size < OPEN_BELOW;
}

/** The steps in an item, itself first. */
export function* stepsIn<S extends TimelineStep>(item: TimelineItem<S>): Generator<S> {
  if (item.step) yield item.step;
  for (const child of item.children) yield* stepsIn(child);
}

/** What part of the whole is looked at. */
export interface Window {
  from: number;
  to: number;
}

/** Zooms around a point, 0 at the left and 1 at the right; never beyond the whole. */
export function zoomWindow(window: Window, whole: Window, factor: number, around: number): Window {
  const length = Math.max((whole.to - whole.from) / MOST_ZOOM, (window.to - window.from) / factor);
  const middle = window.from + (window.to - window.from) * around;
  return within({ from: middle - length * around, to: middle + length * (1 - around) }, whole);
}

const MOST_ZOOM = 1_000_000;

export function panWindow(window: Window, whole: Window, by: number): Window {
  return within({ from: window.from + by, to: window.to + by }, whole);
}

function within(window: Window, whole: Window): Window {
  const length = Math.min(window.to - window.from, whole.to - whole.from);
  const from = Math.max(whole.from, Math.min(window.from, whole.to - length));
  return { from, to: from + length };
}

/** Round distances for the marks of an axis, at least `least` apart, in milliseconds. */
export function tickOf(least: number): number {
  if (least <= 0 || !Number.isFinite(least)) return 1;
  for (const step of LONG) if (least <= step && least > 500) return step;
  const base = 10 ** Math.floor(Math.log10(least));
  for (const step of [1, 2, 5, 10]) if (step * base >= least) return step * base;
  return 10 * base;
}

const MINUTE = 60_000;
const LONG = [1_000, 2_000, 5_000, 10_000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, 60 * MINUTE, 120 * MINUTE, 360 * MINUTE, 720 * MINUTE, 1_440 * MINUTE];

// Versions as a graph of lines: each row has a dot on a lane, and lines that lead from it to what it was made from.

export interface Known {
  id: string;
  parent: string | null;
  auto: boolean;
}

/** One row of the drawing. Lanes count from 0. */
export interface LaneRow {
  lane: number;
  /** Lines that pass by. */
  past: readonly number[];
  /** Lines from above that end in this dot, its own among them where one does. */
  from: readonly number[];
  /** Whether a line goes on to what it was made from. */
  down: boolean;
  /** It stands beside a line that is not its own: an automatic version from which nothing was made. */
  aside: boolean;
}

/** For each version what it was made from among those that are shown. Where that is not loaded yet, its own name stands. */
export function shownParents(all: readonly Known[], isShown: (version: Known) => boolean): Map<string, string | null> {
  const known = new Map(all.map((version) => [version.id, version]));
  const parents = new Map<string, string | null>();
  for (const version of all) {
    if (!isShown(version)) continue;
    let at = version.parent;
    for (let walked = 0; at !== null && walked <= all.length; walked += 1) {
      const parent = known.get(at);
      if (!parent || isShown(parent)) break;
      at = parent.parent;
    }
    parents.set(version.id, at);
  }
  return parents;
}

/** The rows of versions, newest first; what comes before its parent in the list has a line to it. */
export function lanesOf(shown: readonly Known[], parents: ReadonlyMap<string, string | null>): LaneRow[] {
  const isParent = new Set(parents.values());
  /** What each lane leads to; null where it is free. */
  const lanes: (string | null)[] = [];
  const free = () => {
    const at = lanes.indexOf(null);
    return at >= 0 ? at : lanes.push(null) - 1;
  };
  return shown.map((version) => {
    const parent = parents.get(version.id) ?? null;
    const from = lanes.flatMap((to, lane) => (to === version.id ? [lane] : []));
    const beside = parent === null ? -1 : lanes.indexOf(parent);
    if (from.length === 0 && version.auto && beside >= 0 && !isParent.has(version.id)) {
      return { lane: beside, past: lanes.flatMap((to, lane) => (to === null ? [] : [lane])), from, down: false, aside: true };
    }
    const lane = from[0] ?? free();
    for (const ended of from) lanes[ended] = null;
    const past = lanes.flatMap((to, at) => (to === null ? [] : [at]));
    lanes[lane] = parent;
    while (lanes.length > 0 && lanes.at(-1) === null) lanes.pop();
    return { lane, past, from, down: parent !== null, aside: false };
  });
}

// Texts compared by words: what differs between two, and a proposal that holds as much of both sides as goes into one. The rules are
// those of the server (docs/design/0007, "Texts that both changed").

/** A range of pieces of the base, and of what stands there now. */
interface Change {
  from: number;
  to: number;
  start: number;
  end: number;
}

export interface Proposal {
  text: string;
  /** In how many places both changed: with any, the text is for somebody to decide. */
  overlaps: number;
}

export interface Segment {
  text: string;
  change: "same" | "removed" | "added";
}

/** More differences than these are told as one: finding the fewest would take longer than anybody waits. */
const DIFFERENCES_MOST = 1_200;

/** Cuts a text into words, stretches of space within a line, and single other characters. Joined they are the text. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|[^\S\n]+|[^]/gu) ?? [];
}

/** What leads from one text to another, in order. */
export function markedWords(before: string, after: string): Segment[] {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  const segments: Segment[] = [];
  const push = (change: Segment["change"], words: readonly string[]) => void (words.length > 0 && segments.push({ change, text: words.join("") }));
  let at = 0;
  for (const { from, to, start, end } of changesBetween(old, now)) {
    push("same", old.slice(at, from));
    push("removed", old.slice(from, to));
    push("added", now.slice(start, end));
    at = to;
  }
  push("same", old.slice(at));
  return segments;
}

/** All changes of both on top of the base; where they overlap, mine. */
export function proposal(base: string, mine: string, theirs: string): Proposal {
  const old = wordsOf(base);
  const [a, b] = [sideOf(old, mine), sideOf(old, theirs)];
  const words: string[] = [];
  let [at, overlaps, i, j] = [0, 0, 0, 0];
  while (i < a.changes.length || j < b.changes.length) {
    const place = widened(a.changes, i, b.changes, j);
    const [mineHere, theirsHere] = [a.changes.slice(i, place.i), b.changes.slice(j, place.j)];
    words.push(...old.slice(at, place.from));
    const [my, their] = [madeOf(a, mineHere, place), madeOf(b, theirsHere, place)];
    if (theirsHere.length === 0) words.push(...my);
    else if (mineHere.length === 0) words.push(...their);
    else if (my.join("") === their.join("")) words.push(...my);
    else {
      overlaps += 1;
      const doOverlap = mineHere.some((one) => theirsHere.some((other) => one.from < other.to && other.from < one.to));
      words.push(...(doOverlap ? my : bothOf(old, place, [b, theirsHere], [a, mineHere])));
    }
    [at, i, j] = [place.to, place.i, place.j];
  }
  words.push(...old.slice(at));
  return { text: words.join(""), overlaps };
}

interface Side {
  words: readonly string[];
  changes: readonly Change[];
}

function sideOf(base: readonly string[], text: string): Side {
  const words = wordsOf(text);
  return { words, changes: changesBetween(base, words) };
}

/** The next place that changed, with everything that overlaps or touches it. */
function widened(a: readonly Change[], i: number, b: readonly Change[], j: number) {
  const heads = [a[i], b[j]].filter((one) => one !== undefined).sort((one, other) => one.from - other.from || one.to - other.to);
  let { from, to } = heads[0] as Change;
  for (;;) {
    const [mine, theirs] = [a[i], b[j]];
    if (mine && mine.from <= to) [to, i] = [Math.max(to, mine.to), i + 1];
    else if (theirs && theirs.from <= to) [to, j] = [Math.max(to, theirs.to), j + 1];
    else return { from, to, i, j };
  }
}

/** What stands in a place of the base where these changes were made, and no others. */
function madeOf({ words }: Side, changes: readonly Change[], { from, to }: { from: number; to: number }): readonly string[] {
  const [first, last] = [changes[0], changes.at(-1)];
  return first && last ? words.slice(first.start - (first.from - from), last.end + (to - last.to)) : [];
}

/** Changes that stand side by side, in the order of the base; the first side first where both insert. */
function bothOf(base: readonly string[], { from, to }: { from: number; to: number }, ...sides: (readonly [Side, readonly Change[]])[]): string[] {
  const all = sides.flatMap(([side, changes]) => changes.map((change) => ({ change, side })));
  all.sort((one, other) => one.change.from - other.change.from || one.change.to - other.change.to);
  const words: string[] = [];
  let at = from;
  for (const { change, side } of all) {
    words.push(...base.slice(at, change.from), ...side.words.slice(change.start, change.end));
    at = change.to;
  }
  return [...words, ...base.slice(at, to)];
}

/** What changed between two lists of words (Myers); between two changes at least one word is the same. */
function changesBetween(old: readonly string[], now: readonly string[]): Change[] {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const [a, b] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  if (a.length === 0 && b.length === 0) return [];
  const pairs = pairsOf(a, b);
  const changes: Change[] = [];
  let [x, y] = [0, 0];
  for (const [i, j] of [...pairs, [a.length, b.length] as const]) {
    if (i > x || j > y) changes.push({ from: head + x, to: head + i, start: head + y, end: head + j });
    [x, y] = [i + 1, j + 1];
  }
  return changes;
}

/** Which words of two lists are the same ones, in order; none where the lists differ too much to tell. */
function pairsOf(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const most = Math.min(a.length + b.length, DIFFERENCES_MOST);
  const reached = new Int32Array(2 * most + 2);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d += 1) {
    trace.push(reached.slice(most - d, most + d + 1));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && at(reached, most + k - 1) < at(reached, most + k + 1));
      let x = isDown ? at(reached, most + k + 1) : at(reached, most + k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached[most + k] = x;
      if (x >= a.length && x - k >= b.length) return walkedBack(trace, a.length, b.length);
    }
  }
  return [];
}

function walkedBack(trace: readonly Int32Array[], endX: number, endY: number): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let [x, y] = [endX, endY];
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const before = trace[d] as Int32Array;
    const k = x - y;
    const isDown = k === -d || (k !== d && at(before, d + k - 1) < at(before, d + k + 1));
    const from = isDown ? k + 1 : k - 1;
    const [px, py] = d === 0 ? [0, 0] : [at(before, d + from), at(before, d + from) - from];
    const least = d === 0 ? 0 : isDown ? px : px + 1;
    while (x > least) pairs.push([(x -= 1), (y -= 1)]);
    [x, y] = [px, py];
  }
  return pairs.reverse();
}

const at = (list: Int32Array, index: number) => list[index] ?? 0;

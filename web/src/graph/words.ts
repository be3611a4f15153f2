// Texts compared by words: what differs between two, and a proposal that holds as much of both sides as goes into one. The rules are
// those of the server (docs/design/0007, "Texts that both changed").

import { diffArrays } from "diff";

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

/** What changed between two lists of words; between two changes at least one word is the same. */
function changesBetween(old: readonly string[], now: readonly string[]): Change[] {
  const parts = diffArrays([...old], [...now], { maxEditLength: DIFFERENCES_MOST }) ?? [{ value: [...old], added: false, removed: true }, { value: [...now], added: true, removed: false }];
  const changes: Change[] = [];
  let [x, y] = [0, 0];
  for (const { value, added, removed } of parts) {
    if (added || removed) {
      const last = changes.at(-1);
      const here = last && last.to === x && last.end === y ? last : null;
      const change = here ?? { from: x, to: x, start: y, end: y };
      if (!here) changes.push(change);
      if (removed) change.to += value.length;
      else change.end += value.length;
    }
    if (!added) x += value.length;
    if (!removed) y += value.length;
  }
  return changes.filter(({ from, to, start, end }) => to > from || end > start);
}

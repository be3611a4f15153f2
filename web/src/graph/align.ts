// The steps of two executions next to each other, by address, and what is different between them.

import { isSame } from "./diff";

export interface Alignable {
  address: string;
  node: string;
  status: string;
  attempts: number;
  duration_ms: number | null;
  started_at: string | null;
  output: unknown;
  input: unknown;
}

export interface Pair<S extends Alignable> {
  address: string;
  node: string;
  left: S | null;
  right: S | null;
  /** What differs; durations always do, so they count only where one is far longer. */
  status: boolean;
  output: boolean;
  input: boolean;
  slower: "left" | "right" | null;
}

/** A step is slower when it took so many times as long, and so many milliseconds more. */
const TIMES = 1.5;
const MORE_MS = 5;

/** In the order of the left, with what only the right has where it stands there. */
export function alignSteps<S extends Alignable>(left: readonly S[], right: readonly S[]): Pair<S>[] {
  const other = new Map(right.map((step) => [step.address, step]));
  const own = new Set(left.map((step) => step.address));
  const pairs: Pair<S>[] = [];
  const place = new Map<string, number>();
  for (const step of left) {
    place.set(step.address, pairs.length);
    pairs.push(pairOf(step, other.get(step.address) ?? null));
  }
  const behind = new Map<number, Pair<S>[]>();
  let at = -1;
  for (const step of right) {
    if (own.has(step.address)) at = place.get(step.address) ?? at;
    else {
      const list = behind.get(at) ?? [];
      list.push(pairOf(null, step));
      behind.set(at, list);
    }
  }
  return [...(behind.get(-1) ?? []), ...pairs.flatMap((pair, index) => [pair, ...(behind.get(index) ?? [])])];
}

function pairOf<S extends Alignable>(left: S | null, right: S | null): Pair<S> {
  const one = (left ?? right) as S;
  const base = { address: one.address, node: one.node, left, right };
  if (!left || !right) return { ...base, status: true, output: true, input: true, slower: null };
  return { ...base, status: left.status !== right.status, output: !isSame(left.output, right.output), input: !isSame(left.input, right.input), slower: slowerOf(left.duration_ms, right.duration_ms) };
}

function slowerOf(left: number | null, right: number | null): Pair<Alignable>["slower"] {
  if (left === null || right === null) return null;
  if (right > left * TIMES && right - left > MORE_MS) return "right";
  return left > right * TIMES && left - right > MORE_MS ? "left" : null;
}

export const DIFFERENCES = [
  ["", "All steps"],
  ["any", "What differs"],
  ["status", "Another status"],
  ["output", "Another output"],
  ["slower", "Far slower"],
  ["missing", "In one only"],
] as const;

export function differs(pair: Pair<Alignable>, how: string): boolean {
  const missing = !pair.left || !pair.right;
  switch (how) {
    case "any":
      return pair.status || pair.output || pair.slower !== null;
    case "status":
      return pair.status && !missing;
    case "output":
      return pair.output && !missing;
    case "slower":
      return pair.slower !== null;
    case "missing":
      return missing;
    default:
      return true;
  }
}

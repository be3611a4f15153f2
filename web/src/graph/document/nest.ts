// What holds what, by slots: doubly linked lists of children in typed arrays. Never a circle, never endlessly deep.

import { grown } from "./grown";

/** Nested deeper than this, a node stands outside: walking up must stay short. */
export const DEEPEST = 256;
const NONE = -1;

export class Nest {
  /** The slot of what holds it, or -1. */
  parent = new Int32Array(0);
  private firstChild = new Int32Array(0);
  private nextChild = new Int32Array(0);
  private previousChild = new Int32Array(0);

  reserve(least: number): void {
    this.parent = grown(this.parent, least, NONE);
    this.firstChild = grown(this.firstChild, least, NONE);
    this.nextChild = grown(this.nextChild, least, NONE);
    this.previousChild = grown(this.previousChild, least, NONE);
  }

  clear(): void {
    for (const array of [this.parent, this.firstChild, this.nextChild, this.previousChild]) array.fill(NONE);
  }

  holdsAny(slot: number): boolean {
    return (this.firstChild[slot] ?? NONE) >= 0;
  }

  children(slot: number): number[] {
    const slots: number[] = [];
    for (let child = this.firstChild[slot] ?? NONE; child >= 0; child = this.nextChild[child] ?? NONE) slots.push(child);
    return slots.reverse();
  }

  up(slot: number): number[] {
    const slots: number[] = [];
    for (let at = this.parent[slot] ?? NONE; at >= 0; at = this.parent[at] ?? NONE) slots.push(at);
    return slots;
  }

  /** These and all that is inside of them, holders first. */
  withInside(slots: Iterable<number>): number[] {
    const seen = new Set(slots);
    for (const slot of seen) for (let child = this.firstChild[slot] ?? NONE; child >= 0; child = this.nextChild[child] ?? NONE) seen.add(child);
    return [...seen];
  }

  /** Those of them that are inside of no other of them: moving these moves all. */
  outermost(slots: Iterable<number>): number[] {
    const set = new Set(slots);
    return [...set].filter((slot) => {
      for (let at = this.parent[slot] ?? NONE; at >= 0; at = this.parent[at] ?? NONE) if (set.has(at)) return false;
      return true;
    });
  }

  isInside(slot: number, holder: number): boolean {
    for (let at = this.parent[slot] ?? NONE; at >= 0; at = this.parent[at] ?? NONE) if (at === holder) return true;
    return false;
  }

  /** Puts a slot into another; says why not where that cannot be. */
  attach(slot: number, parent: number): "parent_cycle" | "too_deep" | null {
    let steps = 0;
    for (let at = parent; at >= 0; at = this.parent[at] ?? NONE) {
      steps += 1;
      if (at === slot) return "parent_cycle";
      if (steps > DEEPEST) return "too_deep";
    }
    this.parent[slot] = parent;
    const first = this.firstChild[parent] ?? NONE;
    this.nextChild[slot] = first;
    this.previousChild[slot] = NONE;
    if (first >= 0) this.previousChild[first] = slot;
    this.firstChild[parent] = slot;
    return null;
  }

  detach(slot: number): void {
    const parent = this.parent[slot] ?? NONE;
    if (parent < 0) return;
    const [before, after] = [this.previousChild[slot] ?? NONE, this.nextChild[slot] ?? NONE];
    if (before >= 0) this.nextChild[before] = after;
    else this.firstChild[parent] = after;
    if (after >= 0) this.previousChild[after] = before;
    this.parent[slot] = this.nextChild[slot] = this.previousChild[slot] = NONE;
  }

  /** Takes out what came to stand too deep because its holders were put into others after it. Answers what that was. */
  flatten(size: number): number[] {
    const all: number[] = [];
    let tops: number[] = [];
    for (let slot = 0; slot < size; slot += 1) if ((this.parent[slot] ?? NONE) < 0 && this.holdsAny(slot)) tops.push(slot);
    while (tops.length > 0) {
      let level = tops;
      for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1) level = level.flatMap((slot) => this.children(slot));
      tops = level.flatMap((slot) => this.children(slot));
      for (const slot of tops) this.detach(slot);
      for (const slot of tops) all.push(slot);
    }
    return all;
  }
}

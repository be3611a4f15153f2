// Which nodes are elements of the page: near, few, and a handful at a time, those first that the view moves towards.

import { NOTE, FRAME } from "../graph/document/places";
import type { Box } from "../graph/geometry";
import { viewBox, type View } from "./layer";
import type { Scene } from "./scene";
import type { Point } from "./types";

export const MOUNTED_MOST = 300;
/** Elements of all mounted nodes together, at about so many for each. */
const ELEMENTS_MOST = 6_000;
const ELEMENTS_EACH = 16;
const AT_ONCE = 24;
const OVERSCAN = 120;
const KEPT_MOST = 50;

export class Mounts {
  /** What is mounted, in the order of the slots: React keeps elements in place. */
  slots: readonly number[] = [];
  private wanted: number[] = [];
  private isComplete = true;
  /** Where the view may be without asking anew. */
  private around: Box | null = null;
  private zoom = 0;
  private readonly listeners = new Set<() => void>();
  private readonly versions = new Map<number, number>();
  private readonly slotListeners = new Map<number, Set<() => void>>();

  constructor(private readonly scene: Scene) {}

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): readonly number[] => this.slots;

  listenTo(slot: number, listener: () => void): () => void {
    const all = this.slotListeners.get(slot) ?? new Set();
    all.add(listener);
    this.slotListeners.set(slot, all);
    return () => {
      all.delete(listener);
      if (all.size === 0) this.slotListeners.delete(slot);
    };
  }

  versionOf(slot: number): number {
    return this.versions.get(slot) ?? 0;
  }

  /** These look different now: only mounted ones render. */
  patch(nodes: readonly number[] | null): void {
    const touched = nodes ?? [...this.slotListeners.keys()];
    for (const slot of touched) {
      const listeners = this.slotListeners.get(slot);
      if (!listeners) continue;
      this.versions.set(slot, this.versionOf(slot) + 1);
      for (const listener of listeners) listener();
    }
  }

  /** What is in view may be another. */
  spoil(): void {
    this.around = null;
  }

  /** Brings the mounted nodes nearer to what should be; answers whether more is to come in the next frame. */
  step(view: View, isNear: boolean, heading: Point, always: readonly number[]): boolean {
    if (!isNear) {
      this.around = null;
      this.put([]);
      return false;
    }
    if (this.around === null || view.zoom !== this.zoom || !holds(this.around, viewBox(view))) this.ask(view, heading, always);
    if (this.isComplete) return false;
    const have = new Set(this.slots);
    const kept = this.wanted.filter((slot) => have.has(slot));
    const fresh = this.wanted.filter((slot) => !have.has(slot));
    this.isComplete = fresh.length <= AT_ONCE;
    this.put([...kept, ...fresh.slice(0, AT_ONCE)]);
    return !this.isComplete;
  }

  private ask(view: View, heading: Point, always: readonly number[]): void {
    const { scene } = this;
    const { kind } = scene.places;
    this.around = viewBox(view, OVERSCAN);
    this.zoom = view.zoom;
    const most = Math.min(MOUNTED_MOST, Math.floor(ELEMENTS_MOST / ELEMENTS_EACH));
    const found = scene.nodesIn(this.around).filter((slot) => kind[slot] !== FRAME || scene.places.isCollapsed(slot));
    const box = viewBox(view);
    // The middle of what comes into view: half a view ahead.
    const far = Math.hypot(heading.x, heading.y) || 1;
    const [x, y] = [box.x + box.w / 2 - (heading.x / far) * box.w * 0.4, box.y + box.h / 2 - (heading.y / far) * box.h * 0.4];
    const distance = (slot: number) => Math.abs((scene.places.x[slot] ?? 0) - x) + Math.abs((scene.places.y[slot] ?? 0) - y);
    const kept = always.slice(0, KEPT_MOST).filter((slot) => scene.places.isSeen(slot) && kind[slot] !== FRAME);
    const others = found.sort((a, b) => distance(a) - distance(b));
    this.wanted = [...new Set([...kept, ...others])].slice(0, most);
    this.isComplete = false;
  }

  private put(slots: readonly number[]): void {
    // Notes lie below nodes.
    const { kind } = this.scene.places;
    const next = [...new Set(slots)].sort((a, b) => Number(kind[b] === NOTE) - Number(kind[a] === NOTE) || a - b);
    if (next.length === this.slots.length && next.every((slot, at) => slot === this.slots[at])) return;
    this.slots = next;
    for (const listener of this.listeners) listener();
  }
}

function holds(outer: Box, inner: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
}

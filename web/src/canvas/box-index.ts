// Finds what lies in a rectangle among many boxes: a packed tree for what has not moved since it was built, a list of what has.

import type { default as Flatbush } from "flatbush";
import { grown } from "../graph/document/grown";

/** Left, top, right, bottom of a slot into `out`; false where there is nothing. */
export type BoxOf = (slot: number, out: Float64Array) => boolean;

/** More than these moved: the list takes about as long as looking at everything. */
const MOVED_MOST = 2_000;
/** Below this, looking at everything is as fast as any tree. */
const TREE_FROM = 500;

let Tree: typeof Flatbush | null = null;

/** The code of the tree: only large graphs need it, and not before they are seen. */
export async function loadTree(): Promise<void> {
  Tree ??= (await import("flatbush")).default;
}

export class BoxIndex {
  private tree: Flatbush | null = null;
  private slots = new Uint32Array(0);
  private moved = new Uint8Array(0);
  private readonly movedSlots = new Set<number>();
  private readonly box = new Float64Array(4);
  private size = 0;
  /** Whether so many slots are empty that it needs no tree. */
  private isSmall = false;

  constructor(private readonly boxOf: BoxOf) {}

  /** Whether it would be faster once it is built anew. */
  get isStale(): boolean {
    return (this.tree === null && this.size >= TREE_FROM && !this.isSmall) || this.movedSlots.size > MOVED_MOST;
  }

  /** Forgets the tree: everything is looked at until it is built. */
  reset(size: number): void {
    this.size = size;
    this.tree = null;
    this.isSmall = false;
    this.movedSlots.clear();
    this.moved = new Uint8Array(size);
  }

  /** Takes about 100 ms for 100,000 boxes: for idle time. Without the code of the tree nothing is built. */
  build(): void {
    if (!Tree) return;
    const { box } = this;
    const slots: number[] = [];
    for (let slot = 0; slot < this.size; slot += 1) if (this.boxOf(slot, box)) slots.push(slot);
    this.reset(this.size);
    this.isSmall = slots.length < TREE_FROM;
    if (this.isSmall) return;
    const tree = new Tree(slots.length, 16, Float32Array);
    for (const slot of slots) {
      this.boxOf(slot, box);
      tree.add(box[0] ?? 0, box[1] ?? 0, box[2] ?? 0, box[3] ?? 0);
    }
    tree.finish();
    this.tree = tree;
    this.slots = Uint32Array.from(slots);
  }

  /** A slot is new, gone, or elsewhere. */
  touch(slot: number): void {
    if (slot >= this.size) {
      this.size = slot + 1;
      this.moved = grown(this.moved, this.size, 0);
    }
    if (this.tree === null) return;
    this.moved[slot] = 1;
    this.movedSlots.add(slot);
  }

  /** The slots whose boxes touch this rectangle, in no order. */
  search(left: number, top: number, right: number, bottom: number): number[] {
    const { box, boxOf, moved, slots } = this;
    const touches = (slot: number) =>
      boxOf(slot, box) && (box[0] ?? 0) <= right && (box[2] ?? 0) >= left && (box[1] ?? 0) <= bottom && (box[3] ?? 0) >= top;
    const found: number[] = [];
    if (this.tree === null) {
      for (let slot = 0; slot < this.size; slot += 1) if (touches(slot)) found.push(slot);
      return found;
    }
    // The tree rounds to 32 bits: a little more is asked for, what moved is left out.
    const slack = 1;
    for (const at of this.tree.search(left - slack, top - slack, right + slack, bottom + slack)) {
      const slot = slots[at] ?? 0;
      if (moved[slot] !== 1) found.push(slot);
    }
    for (const slot of this.movedSlots) if (touches(slot)) found.push(slot);
    return found;
  }
}

// Which slots of a table are others than what was uploaded: ranges, as few as are worth their gaps.

/** Ranges this near to each other are uploaded as one: a call costs more than so many slots. */
const GAP = 64;
/** With more ranges than these, all between the first and the last is uploaded. */
const RANGES_MOST = 32;

export interface Range {
  from: number;
  /** The first that is not in it. */
  to: number;
}

export class Dirty {
  private readonly slots = new Set<number>();
  private upTo = 0;
  private isAll = false;

  get isEmpty(): boolean {
    return !this.isAll && this.slots.size === 0;
  }

  add(slot: number): void {
    if (!this.isAll) this.slots.add(slot);
  }

  /** Everything below `size`. */
  all(size: number): void {
    this.isAll = true;
    this.upTo = size;
    this.slots.clear();
  }

  /** What is to be uploaded, from the lowest on; nothing is left then. */
  take(): Range[] {
    const ranges = this.isAll ? (this.upTo > 0 ? [{ from: 0, to: this.upTo }] : []) : rangesOf(this.slots);
    this.isAll = false;
    this.slots.clear();
    return ranges;
  }
}

export function rangesOf(slots: Iterable<number>): Range[] {
  const sorted = Uint32Array.from(slots).sort();
  const ranges: Range[] = [];
  for (const slot of sorted) {
    const last = ranges.at(-1);
    if (last && slot - last.to <= GAP) last.to = slot + 1;
    else ranges.push({ from: slot, to: slot + 1 });
  }
  const [first, last] = [ranges[0], ranges.at(-1)];
  return first && last && ranges.length > RANGES_MOST ? [{ from: first.from, to: last.to }] : ranges;
}

/** Cuts a range of slots into rectangles of a texture that holds `wide` slots in a row: whole rows are one. */
export function rectsOf({ from, to }: Range, wide: number): { x: number; y: number; w: number; h: number; from: number }[] {
  const rects: { x: number; y: number; w: number; h: number; from: number }[] = [];
  for (let at = from; at < to; ) {
    const [x, y] = [at % wide, Math.floor(at / wide)];
    const rows = x === 0 ? Math.floor((to - at) / wide) : 0;
    const [w, h] = rows > 0 ? [wide, rows] : [Math.min(wide - x, to - at), 1];
    rects.push({ x, y, w, h, from: at });
    at += w * h;
  }
  return rects;
}

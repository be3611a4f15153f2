// Finds room for small pictures in a large one: in shelves, each as high as what stands on it. What was not used for the longest gives way.

/** Heights are rounded up to this, so that shelves are shared. */
const STEP = 4;

export interface Shelf {
  y: number;
  h: number;
  /** How far it is filled. */
  x: number;
  /** When something on it was last used. */
  used: number;
  /** Counts how often it was emptied: a place on it is worth nothing after that. */
  round: number;
}

export interface Spot {
  x: number;
  y: number;
  w: number;
  h: number;
  shelf: Shelf;
  round: number;
}

export class Shelves {
  private shelves: Shelf[] = [];
  private filled = 0;
  private now = 0;

  constructor(readonly wide: number, readonly high: number) {}

  /** Begins a new picture: what it uses does not give way in it. */
  begin(): void {
    this.now += 1;
  }

  isThere(spot: Spot): boolean {
    if (spot.shelf.round !== spot.round) return false;
    spot.shelf.used = this.now;
    return true;
  }

  /** Room for so much, or null where all that is there is used by this picture. */
  take(w: number, h: number): Spot | null {
    if (w > this.wide || h > this.high) return null;
    const needed = Math.ceil(h / STEP) * STEP;
    const shelf = this.open(w, needed) ?? this.added(needed) ?? this.emptied(needed);
    if (!shelf) return null;
    const spot = { x: shelf.x, y: shelf.y, w, h, shelf, round: shelf.round };
    shelf.x += w;
    shelf.used = this.now;
    return spot;
  }

  clear(): void {
    for (const shelf of this.shelves) shelf.round += 1;
    this.shelves = [];
    this.filled = 0;
  }

  private open(w: number, h: number): Shelf | undefined {
    return this.shelves.find((shelf) => shelf.h === h && shelf.x + w <= this.wide);
  }

  private added(h: number): Shelf | null {
    if (this.filled + h > this.high) return null;
    const shelf: Shelf = { y: this.filled, h, x: 0, used: this.now, round: 0 };
    this.filled += h;
    this.shelves.push(shelf);
    return shelf;
  }

  /** Empties the shelves that were not used for the longest and lie above each other, as many as are as high as this. */
  private emptied(h: number): Shelf | null {
    let [best, most, age] = [-1, 0, this.now];
    for (let from = 0; from < this.shelves.length; from += 1) {
      let [high, newest, to] = [0, 0, from];
      while (to < this.shelves.length && high < h) {
        high += this.shelves[to]?.h ?? 0;
        newest = Math.max(newest, this.shelves[to]?.used ?? 0);
        to += 1;
      }
      if (high >= h && newest < age) [best, most, age] = [from, to, newest];
    }
    if (best < 0) return null;
    const gone = this.shelves.slice(best, most);
    const y = gone[0]?.y ?? 0;
    const high = gone.reduce((sum, shelf) => sum + shelf.h, 0);
    for (const shelf of gone) shelf.round += 1;
    const fresh: Shelf = { y, h, x: 0, used: this.now, round: 0 };
    const rest: Shelf[] = high > h ? [{ y: y + h, h: high - h, x: 0, used: 0, round: 0 }] : [];
    this.shelves.splice(best, most - best, fresh, ...rest);
    return fresh;
  }
}

// Nodes or edges by slot: a dense number that stays theirs as long as the document is open, also while they are deleted.
// Typed arrays elsewhere (places, links, flags) are indexed by it.

export class Table<T extends { readonly id?: string | null }> {
  private readonly rows: (T | null)[] = [];
  private readonly keys: string[] = [];
  private readonly slots = new Map<string, number>();
  private living = 0;
  /** Ids that more than one row has: those after the first are kept and shown, but cannot be named. */
  readonly repeated = new Set<string>();

  /** How many slots there are, those of deleted rows included. */
  get size(): number {
    return this.rows.length;
  }

  /** How many rows there are. */
  get count(): number {
    return this.living;
  }

  at(slot: number): T | null {
    return this.rows[slot] ?? null;
  }

  /** The slot of an id, whether it is living or deleted. */
  slot(id: string): number | undefined {
    return this.slots.get(id);
  }

  /** The living row of an id. */
  get(id: string): T | null {
    const slot = this.slots.get(id);
    return slot === undefined ? null : this.at(slot);
  }

  /** The name of a slot: its id, or one of its own where the id is absent or taken. */
  key(slot: number): string {
    return this.keys[slot] ?? "";
  }

  *entries(): Generator<[slot: number, row: T]> {
    for (let slot = 0; slot < this.rows.length; slot += 1) {
      const row = this.rows[slot];
      if (row) yield [slot, row];
    }
  }

  /** Gives a row a new slot, named by its id where that is free. */
  append(row: T): number {
    const slot = this.rows.length;
    // A file may hold anything in the place of an id.
    let key = typeof row.id === "string" ? row.id : "";
    if (key === "" || this.slots.has(key)) {
      if (key !== "") this.repeated.add(key);
      key = `#${slot}`;
    }
    this.rows.push(row);
    this.keys.push(key);
    this.slots.set(key, slot);
    this.living += 1;
    return slot;
  }

  /** Puts another row into a slot, or none. */
  put(slot: number, row: T | null): void {
    const before = this.rows[slot] ?? null;
    if (before === null && row !== null) this.living += 1;
    if (before !== null && row === null) this.living -= 1;
    this.rows[slot] = row;
  }
}

// Nodes or edges by slot: a dense number that stays theirs as long as the document is open, also while they are deleted.
// Typed arrays elsewhere (places, links, flags) are indexed by it.

export class Table<T extends { readonly id?: string | null }> {
  private readonly rows: (T | null)[] = [];
  /** Names by slot, and slots by name: for numbering anew, which does not happen here. */
  readonly keys: string[] = [];
  readonly slots = new Map<string, number>();
  private living = 0;
  /** Rows without an id, or with one that is taken, by their number: `#0`, `#1`, … */
  nameless: number[] = [];

  /** `gone` are ids and numbers of rows that the file no longer holds and that still have them: no other row is given one. */
  constructor(private gone: ReadonlySet<string | number> = new Set()) {}

  /** All rows of the file are there. */
  opened(): void {
    this.gone = new Set();
  }

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

  /** The number of a row that has no id of its own; -1 where it has one. */
  numberAt(slot: number): number {
    const key = this.keys[slot];
    if (!key?.startsWith("#")) return -1;
    // A name like theirs may be somebody's id.
    const at = Number.parseInt(key.slice(1), 10);
    return this.nameless[at] === slot ? at : -1;
  }

  /** The slot of a row that has no id of its own, by its number. */
  numbered(at: number): number | undefined {
    return this.nameless[at];
  }

  /** Whether there are rows without an id of their own. */
  get hasNameless(): boolean {
    return this.nameless.length > 0;
  }

  /** Gives a row a new slot, named by its id where that is free. */
  append(row: T): number {
    const slot = this.rows.length;
    // A file may hold anything in the place of an id.
    const id = typeof row.id === "string" ? row.id : "";
    const holder = this.slots.get(id);
    if (id === "" || this.gone.has(id) || (holder !== undefined && this.numberAt(holder) < 0)) this.number(slot);
    else {
      this.keys.push(id);
      this.slots.set(id, slot);
      if (holder !== undefined) this.rename(holder);
    }
    this.rows.push(row);
    this.living += 1;
    return slot;
  }

  private number(slot: number): void {
    let at = this.nameless.length;
    while (this.gone.has(at)) at += 1;
    this.nameless[at] = slot;
    this.keys.push(`#${at}`);
    this.rename(slot);
  }

  /** A name that no other row has. */
  rename(slot: number): void {
    let key = this.keys[slot] ?? "";
    while (this.slots.has(key)) key += "'";
    this.keys[slot] = key;
    this.slots.set(key, slot);
  }

  /** Puts another row into a slot, or none. */
  put(slot: number, row: T | null): void {
    const before = this.rows[slot] ?? null;
    if (before === null && row !== null) this.living += 1;
    if (before !== null && row === null) this.living -= 1;
    this.rows[slot] = row;
  }
}

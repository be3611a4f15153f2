// The entries of one map of the overlay by row, kept as they arrive: a map has no order and cannot be asked for all of one row.

import { ADDED, partsOf } from "./names";
import { placeIn, type Reading } from "./value";

/** What an entry may hold; anything else is passed over. */
export type Value = string | boolean | null;
export type RowFields = ReadonlyMap<string, unknown>;

const NONE: RowFields = new Map();

export class Entries {
  private readonly rows = new Map<string, Map<string, unknown>>();
  /** The greatest place of what was added. */
  private greatest = 0;

  constructor(private readonly reading: Reading) {}

  /** The rows that have entries. */
  names(): IterableIterator<string> {
    return this.rows.keys();
  }

  of(row: string): RowFields {
    return this.rows.get(row) ?? NONE;
  }

  /** Takes an entry over, undefined for one that is gone; answers its row, null where the key names none. */
  put(key: string, value: unknown): string | null {
    const parts = partsOf(key);
    if (!parts) return null;
    const [row, field] = parts;
    let fields = this.rows.get(row);
    if (value === undefined) {
      fields?.delete(field);
      if (fields?.size === 0) this.rows.delete(row);
      return row;
    }
    if (!fields) this.rows.set(row, (fields = new Map()));
    fields.set(field, value);
    if (field === ADDED) this.greatest = Math.max(this.greatest, placeIn(value, this.reading));
    return row;
  }

  /** The place of what is added next. */
  nextPlace(): number {
    return (this.greatest += 1);
  }
}

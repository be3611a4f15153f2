// Where the draft behind a document stands: the version it was made from, and its branch. Told by whoever reads the draft or takes
// it elsewhere.

import type { GraphDocument } from "../../graph/document/document";

export interface Place {
  base: string;
  branch: string;
}

export class DraftPlace {
  private readonly listeners = new Set<() => void>();

  /** Null before the draft was read by what shares it. */
  now: Place | null = null;

  set({ base, branch }: Place): void {
    this.now = { base, branch };
    for (const listener of this.listeners) listener();
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

const known = new WeakMap<GraphDocument, DraftPlace>();

export function placeOf(doc: GraphDocument): DraftPlace {
  const place = known.get(doc) ?? new DraftPlace();
  known.set(doc, place);
  return place;
}

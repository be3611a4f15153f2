// The draft that is open in this tab, as far as others than its editor must know of it: what keeps it for a start without the
// server, and what loads the page anew. The editor tells; its code is not needed to ask.

export interface OpenDraft {
  workflow: string;
  /** How many nodes it has. */
  size(): number;
  /** Saves what is left; answers whether all of it is on the server. */
  settle(): Promise<boolean>;
}

type Listener = (draft: OpenDraft, what: "opened" | "saved") => void;

let draft: OpenDraft | null = null;
const listeners = new Set<Listener>();

export function openDraft(): OpenDraft | null {
  return draft;
}

/** Answers what takes it back. */
export function tellOpen(now: OpenDraft): () => void {
  draft = now;
  for (const listener of listeners) listener(now, "opened");
  return () => {
    if (draft === now) draft = null;
  };
}

/** Says that the server has all of it. */
export function tellSaved(saved: OpenDraft): void {
  for (const listener of listeners) listener(saved, "saved");
}

/** Hears of each draft that is opened, or is open, and of each saving. */
export function watchDrafts(listener: Listener): void {
  listeners.add(listener);
  if (draft) listener(draft, "opened");
}

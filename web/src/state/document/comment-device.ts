// What of comments stays on this device: by what others know it, which comments were read here, and what is half written.

import { saidIn, type Thread } from "../../graph/comments/threads";

/** Where something is being written: a new comment, an answer, another text of one. */
export type DraftOf = { node: string | null; x: number; y: number } | { thread: string } | { said: string };

const ID_KEY = "tidemill.me.id";
const SEEN_KEY = "tidemill.comments.seen.";
const DRAFTS_KEY = "tidemill.comments.drafts.";
const DRAFTS_MOST = 50;
const ID = /^[0-9a-z]{12,64}$/;

/** Twelve letters and digits that nobody else has. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte % 36).toString(36)).join("");
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Where storage is blocked, it lasts as long as the page. */
function store(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Said above.
  }
}

function readList(key: string): unknown[] {
  try {
    const found: unknown = JSON.parse(read(key) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // written by something else
  }
}

const nameOf = (of: DraftOf): string => ("thread" in of ? `answer ${of.thread}` : "said" in of ? `edit ${of.said}` : of.node === null ? "place" : `node ${of.node}`);

export class CommentDevice {
  readonly id: string;
  #workflow = "";
  #seen = new Set<string>();
  #drafts = new Map<string, string>();
  readonly #listeners = new Set<() => void>();

  constructor() {
    const kept = read(ID_KEY) ?? "";
    this.id = ID.test(kept) ? kept : randomId();
    if (this.id !== kept) store(ID_KEY, this.id);
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin(workflow: string): void {
    this.#workflow = workflow;
    this.reread();
    const drafts = readList(DRAFTS_KEY + workflow).filter((one): one is [string, string] => Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "string"));
    this.#drafts = new Map(drafts);
  }

  /** What another tab of this device has read. */
  reread(): void {
    for (const id of readList(SEEN_KEY + this.#workflow)) if (typeof id === "string") this.#seen.add(id);
    this.#tell();
  }

  /** Whether somebody else said something in a thread that was not read here. */
  isUnread(thread: Thread): boolean {
    return saidIn(thread).some(({ id, author }) => author.from !== this.id && !this.#seen.has(id));
  }

  /** These were read; of `all`, the rest is forgotten, so that the list does not grow with what is gone. */
  see(threads: readonly Thread[], all: readonly Thread[]): void {
    const fresh = threads.filter((thread) => this.isUnread(thread));
    if (fresh.length === 0) return;
    const there = new Set(all.flatMap((thread) => saidIn(thread).map(({ id }) => id)));
    for (const id of this.#seen) if (!there.has(id)) this.#seen.delete(id);
    for (const thread of fresh) for (const { id } of saidIn(thread)) this.#seen.add(id);
    store(SEEN_KEY + this.#workflow, JSON.stringify([...this.#seen]));
    this.#tell();
  }

  draft(of: DraftOf): string {
    return this.#drafts.get(nameOf(of)) ?? "";
  }

  /** Keeps what is half written; an empty text is none. */
  putDraft(of: DraftOf, text: string): void {
    const name = nameOf(of);
    this.#drafts.delete(name);
    if (text.trim() !== "") this.#drafts.set(name, text);
    for (const oldest of [...this.#drafts.keys()].slice(0, Math.max(0, this.#drafts.size - DRAFTS_MOST))) this.#drafts.delete(oldest);
    store(DRAFTS_KEY + this.#workflow, JSON.stringify([...this.#drafts]));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

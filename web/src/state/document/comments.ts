// The comments on a document: those of all, and mine that the server does not have yet. They are beside the graph: no step of undo
// has any, and a graph that changes does not make them others.

import type { GraphDocument } from "../../graph/document/document";
import { readThreads, type Thread } from "../../graph/comments/threads";
import type { CommentWrite, Me } from "../../graph/comments/write";
import { CommentDevice } from "./comment-device";
import type { Local, Mark } from "./local";
import { peopleOf } from "./presence";

type Listener = () => void;
type Value = CommentWrite[1];

/** An entry of mine that the server may lack, and how far my writing went with it; null before it was in a room. */
interface Waiting {
  value: Value;
  mark: Mark | null;
}

/** An entry as a device keeps it: one of mine that waits, or what was seen last. */
export type KeptComment = readonly [key: string, value: unknown, isMine: boolean];

const TIDY_MS = 1_000;
const NONE: readonly Thread[] = [];

export class Comments {
  /** What stands on this device alone: what was read, and what is half written. */
  readonly device = new CommentDevice();
  /** Whether the server takes comments from here. It tells by refusing one. */
  canWrite = true;
  /** Brings what I write into the room, where there is one. */
  writer: ((writes: readonly CommentWrite[]) => void) | null = null;
  #entries = new Map<string, unknown>();
  #waiting = new Map<string, Waiting>();
  #threads: readonly Thread[] | null = NONE;
  #keeper: { local: Local; name: string } | null = null;
  #tidying: ReturnType<typeof setTimeout> | null = null;
  readonly #listeners = new Set<Listener>();

  constructor(private readonly doc: GraphDocument) {
    this.device.listen(() => this.#tell());
  }

  /** Counts what may look otherwise. */
  version = 0;

  /** All of them; another list only when one of them changed. */
  get threads(): readonly Thread[] {
    return (this.#threads ??= readThreads(this.#entries));
  }

  /** How many entries of mine wait for the server. */
  get waiting(): number {
    return this.#waiting.size;
  }

  get me(): Me {
    return { ...peopleOf(this.doc).me, from: this.device.id };
  }

  /** Whether something of a comment is on this device alone. */
  isWaiting(id: string): boolean {
    return this.#waiting.has(id) || this.#waiting.has(`${id}/~text`);
  }

  readonly listen = (listener: Listener): Listener => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Says something: seen at once, kept on this device, and sent when that is possible. */
  write(writes: readonly CommentWrite[]): void {
    if (writes.length === 0 || !this.canWrite) return;
    for (const [key, value] of writes) {
      this.#entries.set(key, value);
      this.#waiting.set(key, { value, mark: null });
    }
    this.#changed();
    this.writer?.(writes);
    const mark = this.#waiting.get(writes[0]?.[0] ?? "")?.mark ?? null;
    this.#add(writes.map(([key, value]) => [key, value, true]), mark);
  }

  /** What I wrote is in a room, but not confirmed. */
  wrote(keys: readonly string[], mark: Mark | null): void {
    for (const key of keys) {
      const one = this.#waiting.get(key);
      if (one) one.mark = mark;
    }
  }

  /** The server has what this client wrote as far as this. */
  confirmed(arrived: (mark: Mark) => boolean): void {
    let isNews = false;
    for (const [key, { mark }] of this.#waiting) isNews = (mark !== null && arrived(mark) && this.#waiting.delete(key)) || isNews;
    if (!isNews) return;
    this.#tell();
    this.#tidySoon();
  }

  /** Everything that the room has, with mine on it. */
  heard(entries: Iterable<readonly [string, unknown]>): void {
    this.#entries = new Map(entries);
    for (const [key, { value }] of this.#waiting) this.#entries.set(key, value);
    this.#changed();
    this.#tidySoon();
  }

  /** What is to be written anew into another room. */
  lacking(): CommentWrite[] {
    return [...this.#waiting].map(([key, { value }]) => [key, value]);
  }

  /** The server takes nothing from here: what I wrote goes back to where it was written. */
  lookOn(): void {
    this.canWrite = false;
    for (const { id, first, answers, node, x, y } of this.threads) {
      if (this.#waiting.has(id)) this.device.putDraft({ node, x, y }, first.text);
      for (const said of answers) if (this.#waiting.has(said.id)) this.device.putDraft({ thread: id }, said.text);
    }
    for (const key of this.#waiting.keys()) this.#entries.delete(key);
    this.#waiting.clear();
    this.#changed();
    this.#tidySoon();
  }

  /** Begins with what this device kept, and keeps it from then on. */
  async keep(local: Local | null, workflow: string): Promise<void> {
    this.device.begin(workflow);
    if (!local) return;
    const name = `${workflow}/comments`;
    this.#keeper = { local, name };
    const kept = await local.read(name).catch(() => null);
    for (const { comments = [], mark = null } of kept?.logs.flat() ?? []) {
      for (const [key, value, isMine] of comments) {
        if (isMine) this.#waiting.set(key, { value: value as Value, mark });
        // What was heard meanwhile is newer than what was kept.
        if (isMine || !this.#entries.has(key)) this.#entries.set(key, value);
      }
    }
    if (kept) this.#changed();
    if (this.#waiting.size > 0) this.#tidySoon();
  }

  close(): void {
    this.writer = null;
    if (this.#tidying !== null) this.#tidy();
  }

  #add(comments: readonly KeptComment[], mark: Mark | null): void {
    const keeper = this.#keeper;
    // Where a device keeps nothing the bar says so, by what it says of the graph.
    keeper?.local.add(keeper.name, { changes: [], settled: [], comments, mark }).catch(() => undefined);
  }

  #tidySoon(): void {
    this.#tidying ??= setTimeout(() => this.#tidy(), TIDY_MS);
  }

  /** Replaces what is kept by what there is now. */
  #tidy(): void {
    if (this.#tidying !== null) clearTimeout(this.#tidying);
    this.#tidying = null;
    const keeper = this.#keeper;
    if (!keeper) return;
    const seen = [...this.#entries].flatMap(([key, value]): KeptComment[] => (this.#waiting.has(key) ? [] : [[key, value, false]]));
    const mine = [...this.#waiting].map(([key, { value, mark }]) => ({ comments: [[key, value, true]] as KeptComment[], mark }));
    keeper.local.replace(keeper.name, { changes: [], conflicts: [], said: [{ comments: seen, mark: null }, ...mine] }).catch(() => undefined);
  }

  #changed(): void {
    this.#threads = null;
    this.#tell();
  }

  #tell(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}

const known = new WeakMap<GraphDocument, Comments>();

export function commentsOf(doc: GraphDocument): Comments {
  const comments = known.get(doc) ?? new Comments(doc);
  known.set(doc, comments);
  return comments;
}

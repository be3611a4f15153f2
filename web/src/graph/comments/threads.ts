// Comments as they are read: a comment with its answers is a thread, about a node or a place of the canvas.

import { readEntries, type Author, type Entry, type Resolved, type Written } from "./entries";

/** One comment of a thread. */
export interface Said {
  id: string;
  author: Author;
  at: number;
  text: string;
  isEdited: boolean;
  /** Only of a first comment that was answered: its text is gone, and what others said stays. */
  isDeleted: boolean;
}

export interface Thread {
  /** The id of its first comment. */
  id: string;
  node: string | null;
  x: number;
  y: number;
  first: Said;
  answers: readonly Said[];
  resolved: Resolved | null;
  /** When the last of it was said. */
  last: number;
}

/** All threads, what was said last first. */
export function readThreads(entries: Iterable<readonly [string, unknown]>): Thread[] {
  const all = readEntries(entries);
  const answers = new Map<string, Said[]>();
  for (const [id, entry] of all) {
    const root = entry.written?.thread == null || entry.isDeleted ? null : rootOf(all, entry.written.thread);
    if (root !== null) answers.set(root, [...(answers.get(root) ?? []), saidOf(id, entry, entry.written as Written)]);
  }
  const threads = [...all].flatMap(([id, entry]) => {
    const { written } = entry;
    const mine = answers.get(id) ?? [];
    // One that was deleted stays as long as somebody answered it.
    if (!written || written.thread !== null || (entry.isDeleted && mine.length === 0)) return [];
    mine.sort(inOrder);
    const first = saidOf(id, entry, written);
    return { id, node: written.node, x: written.x, y: written.y, first, answers: mine, resolved: entry.resolved, last: Math.max(written.at, mine.at(-1)?.at ?? 0) } satisfies Thread;
  });
  return threads.sort((a, b) => b.last - a.last || (a.id < b.id ? -1 : 1));
}

const inOrder = (a: Said, b: Said) => a.at - b.at || (a.id < b.id ? -1 : 1);

function saidOf(id: string, { later, isDeleted }: Entry, { author, at, text }: Written): Said {
  const now = later ?? text;
  return { id, author, at, text: isDeleted ? "" : now, isEdited: !isDeleted && now !== text, isDeleted };
}

/** The first comment of the thread that an answer belongs to; null where that is not there, or answers go round in a ring. */
function rootOf(all: ReadonlyMap<string, Entry>, id: string): string | null {
  const seen = new Set<string>();
  for (let at = id; !seen.has(at); ) {
    seen.add(at);
    const written = all.get(at)?.written;
    if (!written) return null;
    if (written.thread === null) return at;
    at = written.thread;
  }
  return null;
}

/** Every comment of a thread that has a text. */
export function saidIn({ first, answers }: Thread): readonly Said[] {
  return first.isDeleted ? answers : [first, ...answers];
}

/** What is shown of threads on the canvas: a mark on a node, or at a place. */
export interface CommentMark {
  /** The threads it stands for, the newest first. */
  threads: readonly Thread[];
  node: string | null;
  x: number;
  y: number;
  isUnread: boolean;
}

/** Open threads by node, and those of places. What was settled, and what is about a node that is gone, is in the list alone. */
export function marksOf(threads: readonly Thread[], isThere: (node: string) => boolean, isUnread: (thread: Thread) => boolean): CommentMark[] {
  const nodes = new Map<string, Thread[]>();
  const marks: CommentMark[] = [];
  for (const thread of threads) {
    if (thread.resolved) continue;
    if (thread.node === null) marks.push({ threads: [thread], node: null, x: thread.x, y: thread.y, isUnread: isUnread(thread) });
    else if (isThere(thread.node)) nodes.set(thread.node, [...(nodes.get(thread.node) ?? []), thread]);
  }
  for (const [node, own] of nodes) marks.push({ threads: own, node, x: 0, y: 0, isUnread: own.some(isUnread) });
  return marks;
}

/** The letters that are on a mark: how many threads there are, or whose the only one is. */
export function markWords({ threads, isUnread }: CommentMark): string {
  const [only] = threads;
  const many = threads.length === 1 && only ? `Comment by ${only.first.author.name}${only.answers.length === 0 ? "" : `, ${only.answers.length} ${only.answers.length === 1 ? "answer" : "answers"}`}` : `${threads.length} comments`;
  return isUnread ? `${many}, not read yet` : many;
}

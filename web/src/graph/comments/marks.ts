// Where marks of comments stand: nodes inside of what is closed are seen as one, and so are their comments.

import type { CommentMark } from "./threads";

export interface MarkAt {
  mark: CommentMark;
  /** The slot of the node that it is seen at; -1 for a place. */
  slot: number;
}

/** `seenAs` is what a node is seen as, -1 where it is not seen at all. */
export function marksWhere(marks: readonly CommentMark[], seenAs: (node: string) => number): MarkAt[] {
  const slots = new Map<number, CommentMark>();
  const found: MarkAt[] = [];
  for (const mark of marks) {
    const slot = mark.node === null ? -1 : seenAs(mark.node);
    if (mark.node === null) found.push({ mark, slot });
    else if (slot >= 0) slots.set(slot, joined(slots.get(slot), mark));
  }
  for (const [slot, mark] of slots) found.push({ mark, slot });
  return found;
}

function joined(one: CommentMark | undefined, other: CommentMark): CommentMark {
  if (!one) return other;
  const threads = [...one.threads, ...other.threads].sort((a, b) => b.last - a.last);
  return { ...one, threads, isUnread: one.isUnread || other.isUnread };
}

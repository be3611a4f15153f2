// What the list of comments is given, and what it asks for.

import type { Said, Thread } from "../../graph/comments/threads";
import type { Me } from "../../graph/comments/write";
import type { DraftOf } from "../../state/document/comment-device";

export interface CommentActions {
  /** Shows what a thread is about, and opens it in the list; null closes it. */
  choose(thread: Thread | null): void;
  /** Leads to what a thread is about, where the list lies above the canvas; else opening it did. */
  show: ((thread: Thread) => void) | null;
  answer(thread: Thread, text: string): void;
  edit(said: Said, text: string): void;
  remove(said: Said): void;
  resolve(thread: Thread): void;
  reopen(thread: Thread): void;
  draft(of: DraftOf): string;
  putDraft(of: DraftOf, text: string): void;
  /** The keyboard goes back to the canvas. */
  leave(): void;
}

/** What a list of comments knows. */
export interface CommentsShown {
  me: Me;
  /** The server takes comments from here. */
  canWrite: boolean;
  /** The thread that is open. */
  current: string | null;
  /** What a node is called; null where it is gone. */
  title(node: string): string | null;
  isUnread(thread: Thread): boolean;
  /** Whether it is on this device alone. */
  isWaiting(id: string): boolean;
}

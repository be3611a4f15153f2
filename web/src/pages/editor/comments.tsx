// The list of comments, led to the document: what is pressed shows what it is about, what is said goes to everybody.

import { useEffect } from "react";
import type { NodeType } from "../../api/types";
import type { CanvasHandle } from "../../canvas/types";
import { shownKeys } from "../../graph/commands/keys";
import { keysFor } from "../../graph/commands/registry";
import { commandOf } from "../../graph/commands/viewing";
import type { Said, Thread } from "../../graph/comments/threads";
import { answer, bringBack, comment, edit, remove, reopen, resolve, type Anchor } from "../../graph/comments/write";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";
import { nameOf } from "../../graph/edit/kinds";
import { CommentList } from "../../panels/comments/comment-list";
import type { CommentActions, CommentsShown } from "../../panels/comments/types";
import { IS_MAC } from "../../panels/editor/platform";
import { randomId } from "../../state/document/comment-device";
import type { Comments } from "../../state/document/comments";
import { toast, useView } from "../../state/view";
import { useComments } from "./use-comments";
import { useDocValue } from "./use-doc";
import { NARROW, type Parts } from "./use-parts";

interface CommentsProps {
  doc: GraphDocument;
  selection: Selection;
  kinds: ReadonlyMap<string, NodeType>;
  parts: Parts;
  canvas: { current: CanvasHandle | null };
  /** Begins a comment about what is selected, as its key does. */
  onNew: () => void;
}

export function EditorComments({ doc, selection, kinds, parts, canvas, onNew }: CommentsProps) {
  const comments = useComments(doc);
  const { commenting, setCommenting } = parts;
  useDocValue(doc, (now) => now.version); // what nodes are called, and whether they are there
  const bindings = useView((state) => state.bindings);
  const { threads, device, me, canWrite } = comments;
  const isAbove = matchMedia(NARROW).matches;
  const current = threads.find(({ id }) => id === commenting.at);
  useEffect(() => {
    // What is open is read, also what comes while it is.
    if (current) device.see([current], comments.threads);
  }, [current, comments, device]);
  const title = (node: string) => {
    const there = doc.nodes.get(node);
    return there ? nameOf(there, kinds) : null;
  };
  const choose = (thread: Thread | null) => {
    setCommenting((now) => ({ ...now, at: thread?.id ?? null }));
    if (thread && !isAbove) show({ doc, selection, canvas }, thread);
  };
  const lead = (thread: Thread) => {
    parts.setLeft(null);
    show({ doc, selection, canvas }, thread);
  };
  const actions = { ...actionsOf(comments, canvas), choose, show: isAbove ? lead : null };
  const shown: CommentsShown = { me, canWrite, current: commenting.at, title, isUnread: (thread) => device.isUnread(thread), isWaiting: (id) => comments.isWaiting(id) };
  const stop = () => {
    setCommenting((now) => ({ ...now, writing: null }));
    canvas.current?.focus();
  };
  const [keys] = keysFor(commandOf("add.comment"), bindings);
  return (
    <CommentList
      threads={threads}
      shown={shown}
      actions={actions}
      writing={commenting.writing}
      only={commenting.only}
      onAll={() => setCommenting((now) => ({ ...now, only: null }))}
      onNew={onNew}
      onSend={(anchor, text) => {
        const id = randomId();
        comments.write(comment(id, anchor, text, me, Date.now()));
        setCommenting({ at: id, only: null, writing: null });
        canvas.current?.focus();
      }}
      onStop={stop}
      onReadAll={() => device.see(threads, threads)}
      keys={keys === undefined ? null : shownKeys(keys, IS_MAC)}
    />
  );
}

/** What is done with comments; a deletion can be taken back for a while. */
function actionsOf(comments: Comments, canvas: CommentsProps["canvas"]): Omit<CommentActions, "choose" | "show"> {
  const { device } = comments;
  return {
    answer: (thread, text) => comments.write(answer(randomId(), thread, text, comments.me, Date.now())),
    edit: (said, text) => comments.write(edit(said, text, comments.me)),
    remove: (said: Said) => {
      comments.write(remove(said, comments.me));
      toast("plain", "The comment was deleted.", { label: "Undo", run: () => comments.write(bringBack(said, comments.me)) });
    },
    resolve: (thread) => comments.write(resolve(thread, comments.me, Date.now())),
    reopen: (thread) => comments.write(reopen(thread)),
    draft: (of) => device.draft(of),
    putDraft: (of, text) => device.putDraft(of, text),
    leave: () => canvas.current?.focus(),
  };
}

/** Brings what a thread is about into sight. */
function show({ doc, selection, canvas }: Pick<CommentsProps, "doc" | "selection" | "canvas">, { node, x, y }: Anchor): void {
  if (node === null) return canvas.current?.center({ x, y });
  const slot = doc.nodes.slot(node);
  if (slot === undefined || !doc.nodes.at(slot)) return;
  selection.set([slot]);
  canvas.current?.reveal(slot);
}

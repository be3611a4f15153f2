// What of comments is marked on the canvas.

import { useMemo } from "react";
import { marksOf, type CommentMark } from "../../graph/comments/threads";
import type { Anchor } from "../../graph/comments/write";
import type { GraphDocument } from "../../graph/document/document";
import type { Comments } from "../../state/document/comments";
import { useDocValue } from "./use-doc";

const versionOf = (doc: GraphDocument) => doc.version;

/** The marks of the canvas, and where a comment is being written. */
export function useMarks(doc: GraphDocument, comments: Comments, writing: Anchor | null): readonly CommentMark[] {
  const { version } = comments;
  const documented = useDocValue(doc, versionOf);
  return useMemo(() => {
    const marks = marksOf(comments.threads, (node) => !!doc.nodes.get(node), (thread) => comments.device.isUnread(thread));
    return writing && writing.node === null ? [...marks, { threads: [], ...writing, isUnread: false }] : marks;
    // The versions stand for what is read.
  }, [doc, comments, writing, version, documented]);
}

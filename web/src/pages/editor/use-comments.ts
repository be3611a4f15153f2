// Comments as components read them: they render again when one of them changes, and only then.

import { useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import { commentsOf, type Comments } from "../../state/document/comments";

export function useComments(doc: GraphDocument): Comments {
  const comments = commentsOf(doc);
  useSyncExternalStore(comments.listen, () => comments.version);
  return comments;
}

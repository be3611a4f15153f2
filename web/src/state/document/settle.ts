// What follows from a choice between two changes.

import type { Conflict } from "../../graph/document/changes";
import type { Editing } from "../../graph/document/document";
import type { Session } from "../document";

/**
 * Chooses between two changes. Theirs becomes a change of mine, which can be taken back. Of what I deleted and somebody
 * else edited, theirs is there already; choosing mine deletes it.
 */
export function settleConflict(session: Session, conflict: Conflict, choice: "mine" | "theirs"): void {
  const isDeletion = conflict.field === null && conflict.mine === null;
  session.saver.choose(conflict, choice, () => {
    if (choice === "mine" && isDeletion) session.doc.change("Delete", (edit) => takeTheirs(edit, { ...conflict, theirs: null }));
    if (choice === "theirs" && !isDeletion) session.doc.change("Take theirs", (edit) => takeTheirs(edit, conflict));
  });
}

function takeTheirs(edit: Editing, { row, field, theirs }: Conflict): void {
  const value = { [field ?? ""]: theirs ?? undefined };
  if ("file" in row) edit.setFile(value);
  else if ("node" in row) {
    if (field !== null) edit.setNode(row.node, value);
    else if (theirs === null) edit.removeNode(row.node);
  } else if (field !== null) edit.setEdge(row.edge, value);
  else if (theirs === null) edit.removeEdge(row.edge);
}

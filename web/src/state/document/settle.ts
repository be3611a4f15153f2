// What follows from a choice between two changes, and the way back from it.

import type { Conflict } from "../../graph/document/changes";
import type { Editing, GraphDocument } from "../../graph/document/document";
import { placesOf } from "../../graph/document/places";
import { takeOut } from "../../graph/edit/remove";
import type { Session } from "../document";

/** What is chosen: one side, or a value put together of both. */
export type Choice = { how: "mine" | "theirs" } | { how: "merged" | "fields"; value: unknown };

/**
 * Settles conflicts, all alike, as one step that can be taken back: then they wait for a choice again. What is chosen stands
 * afterwards also where somebody changed the field since.
 */
export function settle({ doc, saver }: Pick<Session, "doc" | "saver">, conflicts: readonly Conflict[], choice: Choice): void {
  if (conflicts.length === 0) return;
  const beside = {
    undo: () => saver.reopen(conflicts),
    redo: () => saver.choose(conflicts, choice.how, () => undefined),
  };
  saver.choose(conflicts, choice.how, () => {
    doc.change(LABELS[choice.how], (edit) => conflicts.forEach((conflict) => lay(doc, edit, conflict, chosenOf(conflict, choice))), { beside });
  });
}

/** Lays a choice on a document that nobody keeps, to see what comes of it; answers the way back. */
export function tryOut(doc: GraphDocument, conflict: Conflict, choice: Choice): () => void {
  doc.change(LABELS[choice.how], (editing) => lay(doc, editing, conflict, chosenOf(conflict, choice)));
  return () => void doc.undo();
}

const LABELS: Record<Choice["how"], string> = { mine: "Keep mine", theirs: "Take theirs", merged: "Merge", fields: "Merge" };

export function chosenOf({ mine, theirs }: Conflict, choice: Choice): unknown {
  return "value" in choice ? choice.value : choice.how === "mine" ? mine : theirs;
}

/** A side that does not have the field, or the row, is absent. */
function lay(doc: GraphDocument, edit: Editing, { row, field }: Conflict, value: unknown): void {
  if (field === null) {
    if (value === null || value === undefined) takeAway(doc, edit, row);
  } else if ("file" in row) edit.setFile({ [field]: value });
  else if ("node" in row) edit.setNode(row.node, { [field]: value });
  else edit.setEdge(row.edge, { [field]: value });
}

function takeAway(doc: GraphDocument, edit: Editing, row: Conflict["row"]): void {
  if ("edge" in row) return edit.removeEdge(row.edge);
  const slot = "node" in row ? doc.nodes.slot(row.node) : undefined;
  if (slot === undefined || !("node" in row)) return;
  takeOut(doc, placesOf(doc), edit, new Set([slot]));
  edit.removeNode(row.node);
}

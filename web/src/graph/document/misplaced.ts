// Nodes that cannot stand where their file says. They are shown elsewhere, and the file stays as it is until they are moved:
// it is told, since nobody would know why they stand there.

import type { GraphDocument } from "./document";
import { FARTHEST, isPlace, placesOf } from "./places";
import { isPair } from "./spots";

export interface Misplaced {
  node: string;
  code: "bad_place" | "far_place" | "too_deep";
  severity: "warning";
  message: string;
  suggestion: string;
}

/** A list longer than this is read by nobody. */
const MOST = 1_000;
const MOVE = "move it to where it is to stand";

/** As many as can be listed, in the order of the file. Nodes without any place are no fault: they are given one. */
export function misplaced(doc: GraphDocument): Misplaced[] {
  const found: Misplaced[] = [];
  for (const [slot, { position }] of doc.nodes.entries()) {
    if (position == null || isPlace(position)) continue;
    const isFar = isPair(position);
    const message = isFar ? `its place is farther away than ${FARTHEST.toLocaleString("en")}, so it stands beside the rest` : "its place is not two numbers, so it stands beside the rest";
    found.push({ node: doc.nodes.key(slot), code: isFar ? "far_place" : "bad_place", severity: "warning", message, suggestion: MOVE });
    if (found.length === MOST) return found;
  }
  for (const { slot, code } of placesOf(doc).problems()) {
    if (code === "too_deep" && found.length < MOST) found.push({ node: doc.nodes.key(slot), code, severity: "warning", message: "it is nested deeper than can be shown, so it stands outside", suggestion: "nest it in fewer containers" });
  }
  return found;
}

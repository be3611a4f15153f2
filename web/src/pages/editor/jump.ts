// From a problem in the list to what it is about: the node and the field in its panel, or the edge.

import type { RefObject } from "react";
import type { Problem } from "../../api/types";
import type { CanvasHandle } from "../../canvas/types";
import type { GraphDocument } from "../../graph/document/document";
import { placesOf } from "../../graph/document/places";
import { problemPath } from "../../graph/parameter/check";
import type { Session } from "../../state/document";
import type { Asked } from "./use-parts";

let lastAsked = 0;

/** What a problem is about, as far as the document still has it. */
export function placeOf(doc: GraphDocument, { node, edge, path }: Pick<Problem, "node" | "edge" | "path">): { node: string; asked: Asked | null } | { edge: number } | null {
  const field = problemPath(path);
  const slot = edge == null || field !== "" ? undefined : doc.edges.slot(edge);
  if (slot !== undefined && doc.edges.at(slot)) return { edge: slot };
  if (node == null || !doc.nodes.get(node)) return null;
  return { node, asked: field === "" ? null : { node, path: field, key: (lastAsked += 1) } };
}

interface Given {
  session: Session;
  canvas: RefObject<CanvasHandle | null>;
  reveal: (id: string) => void;
  setAsked: (asked: Asked | null) => void;
}

export function jumpTo({ session: { doc, selection }, canvas, reveal, setAsked }: Given, problem: Problem): void {
  const place = placeOf(doc, problem);
  if (!place) return;
  if ("node" in place) {
    reveal(place.node);
    setAsked(place.asked);
    return;
  }
  selection.set([], [place.edge]);
  const ends = [doc.links.source[place.edge] ?? -1, doc.links.target[place.edge] ?? -1].filter((end) => doc.nodes.at(end));
  if (ends.length > 0) canvas.current?.zoomTo(ends.map((end) => placesOf(doc).box(end)));
}

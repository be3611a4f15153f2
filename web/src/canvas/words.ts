// What a node is in words, for who hears the canvas instead of seeing it.

import { FRAME, NODE, NOTE } from "../graph/document/places";
import { count, plural } from "../ui/format";
import { cardOf, noteFor } from "./card";
import type { Scene } from "./scene";
import type { NodeLook } from "./types";

export const LOOK_WORD: Record<NodeLook, string> = { rest: "", running: "running", ok: "succeeded", failed: "failed", skipped: "skipped", disabled: "disabled" };

/** Name, type, state, what is wrong, and where its edges lead: "Classify, Language model, succeeded, 1 in, 2 out". */
export function wordsFor(scene: Scene, slot: number): string {
  const { kind } = scene.places;
  if (kind[slot] === NOTE) return `Note: ${noteFor(scene, slot).slice(0, 200)}`;
  const card = cardOf(scene, slot);
  const type = scene.kindOf(slot)?.name ?? card.type;
  const problem = scene.problemOf(slot);
  const inside = kind[slot] === FRAME || scene.places.nest.holdsAny(slot) ? scene.places.nest.withInside([slot]).filter((one) => kind[one] === NODE && one !== slot).length : 0;
  const parts = [
    card.title,
    type === card.title ? "" : type,
    LOOK_WORD[card.look],
    card.line === card.title || card.look === "rest" ? "" : card.line,
    problem ? `has ${problem === "error" ? "an error" : "a warning"}` : "",
    inside > 0 ? `${plural(inside, "node")} inside${scene.places.isCollapsed(slot) ? ", collapsed" : ""}` : "",
    `${count(scene.doc.links.inDegree(slot))} in, ${count(scene.doc.links.outDegree(slot))} out`,
    scene.selection.hasNode(slot) ? "selected" : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** The same with its place in the list: "…, 3 of 1,204". */
export function saidFor(scene: Scene, slot: number): string {
  return `${wordsFor(scene, slot)}, ${count(slot + 1)} of ${count(scene.doc.nodes.count)}`;
}

export function saidOfSelection(nodes: number, edges: number): string {
  if (nodes + edges === 0) return "Nothing selected.";
  return `${[nodes > 0 ? plural(nodes, "node") : "", edges > 0 ? plural(edges, "edge") : ""].filter(Boolean).join(" and ")} selected.`;
}

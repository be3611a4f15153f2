// What a node says of itself and of its last run: the words on a card, on the canvas as in the page.

import { NOTE } from "../graph/document/places";
import { noteText } from "../graph/notes";
import { summaryOf, titleOf } from "../graph/summary";
import type { Category } from "../ui/node-icon";
import { NODE_LOOKS, type Scene } from "./scene";
import type { NodeLook } from "./types";

export interface CardText {
  look: NodeLook;
  title: string;
  line: string;
  badge: string | null;
  category: Category;
  icon: string | null | undefined;
  type: string;
}

/** Longer names do not fit on any card. */
const TITLE_MOST = 120;
const NO_DATA = {};

/** The parts of a node that titles and summaries are made of, whatever a file holds in their place. */
export function readable(scene: Scene, slot: number): { id: string; type: string; data: { [key: string]: unknown } } {
  const node = scene.doc.nodes.at(slot);
  const data: unknown = node?.data;
  return {
    id: String(node?.id ?? ""),
    type: typeof node?.type === "string" ? node.type : "",
    data: typeof data === "object" && data !== null && !Array.isArray(data) ? (data as { [key: string]: unknown }) : NO_DATA,
  };
}

export function titleFor(scene: Scene, slot: number): string {
  const node = readable(scene, slot);
  return titleOf(node, scene.kindOf(slot)?.name ?? null).slice(0, TITLE_MOST);
}

export function noteFor(scene: Scene, slot: number): string {
  return scene.places.kind[slot] === NOTE ? noteText(readable(scene, slot).data) : "";
}

export function cardOf(scene: Scene, slot: number): CardText {
  const node = readable(scene, slot);
  const style = scene.styles[scene.style[slot] ?? 0];
  const name = style?.kind?.name ?? null;
  const title = titleOf(node, name).slice(0, TITLE_MOST);
  const look = NODE_LOOKS[scene.look[slot] ?? 0] ?? "rest";
  const statuses = scene.shown;
  const plain = summaryOf(node, name);
  const line = statuses?.line(slot) ?? (look === "disabled" ? "disabled · passes its input on" : plain === title ? node.id : plain);
  return { look, title, line: line.slice(0, TITLE_MOST), badge: statuses?.badge(slot) ?? null, category: style?.category ?? "data", icon: style?.kind?.icon, type: node.type };
}

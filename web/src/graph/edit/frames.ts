// Frames around nodes: group, ungroup, collapse, and moving nodes into containers and out of them.

import type { Editing, GraphDocument } from "../document/document";
import { around, boxAround, countedFrom, families, isInside, originIn, outermost, parentOf, placeOf, writePlaces, type Point, type Where } from "./family";
import { takeOut } from "./remove";
import { isContainer, kindOf, type Kinds } from "./kinds";
import { counted, quoted, what } from "./names";
import { isDrawnOnly, isNote } from "../notes";
import { titleOf } from "../summary";

const PAD = 24;
const HEAD = 40;

/** Draws a frame around nodes that stand side by side; answers its slot, or -1. */
export function group(doc: GraphDocument, where: Where, slots: readonly number[], label = ""): number {
  const tops = outermost(doc, slots);
  const box = boxAround(where, tops);
  if (!box) return -1;
  const parent = sharedParent(doc, tops);
  const corner = { x: box.x - PAD, y: box.y - HEAD };
  let id = "";
  doc.change(`Group ${what(tops.length)}`, (editing) => {
    writePlaces(doc, where, editing, new Set(tops));
    id = editing.addNode({
      id: doc.freshId("group"),
      type: "group",
      position: countedFrom(corner, originIn(doc, where, parent)),
      ...(parent >= 0 && { parentId: doc.nodes.key(parent) }),
      width: Math.round(box.w + 2 * PAD),
      height: Math.round(box.h + HEAD + PAD),
      data: label === "" ? {} : { label },
    });
    for (const slot of tops) editing.setNode(doc.nodes.key(slot), { parentId: id, position: countedFrom(placeOf(doc, where, slot), corner) });
  });
  return doc.nodes.slot(id) ?? -1;
}

/** The nearest node around all of them, or -1. */
function sharedParent(doc: GraphDocument, slots: readonly number[]): number {
  const [first, ...others] = slots;
  if (first === undefined) return -1;
  return around(doc, first).find((outer) => others.every((slot) => isInside(doc, slot, outer))) ?? -1;
}

/** Takes frames away and leaves what was in them where it is. Answers what was in them. */
export function ungroup(doc: GraphDocument, where: Where, slots: readonly number[]): number[] {
  const frames = new Set(slots.filter((slot) => isFrame(doc, slot)));
  if (frames.size === 0) return [];
  const children = families(doc);
  const content = [...frames].flatMap((slot) => children.get(slot) ?? []).filter((slot) => !frames.has(slot));
  doc.change(`Ungroup ${counted(frames.size, "frame")}`, (editing) => {
    takeOut(doc, where, editing, frames);
    for (const slot of frames) editing.removeNode(doc.nodes.key(slot));
  });
  return content;
}

/** A frame that is only drawn. */
export function isFrame(doc: GraphDocument, slot: number): boolean {
  const type = doc.nodes.at(slot)?.type ?? "";
  return isDrawnOnly(type) && !isNote(type);
}

export function setCollapsed(doc: GraphDocument, slots: readonly number[], isCollapsed: boolean): void {
  doc.change(isCollapsed ? "Collapse" : "Expand", (editing) => {
    for (const slot of slots) editing.setNode(doc.nodes.key(slot), { "data/collapsed": isCollapsed ? true : undefined });
  });
}

export function isCollapsed(doc: GraphDocument, slot: number): boolean {
  return doc.nodes.at(slot)?.data?.["collapsed"] === true;
}

/** Where a node may be moved: every frame and container that does not stand in it. */
export function possibleParents(doc: GraphDocument, kinds: Kinds, slot: number): number[] {
  const found: number[] = [];
  for (const [at, node] of doc.nodes.entries()) {
    if (at === slot || !(isFrame(doc, at) || isContainer(kindOf(kinds, node.type)))) continue;
    if (at !== parentOf(doc, slot) && !isInside(doc, at, slot)) found.push(at);
  }
  return found;
}

/** Why nodes cannot move there, or null. */
export function refusesMove(doc: GraphDocument, slots: readonly number[], parent: number): string | null {
  for (const slot of slots) {
    const node = doc.nodes.at(slot);
    if (node && parent >= 0 && (slot === parent || isInside(doc, parent, slot))) return `${quoted(titleOf(node))} cannot move into itself`;
  }
  return null;
}

/** Moves nodes into a frame or container (-1: out of all), where they stay at their place on the canvas. Answers why not. */
export function moveInto(doc: GraphDocument, where: Where, slots: readonly number[], parent: number, at?: Point): string | null {
  const tops = outermost(doc, slots).filter((slot) => parentOf(doc, slot) !== parent);
  const refusal = refusesMove(doc, tops, parent);
  if (refusal !== null || tops.length === 0) return refusal;
  const outer = doc.nodes.at(parent);
  doc.change(outer ? `Move ${what(tops.length)} into ${quoted(titleOf(outer))}` : `Move ${what(tops.length)} out`, (editing) => {
    writePlaces(doc, where, editing, new Set(tops));
    for (const slot of tops) put(doc, where, editing, slot, parent, at);
  });
  return null;
}

function put(doc: GraphDocument, where: Where, editing: Editing, slot: number, parent: number, at?: Point): void {
  const place = at ?? placeOf(doc, where, slot);
  const outer = doc.nodes.at(parent);
  editing.setNode(doc.nodes.key(slot), { parentId: outer ? doc.nodes.key(parent) : undefined, position: countedFrom(place, originIn(doc, where, parent)) });
}

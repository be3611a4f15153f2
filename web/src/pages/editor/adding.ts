// Adding nodes from lists and drops: after what is selected, at a place, at the end of an edge, on an edge.

import { addAfter, addAt, addOnEdge, freeSpot } from "../../graph/edit/add";
import { connect, reconnect, whyNot } from "../../graph/edit/connect";
import { takesInput, type Kind } from "../../graph/edit/kinds";
import { outputsOf } from "../../graph/edit/ports";
import type { Context } from "../../graph/commands/registry";
import { placesOf } from "../../graph/document/places";
import { NODE_H, NODE_W } from "../../graph/file";
import type { CanvasEvents, Point } from "../../canvas/types";

const HALF = { x: NODE_W / 2, y: NODE_H / 2 };

/** After the selected node, connected to it; else in the middle of the view. Answers the slot. */
export function addFromList(context: Context, kind: Kind, beside: boolean): number {
  const { doc, selection, where, kinds, host } = context;
  const after = beside ? -1 : selection.only;
  const added = after >= 0 && takesInput(kind) ? addAfter(doc, where, kinds, after, kind) : null;
  const slot = (added ?? addAt(doc, where, kind, freeSpot(doc, where, cornerAt(host.place())))).slot;
  return chosen(context, slot);
}

export function addDropped(context: Context, kind: Kind, at: { place: Point; edge: number; into: number }): number {
  const { doc, where } = context;
  const onEdge = at.edge >= 0 && takesInput(kind) ? addOnEdge(doc, where, at.edge, kind) : null;
  const slot = (onEdge ?? addAt(doc, where, kind, cornerAt(at.place), at.into >= 0 ? { parent: at.into } : {})).slot;
  return chosen(context, slot);
}

type QuickAdd = Parameters<NonNullable<CanvasEvents["quickAdd"]>>[0];

/** Which types may stand where an edge was let go. */
export function fitsAt({ isSource }: QuickAdd): (kind: Kind) => boolean {
  return isSource ? takesInput : (kind) => outputsOf(null, kind).length > 0;
}

/** At the end of an edge that was let go over nothing: the new node and the edge are one step. */
export function addAtEnd(context: Context, kind: Kind, { place, from, isSource, edge }: QuickAdd): number {
  const { doc, where, kinds } = context;
  const corner = { x: isSource ? place.x : place.x - NODE_W, y: place.y - HALF.y };
  if (isSource && edge < 0) {
    const added = addAfter(doc, where, kinds, from.node, kind, { port: from.port, at: corner });
    if (added) return chosen(context, added.slot);
  }
  const { slot } = addAt(doc, where, kind, corner);
  const given = { doc, places: placesOf(doc), kinds };
  const end = { node: slot, port: null };
  const [source, target] = isSource ? [from, end] : [end, from];
  if (whyNot(given, source, target, edge) === null) {
    if (edge >= 0) reconnect(given, edge, source, target);
    else connect(given, source, target);
  }
  return chosen(context, slot);
}

/** The corner of a node whose middle is at a place. */
function cornerAt({ x, y }: Point): Point {
  return { x: x - HALF.x, y: y - HALF.y };
}

function chosen({ selection, host }: Context, slot: number): number {
  if (slot >= 0) {
    selection.set([slot]);
    host.reveal([slot]);
  }
  return slot;
}

// Copying and pasting as JSON text in React Flow's shape: `{nodes, edges}`. What is pasted gets ids of its own.

import type { GraphDocument } from "../document/document";
import { gridOf, LAID_OUT_HERE } from "../document/spots";
import { NODE_H, NODE_W, type FileEdge, type FileNode } from "../file";
import { layoutNested } from "../nested";
import { countedFrom, originIn, outermost, ownPlace, parentOf, placeOf, withInside, writePlaces, type Point, type Where } from "./family";
import { FreshIds, what } from "./names";
import { mentionsIn, renameIn } from "./references";

/** Nodes and edges apart from a document. */
export interface Piece {
  nodes: readonly FileNode[];
  edges: readonly FileEdge[];
}

export interface PasteOptions {
  /** The canvas place of the middle of what is pasted; without it, beside where it was copied from. */
  at?: Point | undefined;
  /** The slot of the frame or container it is pasted into. */
  parent?: number;
  label?: string;
  /** Changes with the same key are one step with it. */
  join?: string;
}

export interface Pasted {
  nodes: number[];
  edges: number[];
  /** It had no places and is too large for a layout here: it stands in rows and is to be laid out by the server. */
  isGrid: boolean;
}

const STEP = 24;
const GAP = 60;

/** These nodes with all inside of them, and the edges between them. Places of the outermost are those of the canvas. */
export function pieceOf(doc: GraphDocument, where: Where, slots: readonly number[]): Piece {
  const all = withInside(doc, slots);
  const taken = new Set(all);
  const nodes: FileNode[] = [];
  for (const slot of all) {
    const node = doc.nodes.at(slot);
    if (!node) continue;
    const parent = parentOf(doc, slot);
    const id = doc.nodes.key(slot);
    if (parent >= 0 && taken.has(parent)) nodes.push(inside(doc, where, slot, parent));
    else {
      const { parentId: _parent, ...free } = node;
      nodes.push({ ...free, id, position: countedFrom(placeOf(doc, where, slot), { x: 0, y: 0 }) });
    }
  }
  const edges: FileEdge[] = [];
  for (const slot of all) {
    for (const at of doc.links.out(slot)) {
      const edge = doc.edges.at(at);
      if (edge && taken.has(doc.links.target[at] ?? -1)) edges.push(edge);
    }
  }
  return { nodes, edges };
}

/** A node counted from its parent, as it is seen: a layout may have overruled the file. */
function inside(doc: GraphDocument, where: Where, slot: number, parent: number): FileNode {
  const [node, id] = [doc.nodes.at(slot) as FileNode, doc.nodes.key(slot)];
  const seen = countedFrom(placeOf(doc, where, slot), originIn(doc, where, parent));
  const own = ownPlace(node);
  const isSeenThere = own !== null && Math.abs(own.x - seen.x) < 1 && Math.abs(own.y - seen.y) < 1;
  return isSeenThere && node.id === id ? node : { ...node, id, position: isSeenThere ? own : seen };
}

export function copyText(doc: GraphDocument, where: Where, slots: readonly number[]): string {
  return JSON.stringify(pieceOf(doc, where, slots), null, 2);
}

/** Adds a piece to the document as one step. Ids that are taken become others, and what names them follows. */
export function paste(doc: GraphDocument, where: Where, given: Piece, { at, parent = -1, label = "Paste", join }: PasteOptions = {}): Pasted {
  const piece = placed(given);
  if (piece.nodes.length === 0) return { nodes: [], edges: [], isGrid: false };
  const fresh = new FreshIds(doc);
  const ids = new Map<string, string>();
  const names: string[] = [];
  for (const node of piece.nodes) {
    const id = fresh.take(node.id);
    names.push(id);
    if (!ids.has(node.id)) ids.set(node.id, id);
  }
  const renamed = new Map([...ids].filter(([old, id]) => old !== id));
  const labels = otherLabels(doc, piece);
  const origin = originIn(doc, where, parent);
  const around = doc.nodes.at(parent)?.id;
  const shift = besideCopies(doc, where, piece, ids, around, at ? shiftTo(piece, ids, at) : { x: 0, y: 0 });
  const added: Pasted = { nodes: [], edges: [], isGrid: piece.isGrid };
  doc.change(`${label} ${what(piece.nodes.length)}`, (editing) => {
    writePlaces(doc, where, editing);
    piece.nodes.forEach((node, index) => {
      const inner = node.parentId != null ? ids.get(node.parentId) : undefined;
      const place = ownPlace(node) ?? { x: 0, y: 0 };
      const { parentId: _parent, data, ...rest } = node;
      const outer = inner ?? around;
      const said = data && (renamed.size > 0 || labels.size > 0) ? relabeled(renameIn(data, { ids: renamed, labels }), labels) : data;
      const id = editing.addNode({
        ...rest,
        id: names[index] ?? "",
        position: inner === undefined ? countedFrom({ x: place.x + shift.x, y: place.y + shift.y }, origin) : place,
        ...(outer !== undefined && { parentId: outer }),
        ...(said && { data: said }),
      });
      added.nodes.push(doc.nodes.slot(id) ?? -1);
    });
    for (const edge of piece.edges) {
      const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
      if (source === undefined || target === undefined) continue;
      // The id of an edge says nothing: copies get one of their own.
      const id = editing.addEdge({ ...edge, id: "", source, target });
      added.edges.push(doc.edges.slot(id) ?? -1);
    }
  }, join === undefined ? {} : { join });
  return added;
}

export function duplicate(doc: GraphDocument, where: Where, slots: readonly number[]): Pasted {
  const tops = outermost(doc, slots);
  const parents = new Set(tops.map((slot) => parentOf(doc, slot)));
  const parent = parents.size === 1 ? ([...parents][0] ?? -1) : -1;
  return paste(doc, where, pieceOf(doc, where, slots), { parent, label: "Duplicate" });
}

/**
 * Every node gets a place: where most have none, as in a layout, else in rows below the rest. Too many for a layout here stand
 * in rows until the server has laid them out. Parents that lead in a circle, or nowhere, are none.
 */
function placed({ nodes, edges }: Piece): Piece & { isGrid: boolean } {
  const sound = withSoundParents(nodes);
  const lacking = sound.flatMap((node, at) => (ownPlace(node) ? [] : [at]));
  if (lacking.length === 0) return { nodes: sound, edges, isGrid: false };
  const index = new Map(sound.map((node, at) => [node.id, at] as const).reverse());
  const parents = sound.map((node) => (node.parentId != null ? (index.get(node.parentId) ?? -1) : -1));
  const isMost = lacking.length * 2 > sound.length;
  const isGrid = isMost && sound.length > LAID_OUT_HERE;
  const spots = isMost && !isGrid ? laidOut(sound, edges, parents) : gridOf(isMost ? sound.map((_, at) => at) : lacking, parents, isMost ? 0 : below(sound, parents));
  return { nodes: sound.map((node, at) => ({ ...node, position: spots.get(at) ?? node.position ?? { x: 0, y: 0 } })), edges, isGrid };
}

function withSoundParents(nodes: readonly FileNode[]): FileNode[] {
  const parents = new Map(nodes.map((node) => [node.id, node.parentId ?? null]));
  const isLoose = (node: FileNode): boolean => {
    const seen = new Set<string>();
    for (let at: string | null | undefined = node.id; at != null; at = parents.get(at)) {
      if (seen.has(at) || !parents.has(at)) return true;
      seen.add(at);
    }
    return false;
  };
  return nodes.map((node) => (node.parentId != null && isLoose(node) ? { ...node, parentId: null } : node));
}

/** By index, each from the corner of its parent. */
function laidOut(nodes: readonly FileNode[], edges: readonly FileEdge[], parents: readonly number[]): Map<number, Point> {
  const ids = new Set(nodes.map((node) => node.id));
  const spots = layoutNested(
    nodes.map((node) => ({ id: node.id, parent: node.parentId ?? null, w: node.width ?? NODE_W, h: node.height ?? NODE_H })),
    edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    { pad: STEP, head: 40 },
  );
  const spot = (at: number) => spots.get(nodes[at]?.id ?? "") ?? { x: 0, y: 0 };
  return new Map(
    nodes.map((_, at) => {
      const from = (parents[at] ?? -1) >= 0 ? spot(parents[at] ?? -1) : { x: 0, y: 0 };
      return [at, { x: spot(at).x - from.x, y: spot(at).y - from.y }];
    }),
  );
}

/** Below everything that has a place. */
function below(nodes: readonly FileNode[], parents: readonly number[]): number {
  let bottom = 0;
  nodes.forEach((node, at) => {
    const place = (parents[at] ?? -1) < 0 ? ownPlace(node) : null;
    if (place) bottom = Math.max(bottom, place.y + (node.height ?? NODE_H) + GAP);
  });
  return bottom;
}

/** Those of a piece that stand in no other of it. */
function topsOf(piece: Piece, ids: ReadonlyMap<string, string>): FileNode[] {
  return piece.nodes.filter((node) => node.parentId == null || !ids.has(node.parentId));
}

/** How far everything moves so that its middle is there. */
function shiftTo(piece: Piece, ids: ReadonlyMap<string, string>, at: Point): Point {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const node of topsOf(piece, ids)) {
    const place = ownPlace(node);
    if (!place) continue;
    left = Math.min(left, place.x);
    top = Math.min(top, place.y);
    right = Math.max(right, place.x + (node.width ?? NODE_W));
    bottom = Math.max(bottom, place.y + (node.height ?? NODE_H));
  }
  return { x: Math.round(at.x - (left + right) / 2), y: Math.round(at.y - (top + bottom) / 2) };
}

/** A wished shift, and on from there until it does not lie exactly on an earlier copy in the same frame. */
function besideCopies(doc: GraphDocument, where: Where, piece: Piece, ids: ReadonlyMap<string, string>, parent: string | undefined, wish: Point): Point {
  const own = ownPlace(topsOf(piece, ids)[0] ?? null);
  if (!own) return wish;
  const isTaken = (x: number, y: number) =>
    where.under({ x, y }).some((slot) => {
      const box = where.box(slot);
      return box.x === x && box.y === y && (doc.nodes.at(slot)?.parentId ?? undefined) === parent;
    });
  let by = 0;
  while (isTaken(own.x + wish.x + by, own.y + wish.y + by)) by += STEP;
  return { x: wish.x + by, y: wish.y + by };
}

/** Labels by which expressions of the piece name one of its nodes, where the document has the same label already. */
function otherLabels(doc: GraphDocument, piece: Piece): Map<string, string> {
  const said = new Set(piece.nodes.flatMap((node) => mentionsIn(node.data).flatMap(({ of, name }) => (of === "label" ? [name] : []))));
  const own = new Set(piece.nodes.flatMap((node) => (typeof node.data?.["label"] === "string" && said.has(node.data["label"]) ? [node.data["label"]] : [])));
  const others = new Map<string, string>();
  if (own.size === 0) return others;
  const taken = new Set<unknown>();
  for (const [, node] of doc.nodes.entries()) taken.add(node.data?.["label"]);
  for (const label of own) {
    if (!taken.has(label)) continue;
    let number = 2;
    while (taken.has(`${label} ${number}`)) number += 1;
    others.set(label, `${label} ${number}`);
    taken.add(`${label} ${number}`);
  }
  return others;
}

function relabeled(data: { [key: string]: unknown }, labels: ReadonlyMap<string, string>): { [key: string]: unknown } {
  const label = data["label"];
  const next = typeof label === "string" ? labels.get(label) : undefined;
  return next === undefined ? data : { ...data, label: next };
}

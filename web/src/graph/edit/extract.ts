// Taking nodes out into a workflow of their own, with a node in their place that runs it.
// It is done only where the new workflow does the same: what cannot be told from here is refused, with the reason.

import type { Editing, GraphDocument } from "../document/document";
import { NODE_H, type FileEdge, type FileGraph, type FileNode } from "../file";
import { boxAround, countedFrom, originIn, outermost, parentOf, withInside, type Where } from "./family";
import { pieceOf } from "./clip";
import { isTrigger, kindOf, nameOf, type Kinds } from "./kinds";
import { FreshIds, quoted, stemOf, what } from "./names";
import { outputsOf } from "./ports";
import { mentionsIn, renameIn, usesName } from "./references";
import { isDrawnOnly } from "../notes";
import { takeOut } from "./remove";
import { follow } from "./settle";

/** What leads into and out of the nodes that are taken out. */
interface Borders {
  all: number[];
  inside: ReadonlySet<number>;
  entries: number[];
  exits: number[];
  /** The one node whose output is the workflow's, or -1. */
  end: number;
}

export interface Extraction {
  /** The new workflow. */
  graph: FileGraph & { name: string };
  /** What is different afterwards, for a person to know. */
  notes: string[];
  /** Puts a node that runs it in the place of the nodes; as one step. Answers its slot. */
  apply: (workflow: string) => number;
}

/** State that lasts for one execution: split in two it would be two. */
const STATEFUL: ReadonlyMap<string, string> = new Map([
  ["variable", "var_name"],
  ["counter", "name"],
  ["accumulator", "name"],
]);

export function extract(doc: GraphDocument, where: Where, kinds: Kinds, slots: readonly number[], name: string): Extraction | { refused: string } {
  const borders = bordersOf(doc, slots);
  const refused = refusal(doc, kinds, slots, borders);
  if (refused !== null) return { refused };
  const ids = new Set(borders.all.map((slot) => doc.nodes.key(slot)));
  const free = (...wishes: string[]) => wishes.find((wish) => !ids.has(wish)) ?? doc.freshId(wishes[0] ?? "");
  const piece = pieceOf(doc, where, outermost(doc, slots));
  const graph = { name, ...shared(doc), ...within(doc, where, piece, borders, { start: free("start", "input"), result: free("result", "output") }) };
  const notes: string[] = [];
  const branch = borders.exits.length > 0 ? borders.all.find((slot) => outputsOf(doc.nodes.at(slot), kindOf(kinds, doc.nodes.at(slot)?.type)).length > 1) : undefined;
  if (branch !== undefined) notes.push(`What comes after runs even where ${quoted(nameOf(doc.nodes.at(branch), kinds))} leads past the end; it then gets what the workflow answers`);
  if (parentOf(doc, outermost(doc, slots)[0] ?? -1) >= 0) notes.push("“item” and “index” of the container around are not known in the new workflow");
  return { graph, notes, apply: (workflow) => apply(doc, where, borders, slots, name, workflow) };
}

function bordersOf(doc: GraphDocument, slots: readonly number[]): Borders {
  const all = withInside(doc, slots);
  const inside = new Set(all);
  const { links } = doc;
  const entries = all.flatMap((slot) => links.in(slot).filter((edge) => !inside.has(links.source[edge] ?? -1) && (links.source[edge] ?? -1) >= 0));
  const exits = all.flatMap((slot) => links.out(slot).filter((edge) => !inside.has(links.target[edge] ?? -1) && (links.target[edge] ?? -1) >= 0));
  return { all, inside, entries, exits, end: exits.length > 0 ? (links.source[exits[0] ?? -1] ?? -1) : -1 };
}

/** Why these nodes cannot become a workflow, or null. */
function refusal(doc: GraphDocument, kinds: Kinds, slots: readonly number[], borders: Borders): string | null {
  const title = (slot: number) => quoted(nameOf(doc.nodes.at(slot), kinds));
  const tops = outermost(doc, slots);
  const working = borders.all.filter((slot) => !isDrawnOnly(doc.nodes.at(slot)?.type ?? ""));
  if (working.length === 0) return "Select nodes that run: notes and frames alone make no workflow";
  if (new Set(tops.map((slot) => parentOf(doc, slot))).size > 1) return "The selected nodes stand in different frames or containers";
  for (const slot of working) {
    const kind = kindOf(kinds, doc.nodes.at(slot)?.type);
    if (isTrigger(kind)) return `${title(slot)} is a trigger: it starts this workflow and cannot move into another`;
    if (kind?.id === "respond") return `${title(slot)} answers whoever called this workflow`;
    if (kind?.id === "return") return `${title(slot)} ends what is around it with a value`;
  }
  return refusalOfEdges(doc, kinds, borders, title) ?? refusalOfWords(doc, kinds, borders, title);
}

function refusalOfEdges(doc: GraphDocument, kinds: Kinds, { entries, exits, end }: Borders, title: (slot: number) => string): string | null {
  const { links, edges } = doc;
  const port = (edge: number) => edges.at(edge)?.sourceHandle ?? null;
  const sources = new Set(entries.map((edge) => `${links.source[edge]}#${port(edge) ?? ""}`));
  if (sources.size > 1) return `${sources.size} outputs lead into the selection, and a workflow has one input. Join them before it`;
  const ends = new Set(exits.map((edge) => links.source[edge] ?? -1));
  if (ends.size > 1) return `${[...ends].slice(0, 3).map(title).join(", ")} lead out of the selection, and a workflow has one output. Join them inside of it`;
  for (const edge of exits) {
    if (port(edge) === "error") return `An edge for errors leads out of ${title(end)}`;
    if (outputsOf(doc.nodes.at(end), kindOf(kinds, doc.nodes.at(end)?.type)).length > 1) {
      return `${title(end)} chooses where to go on, and a workflow has one output. Leave it out, or take what follows in`;
    }
  }
  return null;
}

function refusalOfWords(doc: GraphDocument, kinds: Kinds, borders: Borders, title: (slot: number) => string): string | null {
  const ids = new Set(borders.all.map((slot) => doc.nodes.key(slot)));
  const labels = new Set(borders.all.map((slot) => doc.nodes.at(slot)?.data?.["label"]));
  const source = borders.entries.map((edge) => doc.edges.at(edge)?.source)[0];
  for (const slot of borders.all) {
    const data = doc.nodes.at(slot)?.data;
    for (const { of, name } of mentionsIn(data)) {
      const isKnown = of === "label" ? labels.has(name) : ids.has(name) || (of === "inputs" && name === source);
      if (!isKnown) return `${title(slot)} reads ${quoted(name)}, which is not selected. Pass it on as input first`;
    }
    const used = usesName(data, ["trigger", "context", "const", "constants"]);
    if (used) return `${title(slot)} reads “${used}”, which the new workflow would not have`;
  }
  const state = statesOf(doc, kinds, borders.all);
  for (const [slot, node] of doc.nodes.entries()) {
    if (borders.inside.has(slot)) continue;
    for (const { of, name } of mentionsIn(node.data)) {
      const isInside = of === "label" ? labels.has(name) : ids.has(name);
      const isEnd = borders.end >= 0 && (name === doc.nodes.key(borders.end) || (of === "label" && name === doc.nodes.at(borders.end)?.data?.["label"]));
      if (isInside && !isEnd) return `${title(slot)} reads ${quoted(name)}, which would be in the new workflow`;
    }
    for (const one of statesOf(doc, kinds, [slot])) if (state.has(one)) return `${title(slot)} shares the ${one.replace(" ", " “")}” with the selection`;
  }
  return null;
}

/** `counter default`: what nodes remember, by kind and name. */
function statesOf(doc: GraphDocument, kinds: Kinds, slots: readonly number[]): Set<string> {
  const found = new Set<string>();
  for (const slot of slots) {
    const node = doc.nodes.at(slot);
    const kind = kindOf(kinds, node?.type)?.id ?? "";
    const key = STATEFUL.get(kind);
    if (key !== undefined) found.add(`${kind} ${String(node?.data?.[key] ?? "default")}`);
  }
  return found;
}

/** What of the file the new workflow takes along. */
function shared(doc: GraphDocument): Record<string, unknown> {
  const { variables } = doc.file;
  return variables === undefined ? {} : { variables };
}

function within(doc: GraphDocument, where: Where, piece: { nodes: readonly FileNode[]; edges: readonly FileEdge[] }, borders: Borders, { start, result }: { start: string; result: string }): FileGraph {
  const box = boxAround(where, borders.all) ?? { x: 0, y: 0, w: 0, h: 0 };
  const middle = Math.round(box.y + box.h / 2 - NODE_H / 2);
  const source = borders.entries.map((edge) => doc.edges.at(edge)?.source)[0];
  const inputs = source === undefined ? undefined : new Map([[source, start]]);
  const nodes: FileNode[] = [
    { id: start, type: "manual", position: { x: Math.round(box.x) - 264, y: middle }, data: { label: "Input" } },
    ...piece.nodes.map((node) => (inputs && node.data ? { ...node, data: renameIn(node.data, { inputs }) } : node)),
  ];
  const fromStart = (target: string, id: string, handle?: string | null): FileEdge => ({ id, source: start, target, ...(handle != null && { targetHandle: handle }) });
  const led = borders.entries.map((edge, at) => fromStart(doc.edges.at(edge)?.target ?? "", `in_${at + 1}`, doc.edges.at(edge)?.targetHandle));
  const known = new Set(led.map((edge) => edge.target));
  // What began by itself begins with the workflow.
  const roots = borders.all.filter((slot) => doc.links.inDegree(slot) === 0 && !known.has(doc.nodes.key(slot)) && !isDrawnOnly(doc.nodes.at(slot)?.type ?? ""));
  const top = new Set(piece.nodes.filter((node) => node.parentId == null).map((node) => node.id));
  for (const slot of roots) if (top.has(doc.nodes.key(slot))) led.push(fromStart(doc.nodes.key(slot), `in_${led.length + 1}`));
  const edges = [...led, ...piece.edges];
  if (borders.end >= 0) {
    nodes.push({ id: result, type: "return", position: { x: Math.round(box.x + box.w) + 56, y: middle }, data: { label: "Output" } });
    edges.push({ id: "out", source: doc.nodes.key(borders.end), target: result });
  }
  return { nodes, edges };
}

function apply(doc: GraphDocument, where: Where, borders: Borders, slots: readonly number[], name: string, workflow: string): number {
  const box = boxAround(where, borders.all) ?? { x: 0, y: 0, w: 0, h: 0 };
  const parent = parentOf(doc, outermost(doc, slots)[0] ?? -1);
  const place = { x: box.x + box.w / 2 - 104, y: box.y + box.h / 2 - NODE_H / 2 };
  let id = new FreshIds(doc).take(stemOf(name));
  doc.change(`Extract ${what(borders.all.length)} to a workflow`, (editing) => {
    const around = doc.nodes.at(parent)?.id;
    id = editing.addNode({
      id,
      type: "sub_workflow",
      position: countedFrom(place, originIn(doc, where, parent)),
      ...(around !== undefined && { parentId: around }),
      data: { label: name, workflow },
    });
    const entry = borders.entries[0];
    const from = entry === undefined ? null : doc.edges.at(entry);
    if (from) editing.addEdge({ id: "", source: from.source, target: id, ...(from.sourceHandle != null && { sourceHandle: from.sourceHandle }) });
    for (const edge of borders.exits) editing.setEdge(doc.edges.key(edge), { source: id, sourceHandle: undefined });
    if (borders.end >= 0) followEnd(doc, editing, borders, { id, name });
    takeOut(doc, where, editing, borders.inside);
    for (const slot of borders.all) editing.removeNode(doc.nodes.key(slot));
  });
  return doc.nodes.slot(id) ?? -1;
}

/** What named the last node by its id or label names the one that runs the workflow: their outputs are the same. */
function followEnd(doc: GraphDocument, editing: Editing, borders: Borders, { id, name }: { id: string; name: string }): void {
  const label = doc.nodes.at(borders.end)?.data?.["label"];
  const ids = new Map([[doc.nodes.key(borders.end), id]]);
  follow(doc, editing, { ids, ...(typeof label === "string" && { labels: new Map([[label, name]]) }) }, borders.inside);
}

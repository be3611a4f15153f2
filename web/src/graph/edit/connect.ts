// Drawing edges: which may be drawn and why not, and the changes that draw them, lead them elsewhere, or put a node on one.

import type { Edit, GraphDocument } from "../document/document";
import { NOTE, type Places } from "../document/places";
import type { FileEdge } from "../file";
import { writePlaces } from "./family";
import { handlesOf, inputsOf, outputsOf, type PortsOf } from "./ports";

/** An end of an edge: a node and the name of its port, null where it has but one. */
export interface EdgeEnd {
  node: number;
  port: string | null;
}

export type Kinds = ReadonlyMap<string, Partial<PortsOf>>;

interface Context {
  doc: GraphDocument;
  places: Places;
  kinds: Kinds;
}

/** Why an edge may not lead from one port to another, in words; null where it may. `except` is the edge that would become it. */
export function whyNot({ doc, places, kinds }: Context, source: EdgeEnd, target: EdgeEnd, except = -1): string | null {
  const [from, to] = [doc.nodes.at(source.node), doc.nodes.at(target.node)];
  if (!from || !to) return "One end is not there any more.";
  if (places.kind[source.node] === NOTE || places.kind[target.node] === NOTE) return "Notes have no ports.";
  const [fromKind, toKind] = [kinds.get(from.type ?? ""), kinds.get(to.type ?? "")];
  if (fromKind && outputsOf(from, fromKind).length === 0) return "Nothing leaves this node.";
  if (toKind && inputsOf(toKind).length === 0) return "Nothing leads to this node: it starts the workflow.";
  if (places.nest.isInside(source.node, target.node) || places.nest.isInside(target.node, source.node)) {
    return "A container and what is inside of it need no edge: its first nodes get its input.";
  }
  if (leavesContainer(doc, places, source.node, target.node)) return "Edges do not leave a container: its result does.";
  if (isDoubled(doc, source, target, except)) return "There is this edge already.";
  return null;
}

/** Whether the source is in a container that the target is not in. Groups are only drawn: edges cross them freely. */
function leavesContainer(doc: GraphDocument, places: Places, source: number, target: number): boolean {
  const around = new Set(places.nest.up(target));
  return places.nest.up(source).some((holder) => !around.has(holder) && isContainer(doc.nodes.at(holder)?.type));
}

const CONTAINERS: ReadonlySet<string> = new Set(["for_each", "while_loop", "try_catch", "parallel", "retry", "timeout"]);

/** Whether nodes inside of a node of this type are run by it. */
export function isContainer(type: unknown): boolean {
  return typeof type === "string" && CONTAINERS.has(type);
}

function isDoubled(doc: GraphDocument, source: EdgeEnd, target: EdgeEnd, except: number): boolean {
  return doc.links.out(source.node).some((edge) => {
    const row = doc.edges.at(edge);
    return edge !== except && doc.links.target[edge] === target.node && (row?.sourceHandle ?? null) === source.port && (row?.targetHandle ?? null) === target.port;
  });
}

/** The name an edge gives a port: none where the node has but one. */
export function handleOf({ doc, kinds }: Pick<Context, "doc" | "kinds">, node: number, port: string | null, isOutput: boolean): string | null {
  const row = doc.nodes.at(node);
  if (!row || port === null) return null;
  const kind = kinds.get(row.type ?? "");
  if (!kind) return port === "out" || port === "in" ? null : port;
  if (!isOutput) return inputsOf(kind).length < 2 ? null : port;
  return outputsOf(row, kind).length < 2 && handlesOf(row, kind)[0] === null ? null : port;
}

export function connect(context: Context, source: EdgeEnd, target: EdgeEnd): Edit | null {
  const [from, to] = ends(context, source, target);
  if (whyNot(context, from, to) !== null) return null;
  return context.doc.change("Connect", (edit) => {
    writePlaces(context.doc, context.places, edit);
    edit.addEdge(rowOf(context.doc, from, to));
  });
}

/** Leads an edge between other ports; its id, label and other fields stay. */
export function reconnect(context: Context, edge: number, source: EdgeEnd, target: EdgeEnd): Edit | null {
  const { doc } = context;
  const [from, to] = ends(context, source, target);
  const row = doc.edges.at(edge);
  if (!row || whyNot(context, from, to, edge) !== null) return null;
  const next = rowOf(doc, from, to);
  return doc.change("Reconnect", (edit) => {
    writePlaces(doc, context.places, edit);
    edit.setEdge(doc.edges.key(edge), {
      source: next.source,
      target: next.target,
      sourceHandle: next.sourceHandle ?? undefined,
      targetHandle: next.targetHandle ?? undefined,
    });
  });
}

/** Puts a node on an edge: what came by the edge goes through the node. Null where one of the two edges may not be. */
export function insertOnEdge(context: Context, edge: number, node: number, join?: string): Edit | null {
  const { doc, kinds } = context;
  const row = doc.edges.at(edge);
  const middle = doc.nodes.at(node);
  const [source, target] = [doc.links.source[edge] ?? -1, doc.links.target[edge] ?? -1];
  if (!row || !middle || source < 0 || target < 0 || node === source || node === target) return null;
  const kind = kinds.get(middle.type ?? "");
  const into = { node, port: handleOf(context, node, inputsOf(kind)[0] ?? null, false) };
  const outOf = { node, port: handleOf(context, node, outputsOf(middle, kind)[0] ?? null, true) };
  const before = { node: source, port: row.sourceHandle ?? null };
  const after = { node: target, port: row.targetHandle ?? null };
  if (whyNot(context, before, into, edge) !== null || whyNot(context, outOf, after, edge) !== null) return null;
  const handles = (end: EdgeEnd) => end.port ?? undefined;
  return doc.change("Insert on edge", (edit) => {
    edit.setEdge(doc.edges.key(edge), { target: doc.nodes.key(node), targetHandle: handles(into) });
    edit.addEdge(rowOf(doc, outOf, after));
  }, join === undefined ? {} : { join });
}

function ends(context: Context, source: EdgeEnd, target: EdgeEnd): [EdgeEnd, EdgeEnd] {
  return [
    { node: source.node, port: handleOf(context, source.node, source.port, true) },
    { node: target.node, port: handleOf(context, target.node, target.port, false) },
  ];
}

function rowOf(doc: GraphDocument, source: EdgeEnd, target: EdgeEnd): FileEdge {
  return {
    source: doc.nodes.key(source.node),
    target: doc.nodes.key(target.node),
    ...(source.port !== null && { sourceHandle: source.port }),
    ...(target.port !== null && { targetHandle: target.port }),
  };
}

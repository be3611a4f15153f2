// What a pasted or imported value is: one of our own files, React Flow's, Thaiyyal's or n8n's. Nothing of it is run.

import type { FileEdge, FileNode } from "../file";
import { kindOf, type Kinds } from "../edit/kinds";
import { inferType, THAIYYALS } from "./infer";
import { fromN8n, isN8n } from "./n8n";
import { isRow, textOf, type Row } from "./row";

export type Source = "workflow" | "react_flow" | "thaiyyal" | "n8n";

/** Something that could not be taken over as it was. */
export interface ImportNote {
  /** The id of the node it is about. */
  node: string | null;
  message: string;
}

export interface Recognised {
  source: Source;
  /** Keys of the file beside nodes and edges. */
  file: { readonly [key: string]: unknown };
  nodes: FileNode[];
  edges: FileEdge[];
  notes: ImportNote[];
}

/** How much of a pasted file is taken: more would not be a mistake of the pointer but of the clipboard. */
export const NODES_MOST = 200_000;

/** Null where it is no graph at all; throws in words where it is one that is too large. */
export function recognise(value: unknown, kinds: Kinds): Recognised | null {
  const graph = graphIn(value);
  if (!graph) return null;
  const count = (graph["nodes"] as unknown[]).length;
  if (count > NODES_MOST) throw new Error(`It has ${count} nodes; ${NODES_MOST} can be taken over at a time`);
  return isN8n(graph) ? fromN8n(graph, kinds) : fromReactFlow(graph, kinds);
}

/** The graph itself, or inside of what servers answer and exports wrap it in. */
function graphIn(value: unknown, depth = 0): Row | null {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((entry) => isRow(entry) && typeof entry["id"] === "string" && isRow(entry["data"]))) return { nodes: value, edges: [] };
    return value.length === 1 && depth < 2 ? graphIn(value[0], depth + 1) : null;
  }
  if (!isRow(value)) return null;
  if (Array.isArray(value["nodes"]) && value["nodes"].some(isRow)) return value;
  if (depth > 1) return null;
  for (const key of ["definition", "graph", "workflow", "data", "workflowData"]) {
    const inner = isRow(value[key]) ? graphIn(value[key], depth + 1) : null;
    if (inner) return typeof value["name"] === "string" && inner["name"] === undefined ? { name: value["name"], ...inner } : inner;
  }
  return null;
}

/** What React Flow keeps on nodes and edges while it runs: nothing of it belongs to a file. */
const PASSING = new Set(["selected", "dragging", "resizing", "measured", "positionAbsolute", "internals", "handleBounds", "parentNode", "computed"]);
/** React Flow's own types and ours that do the same. */
const OWN_TYPES: ReadonlyMap<string, string> = new Map([
  ["input", "manual"],
  ["default", "no_op"],
  ["output", "no_op"],
]);

function fromReactFlow(graph: Row, kinds: Kinds): Recognised {
  const notes: ImportNote[] = [];
  const given = (graph["nodes"] as unknown[]).filter(isRow);
  const names = new Set(given.map((node) => node["type"]));
  const isPlain = [...names].some((type) => OWN_TYPES.has(String(type))) || given.some((node) => "measured" in node || "positionAbsolute" in node || "parentNode" in node);
  const isThaiyyal = !isPlain && (given.some((node) => (node["type"] === undefined && isRow(node["data"])) || /Node$/.test(String(node["type"]))) || isThaiyyals(graph, given));
  const nodes = given.map((node, at) => nodeFrom(node, at, kinds, notes));
  const edges = (Array.isArray(graph["edges"]) ? graph["edges"] : []).filter(isRow).flatMap((edge) => edgeFrom(edge));
  const { nodes: _nodes, edges: _edges, ...file } = graph;
  return { source: isPlain ? "react_flow" : isThaiyyal ? "thaiyyal" : "workflow", file, nodes, edges, notes };
}

/** Types of Thaiyyal that bring a value of their own: it has no triggers, so that one of these begins each of its graphs. */
const BEGINNINGS: ReadonlySet<unknown> = new Set(["number", "text_input", "boolean_input", "date_input", "datetime_input"]);
/** What only our own files say of a workflow. */
const OWN_KEYS = ["samples", "settings", "variables", "constants", "tags", "category", "folder"];

/** Whether nodes that all name their type are Thaiyyal's. No places alone do not tell: files written by hand or program have none either. */
function isThaiyyals(graph: Row, nodes: readonly Row[]): boolean {
  if (nodes.some((node) => isRow(node["position"])) || OWN_KEYS.some((key) => key in graph)) return false;
  return nodes.every((node) => THAIYYALS.has(node["type"])) && nodes.some((node) => BEGINNINGS.has(node["type"]));
}

function nodeFrom(row: Row, at: number, kinds: Kinds, notes: ImportNote[]): FileNode {
  const id = textOf(row["id"]) || `node_${at + 1}`;
  const data = isRow(row["data"]) ? row["data"] : row["data"] === undefined ? {} : { value: row["data"] };
  const said = typeof row["type"] === "string" ? row["type"] : typeof data["type"] === "string" && row["data"] !== undefined ? null : undefined;
  const type = typeOf(said ?? inferType(data) ?? (said === null ? String(data["type"]) : "default"), kinds);
  if (!kindOf(kinds, type)) notes.push({ node: id, message: `There is no node type “${type}”: the node keeps all it has and cannot run` });
  const rest = Object.fromEntries(Object.entries(row).filter(([key]) => !PASSING.has(key) && key !== "parentId"));
  const parent = textOf(row["parentId"]) || textOf(row["parentNode"]);
  const position = isRow(row["position"]) && Number.isFinite(row["position"]["x"]) && Number.isFinite(row["position"]["y"]) ? row["position"] : null;
  const { position: _position, ...kept } = rest;
  return { ...kept, id, type, ...(position && { position: position as unknown as { x: number; y: number } }), ...(parent !== "" && { parentId: parent }), data };
}

function typeOf(type: string, kinds: Kinds): string {
  if (kindOf(kinds, type)) return type;
  const own = OWN_TYPES.get(type);
  return own !== undefined && kinds.has(own) ? own : type;
}

function edgeFrom(row: Row): FileEdge[] {
  const [source, target] = [textOf(row["source"]), textOf(row["target"])];
  if (source === "" || target === "") return [];
  const kept = Object.fromEntries(Object.entries(row).filter(([key]) => !PASSING.has(key)));
  return [{ ...kept, id: textOf(row["id"]), source, target }];
}

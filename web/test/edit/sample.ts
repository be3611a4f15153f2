// Documents, places and node types for tests of editing.

import { GraphDocument } from "../../src/graph/document/document";
import type { FileEdge, FileGraph, FileNode } from "../../src/graph/file";
import { NODE_H, NODE_W } from "../../src/graph/file";
import { around, type Where } from "../../src/graph/edit/family";
import type { Kind, Kinds } from "../../src/graph/edit/kinds";

export function documentOf(nodes: FileNode[], edges: FileEdge[] = [], more: object = {}): GraphDocument {
  return new GraphDocument({ ...more, nodes, edges } as FileGraph);
}

/** Places as files give them. */
export function placesIn(doc: GraphDocument): Where {
  const where: Where = {
    under: ({ x, y }) =>
      [...doc.nodes.entries()].flatMap(([slot]) => {
        const box = where.box(slot);
        return x >= box.x && y >= box.y && x <= box.x + box.w && y <= box.y + box.h ? [slot] : [];
      }),
    box(slot) {
      const [node, outer] = [doc.nodes.at(slot), around(doc, slot)];
      const all = [node, ...outer.map((one) => doc.nodes.at(one))];
      const sum = (axis: "x" | "y") => all.reduce((total, one) => total + (one?.position?.[axis] ?? 0), 0);
      return { x: sum("x"), y: sum("y"), w: node?.width ?? NODE_W, h: node?.height ?? NODE_H };
    },
  };
  return where;
}

function kind(id: string, more: Partial<Kind> = {}): Kind {
  const properties = Object.fromEntries((more.schema?.["keys"] as string[] | undefined ?? []).map((key) => [key, { title: key }]));
  return { id, name: id, category: "data", summary: `It does ${id}`, inputs: ["in"], outputs: ["out"], dynamic_outputs: false, ...more, schema: more.schema?.["keys"] ? { properties } : (more.schema ?? null) };
}

export const KINDS: Kinds = new Map(
  [
    kind("manual", { name: "Manual", category: "trigger", inputs: [] }),
    kind("http", { name: "HTTP request", aliases: ["http_request"], category: "network", schema: { properties: { url: { type: "string" }, method: { enum: ["GET", "POST"], default: "GET" } }, required: ["url"] } }),
    kind("condition", { name: "Condition", category: "logic", outputs: ["true", "false"], schema: { keys: ["condition"] } }),
    kind("switch", { name: "Switch", category: "logic", dynamic_outputs: true, schema: { keys: ["cases"] } }),
    kind("operation", { name: "Operation", schema: { properties: { op: { enum: ["add", "subtract"] }, operand: {} }, required: ["op"] } }),
    kind("set_fields", { name: "Set fields", schema: { keys: ["fields"] } }),
    kind("template", { name: "Template", category: "code" }),
    kind("counter", { name: "Counter" }),
    kind("for_each", { name: "For each", category: "logic", outputs: ["done", "loop"] }),
    kind("join", { name: "Join", category: "logic" }),
    kind("filter", { name: "Filter" }),
    kind("merge", { name: "Merge" }),
    kind("delay", { name: "Delay", category: "people" }),
    kind("javascript", { name: "JavaScript", category: "code" }),
    kind("webhook", { name: "Webhook", category: "trigger", inputs: [] }),
    kind("no_op", { name: "No operation" }),
    kind("text_input", { name: "Text" }),
    kind("number", { name: "Number" }),
    kind("visualization", { name: "Show", category: "other" }),
    kind("sub_workflow", { name: "Run workflow", category: "logic" }),
    kind("respond", { name: "Respond", category: "logic" }),
    kind("return", { name: "Return", category: "logic" }),
    kind("flat_map", { name: "Flat map" }),
    kind("limit", { name: "Limit" }),
    kind("sort", { name: "Sort" }),
    kind("unique", { name: "Unique" }),
    kind("stop", { name: "Stop", category: "logic" }),
    kind("wait_for_signal", { name: "Wait for a signal", category: "people", outputs: ["received", "timeout"] }),
    kind("note", { name: "Note", category: "other", inputs: [], outputs: [] }),
    kind("group", { name: "Group", category: "other", inputs: [], outputs: [] }),
  ].flatMap((one) => [one.id, ...(one.aliases ?? [])].map((name) => [name, one] as const)),
);

export function kindNamed(id: string): Kind {
  const found = KINDS.get(id);
  if (!found) throw new Error(`no kind ${id}`);
  return found;
}

export const at = (x: number, y: number) => ({ x, y });
export function node(id: string, x = 0, y = 0, more: Partial<FileNode> = {}): FileNode {
  return { id, type: "no_op", position: { x, y }, data: {}, ...more };
}
export const edge = (source: string, target: string, sourceHandle?: string): FileEdge => ({ id: `${source}-${target}${sourceHandle ?? ""}`, source, target, ...(sourceHandle !== undefined && { sourceHandle }) });
export const slot = (doc: GraphDocument, id: string): number => doc.nodes.slot(id) ?? -1;
export const slots = (doc: GraphDocument, ...ids: string[]): number[] => ids.map((id) => slot(doc, id));
/** `a.port→b` for each edge, in order. */
export const ways = (doc: GraphDocument): string[] =>
  doc.toFile().edges.map((one) => `${one.source}${one.sourceHandle ? `.${one.sourceHandle}` : ""}→${one.target}`);

/** A grid of `count` nodes with 1.2 edges each. */
export function grid(count: number): FileGraph {
  const side = Math.ceil(Math.sqrt(count));
  const nodes: FileNode[] = [];
  const edges: FileEdge[] = [];
  for (let n = 0; n < count; n += 1) {
    nodes.push({ id: `n${n}`, type: "http", position: { x: (n % side) * 240, y: Math.floor(n / side) * 120 }, data: { label: `Node ${n}`, url: n % 10 === 0 ? `https://example.org/{{ nodes.n${Math.max(0, n - 1)}.output.id }}` : "https://example.org" } });
    if (n + 1 < count) edges.push({ id: `e${n}`, source: `n${n}`, target: `n${n + 1}` });
    if (n % 5 === 0 && n + side < count) edges.push({ id: `f${n}`, source: `n${n}`, target: `n${n + side}` });
  }
  return { nodes, edges };
}

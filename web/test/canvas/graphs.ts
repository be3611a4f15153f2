// Graphs with everything that the canvas draws: every category and look, frames, notes, labels, edges that lead back.

import type { NodeKind, NodeLook, Statuses } from "../../src/canvas/types";
import type { GraphDocument } from "../../src/graph/document/document";
import type { FileEdge, FileNode } from "../../src/graph/file";

const CATEGORIES = ["trigger", "logic", "data", "network", "ai", "code", "people", "storage"];
const LOOKS: NodeLook[] = ["rest", "running", "ok", "failed", "skipped", "disabled"];

export const KINDS: ReadonlyMap<string, NodeKind> = new Map([
  ...CATEGORIES.map((category): [string, NodeKind] => [category, { name: `A ${category}`, category, inputs: ["in"], outputs: ["out"], dynamic_outputs: false }]),
  ["condition", { name: "Condition", category: "logic", inputs: ["in"], outputs: ["true", "false"], dynamic_outputs: false }],
]);

type Made = { nodes: FileNode[]; edges: FileEdge[] };

export function mixed(): Made {
  const nodes: FileNode[] = [{ id: "frame", type: "group", position: { x: -40, y: -60 }, width: 1160, height: 560, data: { label: "What comes in", color: "blue" } }];
  const edges: FileEdge[] = [];
  for (let at = 0; at < 48; at += 1) {
    const [column, row] = [at % 8, Math.floor(at / 8)];
    const type = at % 11 === 5 ? "condition" : (CATEGORIES[at % 8] ?? "data");
    const label = at % 5 === 0 ? `A step ${at} with a name that is rather long` : `Step ${at}`;
    nodes.push({ id: `n${at}`, type, position: { x: column * 280, y: row * 130 + (column % 3) * 14 }, data: { label } });
    if (column > 0) edges.push({ id: `e${at}`, source: `n${at - 1}`, target: `n${at}`, ...((at - 1) % 11 === 5 ? { sourceHandle: "false" } : {}) });
    if (at % 7 === 6 && at < 40) edges.push({ id: `d${at}`, source: `n${at}`, target: `n${at + 5}`, label: "again" } as FileEdge);
    if (at % 13 === 12) edges.push({ id: `b${at}`, source: `n${at}`, target: `n${at - 10}` });
  }
  nodes.push({ id: "note", type: "note", position: { x: 2300, y: 0 }, width: 320, height: 200, data: { text: "**Why** this is so\n\nA note that has *words* enough for several lines, which are broken where they have to be." } });
  nodes.push({ id: "red", type: "note", position: { x: 2300, y: 240 }, width: 240, height: 120, data: { text: "Another one", color: "red" } });
  nodes.push({ id: "closed", type: "group", position: { x: 2300, y: 420 }, data: { label: "Closed", collapsed: true } });
  nodes.push({ id: "in", type: "data", parentId: "closed", position: { x: 20, y: 60 }, data: { label: "Inside" } });
  nodes.push({ id: "tall", type: "condition", position: { x: 2300, y: 560 }, data: { label: "Many ways", cases: Array.from({ length: 9 }, (_, at) => at) } });
  nodes.push({ id: "over", type: "ai", position: { x: 60, y: 660 }, data: { label: "Lies above another" } });
  return { nodes, edges };
}

export function grid(count: number): Made {
  const columns = Math.ceil(Math.sqrt(count));
  const nodes: FileNode[] = [];
  const edges: FileEdge[] = [];
  for (let at = 0; at < count; at += 1) {
    nodes.push({ id: `n${at}`, type: CATEGORIES[at % 8] ?? "data", position: { x: (at % columns) * 280, y: Math.floor(at / columns) * 120 }, data: { label: `Step ${at}` } });
    if ((at + 1) % columns !== 0) edges.push({ id: `e${at}`, source: `n${at}`, target: `n${at + 1}` });
    if (at % 5 === 0 && at + 3 * columns < count) edges.push({ id: `f${at}`, source: `n${at}`, target: `n${at + 2 * columns + 1}` });
  }
  return { nodes, edges };
}

/** Looks that follow from the slots; `set` gives one another. */
export function statusesFor(doc: GraphDocument): Statuses & { set(slot: number, look: NodeLook): void } {
  const own = new Map<number, NodeLook>();
  const listeners = new Set<(nodes: readonly number[]) => void>();
  const look = (slot: number) => own.get(slot) ?? (slot % 4 === 1 ? (LOOKS[(slot >> 2) % 6] ?? "rest") : "rest");
  return {
    look,
    edge: (edge) => (["rest", "ok", "rest", "run", "dead", "rest"] as const)[edge % 6] ?? "rest",
    line: (slot) => (slot % 4 === 1 ? `line of ${doc.nodes.key(slot)}` : null),
    badge: () => null,
    listen: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    set(slot, next) {
      own.set(slot, next);
      for (const listener of listeners) listener([slot]);
    },
  };
}

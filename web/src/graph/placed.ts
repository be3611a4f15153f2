// Reads a workflow file's graph into what can be drawn: every node has an absolute place, every edge known ends.

import { NODE_H, NODE_W, type FileEdge, type FileGraph, type FileNode } from "./file";
import { layoutNested } from "./nested";
import { isDrawnOnly, isNote, noteText } from "./notes";

const FRAME_PAD = 24;
const FRAME_HEAD = 40;
const NOTE_H = 96;

export interface PlacedNode {
  id: string;
  type: string;
  data: { [key: string]: unknown };
  x: number;
  y: number;
  w: number;
  h: number;
  /** A node that holds others is drawn as a frame behind them. */
  frame: boolean;
  /** What is written on it, in Markdown; null for all but sticky notes. */
  note: string | null;
  /** Names of the ports edges leave by, in the order of the file; empty when only the unnamed one is used. */
  ports: readonly string[];
  hasInput: boolean;
  hasOutput: boolean;
}

export interface PlacedEdge {
  key: string;
  source: PlacedNode;
  target: PlacedNode;
  port: string | null;
}

export interface PlacedGraph {
  nodes: readonly PlacedNode[];
  edges: readonly PlacedEdge[];
  byId: ReadonlyMap<string, PlacedNode>;
  /** What it was made of. */
  file: FileGraph;
}

/** Places a graph. Edges whose ends are missing are left out: validation tells of them. */
export function placeGraph(graph: FileGraph): PlacedGraph {
  const files = new Map<string, FileNode>();
  for (const node of graph.nodes) if (!files.has(node.id)) files.set(node.id, node);
  const edges = graph.edges.filter((edge) => files.has(edge.source) && files.has(edge.target));
  const parents = new Set<string>();
  for (const node of files.values()) if (node.parentId && files.has(node.parentId)) parents.add(node.parentId);

  const places = placesOf(files, edges);
  const byId = new Map<string, PlacedNode>();
  const ports = portsOf(edges);
  const targets = new Set(edges.map((edge) => edge.target));
  const sources = new Set(edges.map((edge) => edge.source));
  for (const node of files.values()) {
    const place = places.get(node.id) ?? { x: 0, y: 0 };
    byId.set(node.id, {
      id: node.id,
      type: node.type ?? "",
      data: node.data ?? {},
      x: place.x,
      y: place.y,
      w: NODE_W,
      h: NODE_H,
      frame: parents.has(node.id) || isDrawnOnly(node.type ?? ""),
      note: isNote(node.type ?? "") ? noteText(node.data ?? {}) : null,
      ports: ports.get(node.id) ?? [],
      hasInput: targets.has(node.id),
      hasOutput: sources.has(node.id),
    });
  }
  sizeFrames(files, byId);

  const placedEdges: PlacedEdge[] = [];
  edges.forEach((edge, index) => {
    const source = byId.get(edge.source);
    const target = byId.get(edge.target);
    if (source && target) placedEdges.push({ key: edge.id ?? `#${index}`, source, target, port: edge.sourceHandle ?? null });
  });
  return { nodes: [...byId.values()], edges: placedEdges, byId, file: graph };
}

function hasPlace(node: FileNode): boolean {
  const at = node.position;
  return at != null && Number.isFinite(at.x) && Number.isFinite(at.y);
}

/** The file's places where it has them (at least two that differ), else a layout. Children count from their parent. */
function placesOf(files: ReadonlyMap<string, FileNode>, edges: readonly FileEdge[]): Map<string, { x: number; y: number }> {
  const nodes = [...files.values()];
  const spots = new Set(nodes.filter(hasPlace).map((node) => `${node.position?.x},${node.position?.y}`));
  if (nodes.some((node) => !hasPlace(node)) || (spots.size < 2 && nodes.length > 1)) {
    return layoutNested(nodes.map((node) => ({ id: node.id, parent: node.parentId ?? null, ...sizeOf(node) })), edges, { pad: FRAME_PAD, head: FRAME_HEAD });
  }
  const places = new Map<string, { x: number; y: number }>();
  for (const node of nodes) {
    let x = 0;
    let y = 0;
    const seen = new Set<string>();
    for (let at: FileNode | undefined = node; at && !seen.has(at.id); at = at.parentId ? files.get(at.parentId) : undefined) {
      seen.add(at.id);
      x += at.position?.x ?? 0;
      y += at.position?.y ?? 0;
    }
    places.set(node.id, { x, y });
  }
  return places;
}

/** How large a node is by itself: only what is drawn and holds nothing has a size of the file. */
function sizeOf(node: FileNode): { w: number; h: number } {
  if (!isDrawnOnly(node.type ?? "")) return { w: NODE_W, h: NODE_H };
  return { w: node.width ?? NODE_W, h: node.height ?? (isNote(node.type ?? "") ? NOTE_H : NODE_H + FRAME_HEAD) };
}

function portsOf(edges: readonly FileEdge[]): Map<string, string[]> {
  const ports = new Map<string, string[]>();
  for (const edge of edges) {
    if (!edge.sourceHandle) continue;
    const list = ports.get(edge.source) ?? [];
    if (!list.includes(edge.sourceHandle)) list.push(edge.sourceHandle);
    ports.set(edge.source, list);
  }
  return ports;
}

/** A frame takes the size the file gives it, and at least covers its children: inner ones are sized first. */
function sizeFrames(files: ReadonlyMap<string, FileNode>, byId: ReadonlyMap<string, PlacedNode>): void {
  const frames = [...byId.values()].filter((node) => node.frame).map((node) => ({ node, depth: depthOf(node.id, files) }));
  for (const { node } of frames.sort((a, b) => b.depth - a.depth)) {
    const file = files.get(node.id);
    let right = node.x + (file?.width ?? NODE_W);
    let bottom = node.y + (file?.height ?? (node.note === null ? NODE_H + FRAME_HEAD : NOTE_H));
    for (const child of files.values()) {
      const placed = child.parentId === node.id ? byId.get(child.id) : undefined;
      if (!placed) continue;
      node.x = Math.min(node.x, placed.x - FRAME_PAD);
      node.y = Math.min(node.y, placed.y - FRAME_HEAD);
      right = Math.max(right, placed.x + placed.w + FRAME_PAD);
      bottom = Math.max(bottom, placed.y + placed.h + FRAME_PAD);
    }
    node.w = right - node.x;
    node.h = bottom - node.y;
  }
}

function depthOf(id: string, files: ReadonlyMap<string, FileNode>): number {
  const seen = new Set<string>();
  for (let at = files.get(id); at && !seen.has(at.id); at = at.parentId ? files.get(at.parentId) : undefined) seen.add(at.id);
  return seen.size;
}

// A workflow file's graph, as the page reads it.

export const NODE_W = 208;
export const NODE_H = 60;

export interface FileNode {
  id: string;
  type?: string;
  position?: { x: number; y: number } | null;
  parentId?: string | null;
  width?: number | null;
  height?: number | null;
  data?: { [key: string]: unknown };
}

export interface FileEdge {
  id?: string | null;
  source: string;
  target: string;
  sourceHandle?: string | null;
  targetHandle?: string | null;
}

export interface FileGraph {
  nodes: readonly FileNode[];
  edges: readonly FileEdge[];
  /** Inputs to try the graph with. */
  samples?: unknown;
}

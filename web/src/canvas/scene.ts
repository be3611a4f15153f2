// What is drawn, by slots in typed arrays: how each node and edge looks, where edges begin and end, what lies where.
// Follows the document, its places, the selection and the statuses; layers hear what changed.

import { curveBox, curveOf, distanceTo, type Curve, type Run } from "../graph/curve";
import type { Edit, GraphDocument } from "../graph/document/document";
import { grown } from "../graph/document/grown";
import { NODE, NOTE, placesOf, type Places } from "../graph/document/places";
import type { Selection } from "../graph/document/selection";
import type { Box } from "../graph/geometry";
import { isPlainPort } from "../graph/summary";
import { categoryOf, type Category } from "../ui/node-icon";
import { BoxIndex } from "./box-index";
import { NodePorts } from "./node-ports";
import type { EdgeLook, NodeKind, NodeLook, Statuses } from "./types";

export const NODE_LOOKS: readonly NodeLook[] = ["rest", "running", "ok", "failed", "skipped", "disabled"];
export const EDGE_LOOKS: readonly EdgeLook[] = ["rest", "ok", "run", "dead"];
export const RUNNING = 1;
export const RUN = 2;

/** Flags of nodes and edges. */
export const SELECTED = 1;
export const ERROR = 2;
export const WARNING = 4;
/** An element of the page stands in its place: the layer leaves it out. */
export const MOUNTED = 8;
/** It follows the pointer: drawn above what rests. */
export const LIFTED = 16;

const EDGE_NEAR = 6;

/** What nodes of one type have in common. */
export interface Style {
  type: string;
  kind: NodeKind | undefined;
  category: Category;
}

export interface Patch {
  /** Everything may be another; slots are not listed. */
  all: boolean;
  nodes: readonly number[];
  edges: readonly number[];
  /** Whether boxes moved, rather than looks. */
  moved: boolean;
}

export class Scene {
  readonly places: Places;
  readonly styles: Style[] = [];
  /** Index into `styles`. */
  style = new Uint16Array(0);
  look = new Uint8Array(0);
  flags = new Uint8Array(0);
  /** The slots edges are seen to lead from and to; -1 where they are not seen. */
  from = new Int32Array(0);
  to = new Int32Array(0);
  /** How far below the upper edges of both nodes its ports are. */
  fromY = new Float32Array(0);
  toY = new Float32Array(0);
  edgeLook = new Uint8Array(0);
  edgeFlags = new Uint8Array(0);
  /** How many edges are under way: dashes move while there are any. */
  runningEdges = 0;
  readonly nodeIndex: BoxIndex;
  readonly edgeIndex: BoxIndex;

  private readonly listeners = new Set<(patch: Patch) => void>();
  private readonly stops: (() => void)[] = [];
  private stopStatuses: (() => void) | null = null;
  private kinds: ReadonlyMap<string, NodeKind> = new Map();
  private statuses: Statuses | null = null;
  private problems: ReadonlyMap<number, "error" | "warning"> = new Map();
  private readonly styleOf = new Map<string, number>();
  private selectedNodes: number[] = [];
  private selectedEdges: number[] = [];
  private readonly ports: NodePorts;
  private readonly run: Run = { x0: 0, y0: 0, x1: 0, y1: 0, high: 0, bottom: 0 };

  constructor(readonly doc: GraphDocument, readonly selection: Selection) {
    const places = placesOf(doc);
    this.places = places;
    this.ports = new NodePorts(places, (slot) => this.kindOf(slot));
    this.nodeIndex = new BoxIndex((slot, out) => {
      if (places.seenAs[slot] !== slot) return false;
      const [x, y] = [places.x[slot] ?? 0, places.y[slot] ?? 0];
      out[0] = x;
      out[1] = y;
      out[2] = x + (places.w[slot] ?? 0);
      out[3] = y + (places.h[slot] ?? 0);
      return true;
    });
    this.edgeIndex = new BoxIndex((slot, out) => {
      const run = this.runOf(slot);
      if (!run) return false;
      out.set(curveBox(run));
      return true;
    });
  }

  /** Reads all, and follows what changes until it is closed. */
  open(): void {
    this.stops.push(this.doc.listen((edit) => this.onEdit(edit)), this.places.listen((slots) => this.onPlaces(slots)), this.selection.listen(() => this.onSelection()));
    this.follow();
    this.load();
  }

  close(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.stopStatuses?.();
    this.stopStatuses = null;
  }

  private get isOpen(): boolean {
    return this.stops.length > 0;
  }

  private follow(): void {
    this.stopStatuses?.();
    this.stopStatuses = this.statuses?.listen((nodes) => this.onStatuses(nodes)) ?? null;
  }

  listen(listener: (patch: Patch) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  setKinds(kinds: ReadonlyMap<string, NodeKind>): void {
    if (kinds === this.kinds) return;
    this.kinds = kinds;
    if (!this.isOpen) return;
    this.load();
    this.tell({ all: true, nodes: [], edges: [], moved: false });
  }

  setStatuses(statuses: Statuses | null): void {
    if (statuses === this.statuses) return;
    this.statuses = statuses;
    if (!this.isOpen) return;
    this.follow();
    this.readLooks();
    this.tell({ all: true, nodes: [], edges: [], moved: false });
  }

  get shown(): Statuses | null {
    return this.statuses;
  }

  setProblems(problems: ReadonlyMap<number, "error" | "warning">): void {
    const touched = new Set([...this.problems.keys(), ...problems.keys()]);
    this.problems = problems;
    for (const slot of touched) this.flagProblem(slot);
    if (touched.size > 0) this.tell({ all: false, nodes: [...touched], edges: [], moved: false });
  }

  problemOf(slot: number): "error" | "warning" | undefined {
    return this.problems.get(slot);
  }

  kindOf(slot: number): NodeKind | undefined {
    return this.styles[this.style[slot] ?? 0]?.kind;
  }

  setFlag(slot: number, flag: number, on: boolean): void {
    const flags = this.flags[slot] ?? 0;
    this.flags[slot] = on ? flags | flag : flags & ~flag;
  }

  /** Builds one of the indexes that are stale; answers whether another one is. */
  tidy(): boolean {
    if (this.nodeIndex.isStale) this.nodeIndex.build();
    else if (this.edgeIndex.isStale) this.edgeIndex.build();
    return this.nodeIndex.isStale || this.edgeIndex.isStale;
  }

  /** Where an edge runs; null where it is not seen. The same object each time. */
  runOf(edge: number): Run | null {
    const [from, to] = [this.from[edge] ?? -1, this.to[edge] ?? -1];
    if (from < 0 || to < 0) return null;
    const { x, y, w, h } = this.places;
    const { run } = this;
    const [fromTop, toTop] = [y[from] ?? 0, y[to] ?? 0];
    run.x0 = (x[from] ?? 0) + (w[from] ?? 0);
    run.y0 = fromTop + (this.fromY[edge] ?? 0);
    run.x1 = x[to] ?? 0;
    run.y1 = toTop + (this.toY[edge] ?? 0);
    run.high = h[from] ?? 0;
    run.bottom = Math.max(fromTop + run.high, toTop + (h[to] ?? 0));
    return run;
  }

  curve(edge: number): Curve | null {
    const run = this.runOf(edge);
    return run ? curveOf(run) : null;
  }

  /** What is written on an edge: its own label, else its port where that says something. */
  labelOf(edge: number): string | null {
    const row = this.doc.edges.at(edge) as { sourceHandle?: unknown; label?: unknown; data?: { label?: unknown } } | null;
    const label = [row?.label, row?.data?.label].find((one) => typeof one === "string" && one !== "");
    if (typeof label === "string") return label;
    const port = row?.sourceHandle;
    return typeof port === "string" && port !== "" && !isPlainPort(port) ? port : null;
  }

  openPorts(slot: number): { inputs: string[]; outputs: string[] } {
    return this.ports.open(slot);
  }

  portsOf(slot: number): { inputs: string[]; outputs: string[] } {
    return this.ports.of(slot);
  }

  /** Where a port is, in the graph. */
  portPlace(slot: number, port: string | null, isOutput: boolean): { x: number; y: number } {
    const { x, y, w } = this.places;
    return { x: (x[slot] ?? 0) + (isOutput ? (w[slot] ?? 0) : 0), y: (y[slot] ?? 0) + this.ports.y(slot, port, isOutput) };
  }

  /** The uppermost thing at a place that is no edge: nodes before notes before frames, inner frames before outer. -1 for none. */
  nodeAt(x: number, y: number, slack = 0): number {
    const rank = (slot: number) => (this.places.kind[slot] === NODE ? 4_000 : this.places.kind[slot] === NOTE ? 2_000 : 0) + (this.places.depth[slot] ?? 0);
    let best = -1;
    for (const slot of this.nodeIndex.search(x - slack, y - slack, x + slack, y + slack)) {
      const isHigher = best < 0 || rank(slot) > rank(best) || (rank(slot) === rank(best) && slot > best);
      if (isHigher) best = slot;
    }
    return best;
  }

  /** The nearest edge less than 6 px of the screen away, or -1. */
  edgeAt(x: number, y: number, zoom: number): number {
    const reach = EDGE_NEAR / zoom;
    let [best, least] = [-1, reach];
    for (const slot of this.edgeIndex.search(x - reach, y - reach, x + reach, y + reach)) {
      const curve = this.curve(slot);
      const far = curve ? distanceTo(curve, x, y) : Infinity;
      if (far < least) [best, least] = [slot, far];
    }
    return best;
  }

  nodesIn(box: Box): number[] {
    return this.nodeIndex.search(box.x, box.y, box.x + box.w, box.y + box.h);
  }

  edgesIn(box: Box): number[] {
    return this.edgeIndex.search(box.x, box.y, box.x + box.w, box.y + box.h);
  }

  edgesOf(node: number): number[] {
    return [...this.doc.links.out(node), ...this.doc.links.in(node)];
  }

  private tell(patch: Patch): void {
    for (const listener of this.listeners) listener(patch);
  }

  private reserve(): void {
    const [nodes, edges] = [this.doc.nodes.size, this.doc.edges.size];
    this.style = grown(this.style, nodes, 0);
    this.look = grown(this.look, nodes, 0);
    this.flags = grown(this.flags, nodes, 0);
    this.from = grown(this.from, edges, -1);
    this.to = grown(this.to, edges, -1);
    this.fromY = grown(this.fromY, edges, 0);
    this.toY = grown(this.toY, edges, 0);
    this.edgeLook = grown(this.edgeLook, edges, 0);
    this.edgeFlags = grown(this.edgeFlags, edges, 0);
  }

  private load(): void {
    this.reserve();
    this.styles.length = 0;
    this.styleOf.clear();
    this.readStyle("");
    for (const [slot, node] of this.doc.nodes.entries()) this.style[slot] = this.readStyle(node.type);
    for (let slot = 0; slot < this.doc.edges.size; slot += 1) this.readEdge(slot);
    this.readLooks();
    this.nodeIndex.reset(this.doc.nodes.size);
    this.edgeIndex.reset(this.doc.edges.size);
    this.onSelection();
  }

  private readStyle(given: unknown): number {
    const type = typeof given === "string" ? given : "";
    let style = this.styleOf.get(type);
    if (style === undefined) {
      const kind = this.kinds.get(type);
      style = this.styles.push({ type, kind, category: categoryOf(kind?.category, type) }) - 1;
      this.styleOf.set(type, style);
    }
    return style;
  }

  private readLooks(): void {
    for (let slot = 0; slot < this.doc.nodes.size; slot += 1) this.readLook(slot);
    this.runningEdges = 0;
    this.edgeLook.fill(0);
    if (this.statuses) for (let slot = 0; slot < this.doc.edges.size; slot += 1) this.readEdgeLook(slot);
  }

  private readLook(slot: number): void {
    const rest = this.doc.nodes.at(slot)?.data?.["disabled"] === true ? "disabled" : "rest";
    this.look[slot] = NODE_LOOKS.indexOf(this.statuses?.look(slot) ?? rest);
  }

  private readEdgeLook(slot: number): void {
    const look = this.statuses && this.doc.edges.at(slot) ? EDGE_LOOKS.indexOf(this.statuses.edge(slot)) : 0;
    this.runningEdges += Number(look === RUN) - Number(this.edgeLook[slot] === RUN);
    this.edgeLook[slot] = look;
  }

  private readEdge(slot: number): void {
    const row = this.doc.edges.at(slot);
    const { source, target } = this.doc.links;
    const { seenAs } = this.places;
    const [a, b] = [source[slot] ?? -1, target[slot] ?? -1];
    const from = row && a >= 0 ? (seenAs[a] ?? -1) : -1;
    const to = row && b >= 0 ? (seenAs[b] ?? -1) : -1;
    // Between two that one collapsed container hides there is nothing to see; an edge of a node to itself is.
    const isHidden = from < 0 || to < 0 || (from === to && (a !== from || b !== to));
    this.from[slot] = isHidden ? -1 : from;
    this.to[slot] = isHidden ? -1 : to;
    if (isHidden || !row) return;
    this.fromY[slot] = from === a ? this.ports.y(from, row.sourceHandle, true) : (this.places.h[from] ?? 0) / 2;
    this.toY[slot] = to === b ? this.ports.y(to, row.targetHandle, false) : (this.places.h[to] ?? 0) / 2;
  }

  private flagProblem(slot: number): void {
    const problem = this.problems.get(slot);
    this.setFlag(slot, ERROR, problem === "error");
    this.setFlag(slot, WARNING, problem === "warning");
  }

  private onEdit(edit: Edit): void {
    this.reserve();
    const edges = new Set(edit.edges);
    for (const slot of edit.nodes) {
      const node = this.doc.nodes.at(slot);
      if (node) this.style[slot] = this.readStyle(node.type);
      this.readLook(slot);
      for (const edge of this.edgesOf(slot)) edges.add(edge);
    }
    this.touchEdges(edges);
    for (const slot of edit.edges) if (!this.doc.edges.at(slot)) this.edgeFlags[slot] = 0;
    this.tell({ all: false, nodes: edit.nodes, edges: [...edges], moved: true });
  }

  private onPlaces(slots: readonly number[]): void {
    this.reserve();
    const edges = new Set<number>();
    for (const slot of slots) {
      this.nodeIndex.touch(slot);
      for (const edge of this.edgesOf(slot)) edges.add(edge);
    }
    this.touchEdges(edges);
    this.tell({ all: false, nodes: slots, edges: [...edges], moved: true });
  }

  private touchEdges(edges: Iterable<number>): void {
    for (const edge of edges) {
      this.readEdge(edge);
      this.readEdgeLook(edge);
      this.edgeIndex.touch(edge);
    }
  }

  private onStatuses(nodes: readonly number[]): void {
    const edges = new Set<number>();
    for (const slot of nodes) {
      this.readLook(slot);
      for (const edge of this.edgesOf(slot)) edges.add(edge);
    }
    for (const edge of edges) this.readEdgeLook(edge);
    this.tell({ all: false, nodes, edges: [...edges], moved: false });
  }

  private onSelection(): void {
    const [nodes, edges] = [this.selection.nodes(), this.selection.edges()];
    const touched = new Set([...this.selectedNodes, ...nodes]);
    const touchedEdges = new Set([...this.selectedEdges, ...edges]);
    for (const slot of touched) this.setFlag(slot, SELECTED, this.selection.hasNode(slot));
    for (const slot of touchedEdges) this.edgeFlags[slot] = this.selection.hasEdge(slot) ? SELECTED : 0;
    this.selectedNodes = nodes;
    this.selectedEdges = edges;
    this.tell({ all: false, nodes: [...touched], edges: [...touchedEdges], moved: false });
  }
}

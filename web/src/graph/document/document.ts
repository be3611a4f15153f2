// The document behind the canvas: a file as it was read (the base), what has changed since, and the way back.
// Whoever wants to change it says so in `change`; whoever shows it listens.

import type { FileEdge, FileGraph, FileNode } from "../file";
import { differenceOf, type Change, type Settled } from "./changes";
import { withFields, type Entity, type Fields } from "./fields";
import type { Links } from "./links";
import { appearedIn, partsOf, Rows, withStrays, type Beside, type Gone, type Pair, type Step } from "./rows";
import type { Table } from "./table";

/** What has just changed, by slots. */
export interface Edit {
  label: string;
  origin: string;
  nodes: readonly number[];
  edges: readonly number[];
  file: boolean;
  /** What each row was before, and is. Later changes of the same key may become part of it. */
  step: Readonly<Pick<Step, "nodes" | "edges" | "file">>;
  /** Of these, what was not there before. */
  appeared(): { nodes: number[]; edges: number[] };
}

/** How a change is kept for undoing. */
export interface ChangeOptions {
  /** Who changes: each undoes only what is their own. */
  origin?: string;
  /** Changes of the same key shortly after each other are one step: typing, nudging. */
  join?: string;
  /** Done with the step when it is taken back and made again; with it there is a step even where no row changes. */
  beside?: Beside;
}

/** What a change may do. Ids that are not there are left alone. */
export interface Editing {
  /** Answers the id, a new one where it is taken or empty. */
  addNode(node: FileNode): string;
  setNode(id: string, fields: Fields): void;
  /** Takes its edges with it; what stands inside it keeps its parent, which then is missing. */
  removeNode(id: string): void;
  addEdge(edge: FileEdge): string;
  setEdge(id: string, fields: Fields): void;
  removeEdge(id: string): void;
  /** Top-level keys other than nodes and edges. */
  setFile(fields: Fields): void;
}

const JOIN_MS = 1_500;
const STEPS_MOST = 500;
export const MINE = "me";
export const THEIRS = "them";

export class GraphDocument {
  /** For what merges; whoever wants to change something says so in `change`. */
  readonly rows: Rows;
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];
  private readonly listeners = new Set<(edit: Edit) => void>();
  private readonly editing: Editing;
  /** Counts changes. */
  version = 0;

  constructor(base: FileGraph, private readonly now: () => number = () => performance.now(), gone?: Gone) {
    this.rows = new Rows(partsOf(base), gone);
    this.editing = editingOf(this.rows, (stem) => this.freshId(stem));
  }

  get nodes(): Table<FileNode> {
    return this.rows.nodes;
  }

  get edges(): Table<FileEdge> {
    return this.rows.edges;
  }

  get links(): Links {
    return this.rows.links;
  }

  /** Top-level keys of the file other than nodes and edges. */
  get file(): Entity {
    return this.rows.file;
  }

  listen(listener: (edit: Edit) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** An id that no node has or had: `stem`, or `stem_2`, `stem_3`, … */
  freshId(stem: string): string {
    const isFree = (id: string) => this.nodes.slot(id) === undefined && !this.rows.isAwaited(id);
    if (isFree(stem)) return stem;
    // Doubling, then halving: thousands of nodes of one stem must not be counted through one by one.
    let high = 2;
    while (!isFree(`${stem}_${high}`)) high *= 2;
    let low = high >> 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (isFree(`${stem}_${middle}`)) high = middle;
      else low = middle;
    }
    return `${stem}_${high}`;
  }

  /** Makes one change; answers null where nothing differs after it. Throws what `make` throws, and then nothing has changed. */
  change(label: string, make: (editing: Editing) => void, options: ChangeOptions = {}): Edit | null {
    const made = { label, origin: options.origin ?? MINE, join: options.join ?? null, at: this.now() };
    const recorded = this.rows.record(made, () => make(this.editing));
    const step = besides(recorded, made, options.beside);
    if (!step) return null;
    const others = this.undone.filter((one) => one.origin !== step.origin);
    this.undone.splice(0, this.undone.length, ...others);
    const last = this.done.at(-1);
    const isJoined = last !== undefined && step.join !== null && last.join === step.join && last.origin === step.origin && step.at - last.at < JOIN_MS;
    if (isJoined) join(last, step);
    else this.done.push(step);
    if (this.done.length > STEPS_MOST) this.done.shift();
    return this.tell(step);
  }

  /** The words of the step that would be taken back, or null. */
  canUndo(origin = MINE): string | null {
    return this.done.findLast((step) => step.origin === origin)?.label ?? null;
  }

  canRedo(origin = MINE): string | null {
    return this.undone.findLast((step) => step.origin === origin)?.label ?? null;
  }

  /** Takes back the last step of somebody; what others changed since in other fields stays. */
  undo(origin = MINE): Edit | null {
    return this.move(this.done, this.undone, origin);
  }

  redo(origin = MINE): Edit | null {
    return this.move(this.undone, this.done, origin);
  }

  get isChanged(): boolean {
    const { baseNodes, baseEdges, file, baseFile } = this.rows;
    return baseNodes.size > 0 || baseEdges.size > 0 || file !== baseFile;
  }

  /** How the document differs from its base. */
  changes(): Change[] {
    const { baseNodes, baseEdges } = this.rows;
    return this.changesOf({ nodes: [...baseNodes.keys()], edges: [...baseEdges.keys()], file: true }).changes;
  }

  /** How the rows of one edit differ from the base, and which of them are as in it again. */
  changesOf(edit: Pick<Edit, "nodes" | "edges" | "file">): { changes: Change[]; settled: Settled[] } {
    const { baseNodes, baseEdges, nodes, edges, baseFile, file } = this.rows;
    const changes: Change[] = [];
    const settled: Settled[] = [];
    const ofFile = edit.file ? differenceOf(baseFile, file) : null;
    if (ofFile && !("added" in ofFile) && !("removed" in ofFile)) changes.push({ file: true, ...ofFile });
    else if (edit.file) settled.push({ file: true, now: file });
    for (const slot of edit.nodes) {
      const [node, base] = [nodes.key(slot), baseNodes.get(slot)];
      const difference = base === undefined ? null : differenceOf(base, nodes.at(slot));
      if (difference) changes.push({ node, ...difference });
      else settled.push({ node, now: nodes.at(slot) });
    }
    for (const slot of edit.edges) {
      const [edge, base] = [edges.key(slot), baseEdges.get(slot)];
      const difference = base === undefined ? null : differenceOf(base, edges.at(slot));
      if (difference) changes.push({ edge, ...difference });
      else settled.push({ edge, now: edges.at(slot) });
    }
    return { changes, settled };
  }

  /** The whole file. */
  toFile(): FileGraph {
    const nodes = Array.from(this.nodes.entries(), ([, node]) => node);
    const edges = Array.from(this.edges.entries(), ([, edge]) => edge);
    return { ...this.file, nodes: withStrays(nodes, this.rows.strays.nodes), edges: withStrays(edges, this.rows.strays.edges) };
  }

  /** What comes from elsewhere: no step of anybody here, and nothing that could be taken back. */
  fromElsewhere(label: string, make: (rows: Rows) => void): Edit | null {
    const step = this.rows.record({ label, origin: THEIRS, join: null, at: this.now() }, () => make(this.rows));
    return step && this.tell(step);
  }

  private tell(step: Step): Edit {
    const edit: Edit = { label: step.label, origin: step.origin, nodes: [...step.nodes.keys()], edges: [...step.edges.keys()], file: step.file !== null, step, appeared: () => ({ nodes: appearedIn(step.nodes), edges: appearedIn(step.edges) }) };
    if (isEmpty(step)) return edit;
    this.version += 1;
    for (const listener of this.listeners) listener(edit);
    return edit;
  }

  private move(from: Step[], to: Step[], origin: string): Edit | null {
    for (;;) {
      const at = from.findLastIndex((step) => step.origin === origin);
      const step = from[at];
      if (!step) return null;
      from.splice(at, 1);
      const made = { label: step.label, origin, join: null, at: this.now() };
      const back = besides(this.rows.record(made, () => this.rows.takeBack(step)), made, step.beside);
      // A step of which nothing is left to take back is passed over.
      if (!back) continue;
      to.push(back);
      const edit = this.tell(back);
      if (from === this.done) back.beside?.undo();
      else back.beside?.redo();
      return edit;
    }
  }
}

/** A step with what goes with it; one of no rows where only that is to be taken back. */
function besides(step: Step | null, made: Pick<Step, "label" | "origin" | "join" | "at">, beside: Beside | undefined): Step | null {
  if (!beside) return step;
  return { ...(step ?? { ...made, nodes: new Map(), edges: new Map(), file: null }), beside };
}

const isEmpty = ({ nodes, edges, file }: Step) => nodes.size === 0 && edges.size === 0 && file === null;

function editingOf(rows: Rows, freshId: (stem: string) => string): Editing {
  return {
    addNode(node) {
      const id = node.id !== "" && rows.nodes.slot(node.id) === undefined ? node.id : freshId(node.id === "" ? "node" : node.id);
      rows.appendNode(id === node.id ? node : { ...node, id });
      return id;
    },
    setNode: (id, fields) => rows.setNode(id, fields),
    removeNode(id) {
      const slot = rows.nodes.slot(id);
      if (slot !== undefined && rows.nodes.at(slot)) rows.removeNode(slot);
    },
    addEdge(edge) {
      const wish = edge.id ?? "";
      const id = wish !== "" && rows.edges.slot(wish) === undefined ? wish : rows.edgeId();
      rows.appendEdge(id === wish ? edge : { ...edge, id });
      return id;
    },
    setEdge: (id, fields) => rows.setEdge(id, fields),
    removeEdge(id) {
      const slot = rows.edges.slot(id);
      if (slot !== undefined) rows.putEdge(slot, null);
    },
    setFile: (fields) => rows.putFile(withFields(rows.file, fields)),
  };
}

/** A later step becomes part of an earlier one. */
function join(into: Step, step: Step): void {
  into.at = step.at;
  joinRows(into.nodes, step.nodes);
  joinRows(into.edges, step.edges);
  if (into.file && step.file) into.file.after = step.file.after;
  else into.file ??= step.file;
}

function joinRows<T>(all: Map<number, Pair<T>>, more: Map<number, Pair<T>>): void {
  for (const [slot, pair] of more) {
    const first = all.get(slot);
    if (first) first.after = pair.after;
    else all.set(slot, pair);
  }
}

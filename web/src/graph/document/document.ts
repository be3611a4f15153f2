// The document behind the canvas: a file as it was read (the base), what has changed since, and the way back.
// Whoever wants to change it says so in `change`; whoever shows it listens.

import type { FileEdge, FileGraph, FileNode } from "../file";
import { differenceOf, mergeDifference, type Change, type Conflict, type Difference, type RowName } from "./changes";
import { same, withFields, type Entity, type Fields } from "./fields";
import type { Links } from "./links";
import { appearedIn, Rows, rowsOf, straysOf, withStrays, type Pair, type Step, type Strays } from "./rows";
import type { Table } from "./table";

/** What has just changed, by slots. */
export interface Edit {
  label: string;
  origin: string;
  nodes: readonly number[];
  edges: readonly number[];
  file: boolean;
  /** Of these, what was not there before. */
  appeared(): { nodes: number[]; edges: number[] };
}

/** How a change is kept for undoing. */
export interface ChangeOptions {
  /** Who changes: each undoes only what is their own. */
  origin?: string;
  /** Changes of the same key shortly after each other are one step: typing, nudging. */
  join?: string;
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

/** What was sent to be saved: what each row was at that time. */
export interface Sent {
  changes: readonly Change[];
  nodes: ReadonlyMap<number, FileNode | null>;
  edges: ReadonlyMap<number, FileEdge | null>;
  file: Entity;
}

const JOIN_MS = 1_500;
const STEPS_MOST = 500;
export const MINE = "me";
export const THEIRS = "them";
const FILE: RowName = { file: true };

export class GraphDocument {
  private readonly rows: Rows;
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];
  private readonly listeners = new Set<(edit: Edit) => void>();
  private readonly editing: Editing;
  private strays: Strays;
  /** Counts changes. */
  version = 0;

  constructor(base: FileGraph, private readonly now: () => number = () => performance.now()) {
    const { nodes, edges, file } = parts(base);
    this.strays = straysOf(base);
    this.rows = new Rows(nodes, edges, file);
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
    const step = this.rows.record(made, () => make(this.editing));
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
  changesOf(edit: Pick<Edit, "nodes" | "edges" | "file">): { changes: Change[]; settled: RowName[] } {
    const { baseNodes, baseEdges, nodes, edges, baseFile, file } = this.rows;
    const changes: Change[] = [];
    const settled: RowName[] = [];
    const ofFile = edit.file ? differenceOf(baseFile, file) : null;
    if (ofFile && !("added" in ofFile) && !("removed" in ofFile)) changes.push({ file: true, ...ofFile });
    else if (edit.file) settled.push({ file: true });
    for (const slot of edit.nodes) {
      const [node, base] = [nodes.key(slot), baseNodes.get(slot)];
      const difference = base === undefined ? null : differenceOf(base, nodes.at(slot));
      if (difference) changes.push({ node, ...difference });
      else settled.push({ node });
    }
    for (const slot of edit.edges) {
      const [edge, base] = [edges.key(slot), baseEdges.get(slot)];
      const difference = base === undefined ? null : differenceOf(base, edges.at(slot));
      if (difference) changes.push({ edge, ...difference });
      else settled.push({ edge });
    }
    return { changes, settled };
  }

  /** Whether some change cannot be named by ids: then only the whole file can be saved. */
  get needsWhole(): boolean {
    const { baseNodes, baseEdges, nodes, edges } = this.rows;
    return [...baseNodes].some(([slot, base]) => !isNamed(nodes, slot, base)) || [...baseEdges].some(([slot, base]) => !isNamed(edges, slot, base));
  }

  /** What is to be saved now. */
  sending(): Sent {
    const { baseNodes, baseEdges } = this.rows;
    const nodes = new Map([...baseNodes.keys()].map((slot) => [slot, this.nodes.at(slot)]));
    const edges = new Map([...baseEdges.keys()].map((slot) => [slot, this.edges.at(slot)]));
    return { changes: this.changes(), nodes, edges, file: this.file };
  }

  /** What was sent is the base from now on. */
  settled(sent: Sent): void {
    settle(this.rows.baseNodes, this.nodes, sent.nodes);
    settle(this.rows.baseEdges, this.edges, sent.edges);
    this.rows.baseFile = sent.file;
  }

  /** The whole file. */
  toFile(): FileGraph {
    const nodes = Array.from(this.nodes.entries(), ([, node]) => node);
    const edges = Array.from(this.edges.entries(), ([, edge]) => edge);
    return { ...this.file, nodes: withStrays(nodes, this.strays.nodes), edges: withStrays(edges, this.strays.edges) };
  }

  /**
   * Takes another base, with what is mine on top of it: a three-way merge by field. Answers where both changed the same.
   * `unsure` was sent without an answer: what of it is in the new base is mine already, and no change of somebody else.
   * Steps of undo stay: they name fields, not states.
   */
  rebase(base: FileGraph, unsure: readonly Sent[] = []): Conflict[] {
    const { nodes, edges, file } = parts(base);
    this.strays = straysOf(base);
    for (const sent of unsure) this.arrived(sent, nodes, edges);
    const mine = this.changes();
    const conflicts: Conflict[] = [];
    this.fromElsewhere("Take over", () => {
      const { rows } = this;
      take(rows.nodes, nodes, (row) => rows.appendNode(row), (slot, row) => rows.putNode(slot, row));
      take(rows.edges, edges, (row) => rows.appendEdge(row), (slot, row) => rows.putEdge(slot, row));
      rows.putFile(same(rows.file, file) ? rows.file : file);
      rows.baseNodes.clear();
      rows.baseEdges.clear();
      rows.baseFile = rows.file;
      this.lay(mine, conflicts);
    });
    return conflicts;
  }

  /** Lays changes that were kept on the device on top of the base; answers where it has moved on in the same place. */
  restore(changes: readonly Change[]): Conflict[] {
    const conflicts: Conflict[] = [];
    this.fromElsewhere("Restore", () => this.lay(changes, conflicts));
    return conflicts;
  }

  private arrived(sent: Sent, nodes: readonly FileNode[], edges: readonly FileEdge[]): void {
    const { rows } = this;
    settle(rows.baseNodes, rows.nodes, those(sent.nodes, nodes));
    settle(rows.baseEdges, rows.edges, those(sent.edges, edges));
  }

  private fromElsewhere(label: string, make: () => void): void {
    const step = this.rows.record({ label, origin: THEIRS, join: null, at: this.now() }, make);
    if (step) this.tell(step);
  }

  private lay(changes: readonly Change[], conflicts: Conflict[]): void {
    const { rows } = this;
    const renamed = new Map<string, string>();
    for (const given of changes) {
      const change = this.apart(given, renamed);
      if ("file" in change) rows.putFile(mergeDifference<Entity>(rows.file, change, FILE, conflicts) ?? rows.file);
      else if ("node" in change) {
        layRow(rows.nodes, { node: change.node }, change, conflicts, (row) => rows.appendNode(row), (slot, row) => rows.putNode(slot, row));
      } else layRow(rows.edges, { edge: change.edge }, change, conflicts, (row) => rows.appendEdge(row), (slot, row) => rows.putEdge(slot, row));
    }
  }

  /** What two people added under one name are two things: mine gets another, and the edges I drew to it follow. */
  private apart(change: Change, renamed: Map<string, string>): Change {
    if ("file" in change || !("added" in change)) return change;
    const other = (id: string) => renamed.get(id) ?? id;
    if ("edge" in change) {
      const { source, target } = change.added;
      return renamed.has(source) || renamed.has(target) ? { ...change, added: { ...change.added, source: other(source), target: other(target) } } : change;
    }
    const parent = change.added.parentId;
    const added = parent && renamed.has(parent) ? { ...change.added, parentId: other(parent) } : change.added;
    const theirs = this.nodes.get(change.node);
    if (!theirs || same(theirs, added)) return { ...change, added };
    const id = this.freshId(change.node);
    renamed.set(change.node, id);
    return { node: id, added: { ...added, id } };
  }

  private tell(step: Step): Edit {
    const edit: Edit = { label: step.label, origin: step.origin, nodes: [...step.nodes.keys()], edges: [...step.edges.keys()], file: step.file !== null, appeared: () => ({ nodes: appearedIn(step.nodes), edges: appearedIn(step.edges) }) };
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
      const back = this.rows.record({ label: step.label, origin, join: null, at: this.now() }, () => this.rows.takeBack(step));
      // A step of which nothing is left to take back is passed over.
      if (!back) continue;
      to.push(back);
      return this.tell(back);
    }
  }
}

function parts(base: FileGraph): { nodes: FileNode[]; edges: FileEdge[]; file: Entity } {
  const { nodes, edges, ...file } = base as FileGraph & Entity;
  return { nodes: rowsOf<FileNode>(nodes), edges: rowsOf<FileEdge>(edges), file };
}

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

/** Makes a table hold these rows: those with a known id in its slot, others new, the rest gone. */
function take<T extends FileNode | FileEdge>(table: Table<T>, rows: readonly T[], append: (row: T) => number, put: (slot: number, row: T | null) => void): void {
  const seen = new Set<number>();
  for (const row of rows) {
    const slot = row.id == null || row.id === "" ? undefined : table.slot(row.id);
    if (slot === undefined || seen.has(slot)) seen.add(append(row));
    else {
      seen.add(slot);
      if (!same(table.at(slot), row)) put(slot, row);
    }
  }
  for (const [slot] of [...table.entries()]) if (!seen.has(slot)) put(slot, null);
}

function layRow<T extends FileNode | FileEdge>(
  table: Table<T>,
  row: { node: string } | { edge: string },
  change: Difference<T>,
  conflicts: Conflict[],
  append: (row: T) => number,
  put: (slot: number, row: T | null) => void,
): void {
  const slot = table.slot("node" in row ? row.node : row.edge);
  const merged = mergeDifference(slot === undefined ? null : table.at(slot), change, row, conflicts);
  if (slot !== undefined) put(slot, merged);
  else if (merged) append(merged);
}

function settle<T>(base: Map<number, T | null>, table: Table<T & { readonly id?: string | null }>, sent: ReadonlyMap<number, T | null>): void {
  for (const [slot, row] of sent) {
    if (table.at(slot) === row) base.delete(slot);
    else base.set(slot, row);
  }
}

/** What of the sent rows is in a list just as it was sent. */
function those<T extends { readonly id?: string | null }>(sent: ReadonlyMap<number, T | null>, rows: readonly T[]): Map<number, T> {
  const wanted = new Map([...sent].flatMap(([slot, row]) => (row?.id ? [[row.id, { slot, row }] as const] : [])));
  const found = new Map<number, T>();
  for (const row of rows) {
    const one = row.id ? wanted.get(row.id) : undefined;
    if (one && same(one.row, row)) found.set(one.slot, one.row);
  }
  return found;
}

function isNamed<T extends { readonly id?: string | null }>(table: Table<T>, slot: number, base: T | null): boolean {
  const id = table.at(slot)?.id ?? base?.id ?? null;
  return id !== null && id === table.key(slot) && !table.repeated.has(id);
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

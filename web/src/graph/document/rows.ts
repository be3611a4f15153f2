// The rows of a document as they are now, what they are in the base, and a record of each change while it is made.

import type { FileEdge, FileGraph, FileNode } from "../file";
import { differenceOf, mergeDifference } from "./changes";
import { differing, readField, same, withFields, type Entity, type Fields } from "./fields";
import { Links } from "./links";
import { Table } from "./table";

export interface Pair<T> {
  before: T | null;
  after: T | null;
}

/** One step: what each row was before it and after it, by slots. */
export interface Step {
  label: string;
  origin: string;
  join: string | null;
  /** When, in ms of the document's clock. */
  at: number;
  nodes: Map<number, Pair<FileNode>>;
  edges: Map<number, Pair<FileEdge>>;
  file: Pair<Entity> | null;
  /** What goes with it outside of the graph. */
  beside?: Beside;
}

/** What belongs to a step and is no part of the graph: it is taken back and made again with it. */
export interface Beside {
  undo: () => void;
  redo: () => void;
}

/** The rows of a step that were not there before it. */
export function appearedIn(rows: ReadonlyMap<number, Pair<unknown>>): number[] {
  return [...rows].flatMap(([slot, { before, after }]) => (before === null && after !== null ? [slot] : []));
}

/** Taking back names no conflicts: what others changed since stays. */
const HERE = { file: true } as const;

/** Ids and numbers of rows that a file no longer holds, where other rows could be taken for them. */
export interface Gone {
  nodes: readonly (string | number)[];
  edges: readonly (string | number)[];
}

export class Rows {
  readonly nodes: Table<FileNode>;
  readonly edges: Table<FileEdge>;
  readonly links = new Links();
  /** Rows that differ from the base, with what they are there. */
  readonly baseNodes = new Map<number, FileNode | null>();
  readonly baseEdges = new Map<number, FileEdge | null>();
  file: Entity;
  baseFile: Entity;
  strays: Strays;
  /** Edges by the ids of ends that are not there, and the other way round. */
  private readonly awaited = new Map<string, Set<number>>();
  private readonly awaiting = new Map<number, readonly string[]>();
  private step: Step | null = null;

  constructor({ nodes, edges, file, strays }: Parts, gone?: Gone) {
    this.nodes = new Table(new Set(gone?.nodes));
    this.edges = new Table(new Set(gone?.edges));
    this.strays = strays;
    this.file = this.baseFile = file;
    this.links.reserve(nodes.length, edges.length);
    for (const node of nodes) this.nodes.append(node);
    for (const edge of edges) this.link(this.edges.append(edge), edge);
    this.nodes.opened();
    this.edges.opened();
  }

  /** Runs `make` and remembers what was before. Null where nothing differs after it; nothing has changed where it throws. */
  record(made: Pick<Step, "label" | "origin" | "join" | "at">, make: () => void): Step | null {
    if (this.step) throw new Error("a change of the document began inside another");
    const step: Step = { ...made, nodes: new Map(), edges: new Map(), file: null };
    this.step = step;
    try {
      make();
    } catch (error) {
      for (const [slot, { before }] of step.nodes) this.putNode(slot, before);
      for (const [slot, { before }] of step.edges) this.putEdge(slot, before);
      if (step.file?.before) this.putFile(step.file.before);
      throw error;
    } finally {
      this.step = null;
    }
    for (const [slot, pair] of step.nodes) if ((pair.after = this.nodes.at(slot)) === pair.before) step.nodes.delete(slot);
    for (const [slot, pair] of step.edges) if ((pair.after = this.edges.at(slot)) === pair.before) step.edges.delete(slot);
    if (step.file && (step.file.after = this.file) === step.file.before) step.file = null;
    return step.nodes.size > 0 || step.edges.size > 0 || step.file ? step : null;
  }

  appendNode(node: FileNode): number {
    const slot = this.nodes.append(node);
    this.links.reserve(this.nodes.size, this.edges.size);
    this.step?.nodes.set(slot, { before: null, after: null });
    this.baseNodes.set(slot, null);
    this.tie(node.id);
    return slot;
  }

  appendEdge(edge: FileEdge): number {
    const slot = this.edges.append(edge);
    this.step?.edges.set(slot, { before: null, after: null });
    this.baseEdges.set(slot, null);
    this.link(slot, edge);
    return slot;
  }

  removeNode(slot: number): void {
    for (const edge of [...this.links.out(slot), ...this.links.in(slot)]) this.putEdge(edge, null);
    this.putNode(slot, null);
  }

  putNode(slot: number, given: FileNode | null): void {
    const row = asBase(this.baseNodes.get(slot), named(this.nodes, slot, given));
    const before = this.nodes.at(slot);
    if (before === row) return;
    if (this.step && !this.step.nodes.has(slot)) this.step.nodes.set(slot, { before, after: null });
    this.nodes.put(slot, row);
    rememberBase(this.baseNodes, slot, before, row);
    if (before && row) return;
    if (row) this.tie(row.id);
    else for (const edge of [...this.links.out(slot), ...this.links.in(slot)]) this.link(edge, this.edges.at(edge));
  }

  putEdge(slot: number, given: FileEdge | null): void {
    const row = asBase(this.baseEdges.get(slot), named(this.edges, slot, given));
    const before = this.edges.at(slot);
    if (before === row) return;
    if (this.step && !this.step.edges.has(slot)) this.step.edges.set(slot, { before, after: null });
    this.edges.put(slot, row);
    rememberBase(this.baseEdges, slot, before, row);
    this.link(slot, row);
  }

  putFile(fields: Entity): void {
    if (fields === this.file) return;
    if (this.step && !this.step.file) this.step.file = { before: this.file, after: null };
    this.file = same(fields, this.baseFile) ? this.baseFile : fields;
  }

  setNode(id: string, fields: Fields): void {
    const slot = this.nodes.slot(id);
    const row = slot === undefined ? null : this.nodes.at(slot);
    if (row && slot !== undefined) this.putNode(slot, withFields(row, fields));
  }

  setEdge(id: string, fields: Fields): void {
    const slot = this.edges.slot(id);
    const row = slot === undefined ? null : this.edges.at(slot);
    if (row && slot !== undefined) this.putEdge(slot, withFields(row, fields));
  }

  /** Lays what is between a step's after and before on top of what is there now. */
  takeBack(step: Pick<Step, "nodes" | "edges" | "file">): void {
    // What comes back comes before what it links. What goes away goes last: the step's own edges are as they were by then, and
    // only those go with it that others led to it.
    const gone: number[] = [];
    for (const [slot, pair] of step.nodes) {
      const row = back(this.nodes.at(slot), pair);
      if (row === null && this.nodes.at(slot) !== null) gone.push(slot);
      else this.putNode(slot, row);
    }
    for (const [slot, pair] of step.edges) this.putEdge(slot, back(this.edges.at(slot), pair));
    for (const slot of gone) {
      for (const edge of [...this.links.out(slot), ...this.links.in(slot)]) if (!step.edges.has(edge)) this.putEdge(edge, null);
      this.putNode(slot, null);
    }
    if (!step.file?.before || !step.file.after) return;
    const difference = differenceOf(step.file.after, step.file.before);
    if (difference) this.putFile(mergeDifference<Entity>(this.file, difference, HERE, []) ?? this.file);
  }

  /** An id for an edge that no other has, also none that somebody else draws at the same time. */
  edgeId(): string {
    for (;;) {
      const id = `e_${Math.random().toString(36).slice(2, 10)}`;
      if (this.edges.slot(id) === undefined) return id;
    }
  }

  /** Leads an edge between the nodes that it names, as far as they are there. */
  private link(slot: number, edge: FileEdge | null): void {
    this.links.reserve(this.nodes.size, this.edges.size);
    if (!edge) {
      this.links.clear(slot);
      this.await(slot, []);
      return;
    }
    const [source, target] = [this.end(edge.source), this.end(edge.target)];
    this.links.set(slot, source, target);
    const missing = source >= 0 && target >= 0 ? [] : [source < 0 ? edge.source : null, target < 0 ? edge.target : null].filter((id) => typeof id === "string");
    this.await(slot, missing);
  }

  private await(slot: number, ids: readonly string[]): void {
    for (const id of this.awaiting.get(slot) ?? []) this.awaited.get(id)?.delete(slot);
    if (ids.length === 0) {
      this.awaiting.delete(slot);
      return;
    }
    this.awaiting.set(slot, ids);
    for (const id of ids) this.awaited.set(id, (this.awaited.get(id) ?? new Set()).add(slot));
  }

  /** Whether an edge names this id that no node has: a new node of that name would be what it leads to. */
  isAwaited(id: string): boolean {
    return (this.awaited.get(id)?.size ?? 0) > 0;
  }

  private end(id: unknown): number {
    const at = typeof id === "string" ? this.nodes.slot(id) : undefined;
    return at === undefined || !this.nodes.at(at) ? -1 : at;
  }

  /** A node has come: edges that waited for it are led to it. */
  private tie(id: string): void {
    for (const slot of [...(this.awaited.get(id) ?? [])]) this.link(slot, this.edges.at(slot));
  }
}

/** A row without what a step did to it. Fields that somebody changed since are theirs and stay. */
function back<T extends FileNode | FileEdge>(now: T | null, { before, after }: Pair<T>): T | null {
  // The very row that was there, so that it counts as unchanged again, down to the order of its keys.
  if (now === after) return before;
  if (after === null) return now ?? before;
  if (before === null || now === null) return null;
  const fields: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(differing(after, before))) if (same(readField(now, field), readField(after, field))) fields[field] = value;
  return withFields(now, fields);
}

/** A row that was without a name, and comes back after others were numbered anew, has the one that its slot was given. */
function named<T extends FileNode | FileEdge>(table: Table<T>, slot: number, row: T | null): T | null {
  const key = table.key(slot);
  return row === null || row.id === key || table.numberAt(slot) >= 0 ? row : { ...row, id: key };
}

/** The base's own row where the new one says the same: then nothing differs from the base. */
function asBase<T extends object>(base: T | null | undefined, row: T | null): T | null {
  return base && row && same(base, row) ? base : row;
}

/** Remembers what a row was in the base the first time it changes, and forgets it when it is that again. */
function rememberBase<T>(base: Map<number, T | null>, slot: number, before: T | null, row: T | null): void {
  if (!base.has(slot)) base.set(slot, before);
  else if (base.get(slot) === row) base.delete(slot);
}

/** A file taken apart. */
export interface Parts {
  nodes: FileNode[];
  edges: FileEdge[];
  file: Entity;
  strays: Strays;
}

export function partsOf(base: FileGraph): Parts {
  const { nodes, edges, ...file } = base as FileGraph & Entity;
  return { nodes: rowsOf<FileNode>(nodes), edges: rowsOf<FileEdge>(edges), file, strays: straysOf(base) };
}

const isRow = (row: unknown): boolean => typeof row === "object" && row !== null && !Array.isArray(row);

/** The objects of a list; whatever else is in it cannot be shown. */
export function rowsOf<T>(list: unknown): T[] {
  return Array.isArray(list) ? list.filter(isRow) : [];
}

/** What in the lists of a file is no object, by where it stands: nothing can be done with it, and it stays there. */
export interface Strays {
  nodes: readonly Stray[];
  edges: readonly Stray[];
}
type Stray = readonly [at: number, value: unknown];

function straysOf({ nodes, edges }: { nodes: unknown; edges: unknown }): Strays {
  return { nodes: straysIn(nodes), edges: straysIn(edges) };
}

function straysIn(list: unknown): Stray[] {
  const strays: Stray[] = [];
  if (!Array.isArray(list)) return strays;
  for (let at = 0; at < list.length; at += 1) if (!isRow(list[at])) strays.push([at, list[at]]);
  return strays;
}

/** Rows with the strays where they stood; those that stood behind what is gone by now come last. */
export function withStrays<T>(rows: T[], strays: readonly Stray[]): T[] {
  if (strays.length === 0) return rows;
  const all: T[] = [];
  let next = 0;
  for (const row of rows) {
    for (let stray = strays[next]; stray && stray[0] <= all.length; stray = strays[(next += 1)]) all.push(stray[1] as T);
    all.push(row);
  }
  return [...all, ...strays.slice(next).map(([, value]) => value as T)];
}

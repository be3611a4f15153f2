// The shared overlay of a document, beside the document that is shown: what I change becomes entries, what others changed becomes
// rows. The graph itself is never in it, only what changed since its base.

import { applyUpdate, Doc, encodeStateAsUpdate, getState, type Map as SharedMap, type Transaction } from "yjs";
import { readJson } from "../../api/exact";
import type { Conflict } from "../../graph/document/changes";
import { THEIRS, type Edit, type GraphDocument } from "../../graph/document/document";
import { doubt, heldBack, rebaseRows, restore, stand, takeOver, type Arrival, type Went } from "../../graph/document/elsewhere";
import type { Entity } from "../../graph/document/fields";
import { Entries } from "../../graph/overlay/entries";
import { begin, mergeTexts, spliceOf, textIn } from "../../graph/overlay/letters";
import { DELETED, idOf, LISTS, namelessAt, namelessName, nameOf, type List } from "../../graph/overlay/names";
import { readKeys, readRow } from "../../graph/overlay/read";
import type { Reading } from "../../graph/overlay/value";
import { fileWrites, writesOf, type Write } from "../../graph/overlay/write";
import type { CommentWrite } from "../../graph/comments/write";
import { addAgain, met, withSteps, type Met } from "./brought";
import { keyFor, readConflict, textFor, withChoice, withoutChoice, type Chosen } from "./disputes";

/** The origin of transactions that are mine. */
export const OWN = Symbol("own");

/** What rows are in the base of the overlay, by slot. It is as it was when the document was read: entries never go away. */
export interface Base {
  nodes: readonly (Entity | null)[];
  edges: readonly (Entity | null)[];
  file: Entity;
}

/** What the server is known to have, as the base for reading entries. */
export function baseOf({ rows }: GraphDocument): Base {
  const list = (table: { size: number; at(slot: number): object | null }, changed: ReadonlyMap<number, object | null>) =>
    Array.from({ length: table.size }, (_, slot) => (changed.has(slot) ? changed.get(slot) : table.at(slot)) as Entity | null);
  return { nodes: list(rows.nodes, rows.baseNodes), edges: list(rows.edges, rows.baseEdges), file: rows.baseFile };
}

/** A change of mine that was written, and how far my writing went with it. */
export interface Written {
  went: Went;
  clock: number;
}

interface Parts {
  doc: GraphDocument;
  base: Base;
  /** What was read from the server, or nothing yet. */
  shared?: Doc;
  /** My name, for conflicts. */
  who: () => string;
  onWritten: (written: Written) => void;
  /** This device has found so many conflicts that nobody has heard of. */
  onFound: (count: number) => void;
  onConflicts: (conflicts: readonly Conflict[]) => void;
  /** Conflicts were found that only this device knows of so far. */
  onTold: () => void;
  onComments: () => void;
  /** A row came back that had been taken out before the document was read: only the server knows what it is. */
  onLack: (row: string) => void;
}

export class Room {
  readonly shared: Doc;
  private readonly reading: Reading;
  private readonly maps: Record<List | "file" | "conflicts" | "comments", SharedMap<unknown>>;
  private readonly entries: Record<List, Entries>;
  /** Texts by letters that entries stand for, by what holds their letters. */
  private readonly texts = new Map<unknown, { list: List; name: string }>();
  private stop: (() => void) | null = null;
  /** What I brought from being apart, until I have heard all that others wrote before they heard of it; `isKept` once the server has it. */
  private brought: (Written & { isKept?: boolean }) | null = null;

  /** Conflicts that the server may not have, by key, with how far my writing went with them. */
  private readonly unsent = new Map<string, number>();
  /** Where what I brought met theirs, as I told. */
  private readonly ownMet: Conflict[] = [];

  constructor(private readonly parts: Parts) {
    const shared = (this.shared = parts.shared ?? new Doc());
    this.reading = { parse: readJson, letters: (name) => shared.getText(name).toString() };
    this.maps = { nodes: shared.getMap("nodes"), edges: shared.getMap("edges"), file: shared.getMap("file"), conflicts: shared.getMap("conflicts"), comments: shared.getMap("comments") };
    this.entries = { nodes: new Entries(this.reading), edges: new Entries(this.reading) };
    for (const list of LISTS) for (const [key, value] of this.maps[list].entries()) this.note(list, key, value);
  }

  /** How far my own writing went, in Yjs's count. */
  get clock(): number {
    return getState(this.shared.store, this.shared.clientID);
  }

  /**
   * Takes what the server has as the base, lays what this device holds back on it, and writes that with the conflicts in one
   * transaction. From then on both sides follow each other.
   */
  begin(carried: readonly Conflict[]): void {
    const { doc } = this.parts;
    const found = rebaseRows(doc, this.arrivals(), this.fileKeys(), mergeTexts);
    const held = heldBack(doc);
    const conflicts = [...carried.filter(({ shared }) => !shared || !this.maps.conflicts.has(shared.key)), ...found];
    if (held.nodes.size > 0 || held.edges.size > 0 || held.file || conflicts.length > 0) {
      this.write(held, conflicts);
      this.brought = { went: held, clock: this.clock };
    }
    this.follow();
  }

  /** What is here is what the server has of all of which something of mine waits. */
  stand(): void {
    stand(this.parts.doc, (list, slot) => this.arrival(list, this.nameAt(list, slot)), this.fileKeys());
  }

  /** What I brought to the room that I left, and others may have met unheard, is to be brought again where it is not here as I brought it. */
  doubt({ brought }: Room): void {
    if (brought) doubt(this.parts.doc, brought.went, this.arrivals(), this.fileKeys());
  }

  /** Whether something of others may still meet what I brought from being apart. */
  get isBringing(): boolean {
    return this.brought !== null;
  }

  /** The server has what I wrote as far as this; answers whether what others wrote before that is to be asked for. */
  confirmed(clock: number): boolean {
    for (const [key, written] of this.unsent) if (written <= clock) this.unsent.delete(key);
    if (!this.brought || this.brought.isKept || this.brought.clock > clock) return false;
    this.brought.isKept = true;
    return true;
  }

  /** All that the server had when it had what I brought is here. */
  heardAll(): void {
    if (this.brought?.isKept) this.brought = null;
  }

  close(): void {
    this.stop?.();
    this.stop = null;
  }

  /** The conflicts that nobody has settled. */
  conflicts(): Conflict[] {
    return [...this.maps.conflicts.entries()].flatMap(([key, value]) => {
      const one = readConflict(this.parts.doc, key, value);
      return one?.shared && this.unsent.has(key) ? { ...one, shared: { ...one.shared, isUnsent: true } } : (one ?? []);
    });
  }

  comments(): ReadonlyMap<string, unknown> {
    return new Map(this.maps.comments.entries());
  }

  /** Says something beside the graph. */
  comment(writes: readonly CommentWrite[]): void {
    this.shared.transact(() => {
      for (const [key, value] of writes) this.maps.comments.set(key, value);
    }, OWN);
    this.parts.onWritten({ went: NOTHING, clock: this.clock });
  }

  /** Records what was chosen; `change` is what follows from it, in the same transaction. */
  choose(keys: readonly string[], how: Chosen["how"], change: () => void): void {
    const chosen = { how, by: this.parts.who(), at: Date.now() };
    this.rewrite(keys, (entry) => withChoice(entry, chosen), change);
  }

  /** Takes back what I chose: they wait for a choice again. */
  reopen(keys: readonly string[]): void {
    this.rewrite(keys, (entry) => withoutChoice(entry, this.parts.who()));
  }

  /** Shares conflicts that are known on this device only. */
  dispute(conflicts: readonly Conflict[]): void {
    this.write(NOTHING, conflicts);
  }

  private rewrite(keys: readonly string[], next: (entry: unknown) => string | null, change: () => void = () => undefined): void {
    this.shared.transact(() => {
      change();
      for (const key of keys) {
        const text = next(this.maps.conflicts.get(key));
        if (text !== null) this.maps.conflicts.set(key, text);
      }
    }, OWN);
    this.parts.onWritten({ went: NOTHING, clock: this.clock });
    this.parts.onConflicts(this.conflicts());
  }

  private follow(): void {
    const onTransaction = (transaction: Transaction) => this.took(transaction);
    const onEdit = (edit: Edit) => {
      if (edit.origin !== THEIRS) this.write(copyOf(edit.step));
    };
    this.shared.on("afterTransaction", onTransaction);
    const stop = this.parts.doc.listen(onEdit);
    this.stop = () => {
      stop();
      this.shared.off("afterTransaction", onTransaction);
    };
    this.parts.onConflicts(this.conflicts());
  }

  private write(went: Went, conflicts: readonly Conflict[] = []): void {
    const { doc, who } = this.parts;
    this.shared.transact(() => {
      for (const list of LISTS) {
        for (const [slot, { before, after }] of went[list]) this.writeRow(list, slot, before as Entity | null, after as Entity | null);
      }
      if (went.file?.before && went.file.after) for (const { field, value } of fileWrites(went.file.before, went.file.after)) this.maps.file.set(field, value);
      for (const conflict of conflicts) {
        const key = conflict.shared?.key ?? keyFor(doc, conflict);
        this.maps.conflicts.set(key, textFor(doc, conflict, who(), Date.now()));
        this.unsent.set(key, Number.MAX_SAFE_INTEGER);
      }
    }, OWN);
    for (const [key, clock] of this.unsent) if (clock > this.clock) this.unsent.set(key, this.clock);
    this.parts.onFound(conflicts.filter(({ shared }) => !shared).length);
    this.parts.onWritten({ went, clock: this.clock });
    if (conflicts.length > 0) this.parts.onConflicts(this.conflicts());
  }

  private writeRow(list: List, slot: number, before: Entity | null, after: Entity | null): void {
    const name = this.nameAt(list, slot);
    const entries = this.entries[list];
    const at = { list, name };
    const writes = writesOf({ at, base: this.parts.base[list][slot] ?? null, fields: entries.of(name), before, after, place: () => entries.nextPlace(), reading: this.reading });
    for (const write of writes) this.put(list, `${name}/${write.field}`, this.valueOf(list, name, write));
  }

  /** The value of an entry; of a text by letters once its letters are as they are to be. */
  private valueOf(list: List, name: string, write: Write): unknown {
    if ("value" in write) return write.value;
    const { field, before, after } = write;
    let text = textIn(list, name, field, this.entries[list].of(name).get(field));
    if (text === null) {
      const begun = begin(list, name, field, before);
      if (!this.beginText(begun.name, begun.client, before)) return JSON.stringify(after);
      text = begun.name;
    }
    const letters = this.shared.getText(text);
    const splice = spliceOf(letters.toString(), after);
    if (splice && splice.remove > 0) letters.delete(splice.at, splice.remove);
    if (splice && splice.insert !== "") letters.insert(splice.at, splice.insert);
    // Set again even where it is there: taking out letters alone is not seen in how far my writing went.
    return `~${text}`;
  }

  /** Inserts what a text begins with as everybody would; false where another text has used up that client's count. */
  private beginText(name: string, client: number, content: string): boolean {
    if (getState(this.shared.store, client) > 0) return this.shared.share.has(name);
    if (content === "") return true;
    const seed = new Doc();
    seed.clientID = client;
    seed.getText(name).insert(0, content);
    this.shared.transact((transaction) => {
      applyUpdate(this.shared, encodeStateAsUpdate(seed), OWN);
      // What another client wrote came in, but the transaction is mine: taken for somebody else's, my own writing in it would look
      // like that of a second client of my name.
      transaction.local = true;
    }, OWN);
    return true;
  }

  private put(list: List, key: string, value: unknown): void {
    this.maps[list].set(key, value);
    this.note(list, key, value);
  }

  /** Keeps the entries by row, and what texts they stand for; answers the row. */
  private note(list: List, key: string, value: unknown): string | null {
    const name = this.entries[list].put(key, value);
    const text = name === null ? null : textIn(list, name, key.slice(name.length + 1), value);
    if (text !== null && name !== null) this.texts.set(this.shared.getText(text), { list, name });
    return name;
  }

  /** Somebody else's transaction: the rows that it touched are read anew. */
  private took(transaction: Transaction): void {
    if (transaction.origin === OWN) return;
    const rows: Record<List, Set<string>> = { nodes: new Set(), edges: new Set() };
    for (const list of LISTS) {
      for (const key of transaction.changed.get(this.maps[list] as never) ?? []) {
        const name = key === null ? null : this.note(list, key, this.maps[list].get(key));
        if (name !== null) rows[list].add(name);
      }
    }
    for (const type of transaction.changed.keys()) {
      const at = this.texts.get(type);
      if (at) rows[at.list].add(at.name);
    }
    const arrivals = LISTS.flatMap((list) => [...rows[list]].flatMap((name) => this.arrival(list, name)));
    const isFile = transaction.changed.has(this.maps.file as never);
    const file = isFile ? this.fileKeys() : null;
    const mine = this.brought && met(this.parts.doc, this.brought.went, { arrivals, file, told: this.toldIn(transaction), own: this.ownMet });
    if (arrivals.length > 0 || file) takeOver(this.parts.doc, arrivals, file ?? this.parts.doc.file);
    if (mine) this.layAgain(mine);
    if (transaction.changed.has(this.maps.conflicts as never)) this.parts.onConflicts(this.conflicts());
    if (transaction.changed.has(this.maps.comments as never)) this.parts.onComments();
  }

  /** The conflicts that others tell of in this transaction. */
  private toldIn(transaction: Transaction): Conflict[] {
    const keys = [...(transaction.changed.get(this.maps.conflicts as never) ?? [])];
    return keys.flatMap((key) => (key === null ? [] : (readConflict(this.parts.doc, key, this.maps.conflicts.get(key)) ?? [])));
  }

  private layAgain(mine: Met): void {
    const { doc } = this.parts;
    const steps: Went[] = [];
    const stop = doc.listen(({ step }) => steps.push(copyOf(step)));
    const conflicts = restore(doc, mine.changes, mergeTexts);
    for (const row of mine.added) addAgain(doc, row, mine.edges);
    stop();
    this.ownMet.push(...conflicts);
    this.shared.transact(() => {
      for (const step of steps) this.write(step);
      if (conflicts.length > 0) this.write(NOTHING, conflicts);
    }, OWN);
    // What was laid on again may meet what others change at this moment too.
    if (steps.length > 0) this.brought = { went: withSteps(mine.rest, steps), clock: this.clock };
    else if (this.brought) this.brought.went = mine.rest;
    if (conflicts.length > 0) this.parts.onTold();
  }

  /** All rows that have entries. */
  private arrivals(): Arrival[] {
    return LISTS.flatMap((list) => [...this.entries[list].names()].flatMap((name) => this.arrival(list, name)));
  }

  private arrival(list: List, name: string): Arrival[] {
    const table = this.parts.doc[list];
    const number = namelessAt(name);
    const id = idOf(name);
    if (id === undefined) return [];
    const slot = number >= 0 ? table.numbered(number) : table.slot(id ?? "");
    const base = (slot === undefined ? null : this.parts.base[list][slot]) ?? null;
    const fields = this.entries[list].of(name);
    const row = readRow({ list, name }, base, fields, this.reading);
    if (row === null && fields.get(DELETED) === false) this.parts.onLack(`${list}/${name}`);
    return [{ list, slot, row }];
  }

  private fileKeys(): Entity {
    return readKeys(this.parts.base.file, new Map(this.maps.file.entries()), this.reading);
  }

  private nameAt(list: List, slot: number): string {
    const table = this.parts.doc[list];
    const number = table.numberAt(slot);
    return number >= 0 ? namelessName(number) : nameOf(table.key(slot));
  }
}

const NOTHING: Went = { nodes: new Map(), edges: new Map(), file: null };

/** Later steps may become part of one that was told; what was written is what it was then. */
function copyOf({ nodes, edges, file }: Went): Went {
  const copied = <T extends object>(pairs: ReadonlyMap<number, T>) => new Map([...pairs].map(([slot, pair]) => [slot, { ...pair }]));
  return { nodes: copied(nodes), edges: copied(edges), file: file && { ...file } };
}

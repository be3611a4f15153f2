// A document that others change too: leads together what is shown, the shared overlay, and the way to the server. What goes how is
// said in docs/design/0007.

import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, encodeStateVectorFromUpdate, mergeUpdates } from "yjs";
import type { Conflict } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { rebase } from "../../graph/document/elsewhere";
import type { Gone } from "../../graph/document/rows";
import type { FileGraph } from "../../graph/file";
import { mergeTexts } from "../../graph/overlay/letters";
import type { CommentWrite } from "../../graph/comments/write";
import { commentsOf, type Comments } from "./comments";
import type { Chosen } from "./disputes";
import type { Mark } from "./local";
import type { Measures } from "./measures";
import { clocksIn } from "./kept";
import { Pending } from "./pending";
import { baseOf, OWN, Room, type Base } from "./room";
import type { Timing } from "./timing";

export interface DraftRead {
  graph: FileGraph;
  rev: number;
  epoch: number;
  /** Rows without an id that the file no longer holds. */
  gone?: Gone;
}

interface Parts {
  doc: GraphDocument;
  epoch: number;
  rev: number;
  timing: Timing;
  readDraft: () => Promise<DraftRead>;
  /** What an epoch ended with, or has by now; null where nobody knows any more. */
  ended: (epoch: number) => Promise<Uint8Array | null>;
  who: () => string;
  now?: () => number;
  measures?: Measures | undefined;
  /** Conflicts that were found before anything was shared. */
  carried: readonly Conflict[];
  onConflicts: (conflicts: readonly Conflict[]) => void;
  /** Something of mine was written, or waits no more. */
  onProgress: () => void;
  /** What this device keeps must be written anew: at once where it builds on something else, soon where it has arrived. */
  onBase: (isUrgent: boolean) => void;
  /** The draft is to be read again (`mustRead`). */
  onLack: () => void;
  /** I went on in another epoch, or read the draft again: what is said about it may be another, and the room is to be joined anew. */
  onFold?: () => void;
}

/** What is to be sent, and how far my writing goes with it. */
export interface Unsent {
  update: Uint8Array;
  clock: number;
}

const ASKED_MOST = 10;

export class Live {
  epoch: number;
  rev: number;
  /** When the server last said that something is on disk, in ms since 1970. */
  savedAt = 0;
  private room: Room | null = null;
  private base: Base | null = null;
  private readonly pending: Pending;
  private readonly comments: Comments;
  private outbox: Uint8Array[] = [];
  private carried: readonly Conflict[];
  private mustRejoin = false;
  private stopUpdates: (() => void) | null = null;
  /** One epoch is left at a time. */
  private leaving: Promise<void> = Promise.resolve();
  private readonly asked = new Map<string, { times: number; rev: number }>();
  /** Whether a row is missing that only another reading of the draft can bring. */
  private isLacking = false;

  constructor(private readonly parts: Parts) {
    this.epoch = parts.epoch;
    this.rev = parts.rev;
    this.carried = parts.carried;
    this.pending = new Pending(parts.doc, parts.now ?? Date.now);
    this.comments = commentsOf(parts.doc);
  }

  get measures(): Measures | undefined {
    return this.parts.measures;
  }

  /** The shared document of the moment; null before the first synchronisation. */
  get shared(): Doc | null {
    return this.room?.shared ?? null;
  }

  get conflicts(): readonly Conflict[] {
    return [...this.carried, ...(this.room?.conflicts() ?? [])];
  }

  /** Whether the server has all that is here. */
  get isSaved(): boolean {
    return this.room ? this.pending.count === 0 : !this.parts.doc.isChanged && this.carried.length === 0 && this.comments.waiting === 0;
  }

  /** Whether some of it has waited for so long that others went on without it. */
  get isApart(): boolean {
    return this.mustRejoin || this.pending.ageBeyond(0) > this.parts.timing.apart;
  }

  /** Whether the draft is to be read again in this epoch. While something of mine may be under way nobody could tell whether what is read has it. */
  get mustRead(): boolean {
    return this.isLacking && this.pending.count === 0;
  }

  /** Where my writing stands, for what this device keeps. */
  get mark(): Mark | null {
    return this.room && { epoch: this.epoch, client: this.room.shared.clientID, clock: this.room.clock, known: this.pending.known };
  }

  /** What I have of the server's; null where all of it is to be read anew. */
  get vector(): Uint8Array | null {
    return this.room && !this.isApart ? encodeStateVector(this.room.shared) : null;
  }

  /** All that the server has in this epoch: at the begin of each connection. */
  synchronise(full: Uint8Array): void {
    this.outbox = [];
    const anew = this.catchUp(full);
    if (anew) this.rejoin(anew);
    else if (this.room && this.pending.count > 0) this.outbox.push(encodeStateAsUpdate(this.room.shared, encodeStateVectorFromUpdate(full)));
    else this.parts.onBase(false);
    this.parts.onProgress();
  }

  /** What somebody else changed. */
  take(update: Uint8Array): void {
    if (this.room) applyUpdate(this.room.shared, update);
  }

  /** The server has what I wrote as far as this; answers whether all that it has is to be asked for, and `heardAll` said then. */
  confirmed(clock: number, rev: number, at: number): boolean {
    this.rev = rev;
    this.savedAt = at;
    this.measures?.arrived(clock);
    const isNews = this.pending.confirm(clock);
    const asks = this.room?.confirmed(clock) ?? false;
    if (this.room) this.said(new Map([[this.room.shared.clientID, clock]]));
    if (isNews && this.pending.count === 0) this.parts.onBase(false);
    if (this.mustRead) this.parts.onLack();
    if (isNews) this.parts.onProgress();
    return asks;
  }

  heardAll(): void {
    this.room?.heardAll();
  }

  /** The server has a newer rev, of which I heard everything. */
  heard(rev: number, at: number): void {
    this.rev = rev;
    this.savedAt = at;
  }

  /** What I wrote since the last time, as one. */
  unsent(): Unsent | null {
    const { room } = this;
    const parts = this.outbox.splice(0);
    if (!room || parts.length === 0) return null;
    return { update: mergeUpdates(parts), clock: room.clock };
  }

  /** All that I have and somebody with this state lacks. */
  since(vector: Uint8Array): Unsent | null {
    return this.room && { update: encodeStateAsUpdate(this.room.shared, vector), clock: this.room.clock };
  }

  /** What was refused is in what I share, and nothing behind it would be taken: the next connection begins anew. */
  refused(): void {
    this.mustRejoin = true;
    this.outbox = [];
  }

  /** Leaves an epoch for the next one, where that was not done already. */
  over(left: number, epoch = -1, rev = -1): Promise<void> {
    const turn = this.leaving.then(() => (left === this.epoch ? this.goOn(epoch, rev) : undefined));
    this.leaving = turn.catch(() => undefined);
    return turn;
  }

  /** Goes on in an epoch: as I am, where that is the same, else with its file as the base. */
  private async goOn(epoch: number, rev: number): Promise<void> {
    const { doc } = this.parts;
    if (this.room && !this.mustRejoin && this.pending.count === 0 && rev === this.rev && !doc.nodes.hasNameless && !doc.edges.hasNameless) {
      this.leave();
      this.base = baseOf(doc);
      this.epoch = epoch;
      this.enter(this.roomOf(new Doc()));
    } else if (!(await this.rebase())) return;
    this.parts.onFold?.();
    this.parts.onBase(true);
    this.parts.onProgress();
  }

  /** Records what was chosen of conflicts; `change` is what follows from it. */
  choose(conflicts: readonly Conflict[], how: Chosen["how"], change: () => void): void {
    const keys = keysOf(conflicts);
    this.measures?.settled(conflicts, how);
    this.carried = this.carried.filter((one) => !conflicts.includes(one));
    if (this.room) this.room.choose(keys, how, change);
    else change();
    this.parts.onConflicts(this.conflicts);
  }

  /** Takes back what I chose. What nobody else has heard of is known here only, or told now. */
  reopen(conflicts: readonly Conflict[]): void {
    const own = conflicts.filter((one) => !one.shared);
    if (!this.room) this.carried = [...this.carried, ...own];
    else if (own.length > 0) this.room.dispute(own);
    this.room?.reopen(keysOf(conflicts));
    this.parts.onConflicts(this.conflicts);
  }

  /** Says something beside the graph: in the room that there is, or in the next. */
  comment(writes: readonly CommentWrite[]): void {
    if (!this.room) return this.parts.onProgress();
    this.room.comment(writes);
    this.comments.wrote(writes.map(([key]) => key), this.mark);
  }

  close(): void {
    this.leave();
  }

  /**
   * Hears all that the server has of this epoch, and how far my writing came. Answers a room for that where mine is to be laid on it
   * anew: it is the first one, or I was apart for so long that others went on without me.
   */
  private catchUp(full: Uint8Array): Room | null {
    const clocks = clocksIn(full);
    this.said(clocks);
    const { room } = this;
    const arrived = (room && clocks.get(room.shared.clientID)) ?? 0;
    const isApart = this.mustRejoin || this.pending.ageBeyond(arrived) > this.parts.timing.apart;
    this.pending.confirm(arrived);
    if (room && !isApart) {
      applyUpdate(room.shared, full);
      room.confirmed(arrived);
      room.heardAll();
      if (this.pending.count > 0) this.roomWith(full).stand();
      return null;
    }
    const anew = this.roomWith(full);
    if (room) anew.doubt(room);
    return anew;
  }

  /** The server has the comments of this epoch that were written before these clocks. */
  private said(clocks: ReadonlyMap<number, number>): void {
    this.comments.confirmed(({ epoch, client, clock }) => epoch === this.epoch && (clocks.get(client) ?? 0) >= clock);
  }

  private roomWith(full: Uint8Array): Room {
    this.base ??= baseOf(this.parts.doc);
    const shared = new Doc();
    applyUpdate(shared, full);
    return this.roomOf(shared);
  }

  private rejoin(room: Room): void {
    this.leave();
    this.mustRejoin = false;
    this.enter(room);
    this.rejoinComments();
    this.parts.onBase(true);
  }

  /** Those of the room that was joined, and mine that are not in it. */
  private rejoinComments(): void {
    this.comments.heard(this.room?.comments() ?? []);
    const lacking = this.comments.lacking();
    if (lacking.length > 0) this.comment(lacking);
  }

  /** Answers whether it was to be done, once everything was read. */
  private async rebase(): Promise<boolean> {
    const { doc, readDraft, ended } = this.parts;
    const { room } = this;
    // What of mine arrived is not told any more, nor what others wrote last.
    const last = room && (this.pending.count > 0 || room.isBringing) ? await ended(this.epoch) : null;
    const draft = await readDraft();
    // Kept by whatever lies between here and the server.
    if (draft.rev < this.rev) throw new Error("an older draft was answered");
    if (draft.epoch === this.epoch && !this.mustRead) return false;
    if (last && room === this.room) this.catchUp(last);
    this.leave();
    const found = rebase(doc, draft.graph, { texts: mergeTexts, ...(draft.gone && { gone: draft.gone }) });
    this.carried = [...this.carried, ...found];
    this.base = baseOf(doc);
    if (draft.epoch !== this.epoch) this.asked.clear();
    [this.epoch, this.rev, this.mustRejoin, this.isLacking] = [draft.epoch, draft.rev, false, false];
    this.parts.onConflicts(this.conflicts);
    return true;
  }

  /** At most so often for each row: what the server does not know either is not asked for again and again. */
  private lacks(row: string): void {
    const { times, rev } = this.asked.get(row) ?? { times: 0, rev: -1 };
    // What was asked for and has not come, since the connection broke, is asked for again.
    if (times === ASKED_MOST || (!this.isLacking && rev === this.rev)) return;
    this.asked.set(row, { times: times + 1, rev: this.rev });
    this.isLacking = true;
    setTimeout(() => this.mustRead && this.parts.onLack(), 0);
  }

  private roomOf(shared: Doc): Room {
    const { doc, who, onConflicts, onProgress } = this.parts;
    return new Room({
      doc,
      base: this.base ?? baseOf(doc),
      shared,
      who,
      onConflicts: () => onConflicts(this.conflicts),
      onComments: () => this.comments.heard(this.room?.comments() ?? []),
      onTold: () => this.parts.onBase(true),
      onLack: (row) => this.lacks(row),
      onFound: (count) => this.measures?.found(count),
      onWritten: (written) => {
        this.pending.add(written);
        onProgress();
      },
    });
  }

  private enter(room: Room): void {
    const { shared } = (this.room = room);
    const onUpdate = (update: Uint8Array, origin: unknown) => {
      if (origin === OWN) this.outbox.push(update);
    };
    shared.on("update", onUpdate);
    this.stopUpdates = () => shared.off("update", onUpdate);
    const carried = this.carried;
    this.carried = [];
    room.begin(carried);
  }

  private leave(): void {
    // What was found and told to nobody yet goes along.
    this.carried = [...this.carried, ...(this.room?.conflicts().filter(({ shared }) => shared?.isUnsent) ?? [])];
    // The next document counts anew.
    this.measures?.ended("local");
    this.room?.close();
    this.pending.drop();
    this.stopUpdates?.();
    this.room = null;
    this.outbox = [];
  }
}

const keysOf = (conflicts: readonly Conflict[]) => conflicts.flatMap(({ shared }) => shared?.key ?? []);

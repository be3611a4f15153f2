// A document that others change too: leads together what is shown, the shared overlay, and the way to the server. What goes how is
// said in docs/design/0007.

import { applyUpdate, decodeStateVector, Doc, encodeStateAsUpdate, encodeStateVector, encodeStateVectorFromUpdate, mergeUpdates } from "yjs";
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
  /** The draft must be read again (`over`). */
  onLack: () => void;
  /** I went on in another epoch: what is said about the draft may be another. */
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
  private readonly asked = new Map<string, { times: number; rev: number }>();
  /** Whether a row is missing that only another reading of the draft can bring. */
  isLacking = false;

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

  /** Where my writing stands, for what this device keeps. */
  get mark(): Mark | null {
    return this.room && { epoch: this.epoch, client: this.room.shared.clientID, clock: this.room.clock };
  }

  /** What I have of the server's; null where all of it is to be read anew. */
  get vector(): Uint8Array | null {
    return this.room && !this.isApart ? encodeStateVector(this.room.shared) : null;
  }

  /** All that the server has in this epoch: at the begin of each connection. */
  synchronise(full: Uint8Array): void {
    const vector = decodeStateVector(encodeStateVectorFromUpdate(full));
    const { room } = this;
    this.comments.confirmed(({ epoch, client, clock }) => epoch === this.epoch && (vector.get(client) ?? 0) >= clock);
    const arrived = (room && vector.get(room.shared.clientID)) ?? 0;
    const isApart = this.mustRejoin || this.pending.ageBeyond(arrived) > this.parts.timing.apart;
    // What I brought and heard nothing of may have met somebody else's change there: laid on once more, that is told.
    if (room && !(isApart && room.isBringing)) this.pending.confirm(arrived);
    this.outbox = [];
    if (!room || isApart) this.rejoin(full);
    else {
      applyUpdate(room.shared, full);
      room.confirmed(arrived);
      room.heardAll();
      if (this.pending.count > 0) this.outbox.push(encodeStateAsUpdate(room.shared, encodeStateVectorFromUpdate(full)));
    }
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
    const client = this.room?.shared.clientID;
    this.comments.confirmed((mark) => mark.epoch === this.epoch && mark.client === client && mark.clock <= clock);
    if (isNews && this.pending.count === 0) this.parts.onBase(false);
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
    return { update: parts.length === 1 ? (parts[0] as Uint8Array) : mergeUpdates(parts), clock: room.clock };
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

  /** Goes on in a new epoch: as I am, where that is the same, else with its file as the base. */
  async over(epoch: number, rev: number): Promise<void> {
    const { doc } = this.parts;
    if (this.room && !this.mustRejoin && this.pending.count === 0 && rev === this.rev && !doc.nodes.hasNameless && !doc.edges.hasNameless) {
      this.leave();
      this.base = baseOf(doc);
      this.epoch = epoch;
      this.enter(new Doc());
    } else await this.rebase();
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

  private rejoin(full: Uint8Array): void {
    this.leave();
    this.pending.drop();
    this.base ??= baseOf(this.parts.doc);
    const shared = new Doc();
    applyUpdate(shared, full);
    this.mustRejoin = false;
    this.enter(shared);
    this.rejoinComments();
    this.parts.onBase(true);
  }

  /** Those of the room that was joined, and mine that are not in it. */
  private rejoinComments(): void {
    this.comments.heard(this.room?.comments() ?? []);
    const lacking = this.comments.lacking();
    if (lacking.length > 0) this.comment(lacking);
  }

  private async rebase(): Promise<void> {
    const { doc, readDraft } = this.parts;
    const draft = await readDraft();
    const unsure = this.pending.drop();
    this.leave();
    const found = rebase(doc, draft.graph, { texts: mergeTexts, unsure, ...(draft.gone && { gone: draft.gone }) });
    this.carried = [...this.carried, ...found];
    this.base = baseOf(doc);
    if (draft.epoch !== this.epoch) this.asked.clear();
    [this.epoch, this.rev, this.mustRejoin, this.isLacking] = [draft.epoch, draft.rev, false, false];
    this.parts.onConflicts(this.conflicts);
  }

  /** At most so often for each row: what the server does not know either is not asked for again and again. */
  private lacks(row: string): void {
    const { times, rev } = this.asked.get(row) ?? { times: 0, rev: -1 };
    // What was asked for and has not come, since the connection broke, is asked for again.
    if (times === ASKED_MOST || (!this.isLacking && rev === this.rev)) return;
    this.asked.set(row, { times: times + 1, rev: this.rev });
    this.isLacking = true;
    setTimeout(() => this.parts.onLack(), 0);
  }

  private enter(shared: Doc): void {
    const { doc, who, onConflicts, onProgress } = this.parts;
    const onUpdate = (update: Uint8Array, origin: unknown) => {
      if (origin === OWN) this.outbox.push(update);
    };
    shared.on("update", onUpdate);
    this.stopUpdates = () => shared.off("update", onUpdate);
    this.room = new Room({
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
    const carried = this.carried;
    this.carried = [];
    this.room.begin(carried);
  }

  private leave(): void {
    // What was found and told to nobody yet goes along.
    this.carried = [...this.carried, ...(this.room?.conflicts().filter(({ shared }) => shared?.isUnsent) ?? [])];
    // The next document counts anew.
    this.measures?.ended("local");
    this.room?.close();
    this.stopUpdates?.();
    this.room = null;
    this.outbox = [];
  }
}

const keysOf = (conflicts: readonly Conflict[]) => conflicts.flatMap(({ shared }) => shared?.key ?? []);

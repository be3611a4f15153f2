// Keeps what was changed on this device at once, has it brought to the server soon after, and says how that goes. What brings it
// there comes once the graph is seen (connection.ts).

import type { Conflict } from "../../graph/document/changes";
import { THEIRS, type Edit, type GraphDocument } from "../../graph/document/document";
import type { Connection, ConnectionParts, Progress } from "./connection";
import type { Chosen } from "./disputes";
import type { Kept, Local } from "./local";
import { timing } from "./timing";

/** Writing down an edit of more rows than these takes longer than a frame; so long the frame that shows it may take, in ms. */
const LARGE = 500;
const SHOWN_MS = 300;
/** How often what is kept is put together anew while all of it arrives. */
const TIDY_MS = 1_000;
/** So long nothing changes before it is said to be saved. */
const CALM_MS = 400;

/** Where the last change is. `why` is the server's or the browser's own words. */
export type SaveState =
  | { kind: "saved"; at: number }
  | { kind: "syncing" }
  /** Kept on this device; the server does not answer, or has not been asked yet. */
  | { kind: "local"; why: string | null; isSignedOut?: true }
  /** On the server, with changes among it that somebody must choose between. */
  | { kind: "conflict"; at: number; count: number }
  /** Neither the server nor this device keeps it. */
  | { kind: "unsafe"; why: string }
  /** The server refuses it; it is kept on this device. */
  | { kind: "refused"; why: string };

/** What leads a kept log back into the document; it comes only where there is one. */
export type TakeUp = (kept: Kept) => Promise<Conflict[]>;
type Own = "onProgress" | "onConflicts" | "onBase" | "carried" | "doc";

interface Parts {
  workflow: string;
  doc: GraphDocument;
  /** When the draft was saved last, in ms since 1970. */
  at: number;
  local: Local | null;
  takeUp: TakeUp;
  connect: (parts: Pick<ConnectionParts, Own>) => Promise<Connection>;
  onState: (state: SaveState) => void;
  onConflicts: (conflicts: readonly Conflict[]) => void;
}

export class Saver {
  private state: SaveState;
  private progress: Progress | null = null;
  private conflicts: readonly Conflict[] = [];
  private connection: Connection | null = null;
  private connecting: Promise<Connection | null> | null = null;
  private isClosed = false;
  private localFault: string | null = null;
  private localQueue: Promise<void> = Promise.resolve();
  private pending: Edit[] = [];
  /** When the first of these was made. */
  private since = 0;
  private tidying: ReturnType<typeof setTimeout> | null = null;
  private calming: ReturnType<typeof setTimeout> | null = null;
  private readonly stop: () => void;

  constructor(private readonly parts: Parts) {
    this.state = { kind: "saved", at: parts.at };
    this.stop = parts.doc.listen((edit) => this.changed(edit));
    if (!parts.local) this.localFault = "this browser keeps nothing for Tidemill";
  }

  /** Begins with what earlier visits left on this device. */
  async begin(): Promise<void> {
    const { local, workflow, takeUp } = this.parts;
    const kept = await local?.read(workflow).catch(() => null);
    if (!kept) return;
    this.took(await takeUp(kept));
    await this.keepAll();
    this.tell();
  }

  /** Follows the server from now on; answers null where the page is closed, or what does it does not come. */
  connect(): Promise<Connection | null> {
    this.connecting ??= this.parts
      .connect({
        doc: this.parts.doc,
        carried: this.conflicts,
        onProgress: (progress) => {
          this.progress = progress;
          this.tell();
        },
        onConflicts: (conflicts) => this.took(conflicts),
        onBase: (isUrgent) => this.tidy(isUrgent),
      })
      .then(
        (connection) => {
          if (this.isClosed) {
            connection.close();
            return null;
          }
          return (this.connection = connection);
        },
        () => (this.connecting = null),
      );
    return this.connecting;
  }

  /** Who else is there; null before the document is shared. */
  get presence(): Connection["presence"] | null {
    return this.connection?.presence ?? null;
  }

  /** Tries now, for instance when the network is back or somebody asks for it. */
  retry(): void {
    if (this.connection) this.connection.retry();
    else void this.connect();
  }

  /** The page is seen again. */
  wake(): void {
    this.connection?.wake();
  }

  /** Saves what is there and waits for it; answers the revision, or null where it is not on the server. */
  async flush(): Promise<number | null> {
    const connection = await this.connect();
    return connection ? connection.flush() : null;
  }

  /** The page goes away: what is small is sent without waiting for an answer; all of it is on this device. */
  leave(): void {
    this.keepPending();
    this.connection?.leave();
  }

  /** Records what was chosen; `change` is what follows from it. */
  choose(conflicts: readonly Conflict[], how: Chosen["how"], change: () => void): void {
    if (this.connection) return this.connection.choose(conflicts, how, change);
    change();
    this.took(this.conflicts.filter((one) => !conflicts.includes(one)));
    void this.keepAll();
  }

  /** Takes back what I chose: these wait for a choice again. */
  reopen(conflicts: readonly Conflict[]): void {
    if (this.connection) return this.connection.reopen(conflicts);
    this.took([...this.conflicts, ...conflicts]);
    void this.keepAll();
  }

  close(): void {
    this.stop();
    this.isClosed = true;
    this.leave();
    if (this.calming !== null) clearTimeout(this.calming);
    if (this.tidying !== null) {
      clearTimeout(this.tidying);
      void this.keepAll();
    }
    this.connection?.close();
  }

  private changed(edit: Edit): void {
    if (edit.origin !== THEIRS) {
      this.connection?.changed();
      void this.connect();
    } else if (!this.isHeldBack(edit)) return;
    // One write for all edits of this turn: a drag that ends, a paste, a command. A large one is shown before it is written.
    const rows = edit.nodes.length + edit.edges.length;
    if (this.pending.push(edit) === 1) {
      this.since = performance.now();
      if (rows > LARGE) setTimeout(() => this.keepPending(), Math.min(SHOWN_MS, timing.local));
      else queueMicrotask(() => this.keepPending());
    }
    this.tell();
  }

  /** Whether somebody else changed what waits here: what it builds on is another then. */
  private isHeldBack({ nodes, edges, file }: Edit): boolean {
    const { baseNodes, baseEdges, baseFile, file: keys } = this.parts.doc.rows;
    return nodes.some((slot) => baseNodes.has(slot)) || edges.some((slot) => baseEdges.has(slot)) || (file && baseFile !== keys);
  }

  private keepPending(): void {
    const edits = this.pending.splice(0);
    const { local, workflow, doc } = this.parts;
    if (edits.length === 0 || !local) return;
    const rows = { nodes: [...new Set(edits.flatMap((edit) => edit.nodes))], edges: [...new Set(edits.flatMap((edit) => edit.edges))], file: edits.some((edit) => edit.file) };
    const edit = { ...doc.changesOf(rows), mark: this.connection?.mark ?? null };
    const { since } = this;
    this.keep(() => local.add(workflow, edit).then(() => this.connection?.measures?.kept(performance.now() - since)));
  }

  /** Replaces the log of this device by what there is now. */
  private keepAll(): Promise<void> {
    const { local, workflow, doc } = this.parts;
    this.pending = [];
    const conflicts = this.conflicts.filter((one) => !one.shared || one.shared.isUnsent);
    if (local) this.keep(() => local.replace(workflow, { changes: doc.changes(), conflicts, mark: this.connection?.mark ?? null }));
    return this.localQueue;
  }

  private tidy(isUrgent: boolean): void {
    if (this.tidying !== null && isUrgent) clearTimeout(this.tidying);
    else if (this.tidying !== null) return;
    this.tidying = setTimeout(
      () => {
        this.tidying = null;
        // Put together, what waits could not be told from what arrived of it.
        if (isUrgent || this.progress?.isSaved) void this.keepAll();
      },
      isUrgent ? 0 : TIDY_MS,
    );
  }

  /** At once, also while an earlier one is under way: the device does them in the order in which they were asked for. */
  private keep(write: () => Promise<void>): void {
    const written = write().then(
      () => (this.localFault = null),
      (error: unknown) => {
        this.localFault = error instanceof Error && error.name === "QuotaExceededError" ? "this device has no room left for Tidemill" : "this device does not keep it";
        this.tell();
      },
    );
    this.localQueue = Promise.all([this.localQueue, written]).then(() => undefined);
  }

  private took(conflicts: readonly Conflict[]): void {
    this.conflicts = conflicts;
    this.parts.onConflicts(conflicts);
    this.tell();
  }

  private tell(): void {
    const next = this.now();
    if (this.calming !== null) clearTimeout(this.calming);
    this.calming = null;
    const isArrival = this.state.kind === "syncing" && (next.kind === "saved" || next.kind === "conflict");
    // While somebody types, every letter arrives by itself: that is one saving, not twenty in a second.
    if (isArrival) this.calming = setTimeout(() => this.say(this.now()), CALM_MS);
    else this.say(next);
  }

  private say(state: SaveState): void {
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    if (state.kind === "unsafe") this.connection?.measures?.lost();
    this.parts.onState(state);
  }

  private now(): SaveState {
    const { progress, localFault, conflicts } = this;
    // What was just changed is not in what was told last.
    const isSaved = !this.parts.doc.isChanged && (progress?.isSaved ?? true);
    const at = Math.max(this.parts.at, progress?.at ?? 0);
    if (isSaved) return conflicts.length > 0 ? { kind: "conflict", at, count: conflicts.length } : { kind: "saved", at };
    if (localFault !== null && !progress?.isBusy) return { kind: "unsafe", why: localFault };
    if (progress?.refused != null) return { kind: "refused", why: progress.refused };
    return progress?.isBusy ? { kind: "syncing" } : { kind: "local", why: progress?.why ?? null, ...(progress?.isSignedOut && { isSignedOut: true }) };
  }
}

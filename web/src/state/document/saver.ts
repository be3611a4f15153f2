// Brings what was changed to this device at once and to the server soon after, one request at a time, and says how that goes.

import { ApiError } from "../../api/client";
import { isOutdated, isRefused, LEAVING_BYTES } from "../../api/draft";
import type { Draft, DraftSaved } from "../../api/types";
import { withoutBase, type Conflict } from "../../graph/document/changes";
import { THEIRS, type Edit, type GraphDocument, type Sent } from "../../graph/document/document";
import type { Local } from "./local";

/** Writing down an edit of more rows than these takes longer than a frame; so long the frame that shows it may take, in ms. */
const LARGE = 500;
const SHOWN_MS = 300;

/** Where the last change is. `why` is the server's or the browser's own words. */
export type SaveState =
  | { kind: "saved"; at: number }
  | { kind: "saving" }
  /** Kept on this device; the server does not answer, or has not been asked yet. */
  | { kind: "local"; why: string | null }
  /** Neither the server nor this device keeps it. */
  | { kind: "unsafe"; why: string }
  /** The server refuses it; it is kept on this device. */
  | { kind: "refused"; why: string };

/** The server, as far as saving needs it. */
export interface Server {
  read(): Promise<Pick<Draft, "rev" | "graph">>;
  change(rev: number, changes: string, keepalive: boolean): Promise<DraftSaved>;
  replace(rev: number, file: string): Promise<DraftSaved>;
}

export interface Timing {
  /** From the last change to saving it, in ms. */
  quiet: number;
  /** At the latest, however long somebody goes on changing. */
  latest: number;
  /** Between tries, the last again and again. */
  tries: readonly number[];
}

export const TIMING: Timing = { quiet: 1_000, latest: 30_000, tries: [1_000, 3_000, 10_000, 30_000, 60_000] };

interface Parts {
  workflow: string;
  doc: GraphDocument;
  rev: number;
  server: Server;
  local: Local | null;
  timing?: Timing;
  onState: (state: SaveState) => void;
  onConflicts: (conflicts: readonly Conflict[]) => void;
}

export class Saver {
  private readonly timing: Timing;
  private rev: number;
  private state: SaveState = { kind: "saved", at: Date.now() };
  private conflicts: readonly Conflict[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** When the oldest change that is not saved was made. */
  private since: number | null = null;
  private failures = 0;
  private underWay: Promise<void> | null = null;
  /** What was sent and never answered, all on one revision: at most one of them has arrived. */
  private unsure: Sent[] = [];
  private localFault: string | null = null;
  private localQueue: Promise<void> = Promise.resolve();
  private pending: Edit[] = [];
  private readonly stop: () => void;

  constructor(private readonly parts: Parts) {
    this.timing = parts.timing ?? TIMING;
    this.rev = parts.rev;
    this.stop = parts.doc.listen((edit) => this.changed(edit));
    if (!parts.local) this.localFault = "this browser keeps nothing for Tidemill";
  }

  /** Begins with what an earlier visit left on this device; saves it. */
  async begin(): Promise<void> {
    const { local, workflow, doc } = this.parts;
    const kept = await local?.read(workflow).catch(() => null);
    const found = kept && kept.changes.length > 0 ? doc.restore(kept.changes) : [];
    this.addConflicts([...(kept?.conflicts ?? []), ...found]);
    await this.keepAll();
    if (doc.isChanged) this.soon(0);
  }

  /** Tries now, for instance when the network is back or somebody asks for it. */
  retry(): void {
    this.failures = 0;
    if (this.parts.doc.isChanged) this.soon(0);
  }

  /** Saves what is there and waits for it; answers the revision, or null where it is not on the server. */
  async flush(): Promise<number | null> {
    for (let turn = 0; turn < 3 && (this.parts.doc.isChanged || this.underWay); turn += 1) {
      if (this.underWay) await this.underWay;
      else await this.run();
      if (this.state.kind !== "saved" && this.state.kind !== "saving") return null;
    }
    return this.parts.doc.isChanged ? null : this.rev;
  }

  /** The page goes away: what is small is sent without waiting for an answer; all of it is on this device. */
  leave(): void {
    this.keepPending();
    const { doc, server } = this.parts;
    if (!doc.isChanged || doc.needsWhole || this.underWay) return;
    const changes = textOf(doc.sending());
    if (changes.length < LEAVING_BYTES) server.change(this.rev, changes, true).catch(() => undefined);
  }

  settleConflict(conflict: Conflict): void {
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    this.parts.onConflicts(this.conflicts);
    void this.keepAll();
  }

  close(): void {
    this.stop();
    if (this.timer !== null) clearTimeout(this.timer);
    this.leave();
  }

  private changed(edit: Edit): void {
    if (edit.origin === THEIRS) return;
    // One write for all edits of this turn: a drag that ends, a paste, a command. A large one is shown before it is written.
    const rows = edit.nodes.length + edit.edges.length;
    if (this.pending.push(edit) === 1) {
      if (rows > LARGE) setTimeout(() => this.keepPending(), SHOWN_MS);
      else queueMicrotask(() => this.keepPending());
    }
    this.since ??= Date.now();
    if (this.state.kind === "saved") this.say({ kind: "local", why: null });
    const left = Math.max(0, this.since + this.timing.latest - Date.now());
    if (this.failures === 0) this.soon(Math.min(this.timing.quiet, left));
  }

  private keepPending(): void {
    const edits = this.pending.splice(0);
    const { local, workflow, doc } = this.parts;
    if (edits.length === 0 || !local) return;
    const rows = { nodes: [...new Set(edits.flatMap((edit) => edit.nodes))], edges: [...new Set(edits.flatMap((edit) => edit.edges))], file: edits.some((edit) => edit.file) };
    const edit = doc.changesOf(rows);
    this.keep(() => local.add(workflow, edit));
  }

  /** Replaces the log of this device by what there is now. */
  private keepAll(): Promise<void> {
    const { local, workflow, doc } = this.parts;
    this.pending = [];
    if (local) this.keep(() => local.replace(workflow, { rev: this.rev, changes: doc.changes(), conflicts: [...this.conflicts] }));
    return this.localQueue;
  }

  /** At once, also while an earlier one is under way: the device does them in the order in which they were asked for. */
  private keep(write: () => Promise<void>): void {
    const written = write().then(
      () => (this.localFault = null),
      (error: unknown) => {
        this.localFault = error instanceof Error && error.name === "QuotaExceededError" ? "this device has no room left for Tidemill" : "this device does not keep it";
        if (this.state.kind === "local") this.say(this.state);
      },
    );
    this.localQueue = Promise.all([this.localQueue, written]).then(() => undefined);
  }

  private soon(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.run();
    }, ms);
  }

  private run(): Promise<void> {
    this.underWay ??= this.save().finally(() => {
      this.underWay = null;
    });
    return this.underWay;
  }

  private async save(): Promise<void> {
    const { doc, server } = this.parts;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (!doc.isChanged) return this.done(Date.now());
    this.say({ kind: "saving" });
    this.since = null;
    const sent = doc.sending();
    try {
      const saved = doc.needsWhole ? await server.replace(this.rev, JSON.stringify(doc.toFile())) : await server.change(this.rev, textOf(sent), false);
      this.unsure = [];
      this.rev = saved.rev;
      doc.settled(sent);
      await this.keepAll();
      this.done(Date.now());
      if (doc.isChanged) this.soon(this.timing.quiet);
    } catch (error) {
      await this.failed(error, sent);
    }
  }

  /** Reads what the server has now and lays what is mine on top. */
  private async catchUp(): Promise<void> {
    const { doc, server } = this.parts;
    const draft = await server.read();
    if (draft.rev !== this.rev) this.addConflicts(doc.rebase(draft.graph, this.unsure));
    this.rev = draft.rev;
    this.unsure = [];
  }

  private async failed(error: unknown, sent: Sent | null): Promise<void> {
    if (isOutdated(error)) {
      // Somebody else saved, or an earlier request arrived without an answer: at once again, on top of that.
      try {
        await this.catchUp();
        await this.keepAll();
        return this.soon(0);
      } catch (second) {
        return this.failed(isOutdated(second) ? new Error("the draft changes faster than it can be read") : second, null);
      }
    }
    const why = error instanceof Error ? error.message : String(error);
    if (isRefused(error)) return this.say({ kind: "refused", why });
    const status = error instanceof ApiError ? error.status : 0;
    if (sent && (status === 0 || status >= 500)) this.unsure.push(sent);
    const wait = this.timing.tries[Math.min(this.failures, this.timing.tries.length - 1)] ?? 0;
    this.failures += 1;
    this.say({ kind: "local", why: status === 401 ? "sign in to save" : why });
    this.soon(wait);
  }

  private done(at: number): void {
    this.failures = 0;
    this.say(this.parts.doc.isChanged ? { kind: "local", why: null } : { kind: "saved", at });
  }

  private addConflicts(found: readonly Conflict[]): void {
    if (found.length === 0) return;
    const key = ({ row, field }: Conflict) => JSON.stringify([row, field]);
    const anew = new Set(found.map(key));
    this.conflicts = [...this.conflicts.filter((one) => !anew.has(key(one))), ...found];
    this.parts.onConflicts(this.conflicts);
  }

  private say(state: SaveState): void {
    this.state = state.kind === "local" && this.localFault !== null ? { kind: "unsafe", why: this.localFault } : state;
    this.parts.onState(this.state);
  }
}

function textOf(sent: Sent): string {
  return JSON.stringify(sent.changes.map(withoutBase));
}

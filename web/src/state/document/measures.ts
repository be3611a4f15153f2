// What this page measures of saving: how long it took and how it ended, conflicts, how large the document is. Gathered, and told to
// the server now and then. Nothing waits for it; what cannot be told is dropped, and comes up nowhere.

import { ApiError } from "../../api/client";
import type { Report } from "../../api/reports";
import type { Conflict } from "../../graph/document/changes";
import type { Chosen } from "./disputes";
import type { Unsent } from "./live";

export type Outcome = "local" | "refused" | "failed";

interface Parts {
  send: (reports: readonly Report[], isLeaving: boolean) => Promise<unknown>;
  /** Whether the server answers; as long as it does not, nothing is sent. */
  isThere: () => boolean;
  /** Bytes of the open document, once they are counted. */
  weigh: (told: (bytes: number) => void) => () => void;
}

const EVERY_MS = 30_000;
/** The server takes no more at once, the size among them; what comes beyond until then is not counted. */
const MOST = 500;
const LONGEST_MS = 86_400_000;
/** A server that answers like this takes no reports: it is an older one, or somebody has turned them off. */
const OFF: readonly number[] = [403, 404, 405, 410, 501];

/** Chromium tells; others do not. */
interface MemoryOf {
  memory?: { usedJSHeapSize: number };
}

export class Measures {
  private gathered: Report[] = [];
  private sent: { clock: number; bytes: number; at: number; hasConflicts: boolean }[] = [];
  private hasConflicts = false;
  /** Whether it was told that something stays on the device, which is told once until something arrives. */
  private isTold = false;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Bytes of the document when it was counted last. */
  private weight: number | null = null;
  private stopWeighing: (() => void) | null = null;
  private isOff = false;

  constructor(private readonly parts: Parts) {}

  /** An update of mine is under way. */
  sends({ clock, update }: Unsent): void {
    this.sent.push({ clock, bytes: update.length, at: performance.now(), hasConflicts: this.hasConflicts });
    this.hasConflicts = false;
  }

  /** The server has what I wrote as far as this. */
  arrived(clock: number): void {
    this.isTold = false;
    const first = this.sent.findIndex((one) => one.clock > clock);
    for (const one of this.sent.splice(0, first < 0 ? this.sent.length : first)) this.saved(one.hasConflicts ? "conflict" : "saved", one);
  }

  /** What was under way did not arrive, as far as anybody knows; `isWaiting`: a change waits that could not even be sent. */
  ended(outcome: Outcome, isWaiting = false): void {
    if (isWaiting && !this.isTold && this.sent.length === 0) this.saved(outcome, { at: performance.now(), bytes: 0 });
    for (const one of this.sent.splice(0)) {
      this.saved(outcome, one);
      this.hasConflicts ||= one.hasConflicts;
    }
  }

  /** Neither the server nor this device keeps the last change. */
  lost(): void {
    this.add({ kind: "save", outcome: "failed", ms: 0, bytes: 0 });
  }

  /** A change was on this device so long after it was made. */
  kept(ms: number): void {
    this.add({ kind: "kept", ms: within(ms) });
  }

  found(count: number): void {
    if (count === 0) return;
    this.hasConflicts = true;
    this.add({ kind: "conflicts", found: count });
  }

  settled(conflicts: readonly Conflict[], how: Chosen["how"]): void {
    const now = Date.now();
    const ms = conflicts.reduce((sum, { shared }) => sum + (shared ? Math.max(0, now - shared.at) : 0), 0);
    this.add({ kind: "conflicts", settled: conflicts.length, how, ms: within(ms) });
  }

  /** The page goes away, perhaps for good. */
  leave(): void {
    this.tell(true);
  }

  close(): void {
    this.leave();
    this.isOff = true;
    this.stop();
  }

  private saved(outcome: Outcome | "saved" | "conflict", { at, bytes }: { at: number; bytes: number }): void {
    this.isTold ||= outcome === "local";
    this.add({ kind: "save", outcome, ms: within(performance.now() - at), bytes });
  }

  private add(report: Report): void {
    if (this.isOff || this.gathered.length >= MOST - 1) return;
    this.gathered.push(report);
    if (this.timer !== null) return;
    this.timer = setTimeout(() => this.tell(false), EVERY_MS);
    this.stopWeighing ??= this.parts.weigh((bytes) => (this.weight = bytes));
  }

  private tell(isLeaving: boolean): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.isOff || this.gathered.length === 0) return;
    if (!this.parts.isThere()) {
      this.timer = setTimeout(() => this.tell(false), EVERY_MS);
      return;
    }
    const memory = (performance as MemoryOf).memory?.usedJSHeapSize;
    const size: Report = { kind: "size", ...(this.weight !== null && { document: this.weight }), ...(memory !== undefined && { memory }) };
    this.parts.send([...this.gathered.splice(0), size], isLeaving).catch((error: unknown) => {
      if (!(error instanceof ApiError) || !OFF.includes(error.status)) return;
      this.isOff = true;
      this.stop();
    });
  }

  private stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.stopWeighing?.();
    [this.timer, this.gathered] = [null, []];
  }
}

/** A clock that was set meanwhile measures nonsense, which would spoil all that is sent with it. */
function within(ms: number): number {
  return Math.min(LONGEST_MS, Math.max(0, ms));
}

// Saving without a socket: what I changed goes by requests, one at a time, and others' changes are asked for now and then.

import { mergeUpdates } from "yjs";
import { ApiError } from "../../api/client";
import { isRefused, LEAVING_BYTES } from "../../api/room";
import type { Live, Unsent } from "./live";
import { pause, type Timing } from "./timing";

/** Why nothing is saved while nobody is signed in. */
export const SIGN_IN = "sign in to save";

/** What a room has, and what it answers to a change. */
export interface Posts {
  document(epoch: number, since: Uint8Array | null): Promise<{ rev: number; at: number; state: Uint8Array }>;
  /** What an epoch ended with, or has by now; null where that is not kept any more. */
  ended(epoch: number): Promise<Uint8Array | null>;
  save(epoch: number, update: Uint8Array, keepalive: boolean): Promise<{ rev: number; at: number }>;
}

interface Parts {
  live: Live;
  timing: Timing;
  posts: Posts;
  /** Whether a request is under way, and why the last one failed; null where it did not. */
  onState: (isBusy: boolean, why: string | null) => void;
  onRefused: (code: string, why: string) => void;
}

export class Posting {
  private isOn = false;
  /** Counts its starts: what a request of an earlier one answers is about a room that may be gone. */
  private starts = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** When the oldest change that was not sent was made. */
  private since: number | null = null;
  /** Whether it is known what the server has: of what a socket sent last nobody may have heard. */
  private isSynced = false;
  private polledAt = 0;
  private failures = 0;
  private underWay: Promise<void> | null = null;
  /** Sent without an answer: sent again with what came since, which does no harm where it arrived. */
  private inHand: Unsent | null = null;

  constructor(private readonly parts: Parts) {}

  start(): void {
    if (this.isOn) return;
    this.isOn = true;
    this.starts += 1;
    this.isSynced = false;
    this.soon(0);
  }

  stop(): void {
    this.isOn = false;
    this.inHand = null;
    this.since = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** There is something to send. */
  push(): void {
    if (!this.isOn) return;
    const now = Date.now();
    this.since ??= now;
    const { quiet, latest } = this.parts.timing;
    if (this.failures === 0) this.soon(Math.min(quiet, Math.max(0, this.since + latest - now)));
  }

  /** Now, for instance when the network is back or somebody asks for it; ends when all is sent, or something failed. */
  async flush(): Promise<void> {
    if (!this.isOn) return;
    this.failures = 0;
    if (this.underWay) await this.underWay;
    await this.run();
  }

  /** The page goes away: what is small is sent without waiting for an answer; all of it is on this device. */
  leave(): void {
    const { live, posts } = this.parts;
    if (!this.isOn || this.underWay || live.isApart) return;
    const mine = (this.inHand = joined(this.inHand, live.unsent()));
    // Base64 and the rest of the request take a third more.
    if (mine && mine.update.length * 1.4 < LEAVING_BYTES) posts.save(live.epoch, mine.update, true).catch(() => undefined);
  }

  private soon(ms: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.run();
    }, ms);
  }

  private async run(): Promise<void> {
    if (this.underWay || !this.isOn) return;
    const { starts } = this;
    const { epoch } = this.parts.live;
    const isStopped = () => !this.isOn || starts !== this.starts;
    this.underWay = this.turn(() => isStopped() || epoch !== this.parts.live.epoch).then(
      () => (isStopped() ? undefined : this.done()),
      (error: unknown) => (isStopped() ? undefined : this.failed(error, epoch)),
    );
    await this.underWay;
    this.underWay = null;
    if (this.isOn && this.timer === null) this.soon(starts === this.starts ? this.parts.timing.poll : 0);
  }

  private async turn(isOver: () => boolean): Promise<void> {
    const { live, posts, onState } = this.parts;
    onState(true, null);
    if (live.mustRead) {
      this.inHand = null;
      await live.over(live.epoch);
      return this.soon(0);
    }
    const isNew = !this.isSynced || live.vector === null;
    if (isNew || Date.now() - this.polledAt >= this.parts.timing.poll) {
      await this.read(isNew, isOver);
      if (isOver()) return;
    }
    const mine = (this.inHand = joined(this.inHand, live.unsent()));
    this.since = null;
    if (!mine) return;
    live.measures?.sends(mine);
    const { rev, at } = await posts.save(live.epoch, mine.update, false);
    if (isOver()) return;
    this.inHand = null;
    // What others wrote before that is asked for at once.
    if (live.confirmed(mine.clock, rev, at) && live.vector !== null) await this.read(false, isOver);
  }

  /** Hears what the server has: all of it, or what came since. */
  private async read(isNew: boolean, isOver: () => boolean): Promise<void> {
    const { live, posts } = this.parts;
    const { rev, at, state } = await posts.document(live.epoch, isNew ? null : live.vector);
    if (isOver()) return;
    this.polledAt = Date.now();
    if (isNew) {
      this.inHand = null;
      this.isSynced = true;
      live.synchronise(state);
    } else {
      live.take(state);
      live.heardAll();
    }
    live.heard(rev, at);
  }

  private done(): void {
    this.failures = 0;
    this.parts.onState(false, null);
    if (this.since !== null) this.push();
  }

  private async failed(error: unknown, epoch: number): Promise<void> {
    const { live, timing, onState, onRefused } = this.parts;
    const why = error instanceof Error ? error.message : String(error);
    live.measures?.ended(isRefused(error) ? "refused" : "local", !live.isSaved);
    if (error instanceof ApiError && error.code === "epoch_over") {
      this.inHand = null;
      try {
        // Its words name the epoch; what it begins with is read anew in any case.
        await live.over(epoch);
        this.polledAt = 0;
        return this.soon(0);
      } catch {
        // Tried again like any other request.
      }
    } else if (isRefused(error)) {
      live.refused();
      this.stop();
      onState(false, null);
      return onRefused((error as ApiError).code, why);
    }
    this.failures += 1;
    onState(false, error instanceof ApiError && error.status === 401 ? SIGN_IN : why);
    this.soon(pause(timing, this.failures));
  }
}

function joined(first: Unsent | null, more: Unsent | null): Unsent | null {
  if (!first || !more) return first ?? more;
  return { update: mergeUpdates([first.update, more.update]), clock: more.clock };
}

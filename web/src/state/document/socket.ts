// The live connection to a room: synchronises at its begin, sends what I change at once, and comes back by itself.

import { Doc, encodeStateVector } from "yjs";
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import { read, write, type Frame } from "./frames";
import type { Live } from "./live";
import { pause, type Timing } from "./timing";
import { SIGN_IN } from "./posting";
import { LOST, type OpenWire, type Wire } from "./wire";

export const CLOSED = { signedOut: 4401, gone: 4404, over: 4409, tooLarge: 4413 } as const;

/** Nothing is known of a state, so all of it is asked for: that tells what of mine is in it. */
const NO_STATE = new Uint8Array([0]);
const REMOTE = Symbol("remote");

export type Phase =
  /** Nobody wants it now. */
  | "off"
  | "trying"
  | "open"
  /** It failed several times; it is tried again now and then. */
  | "away";

interface Parts {
  live: Live;
  timing: Timing;
  open: OpenWire;
  url: (epoch: number) => string;
  onPhase: (phase: Phase) => void;
  /** It ended and does not come back by itself; or what was sent is not kept. */
  onRefused: (code: string, why: string) => void;
}

export class Socket {
  readonly presence = new Awareness(new Doc());
  phase: Phase = "off";
  private wire: Wire | null = null;
  private isSynced = false;
  /** What came before the answer. */
  private early: Uint8Array[] = [];
  /** How far my writing went with each frame that the server counts. */
  private sent: number[] = [];
  /** Answers that are awaited, to questions after the first. */
  private asked = 0;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private flushTimer: ReturnType<typeof setTimeout> | null = null;
  private flushedAt = 0;
  /** Runs while an answer is awaited. */
  private awaiting: ReturnType<typeof setTimeout> | null = null;
  /** The epoch of the room that is joined, or is to be. */
  private epoch = -1;
  /** An epoch is to be left, for another one where that is known. */
  private due: { left: number; epoch?: number; rev?: number } | null = null;

  constructor(private readonly parts: Parts) {
    // A client that has never said anything of itself is not seen by others.
    this.presence.setLocalState({});
    this.presence.on("update", ({ added, updated, removed }: Record<"added" | "updated" | "removed", number[]>) => {
      if ([...added, ...updated, ...removed].includes(this.presence.clientID)) this.tellPresence();
    });
  }

  /** Connects now, or again; nothing happens to a connection that is there. */
  start(): void {
    if (this.wire) return;
    this.failures = this.phase === "away" ? this.parts.timing.tries : 0;
    void this.connect();
  }

  /** Ends, until somebody starts it again. */
  pause(): void {
    this.end("off");
  }

  close(): void {
    this.end("off");
    this.presence.destroy();
  }

  /** Reads the draft again, as if another epoch had begun. */
  readAgain(): void {
    if (!this.wire) return;
    this.due = { left: this.epoch };
    this.again();
  }

  /** Joins the room anew, where what is here belongs to another by now. */
  renew(): void {
    if (this.wire) this.again();
  }

  /** Whether the other end is still there: asked, it answers. */
  check(): void {
    this.askAll();
    this.await();
  }

  /** There is something to send. */
  push(): void {
    if (!this.isSynced || this.flushTimer !== null) return;
    const left = this.flushedAt + this.parts.timing.merge - Date.now();
    if (left <= 0) queueMicrotask(() => this.flush());
    this.flushTimer = setTimeout(() => {
      this.flushTimer = null;
      this.flush();
    }, Math.max(0, left));
  }

  flush(): void {
    const unsent = this.isSynced ? this.parts.live.unsent() : null;
    if (!unsent) return;
    this.flushedAt = Date.now();
    this.parts.live.measures?.sends(unsent);
    this.count(unsent.clock, { kind: "update", update: unsent.update });
  }

  private count(clock: number, frame: Frame): void {
    this.sent.push(clock);
    this.wire?.send(write(frame));
    this.await();
  }

  /** A connection that is gone without a word would otherwise be waited for until somebody reloads the page. */
  private await(): void {
    const { timing } = this.parts;
    this.awaiting ??= setTimeout(() => {
      // What leaves a beginning without an answer, such as a proxy that knows no sockets, will do so again: requests go meanwhile.
      if (!this.isSynced) this.failures = timing.tries;
      this.wire?.close(true);
      this.wire = null;
      this.closed(LOST);
    }, this.isSynced ? timing.patience : timing.opening);
  }

  private heard(): void {
    if (this.awaiting !== null) clearTimeout(this.awaiting);
    this.awaiting = null;
  }

  private async connect(): Promise<void> {
    const { live, open, url } = this.parts;
    this.wait(null);
    if (this.phase !== "away") this.say("trying");
    if (this.due) {
      const due = this.due;
      try {
        await live.over(due.left, due.epoch, due.rev);
      } catch {
        return this.failed();
      }
      if (this.due === due) this.due = null;
      if (this.phase === "off" || this.wire) return;
    }
    [this.isSynced, this.early, this.sent] = [false, [], []];
    this.await();
    this.epoch = live.epoch;
    this.wire = open(url(live.epoch), {
      open: () => {
        this.wire?.send(write({ kind: "ask", vector: NO_STATE }));
        this.tellPresence();
      },
      frame: (bytes) => this.take(bytes),
      close: (code) => this.closed(code),
    });
  }

  private take(bytes: Uint8Array): void {
    const { live } = this.parts;
    const frame = read(bytes);
    if (this.isSynced || frame?.kind === "answer") this.heard();
    switch (frame?.kind) {
      case "answer":
        if (this.isSynced) this.answered(frame.update);
        else this.synchronise(frame.update);
        break;
      case "update":
        if (this.isSynced) live.take(frame.update);
        else this.early.push(frame.update);
        break;
      case "ask": {
        // At the begin it is answered by what follows from the server's own answer.
        const all = this.isSynced ? live.since(frame.vector) : null;
        if (all) this.count(all.clock, { kind: "answer", update: all.update });
        break;
      }
      case "presence":
        applyAwarenessUpdate(this.presence, frame.states, REMOTE);
        break;
      case "ask_presence":
        this.tellPresence();
        break;
      case "saved":
        // Before the answer came, it is about what others did and the answer will tell.
        if (this.isSynced && live.confirmed(this.sent[frame.count - 1] ?? 0, frame.rev, frame.at)) this.askAll();
        break;
      case "over":
        // Only who has heard all of it can go on as they are.
        this.due = { left: this.epoch, ...(this.isSynced && { epoch: frame.epoch, rev: frame.rev }) };
        this.again();
        break;
      case "refused":
        this.refuse(frame.code, frame.detail);
    }
  }

  /** Others are told of what I write after I am: what they wrote before comes with the answer at the latest. */
  private askAll(): void {
    const { shared } = this.parts.live;
    if (!shared) return;
    this.asked += 1;
    this.wire?.send(write({ kind: "ask", vector: encodeStateVector(shared) }));
  }

  private answered(update: Uint8Array): void {
    this.parts.live.take(update);
    this.asked = Math.max(0, this.asked - 1);
    if (this.asked === 0) this.parts.live.heardAll();
  }

  private synchronise(full: Uint8Array): void {
    const { live } = this.parts;
    live.synchronise(full);
    this.isSynced = true;
    this.asked = 0;
    this.failures = 0;
    for (const update of this.early.splice(0)) live.take(update);
    this.say("open");
    this.flush();
    // Found missing where there was no socket to ask by.
    if (live.mustRead) setTimeout(() => live.mustRead && this.readAgain(), 0);
  }

  private refuse(code: string, why: string): void {
    this.parts.live.refused();
    this.parts.live.measures?.ended("refused");
    this.end("off");
    this.parts.onRefused(code, why);
  }

  private closed(code: number): void {
    this.drop();
    if (code === CLOSED.signedOut) return this.ended("signed_out", SIGN_IN);
    if (code === CLOSED.gone) return this.ended("gone", "there is no such workflow any more");
    if (code === CLOSED.tooLarge) return this.refuse("too_large", "a change is too large for the server");
    if (code === CLOSED.over) this.due ??= { left: this.epoch };
    this.failed();
  }

  private ended(code: string, why: string): void {
    this.end("off");
    this.parts.onRefused(code, why);
  }

  /** At once, since the room said so itself. */
  private again(): void {
    this.drop();
    void this.connect();
  }

  private failed(): void {
    const { timing } = this.parts;
    this.failures += 1;
    this.say(this.failures > timing.tries ? "away" : "trying");
    this.wait(pause(timing, this.failures));
  }

  private wait(ms: number | null): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = ms === null ? null : setTimeout(() => void this.connect(), ms);
  }

  private drop(): void {
    this.heard();
    this.parts.live.measures?.ended("local");
    this.wire?.close();
    this.wire = null;
    this.isSynced = false;
    if (this.flushTimer !== null) clearTimeout(this.flushTimer);
    this.flushTimer = null;
    const { states, clientID } = this.presence;
    removeAwarenessStates(this.presence, [...states.keys()].filter((one) => one !== clientID), REMOTE);
  }

  private end(phase: Phase): void {
    this.wait(null);
    this.drop();
    this.say(phase);
  }

  private say(phase: Phase): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.parts.onPhase(phase);
  }

  private tellPresence(): void {
    if (this.wire) this.wire.send(write({ kind: "presence", states: encodeAwarenessUpdate(this.presence, [this.presence.clientID]) }));
  }
}

// Brings what was changed to the server as it goes best: by a socket, else by requests; and says how that goes.

import type { Conflict } from "../../graph/document/changes";
import { commentsOf } from "./comments";
import type { Chosen } from "./disputes";
import { Live, type DraftRead } from "./live";
import type { Mark } from "./local";
import type { Measures } from "./measures";
import { Posting, SIGN_IN, type Posts } from "./posting";
import { Socket, type Phase } from "./socket";
import type { Timing } from "./timing";
import type { OpenWire } from "./wire";
import type { GraphDocument } from "../../graph/document/document";

/** How saving goes. `why` is in the server's words. */
export interface Progress {
  isSaved: boolean;
  isBusy: boolean;
  at: number;
  why: string | null;
  refused: string | null;
  /** It waits for somebody to sign in. */
  isSignedOut?: boolean;
}

export interface ConnectionParts {
  doc: GraphDocument;
  epoch: number;
  rev: number;
  timing: Timing;
  carried: readonly Conflict[];
  readDraft: () => Promise<DraftRead>;
  posts: Posts;
  open: OpenWire;
  url: (epoch: number) => string;
  who: () => string;
  /** Takes part in who is there; answers what ends that. */
  meet?: (presence: Socket["presence"]) => () => void;
  onProgress: (progress: Progress) => void;
  onConflicts: (conflicts: readonly Conflict[]) => void;
  /** Measures saving, where somebody wants to know. */
  measures?: (isThere: () => boolean) => Measures;
  /** What this device keeps must be written anew: at once, or soon. */
  onBase: (isUrgent: boolean) => void;
  /** The draft is that of another epoch. */
  onFold?: () => void;
}

/** So long somebody waits who needs all of it on the server. */
const FLUSH_MS = 10_000;

export class Connection {
  readonly live: Live;
  readonly measures: Measures | undefined;
  private readonly socket: Socket;
  private readonly posting: Posting;
  private refused: { code: string; why: string } | null = null;
  private posts = { isBusy: false, why: null as string | null };
  private readonly waiting = new Set<() => void>();
  private readonly part: () => void;

  constructor(private readonly parts: ConnectionParts) {
    const { timing, posts, open, url } = parts;
    this.measures = parts.measures?.(() => this.isAnswered);
    const onFold = () => {
      parts.onFold?.();
      this.socket.renew();
    };
    this.live = new Live({ ...parts, onFold, ended: posts.ended, measures: this.measures, onProgress: () => this.progressed(), onLack: () => this.socket.readAgain() });
    const onRefused = (code: string, why: string) => this.refuse(code, why);
    this.posting = new Posting({
      live: this.live,
      timing,
      posts,
      onRefused,
      onState: (isBusy, why) => {
        this.posts = { isBusy, why };
        this.tell();
      },
    });
    this.socket = new Socket({ live: this.live, timing, open, url, onRefused, onPhase: () => this.phased() });
    commentsOf(parts.doc).writer = (writes) => {
      this.changed();
      this.live.comment(writes);
    };
    this.part = parts.meet?.(this.socket.presence) ?? (() => undefined);
    this.socket.start();
  }

  /** Who else is there, and what they see. */
  get presence() {
    return this.socket.presence;
  }

  /** How the socket is. */
  get phase(): Phase {
    return this.socket.phase;
  }

  get mark(): Mark | null {
    return this.live.mark;
  }

  /** Tries now, for instance when the network is back or somebody asks for it. */
  retry(): void {
    this.refused = null;
    this.socket.start();
    void this.posting.flush();
    this.tell();
  }

  /** The page is seen again: connections that were given up meanwhile come back, and one that seems to be there is tried. */
  wake(): void {
    if (this.socket.phase === "open") this.socket.check();
    else if (!this.isRefusedForGood) this.retry();
  }

  /** Sends what is there and waits for it; answers the rev, or null where it is not on the server. */
  async flush(): Promise<number | null> {
    const until = Date.now() + FLUSH_MS;
    while (!this.live.isSaved && this.refused === null && Date.now() < until) {
      if (this.socket.phase === "away") {
        await this.posting.flush();
        if (!this.live.isSaved) break;
      } else {
        this.socket.flush();
        if (!this.live.isSaved) await this.news(until - Date.now());
      }
    }
    return this.live.isSaved ? this.live.rev : null;
  }

  /** The page goes away. */
  leave(): void {
    if (this.socket.phase === "open") this.socket.flush();
    else this.posting.leave();
    this.measures?.leave();
  }

  choose(conflicts: readonly Conflict[], how: Chosen["how"], change: () => void): void {
    this.live.choose(conflicts, how, change);
  }

  reopen(conflicts: readonly Conflict[]): void {
    this.live.reopen(conflicts);
  }

  close(): void {
    this.leave();
    this.measures?.close();
    this.part();
    commentsOf(this.parts.doc).close();
    this.posting.stop();
    this.socket.close();
    this.live.close();
  }

  /** Whether the server was there when it was last asked for something. */
  private get isAnswered(): boolean {
    const { phase } = this.socket;
    return this.isRefusedForGood || phase === "open" || (phase === "away" && this.posts.why === null);
  }

  private get isRefusedForGood(): boolean {
    return this.refused !== null && this.refused.code !== "signed_out";
  }

  private phased(): void {
    if (this.socket.phase === "open") {
      this.refused = null;
      this.posting.stop();
      this.posts = { isBusy: false, why: null };
    } else if (this.socket.phase === "away") this.posting.start();
    this.tell();
  }

  private progressed(): void {
    if (!this.live.isSaved) {
      // What was refused may be right by now.
      if (this.refused && this.live.shared && !this.live.isApart) this.refused = null;
      this.socket.push();
      this.posting.push();
    }
    this.tell();
  }

  /** Somebody changed something after a refusal: it is sent anew, with that. */
  changed(): void {
    if (this.isRefusedForGood) this.retry();
  }

  private refuse(code: string, why: string): void {
    this.refused = { code, why };
    this.measures?.ended(code === "signed_out" ? "local" : "refused");
    this.posting.stop();
    this.posts = { isBusy: false, why: null };
    if (this.socket.phase !== "off") this.socket.pause();
    if (code === "read_only") this.lookOn();
    this.tell();
  }

  /** Who may only look on goes on seeing what others do, where nothing of the graph waits here. */
  private lookOn(): void {
    commentsOf(this.parts.doc).lookOn();
    if (this.parts.doc.isChanged) return;
    this.refused = null;
    this.socket.start();
  }

  private tell(): void {
    const { live, socket, posts, refused } = this;
    const isSignedOut = refused?.code === "signed_out" || posts.why === SIGN_IN;
    this.parts.onProgress({
      isSaved: live.isSaved,
      isBusy: socket.phase === "open" || posts.isBusy,
      at: live.savedAt,
      why: isSignedOut ? SIGN_IN : posts.why,
      refused: refused && !isSignedOut ? refused.why : null,
      ...(isSignedOut && { isSignedOut }),
    });
    for (const wake of [...this.waiting]) wake();
  }

  /** Ends with the next thing that is told, or after so many ms. */
  private news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), Math.max(0, ms));
      const wake = () => {
        clearTimeout(timer);
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
    });
  }
}

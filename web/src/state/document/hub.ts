// One socket for all tabs that have one room open: each hears what the others changed once it is on disk, and what the server says
// of a tab's own frames is counted as that tab counts them. It knows frames, and nothing of what is in them.

import { isCounted, read, write } from "./frames";
import { LOST, type OpenWire, type Wire } from "./wire";

/** What a tab says to the hub, and hears from it. */
export type Said = { kind: "open"; url: string; tab: string } | { kind: "frame"; bytes: Uint8Array } | { kind: "close" } | { kind: "lost" };
export type Heard = { kind: "open" } | { kind: "frame"; bytes: Uint8Array } | { kind: "closed"; code: number };

export interface Port {
  postMessage(heard: Heard): void;
}

interface Tab {
  port: Port;
  /** Frames of it that the server counts. */
  sent: number;
  /** How many of these are on disk. */
  kept: number;
}

interface Counted {
  tab: Tab;
  bytes: Uint8Array;
}

export class Hub {
  private wire: Wire | null = null;
  private url = "";
  private isOpen = false;
  private readonly tabs = new Map<Port, Tab>();
  /** Frames that are not on disk, in the order in which they were sent, and how many were before them. */
  private counted: Counted[] = [];
  private done = 0;
  /** Who asked for the state, in order: the answers come in the same. */
  private asking: Tab[] = [];

  constructor(private readonly open: OpenWire) {}

  hear(port: Port, said: Said): void {
    if (said.kind === "open") this.enter(port, said.url);
    else if (said.kind === "close") this.leave(port);
    else if (said.kind === "lost") this.closed(LOST);
    else this.send(port, said.bytes);
  }

  /** A tab is gone, whether it said so or not. */
  leave(port: Port): void {
    this.tabs.delete(port);
    if (this.tabs.size === 0) this.end();
  }

  private enter(port: Port, url: string): void {
    const tab: Tab = { port, sent: 0, kept: 0 };
    if (url !== this.url && this.wire) this.closed(LOST);
    this.tabs.set(port, tab);
    if (!this.wire) {
      this.url = url;
      this.wire = this.open(url, { open: () => this.opened(), frame: (bytes) => this.frame(bytes), close: (code) => this.closed(code) });
    } else if (this.isOpen) port.postMessage({ kind: "open" });
  }

  private opened(): void {
    this.isOpen = true;
    for (const { port } of this.tabs.values()) port.postMessage({ kind: "open" });
  }

  /** The socket is gone: each tab comes back by itself. */
  private closed(code: number): void {
    const tabs = [...this.tabs.values()];
    this.end();
    for (const { port } of tabs) port.postMessage({ kind: "closed", code });
  }

  private end(): void {
    this.wire?.close();
    this.wire = null;
    this.isOpen = false;
    this.tabs.clear();
    [this.counted, this.asking, this.done] = [[], [], 0];
  }

  private send(port: Port, bytes: Uint8Array): void {
    const tab = this.tabs.get(port);
    if (!tab || !this.wire || !this.isOpen) return;
    if (isCounted(bytes)) {
      tab.sent += 1;
      this.counted.push({ tab, bytes });
    } else if (bytes[0] === 0) this.asking.push(tab);
    else this.others(tab, bytes);
    this.wire.send(bytes);
  }

  private others(tab: Tab | null, bytes: Uint8Array): void {
    for (const other of this.tabs.values()) if (other !== tab) other.port.postMessage({ kind: "frame", bytes });
  }

  private frame(bytes: Uint8Array): void {
    const frame = read(bytes);
    if (frame?.kind === "answer") this.asking.shift()?.port.postMessage({ kind: "frame", bytes });
    else if (frame?.kind === "saved") this.saved(frame.rev, frame.count, frame.at);
    else if (frame?.kind === "refused") this.refused(frame.count, frame.code, frame.detail);
    else this.others(null, bytes);
  }

  private saved(rev: number, count: number, at: number): void {
    const kept = this.counted.splice(0, Math.max(0, count - this.done));
    this.done += kept.length;
    for (const { tab, bytes } of kept) {
      tab.kept += 1;
      const frame = read(bytes);
      if (frame?.kind === "update" || frame?.kind === "answer") this.others(tab, write({ kind: "update", update: frame.update }));
    }
    for (const tab of this.tabs.values()) tab.port.postMessage({ kind: "frame", bytes: write({ kind: "saved", rev, count: tab.kept, at }) });
  }

  private refused(count: number, code: string, detail: string): void {
    const one = this.counted[count - this.done - 1];
    if (!one) return;
    const before = this.counted.slice(0, count - this.done).filter(({ tab }) => tab === one.tab).length;
    one.tab.port.postMessage({ kind: "frame", bytes: write({ kind: "refused", count: one.tab.kept + before, code, detail }) });
  }
}

// What is selected: nodes and edges by slot. Flags for drawing, counts for words, and who wants to know of changes.

import { grown } from "./grown";

/** Flags by slot and how many are set. */
class Flags {
  flags = new Uint8Array(0);
  count = 0;

  set(slot: number, on: boolean): boolean {
    this.flags = grown(this.flags, slot + 1, 0);
    if ((this.flags[slot] === 1) === on) return false;
    this.flags[slot] = on ? 1 : 0;
    this.count += on ? 1 : -1;
    return true;
  }

  has(slot: number): boolean {
    return this.flags[slot] === 1;
  }

  slots(): number[] {
    const slots: number[] = [];
    if (this.count > 0) for (let slot = 0; slot < this.flags.length; slot += 1) if (this.flags[slot] === 1) slots.push(slot);
    return slots;
  }

  clear(): boolean {
    if (this.count === 0) return false;
    this.flags.fill(0);
    this.count = 0;
    return true;
  }
}

export class Selection {
  private readonly nodeFlags = new Flags();
  private readonly edgeFlags = new Flags();
  private readonly listeners = new Set<() => void>();
  /** The node chosen last: panels show it, arrow keys start from it. -1 for none. */
  private last = -1;
  /** Counts changes, so that whoever reads can tell whether anything is new. */
  version = 0;

  get nodeCount(): number {
    return this.nodeFlags.count;
  }

  get edgeCount(): number {
    return this.edgeFlags.count;
  }

  get isEmpty(): boolean {
    return this.nodeCount === 0 && this.edgeCount === 0;
  }

  /** The one node that is selected alone, or -1. */
  get only(): number {
    return this.nodeCount === 1 && this.edgeCount === 0 ? this.last : -1;
  }

  get current(): number {
    return this.last;
  }

  hasNode(slot: number): boolean {
    return this.nodeFlags.has(slot);
  }

  hasEdge(slot: number): boolean {
    return this.edgeFlags.has(slot);
  }

  nodes(): number[] {
    return this.nodeFlags.slots();
  }

  edges(): number[] {
    return this.edgeFlags.slots();
  }

  /** Selects these and nothing else. */
  set(nodes: Iterable<number>, edges: Iterable<number> = []): void {
    this.nodeFlags.clear();
    this.edgeFlags.clear();
    this.last = -1;
    this.put(nodes, edges, true);
  }

  add(nodes: Iterable<number>, edges: Iterable<number> = []): void {
    this.put(nodes, edges, true);
  }

  remove(nodes: Iterable<number>, edges: Iterable<number> = []): void {
    this.put(nodes, edges, false);
  }

  toggleNode(slot: number): void {
    this.put([slot], [], !this.hasNode(slot));
  }

  toggleEdge(slot: number): void {
    this.put([], [slot], !this.hasEdge(slot));
  }

  clear(): void {
    const had = this.nodeFlags.clear();
    if (!this.edgeFlags.clear() && !had && this.last < 0) return;
    this.last = -1;
    this.changed();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private put(nodes: Iterable<number>, edges: Iterable<number>, on: boolean): void {
    for (const slot of nodes) {
      this.nodeFlags.set(slot, on);
      if (on) this.last = slot;
    }
    for (const slot of edges) this.edgeFlags.set(slot, on);
    if (!this.hasNode(this.last)) this.last = this.nodes().at(-1) ?? -1;
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

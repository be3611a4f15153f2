// What I changed and the server has not confirmed, in order. How far my writing goes in Yjs's count says what of it is there, also
// after a connection was lost before the answer.

import { confirm, confirmAll, holdBack } from "../../graph/document/elsewhere";
import type { GraphDocument } from "../../graph/document/document";
import type { Written } from "./room";

interface Waiting extends Written {
  at: number;
}

export class Pending {
  /** How far the server is known to have my writing. */
  known = 0;
  private waiting: Waiting[] = [];

  constructor(private readonly doc: GraphDocument, private readonly now: () => number) {}

  get count(): number {
    return this.waiting.length;
  }

  /** For how long the oldest of it waits that the server lacks which has my writing as far as this, in ms; 0 where nothing does. */
  ageBeyond(clock: number): number {
    const first = this.waiting.find((one) => one.clock > clock);
    return first ? this.now() - first.at : 0;
  }

  add(written: Written): void {
    this.waiting.push({ ...written, at: this.now() });
  }

  /** The server has what I wrote as far as this; answers whether that was anything new. */
  confirm(clock: number): boolean {
    this.known = Math.max(this.known, clock);
    const first = this.waiting.findIndex((one) => one.clock > clock);
    const done = this.waiting.splice(0, first < 0 ? this.waiting.length : first);
    if (done.length === 0) return false;
    if (this.waiting.length === 0) confirmAll(this.doc);
    else this.arrived(done);
    return true;
  }

  private arrived(done: readonly Waiting[]): void {
    for (const { went } of done) confirm(this.doc, went);
    const slots = (list: "nodes" | "edges") => new Set(done.flatMap(({ went }) => [...went[list].keys()]));
    const places = { nodes: slots("nodes"), edges: slots("edges"), file: done.some(({ went }) => went.file !== null) };
    for (const { went } of this.waiting.toReversed()) holdBack(this.doc, went, places);
  }

  /** Forgets it, since I begin to write anew: what is held back is told by the document itself. */
  drop(): void {
    this.waiting = [];
    this.known = 0;
  }
}

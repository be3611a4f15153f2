// Which edges leave and enter each node: doubly linked lists in typed arrays, by slots.

import { grown } from "./grown";

const NONE = -1;

export class Links {
  /** By edge: the slots of its ends, -1 where the node is not there. */
  source = new Int32Array(0);
  target = new Int32Array(0);
  private firstOut = new Int32Array(0);
  private firstIn = new Int32Array(0);
  private nextOut = new Int32Array(0);
  private nextIn = new Int32Array(0);
  private previousOut = new Int32Array(0);
  private previousIn = new Int32Array(0);
  private outCount = new Int32Array(0);
  private inCount = new Int32Array(0);

  reserve(nodes: number, edges: number): void {
    if (nodes > this.firstOut.length) {
      this.firstOut = grown(this.firstOut, nodes, NONE);
      this.firstIn = grown(this.firstIn, nodes, NONE);
      this.outCount = grown(this.outCount, nodes, 0);
      this.inCount = grown(this.inCount, nodes, 0);
    }
    if (edges <= this.source.length) return;
    this.source = grown(this.source, edges, NONE);
    this.target = grown(this.target, edges, NONE);
    this.nextOut = grown(this.nextOut, edges, NONE);
    this.nextIn = grown(this.nextIn, edges, NONE);
    this.previousOut = grown(this.previousOut, edges, NONE);
    this.previousIn = grown(this.previousIn, edges, NONE);
  }

  /** Leads an edge from one node to another; -1 is no node. Replaces what it was before. */
  set(edge: number, source: number, target: number): void {
    if (this.source[edge] === source && this.target[edge] === target) return;
    this.clear(edge);
    this.source[edge] = source;
    this.target[edge] = target;
    if (source >= 0) {
      const first = this.firstOut[source] ?? NONE;
      this.nextOut[edge] = first;
      this.previousOut[edge] = NONE;
      if (first >= 0) this.previousOut[first] = edge;
      this.firstOut[source] = edge;
      this.outCount[source] = (this.outCount[source] ?? 0) + 1;
    }
    if (target >= 0) {
      const first = this.firstIn[target] ?? NONE;
      this.nextIn[edge] = first;
      this.previousIn[edge] = NONE;
      if (first >= 0) this.previousIn[first] = edge;
      this.firstIn[target] = edge;
      this.inCount[target] = (this.inCount[target] ?? 0) + 1;
    }
  }

  /** Takes an edge out of both lists. */
  clear(edge: number): void {
    const source = this.source[edge] ?? NONE;
    const target = this.target[edge] ?? NONE;
    if (source >= 0) {
      const [before, after] = [this.previousOut[edge] ?? NONE, this.nextOut[edge] ?? NONE];
      if (before >= 0) this.nextOut[before] = after;
      else this.firstOut[source] = after;
      if (after >= 0) this.previousOut[after] = before;
      this.outCount[source] = (this.outCount[source] ?? 1) - 1;
    }
    if (target >= 0) {
      const [before, after] = [this.previousIn[edge] ?? NONE, this.nextIn[edge] ?? NONE];
      if (before >= 0) this.nextIn[before] = after;
      else this.firstIn[target] = after;
      if (after >= 0) this.previousIn[after] = before;
      this.inCount[target] = (this.inCount[target] ?? 1) - 1;
    }
    this.source[edge] = this.target[edge] = NONE;
  }

  /** The edges that leave a node, the newest first. */
  out(node: number): number[] {
    const edges: number[] = [];
    for (let edge = this.firstOut[node] ?? NONE; edge >= 0; edge = this.nextOut[edge] ?? NONE) edges.push(edge);
    return edges;
  }

  /** The edges that enter a node, the newest first. */
  in(node: number): number[] {
    const edges: number[] = [];
    for (let edge = this.firstIn[node] ?? NONE; edge >= 0; edge = this.nextIn[edge] ?? NONE) edges.push(edge);
    return edges;
  }

  outDegree(node: number): number {
    return this.outCount[node] ?? 0;
  }

  inDegree(node: number): number {
    return this.inCount[node] ?? 0;
  }
}

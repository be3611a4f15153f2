// The ports of nodes by slot: their names, and how far below the upper edge they are.

import { FRAME, NODE, NOTE, type Places } from "../graph/document/places";
import { inputsOf, outputsOf } from "../graph/edit/ports";
import type { NodeKind } from "./types";

export class NodePorts {
  constructor(private readonly places: Places, private readonly kindOf: (slot: number) => NodeKind | undefined) {}

  /** By the names that edges use. */
  of(slot: number): { inputs: string[]; outputs: string[] } {
    const { doc, kind: shapes } = this.places;
    const node = doc.nodes.at(slot);
    if (!node || shapes[slot] === NOTE) return { inputs: [], outputs: [] };
    const kind = this.kindOf(slot);
    if (kind?.outputs) return { inputs: inputsOf(kind), outputs: outputsOf(node, kind) };
    if (shapes[slot] === FRAME && doc.links.outDegree(slot) + doc.links.inDegree(slot) === 0) return { inputs: [], outputs: [] };
    return { inputs: ["in"], outputs: this.used(slot) };
  }

  y(slot: number, port: unknown, isOutput: boolean): number {
    const h = this.places.h[slot] ?? 0;
    if (this.places.kind[slot] !== NODE) return h / 2;
    const kind = this.kindOf(slot);
    const declared = isOutput ? kind?.outputs : kind?.inputs;
    // Most types have one port: their nodes need not be read.
    if (declared && declared.length < 2 && !(isOutput && (kind?.dynamic_outputs || typeof port === "string"))) return h / 2;
    if (typeof port !== "string" && !(declared && declared.length > 1)) return h / 2;
    const { inputs, outputs } = this.of(slot);
    const ports = isOutput ? outputs : inputs;
    const at = typeof port === "string" ? ports.indexOf(port) : -1;
    return ports.length < 2 || at < 0 ? h / 2 : (h * (at + 1)) / (ports.length + 1);
  }

  /** Of a type that is not known: the ports by which edges leave, in the order of the file. */
  private used(slot: number): string[] {
    const ports = new Set<string>();
    for (const edge of this.places.doc.links.out(slot).reverse()) {
      const port: unknown = this.places.doc.edges.at(edge)?.sourceHandle;
      ports.add(typeof port === "string" && port !== "" ? port : "out");
    }
    return ports.size > 0 ? [...ports] : ["out"];
  }
}

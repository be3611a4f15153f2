// The ports of nodes by slot: their names, and how far below the upper edge they are.

import { FRAME, NODE, NOTE, type Places } from "../graph/document/places";
import { inputsOf, outputsOf } from "../graph/edit/ports";
import type { NodeKind } from "./types";

const NONE_OPEN = { inputs: [], outputs: [] };

export class NodePorts {
  constructor(private readonly places: Places, private readonly kindOf: (slot: number) => NodeKind | undefined) {}

  /** Whether any side has several, which are told apart by name. Of most types that is known without reading a node. */
  private hasSeveral(slot: number): boolean {
    const { doc, kind: shapes } = this.places;
    if (shapes[slot] !== NODE) return false;
    const kind = this.kindOf(slot);
    if (kind?.outputs && !kind.dynamic_outputs && kind.outputs.length < 2 && (kind.inputs?.length ?? 0) < 2) {
      const data: unknown = doc.nodes.at(slot)?.data;
      return kind.outputs.length > 0 && typeof data === "object" && data !== null && (data as Record<string, unknown>)["on_error"] === "route";
    }
    const { inputs, outputs } = this.of(slot);
    return inputs.length > 1 || outputs.length > 1;
  }

  /** Of a side with several ports those that no edge tells by name: their names stand at the node. `out` says nothing. */
  open(slot: number): { inputs: string[]; outputs: string[] } {
    if (!this.hasSeveral(slot)) return NONE_OPEN;
    const { edges, links } = this.places.doc;
    const { inputs, outputs } = this.of(slot);
    const left = new Set(links.out(slot).map((edge) => edges.at(edge)?.sourceHandle));
    const entered = new Set(links.in(slot).map((edge) => edges.at(edge)?.targetHandle));
    return { inputs: inputs.length > 1 ? inputs.filter((name) => !entered.has(name)) : [], outputs: outputs.length > 1 ? outputs.filter((name) => name !== "out" && !left.has(name)) : [] };
  }

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

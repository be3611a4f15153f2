// What the node panel knows of data: the last step of a node in the execution on show, and what stands before it.

import type { GraphDocument } from "../../graph/document/document";
import { nameOf } from "../../graph/edit/kinds";
import type { Step } from "../../api/types";
import type { Neighbour, NodeData, NodeOutput } from "../../panels/node/types";
import type { ExecutionState } from "../../state/execution";

/** Nodes before one that expressions are offered: the nearest ones. */
const BEFORE_MOST = 200;

type Kinds = ReadonlyMap<string, { name: string }>;

/** Slots of the nodes that lead to one, nearest first. */
export function before(doc: GraphDocument, slot: number, most = BEFORE_MOST): number[] {
  const seen = new Set([slot]);
  const found: number[] = [];
  for (let layer = [slot]; layer.length > 0 && found.length < most; ) {
    const next: number[] = [];
    for (const at of layer) {
      for (const edge of doc.links.in(at)) {
        const source = doc.links.source[edge] ?? -1;
        if (source < 0 || seen.has(source) || found.length === most) continue;
        seen.add(source);
        found.push(source);
        next.push(source);
      }
    }
    layer = next;
  }
  return found;
}

export function nodeData(doc: GraphDocument, slot: number, kinds: Kinds, state: ExecutionState | null, steps: readonly Step[] | undefined): NodeData {
  const id = doc.nodes.at(slot)?.id ?? "";
  const run = state?.nodes.get(id)?.last;
  const step = run && steps?.find((one) => one.address === run.address);
  const nodes = before(doc, slot).flatMap((at): NodeOutput[] => {
    const node = doc.nodes.at(at);
    if (!node) return [];
    const last = state?.nodes.get(node.id)?.last;
    return [{ id: node.id, label: nameOf(node, kinds), type: node.type ?? "", ...(last?.status === "succeeded" && { output: last.output }) }];
  });
  const inputs = Object.fromEntries(
    doc.links.in(slot).flatMap((edge): [string, unknown][] => {
      const source = doc.nodes.at(doc.links.source[edge] ?? -1);
      const last = source && state?.nodes.get(source.id)?.last;
      return source && last?.status === "succeeded" ? [[source.id, last.output]] : [];
    }),
  );
  const vars = doc.file["variables"];
  return {
    nodes,
    inputs,
    ...(state?.execution && state.status !== null && { trigger: state.input }),
    ...(typeof vars === "object" && vars !== null && { vars: vars as Record<string, unknown> }),
    ...(step && { input: step.input }),
    ...(run && { output: run.output, ports: run.ports, error: run.error }),
    source:
      run && state?.execution
        ? {
            execution: state.execution,
            address: run.address,
            at: run.startedAt === null ? null : run.startedAt + (run.durationMs ?? 0),
            status: run.status,
            attempts: run.attempts,
            duration_ms: run.durationMs,
          }
        : null,
  };
}

export function neighboursOf(doc: GraphDocument, slot: number, kinds: Kinds): { previous: Neighbour[]; next: Neighbour[] } {
  const toNeighbour = (at: number, port: string | null): Neighbour[] => {
    const node = doc.nodes.at(at);
    return node ? [{ id: node.id, label: nameOf(node, kinds), type: node.type ?? "", port }] : [];
  };
  const port = (edge: number) => doc.edges.at(edge)?.sourceHandle ?? null;
  return {
    previous: doc.links.in(slot).reverse().flatMap((edge) => toNeighbour(doc.links.source[edge] ?? -1, port(edge))),
    next: doc.links.out(slot).reverse().flatMap((edge) => toNeighbour(doc.links.target[edge] ?? -1, port(edge))),
  };
}

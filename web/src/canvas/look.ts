// What a node and an edge look like right now: one of a few states, told by word as well as by colour.

import { brief, elided } from "../graph/tree";
import { isPlainPort, summaryOf, titleOf } from "../graph/summary";
import type { PlacedEdge, PlacedNode } from "../graph/file";
import type { NodeRun, StepRun } from "../state/execution";
import { categoryOf, type Category } from "../ui/node-icon";
import { duration, plural, statusWord, waitWords } from "../ui/format";

export type NodeLook = "rest" | "running" | "ok" | "failed" | "skipped" | "disabled";
export type EdgeLook = "rest" | "ok" | "run" | "dead";

/** What is known of a node type, as far as a picture needs it. */
export interface NodeKind {
  name: string;
  category: string;
  icon?: string | null | undefined;
}

export interface CardText {
  look: NodeLook;
  title: string;
  line: string;
  badge: string | null;
  category: Category;
  icon: string | null | undefined;
}

export type Runs = ReadonlyMap<string, NodeRun>;

export function lookOf(node: PlacedNode, run: NodeRun | undefined): NodeLook {
  if (!run) return node.data["disabled"] === true ? "disabled" : "rest";
  if (run.running > 0) return "running";
  if (run.failed > 0) return "failed";
  switch (run.last.status) {
    case "succeeded":
      return "ok";
    case "disabled":
      return "disabled";
    case "skipped":
    case "canceled":
      return run.count > 1 ? "ok" : "skipped";
    default:
      return "rest";
  }
}

/** `shown` tells whether an execution is shown at all; `over` whether nothing more will come. */
export function textOf(node: PlacedNode, kind: NodeKind | undefined, run: NodeRun | undefined, shown: boolean, over: boolean): CardText {
  const look = lookOf(node, run);
  const category = categoryOf(kind?.category, node.type);
  const title = titleOf(node, kind?.name ?? null);
  const base = { title, category, icon: kind?.icon };
  const plain = summaryOf(node, kind?.name ?? null);
  const summary = plain === title ? node.id : plain;
  if (!run) {
    const missed = shown && over;
    return { ...base, look: missed ? "skipped" : look, line: missed ? "not reached" : look === "disabled" ? "disabled" : summary, badge: null };
  }
  const { last } = run;
  switch (look) {
    case "running":
      if (last.wait) return { ...base, look, line: waitWords(last.wait, Date.now()), badge: last.wait.retry ? `try ${last.attempts} failed` : "waiting" };
      return { ...base, look, line: summary, badge: run.count > 1 ? plural(run.count, "step") : last.attempts > 1 ? `attempt ${last.attempts}` : "running" };
    case "failed":
      return { ...base, look, line: last.error?.message ?? "failed", badge: "failed" };
    case "skipped":
      return { ...base, look, line: statusWord(last.status).toLowerCase(), badge: null };
    case "disabled":
      return { ...base, look, line: "disabled · passes its input on", badge: null };
    default: {
      const badge = run.count > 1 ? plural(run.count, "step") : last.durationMs === null ? "done" : duration(last.durationMs);
      return { ...base, look, line: lineAfter(run, summary), badge };
    }
  }
}

function lineAfter(run: NodeRun, summary: string): string {
  const { output, ports } = run.last;
  const port = ports.length === 1 && ports[0] !== undefined && !isPlainPort(ports[0]) ? `→ ${ports[0]}` : null;
  if (port) return port;
  if (output === null || output === undefined) return summary;
  const stand = elided(output);
  return stand ? stand.preview : brief(output, 48);
}

const FRESH_MS = 100;

/** In a loop, an edge that brought its value to an earlier iteration is not the one that feeds this one. */
function isOld(from: StepRun, to: NodeRun): boolean {
  if (to.count < 2 || from.startedAt === null || to.last.startedAt === null) return false;
  return from.startedAt + (from.durationMs ?? 0) < to.last.startedAt - FRESH_MS;
}

export function edgeLook(edge: PlacedEdge, runs: Runs | null, over: boolean): EdgeLook {
  if (!runs) return "rest";
  const from = runs.get(edge.source.id);
  const to = runs.get(edge.target.id);
  if (!from) return over ? "dead" : "rest";
  if (from.running > 0) return "rest";
  const { status, ports } = from.last;
  if (status === "skipped" || status === "canceled") return "dead";
  const chosen = edge.port === null || ports.length === 0 || ports.includes(edge.port);
  if (!chosen && from.count === 1) return "dead";
  if (status === "failed" && edge.port === null) return "dead";
  if (to && to.running > 0 && !isOld(from.last, to)) return "run";
  return to && to.last.status !== "skipped" ? "ok" : over ? "dead" : "rest";
}

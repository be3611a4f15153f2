// What an execution says of each node and edge, from the steps of its nodes: the same states and words everywhere.

import type { GraphDocument } from "../graph/document/document";
import { isDrawnOnly } from "../graph/notes";
import { isPlainPort } from "../graph/summary";
import { brief, elided } from "../graph/values";
import type { NodeRun, StepRun } from "../state/execution";
import { duration, plural, statusWord, waitWords } from "../ui/format";
import type { EdgeLook, NodeLook, Statuses } from "./types";

export type Runs = ReadonlyMap<string, NodeRun>;

const NO_RUNS: Runs = new Map();
const LINE = 48;
const PEEK = 400;
const FRESH_MS = 100;

/** Statuses of a document, told by `show`. */
export function statusesOf(doc: GraphDocument): RunStatuses {
  return new RunStatuses(doc);
}

export class RunStatuses implements Statuses {
  private runs: Runs = NO_RUNS;
  private isOver = false;
  private readonly listeners = new Set<(nodes: readonly number[]) => void>();

  constructor(private readonly doc: GraphDocument) {}

  listen(listener: (nodes: readonly number[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes what is known now, null where no execution is shown; tells of the nodes whose last step is another one. */
  show(shown: Runs | null, over: boolean): void {
    const runs = shown ?? NO_RUNS;
    const isOver = over && shown !== null;
    const changed: number[] = [];
    if (isOver !== this.isOver) for (const [slot] of this.doc.nodes.entries()) changed.push(slot);
    else {
      for (const id of new Set([...runs.keys(), ...this.runs.keys()])) {
        const slot = runs.get(id) === this.runs.get(id) ? undefined : this.doc.nodes.slot(id);
        if (slot !== undefined) changed.push(slot);
      }
    }
    this.runs = runs;
    this.isOver = isOver;
    if (changed.length > 0) for (const listener of this.listeners) listener(changed);
  }

  look(node: number): NodeLook {
    const run = this.runOf(node);
    if (!run) return this.isPassedBy(node) ? "skipped" : this.doc.nodes.at(node)?.data?.["disabled"] === true ? "disabled" : "rest";
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

  line(node: number): string | null {
    const run = this.runOf(node);
    if (!run) return this.isPassedBy(node) ? "not reached" : null;
    const { last } = run;
    switch (this.look(node)) {
      case "running":
        return last.wait ? waitWords(last.wait, Date.now()) : null;
      case "failed":
        return last.error?.message ?? "failed";
      case "skipped":
        return statusWord(last.status).toLowerCase();
      case "disabled":
        return null;
      default:
        return lineAfter(last);
    }
  }

  badge(node: number): string | null {
    const run = this.runOf(node);
    if (!run) return null;
    const { last } = run;
    switch (this.look(node)) {
      case "running":
        if (last.wait) return last.wait.retry ? `try ${last.attempts} failed` : "waiting";
        return run.count > 1 ? plural(run.count, "step") : last.attempts > 1 ? `attempt ${last.attempts}` : "running";
      case "failed":
        return "failed";
      case "skipped":
      case "disabled":
        return null;
      default:
        return run.count > 1 ? plural(run.count, "step") : last.durationMs === null ? "done" : duration(last.durationMs);
    }
  }

  peek(node: number): string | null {
    const run = this.runOf(node);
    if (!run) return null;
    if (run.last.error) return run.last.error.message;
    const { output } = run.last;
    if (output === null || output === undefined) return null;
    return elided(output)?.preview ?? brief(output, PEEK);
  }

  edge(edge: number): EdgeLook {
    const row = this.doc.edges.at(edge);
    const from = row ? this.runs.get(row.source) : undefined;
    const to = row ? this.runs.get(row.target) : undefined;
    if (!row) return "rest";
    if (!from) return this.isOver ? "dead" : "rest";
    if (from.running > 0) return "rest";
    const { status, ports } = from.last;
    const port = row.sourceHandle ?? null;
    if (status === "skipped" || status === "canceled") return "dead";
    const isChosen = port === null || ports.length === 0 || ports.includes(port);
    if (!isChosen && from.count === 1) return "dead";
    if (status === "failed" && port === null) return "dead";
    if (to && to.running > 0 && !isOld(from.last, to)) return "run";
    return to && to.last.status !== "skipped" ? "ok" : this.isOver ? "dead" : "rest";
  }

  /** Whether a run that is over never came to it; what is only drawn was never to be reached. */
  private isPassedBy(node: number): boolean {
    return this.isOver && !isDrawnOnly(this.doc.nodes.at(node)?.type ?? "");
  }

  private runOf(node: number): NodeRun | undefined {
    const row = this.doc.nodes.at(node);
    return row ? this.runs.get(row.id) : undefined;
  }
}

function lineAfter({ output, ports }: StepRun): string | null {
  const port = ports.length === 1 && ports[0] !== undefined && !isPlainPort(ports[0]) ? `→ ${ports[0]}` : null;
  if (port) return port;
  if (output === null || output === undefined) return null;
  return elided(output)?.preview ?? brief(output, LINE);
}

/** In a loop, an edge that brought its value to an earlier iteration is not the one that feeds this one. */
function isOld(from: StepRun, to: NodeRun): boolean {
  if (to.count < 2 || from.startedAt === null || to.last.startedAt === null) return false;
  return from.startedAt + (from.durationMs ?? 0) < to.last.startedAt - FRESH_MS;
}

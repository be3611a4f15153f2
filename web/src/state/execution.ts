// The execution store: a fold over the events of one execution, the same for history, live view and reconnect.
// `fold` is pure; any prefix of a journal gives a state that can be shown; events seen before change nothing.

import { create } from "zustand";
import { followExecution, type Link } from "../api/events";
import type { Event, ExecutionStatus, Json, StepError, StepStatus } from "../api/types";

export type RunStatus = StepStatus | "running";

export interface StepRun {
  address: string;
  node: string;
  status: RunStatus;
  attempts: number;
  startedAt: number | null;
  durationMs: number | null;
  output: Json;
  ports: readonly string[];
  error: StepError | null;
}

/** All steps of one node together: what its card shows. `last` is the step that changed last. */
export interface NodeRun {
  node: string;
  count: number;
  running: number;
  failed: number;
  last: StepRun;
}

export interface ExecutionState {
  execution: string | null;
  seq: number;
  status: ExecutionStatus | null;
  acceptedAt: number | null;
  finishedAt: number | null;
  durationMs: number | null;
  input: Json;
  output: Json;
  error: StepError | null;
  steps: ReadonlyMap<string, StepRun>;
  nodes: ReadonlyMap<string, NodeRun>;
}

export function emptyExecution(execution: string | null): ExecutionState {
  return {
    execution,
    seq: 0,
    status: null,
    acceptedAt: null,
    finishedAt: null,
    durationMs: null,
    input: null,
    output: null,
    error: null,
    steps: new Map(),
    nodes: new Map(),
  };
}

/** The state after `events`. The two maps are copied once for a batch, so a long journal folds in linear time. */
export function fold(state: ExecutionState, events: readonly Event[]): ExecutionState {
  const fresh: Event[] = [];
  let seq = state.seq;
  for (const event of events) {
    if (event.execution !== state.execution || event.seq <= seq) continue;
    seq = event.seq;
    fresh.push(event);
  }
  if (fresh.length === 0) return state;
  const steps = new Map(state.steps);
  const nodes = new Map(state.nodes);
  const next: ExecutionState = { ...state, seq, steps, nodes };
  for (const event of fresh) applyTo(next, steps, nodes, event);
  return next;
}

function applyTo(state: ExecutionState, steps: Map<string, StepRun>, nodes: Map<string, NodeRun>, event: Event): void {
  switch (event.type) {
    case "accepted":
      state.status = "queued";
      state.acceptedAt = time(event.at);
      state.input = event.input;
      return;
    case "step_started":
      begin(state);
      put(steps, nodes, {
        ...blank(event.address, event.node, "running"),
        attempts: event.attempt,
        startedAt: steps.get(event.address)?.startedAt ?? time(event.at),
      });
      return;
    case "step_finished": {
      begin(state);
      const before = steps.get(event.address);
      const startedAt = time(event.started_at) ?? before?.startedAt ?? null;
      put(steps, nodes, {
        ...blank(event.address, event.node, event.status),
        attempts: event.attempts ?? 0,
        startedAt,
        durationMs: event.duration_ms ?? null,
        output: event.output ?? null,
        ports: event.ports ?? [],
        error: event.error ?? null,
      });
      return;
    }
    case "step_skipped":
      begin(state);
      put(steps, nodes, blank(event.address, event.node, "skipped"));
      return;
    case "step_canceled": {
      begin(state);
      const before = steps.get(event.address);
      put(steps, nodes, { ...(before ?? blank(event.address, event.node, "canceled")), status: "canceled" });
      return;
    }
    case "finished":
      state.status = event.status;
      state.finishedAt = time(event.at);
      state.durationMs = event.duration_ms;
      state.output = event.output;
      state.error = event.error ?? null;
      return;
    default:
      // A newer server may send kinds this page does not know yet: the rest still holds.
      event satisfies never;
  }
}

function begin(state: ExecutionState): void {
  if (state.status === null || state.status === "queued" || state.status === "waiting") state.status = "running";
}

function blank(address: string, node: string, status: RunStatus): StepRun {
  return { address, node, status, attempts: 0, startedAt: null, durationMs: null, output: null, ports: [], error: null };
}

function put(steps: Map<string, StepRun>, nodes: Map<string, NodeRun>, step: StepRun): void {
  const before = steps.get(step.address);
  const node = nodes.get(step.node);
  const is = (run: StepRun | undefined, status: RunStatus) => Number(run?.status === status);
  steps.set(step.address, step);
  nodes.set(step.node, {
    node: step.node,
    count: (node?.count ?? 0) + Number(before === undefined),
    running: (node?.running ?? 0) + is(step, "running") - is(before, "running"),
    failed: (node?.failed ?? 0) + is(step, "failed") - is(before, "failed"),
    last: step,
  });
}

function time(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  // Steps take microseconds; `Date` keeps milliseconds and drops the rest.
  const rest = /\.\d{3}(\d+)/.exec(text)?.[1];
  return rest === undefined ? ms : ms + Number(`0.${rest}`);
}

interface ExecutionStore extends ExecutionState {
  link: Link;
}

export const useExecution = create<ExecutionStore>(() => ({ ...emptyExecution(null), link: "connecting" }));

/** Follows an execution into the store until it is over or the returned function is called. */
export function watchExecution(id: string): () => void {
  const { getState, setState } = useExecution;
  if (getState().execution !== id) setState({ ...emptyExecution(id), link: "connecting" });
  let waiting: Event[] = [];
  let frame = 0;
  const flush = () => {
    frame = 0;
    const batch = waiting;
    waiting = [];
    setState((state) => ({ ...fold(state, batch) }));
    if (getState().finishedAt !== null) stop();
  };
  const stop = followExecution(id, getState().seq, {
    onLink: (link) => setState({ link }),
    onEvent: (event) => {
      waiting.push(event);
      // A hidden page gets no frames; there a timer keeps the queue short.
      if (frame === 0) frame = document.hidden ? window.setTimeout(flush, 0) : requestAnimationFrame(flush);
    },
  });
  return () => {
    stop();
    if (waiting.length > 0) flush();
  };
}

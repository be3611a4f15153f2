// The execution store: a fold over the events of one execution, the same for history, live view and reconnect.
// `fold` is pure; any prefix of a journal gives a state that can be shown; events seen before change nothing.

import { create } from "zustand";
import { followExecution, type Link } from "../api/events";
import type { Event, ExecutionStatus, Json, StepError, StepStatus } from "../api/types";

export type RunStatus = StepStatus | "running" | "waiting";

/** What a step waits for: a time, a signal, the end of another execution, or its next attempt. */
export interface Wait {
  until: number | null;
  signal: string | null;
  child: string | null;
  retry: boolean;
}

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
  wait: Wait | null;
  /** Whether it is under way only because steps inside of it are. */
  container: boolean;
  /** Only its result is known: what led to it went with the beginning of a long history. */
  compacted: boolean;
}

/** All steps of one node together: what its card shows. `last` is the step that changed last. */
export interface NodeRun {
  node: string;
  count: number;
  /** Steps under way, those that wait among them. */
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
  /** Steps that run, containers aside, and steps that wait. */
  running: number;
  waiting: number;
  held: boolean;
  /** How often it was taken up again after its end. */
  generation: number;
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
    running: 0,
    waiting: 0,
    held: false,
    generation: 0,
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
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "running"),
        attempts: event.attempt,
        startedAt: steps.get(event.address)?.startedAt ?? time(event.at),
      });
      return;
    case "step_finished": {
      const before = steps.get(event.address);
      const startedAt = time(event.started_at) ?? before?.startedAt ?? null;
      put(state, steps, nodes, {
        ...blank(event.address, event.node, event.status),
        attempts: event.attempts ?? 0,
        startedAt,
        durationMs: event.duration_ms ?? null,
        output: event.output ?? null,
        ports: event.ports ?? [],
        error: event.error ?? null,
        compacted: event.compacted === true,
      });
      return;
    }
    case "step_skipped":
      put(state, steps, nodes, blank(event.address, event.node, "skipped"));
      return;
    case "step_canceled": {
      const before = steps.get(event.address);
      put(state, steps, nodes, { ...(before ?? blank(event.address, event.node, "canceled")), status: "canceled", wait: null });
      return;
    }
    case "finished":
      state.status = event.status;
      state.finishedAt = time(event.at);
      state.durationMs = event.duration_ms;
      state.output = event.output;
      state.error = event.error ?? null;
      endAll(state, steps, nodes);
      return;
    default:
      applyControl(state, steps, nodes, event);
  }
}

type ControlEvent = Extract<Event, { type: "step_retried" | "step_waiting" | "scope_opened" | "round_began" | "batched" | "signaled" | "child_ended" | "paused" | "resumed" | "reopened" }>;

/** Waits, containers, and what people ask of an execution. */
function applyControl(state: ExecutionState, steps: Map<string, StepRun>, nodes: Map<string, NodeRun>, event: ControlEvent): void {
  switch (event.type) {
    case "step_retried":
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "waiting"),
        attempts: event.attempt,
        startedAt: steps.get(event.address)?.startedAt ?? time(event.at),
        error: event.error,
        wait: { until: time(event.wake_at), signal: null, child: null, retry: true },
      });
      return;
    case "step_waiting":
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "waiting"),
        startedAt: steps.get(event.address)?.startedAt ?? time(event.at),
        wait: { until: time(event.until), signal: event.signal, child: event.child, retry: false },
      });
      return;
    case "scope_opened":
      put(state, steps, nodes, { ...blank(event.address, event.node, "running"), container: true, startedAt: steps.get(event.address)?.startedAt ?? time(event.at) });
      return;
    case "round_began": {
      const container = steps.get(event.address);
      if (container?.status === "waiting") put(state, steps, nodes, { ...container, status: "running", wait: null, container: true });
      return;
    }
    case "batched":
      // It is about to begin: its input tells the rest.
      return;
    case "signaled":
    case "child_ended":
      // The step that waited for it tells of its end by itself.
      return;
    case "paused":
    case "resumed":
      state.held = event.type === "paused";
      stand(state);
      return;
    case "reopened":
      state.generation += 1;
      state.finishedAt = null;
      state.durationMs = null;
      state.output = null;
      state.error = null;
      stand(state);
      return;
    default:
      // A newer server may send kinds this page does not know yet: the rest still holds.
      event satisfies never;
  }
}

/** Where an execution stands that has begun and not ended: as the server says it, nothing in flight is waiting. */
function stand(state: ExecutionState): void {
  if (state.finishedAt !== null) return;
  state.status = state.held ? "paused" : state.waiting > 0 && state.running === 0 ? "waiting" : "running";
}

/** Steps that were under way when the execution ended are not any more. */
function endAll(state: ExecutionState, steps: Map<string, StepRun>, nodes: Map<string, NodeRun>): void {
  for (const step of steps.values()) {
    if (isUnderWay(step)) put(state, steps, nodes, { ...step, status: "canceled", wait: null });
  }
}

function isUnderWay(step: StepRun | undefined): boolean {
  return step?.status === "running" || step?.status === "waiting";
}

function blank(address: string, node: string, status: RunStatus): StepRun {
  return { address, node, status, attempts: 0, startedAt: null, durationMs: null, output: null, ports: [], error: null, wait: null, container: false, compacted: false };
}

function put(state: ExecutionState, steps: Map<string, StepRun>, nodes: Map<string, NodeRun>, step: StepRun): void {
  const before = steps.get(step.address);
  const node = nodes.get(step.node);
  const is = (run: StepRun | undefined, status: RunStatus) => Number(run?.status === status);
  steps.set(step.address, step);
  nodes.set(step.node, {
    node: step.node,
    count: (node?.count ?? 0) + Number(before === undefined),
    running: (node?.running ?? 0) + Number(isUnderWay(step)) - Number(isUnderWay(before)),
    failed: (node?.failed ?? 0) + is(step, "failed") - is(before, "failed"),
    last: step,
  });
  const runs = (run: StepRun | undefined) => Number(run?.status === "running" && !run.container);
  state.running += runs(step) - runs(before);
  state.waiting += is(step, "waiting") - is(before, "waiting");
  stand(state);
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

/** How long after an end the stream is still listened to: an execution that was taken up again has several. */
const LINGER_MS = 1_000;

/** Follows an execution into the store until it is over or the returned function is called. */
export function watchExecution(id: string): () => void {
  const { getState, setState } = useExecution;
  if (getState().execution !== id) setState({ ...emptyExecution(id), link: "connecting" });
  let waiting: Event[] = [];
  let frame = 0;
  let linger: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    frame = 0;
    const batch = waiting;
    waiting = [];
    setState((state) => ({ ...fold(state, batch) }));
    clearTimeout(linger);
    if (getState().finishedAt !== null) linger = setTimeout(stop, LINGER_MS);
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
    clearTimeout(linger);
    stop();
    if (waiting.length > 0) flush();
  };
}

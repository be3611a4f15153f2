// What the events of one execution lead to: the same fold for history, live view, reconnect, and any moment between.
// `fold` is pure; any prefix of a journal gives a state that can be shown; events seen before change nothing.

import type { Event } from "../../api/types";
import type { RunStatus, Phase, StepRun, NodeRun, ExecutionState } from "./state";

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
  for (const event of fresh) {
    const at = timeOf(event);
    if (at !== null) next.clock = Math.max(next.clock ?? at, at);
    applyTo(next, steps, nodes, event);
  }
  return next;
}

/** When an event happened, as far as it says. */
export function timeOf(event: Event): number | null {
  if ("at" in event) return time(event.at);
  if (event.type !== "step_finished") return null;
  const started = time(event.started_at);
  return started === null ? null : started + (event.duration_ms ?? 0);
}

function applyTo(state: ExecutionState, steps: Map<string, StepRun>, nodes: Map<string, NodeRun>, event: Event): void {
  switch (event.type) {
    case "accepted":
      state.status = "queued";
      state.acceptedAt = time(event.at);
      state.input = event.input;
      return;
    case "step_started": {
      const before = steps.get(event.address);
      const at = time(event.at);
      const again = before?.phases.at(-1);
      // Told twice, as after a crash: the call goes on.
      const goesOn = again?.kind === "run" && again.to === null && again.attempt === event.attempt;
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "running"),
        attempts: event.attempt,
        startedAt: before?.startedAt ?? at,
        phases: goesOn || at === null ? (before?.phases ?? []) : [...closed(before, at), open("run", at, event.attempt)],
      });
      return;
    }
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
        phases: finishedPhases(before, time(event.started_at), event.duration_ms ?? 0, event.attempts ?? 0, event.status === "failed", state.clock),
      });
      return;
    }
    case "step_skipped":
      put(state, steps, nodes, blank(event.address, event.node, "skipped"));
      return;
    case "step_canceled": {
      const before = steps.get(event.address);
      put(state, steps, nodes, { ...(before ?? blank(event.address, event.node, "canceled")), status: "canceled", wait: null, phases: closed(before, state.clock) });
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
    case "step_retried": {
      const before = steps.get(event.address);
      const at = time(event.at);
      const until = time(event.wake_at);
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "waiting"),
        attempts: event.attempt,
        startedAt: before?.startedAt ?? at,
        error: event.error,
        wait: { until, signal: null, child: null, retry: true },
        phases: at === null ? (before?.phases ?? []) : [...failedAttempt(before, at, event.attempt), open("pause", at, event.attempt)],
      });
      return;
    }
    case "step_waiting": {
      const before = steps.get(event.address);
      const at = time(event.at);
      put(state, steps, nodes, {
        ...blank(event.address, event.node, "waiting"),
        startedAt: before?.startedAt ?? at,
        wait: { until: time(event.until), signal: event.signal, child: event.child, retry: false },
        phases: at === null ? (before?.phases ?? []) : [...closed(before, at), open("wait", at, 0)],
      });
      return;
    }
    case "scope_opened": {
      const before = steps.get(event.address);
      const at = time(event.at);
      const phases = at === null ? (before?.phases ?? []) : [...closed(before, at), open("run", at, 1)];
      put(state, steps, nodes, { ...blank(event.address, event.node, "running"), container: true, startedAt: before?.startedAt ?? at, phases });
      return;
    }
    case "round_began": {
      const container = steps.get(event.address);
      if (container?.status !== "waiting") return;
      const at = Math.max(container.wait?.until ?? 0, container.phases.at(-1)?.from ?? 0) || state.clock;
      const phases = at === null ? container.phases : [...closed(container, at), open("run", at, container.attempts + 1)];
      put(state, steps, nodes, { ...container, status: "running", wait: null, container: true, phases });
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
    if (isUnderWay(step)) put(state, steps, nodes, { ...step, status: "canceled", wait: null, phases: closed(step, state.finishedAt) });
  }
}

function open(kind: Phase["kind"], from: number, attempt: number): Phase {
  return { kind, from, to: null, attempt, failed: false };
}

/** The phases of a step, the last of them ended. A pause before the next attempt ends when that one may begin. */
function closed(step: StepRun | undefined, at: number | null, failed = false): readonly Phase[] {
  const last = step?.phases.at(-1);
  if (!step || !last || last.to !== null || at === null) return step?.phases ?? [];
  return [...step.phases.slice(0, -1), { ...last, to: Math.max(last.from, at), failed }];
}

/** An attempt that failed at `at`. Where nobody told of its begin, it began when its pause was over. */
function failedAttempt(step: StepRun | undefined, at: number, attempt: number): readonly Phase[] {
  const last = step?.phases.at(-1);
  if (last?.kind === "run" && last.to === null) return closed(step, at, true);
  const from = last?.to === null ? Math.min(at, Math.max(last.from, step?.wait?.until ?? at)) : at;
  return [...closed(step, from), { kind: "run", from, to: at, attempt, failed: true }];
}

function finishedPhases(step: StepRun | undefined, startedAt: number | null, lasted: number, attempt: number, failed: boolean, clock: number | null): readonly Phase[] {
  const last = step?.phases.at(-1);
  if (startedAt === null) return closed(step, clock, failed);
  const to = startedAt + lasted;
  if (last?.kind === "run" && last.to === null) return closed(step, to, failed);
  return [...closed(step, startedAt), { kind: "run", from: startedAt, to, attempt, failed }];
}

function isUnderWay(step: StepRun | undefined): boolean {
  return step?.status === "running" || step?.status === "waiting";
}

function blank(address: string, node: string, status: RunStatus): StepRun {
  return { address, node, status, attempts: 0, startedAt: null, durationMs: null, output: null, ports: [], error: null, wait: null, phases: [], container: false, compacted: false };
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

export function time(text: string | null | undefined): number | null {
  if (!text) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  // Steps take microseconds; `Date` keeps milliseconds and drops the rest.
  const rest = /\.\d{3}(\d+)/.exec(text)?.[1];
  return rest === undefined ? ms : ms + Number(`0.${rest}`);
}

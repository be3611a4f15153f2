// What is known of an execution: its steps, its nodes, how it stands.

import type { ExecutionStatus, Json, StepError, StepStatus } from "../../api/types";

export type RunStatus = StepStatus | "running" | "waiting";

/** What a step waits for: a time, a signal, the end of another execution, or its next attempt. */
export interface Wait {
  until: number | null;
  signal: string | null;
  child: string | null;
  retry: boolean;
}

/** A stretch of a step's time: an attempt that ran, or what it waited for. `to` is null while it lasts. */
export interface Phase {
  kind: "run" | "wait" | "pause";
  from: number;
  to: number | null;
  /** Which attempt ran, or which one it was that failed before the pause; 0 where nobody counts. */
  attempt: number;
  failed: boolean;
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
  /** How its time was spent, in order. Empty where no times are known. */
  phases: readonly Phase[];
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
  /** The latest time any event told. */
  clock: number | null;
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
    clock: null,
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

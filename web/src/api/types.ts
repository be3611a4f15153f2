// The shapes of the HTTP contract, by hand until they are generated from the OpenAPI document.
// This is the only file that names them; nothing here has behaviour.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type ExecutionStatus =
  | "delayed"
  | "queued"
  | "running"
  | "waiting"
  | "paused"
  | "succeeded"
  | "failed"
  | "canceled"
  | "timed_out"
  | "quarantined";

export type StepStatus = "succeeded" | "failed" | "disabled" | "skipped" | "canceled";

/** A step or execution that failed: data, not an exception. `node` is the address of the step at fault. */
export interface StepError {
  code: string;
  message: string;
  node?: string | null;
}

/** Stands where a value above 2 KiB would be; `ref` is fetched on demand. */
export interface Elided {
  $elided: true;
  preview: string;
  bytes: number;
  ref: string;
}

export interface GraphNode {
  id: string;
  type?: string;
  position?: { x: number; y: number } | null;
  parentId?: string | null;
  width?: number | null;
  height?: number | null;
  data?: { [key: string]: Json };
}

export interface GraphEdge {
  id?: string | null;
  source: string;
  target: string;
  sourceHandle?: string | null;
  targetHandle?: string | null;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  samples?: Json;
}

export interface LastExecution {
  id: string;
  status: ExecutionStatus;
  started_at: string | null;
  duration_ms: number | null;
}

export interface WorkflowItem {
  id: string;
  active?: boolean;
  name: string;
  description?: string | null;
  tags?: string[];
  node_count: number;
  edge_count: number;
  created_at: string;
  updated_at: string;
  rev: number | string;
  version: string;
  last_execution: LastExecution | null;
}

export interface Workflow extends Omit<WorkflowItem, "last_execution"> {
  last_execution?: LastExecution | null;
  graph: Graph;
}

export interface ListOf<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number | null;
}

export interface Problem {
  code: string;
  severity: "error" | "warning";
  node?: string | null;
  edge?: string | null;
  path?: string | null;
  message: string;
  suggestion?: string | null;
}

export interface Validation {
  valid: boolean;
  problems: Problem[];
}

export interface ExecutionItem {
  id: string;
  workflow: { id: string; name: string } | null;
  version: string;
  status: ExecutionStatus;
  trigger?: string | null;
  started_at: string | null;
  finished_at: string | null;
  duration_ms: number | null;
  error: StepError | null;
  /** The execution that it comes from. */
  origin?: { execution: string; kind: "child" | "fork" | "replay" | "retry" } | null;
}

/** Executions, newest first; with `since` those that changed. */
export interface ExecutionPage extends ListOf<ExecutionItem> {
  /** False where `total` stands for "more than that". */
  total_exact?: boolean;
  /** What tells of the changes from here on. */
  since?: string;
  more?: boolean;
  /** Of changes: what was deleted, or has another status now than was asked for. */
  gone?: string[];
}

export type BulkAction = "cancel" | "pause" | "resume" | "retry" | "replay";

export interface BulkFilter {
  status?: string;
  workflow?: string;
  trigger?: string;
  from?: string;
  to?: string;
}

/** The same asked of many executions, and how far that is. */
export interface Bulk {
  id: string;
  action: BulkAction;
  status: "running" | "finished";
  total: number;
  total_exact: boolean;
  done: number;
  /** What could not be asked any more. */
  passed_over: number;
}

/** A step that waits, and for what. */
export interface WaitingStep {
  address: string;
  node: string;
  until: string | null;
  signal: string | null;
  /** The path whose call ends the wait, once. */
  resume_url: string | null;
  child: string | null;
  retry: boolean;
}

export interface Execution extends ExecutionItem {
  input: Json;
  output: Json;
  graph: Graph;
  waiting?: WaitingStep[];
  /** The seq from which on its history is whole: 1 unless its beginning was removed. */
  history_from?: number;
}

export interface Step {
  address: string;
  node: string;
  type: string;
  label: string | null;
  status: StepStatus | "running" | "waiting";
  input: Json;
  output: Json;
  ports: string[] | null;
  attempts: number;
  error: StepError | null;
  started_at: string | null;
  duration_ms: number | null;
}

/** One event of an execution's journal, as the stream carries it. */
export type Event = { execution: string; seq: number; /** What led here is gone: a snapshot tells of it, without times. */ compacted?: boolean } & (
  | { type: "accepted"; at: string; input: Json; trigger?: string | null }
  | { type: "step_started"; address: string; node: string; attempt: number; at: string }
  | {
      type: "step_finished";
      address: string;
      node: string;
      status: "succeeded" | "failed" | "disabled";
      /** These are absent where the step did not run: a disabled node. */
      output?: Json;
      ports?: string[] | null;
      error?: StepError | null;
      attempts?: number;
      started_at?: string | null;
      duration_ms?: number | null;
    }
  /** An attempt failed and another follows at `wake_at`. */
  | { type: "step_retried"; address: string; node: string; attempt: number; error: StepError | null; wake_at: string; at: string }
  | { type: "step_waiting"; address: string; node: string; at: string | null; until: string | null; signal: string | null; child: string | null }
  | { type: "scope_opened"; address: string; node: string; at: string | null; items: number | null }
  | { type: "round_began"; address: string; round: number }
  /** So many more starts became part of it before it began. */
  | { type: "batched"; at: string; starts: number }
  | { type: "signaled"; at: string; name: string; value: Json }
  | { type: "child_ended"; at: string; child: string; status: ExecutionStatus }
  | { type: "paused" | "resumed" | "reopened"; at: string | null }
  | { type: "step_skipped"; address: string; node: string }
  | { type: "step_canceled"; address: string; node: string }
  | {
      type: "finished";
      at: string;
      status: ExecutionStatus;
      output: Json;
      error?: StepError | null;
      duration_ms: number | null;
    }
);

export type EventType = Event["type"];

export interface NodeType {
  id: string;
  aliases?: string[];
  name: string;
  category: string;
  summary: string;
  icon?: string | null;
  effect: "pure" | "read" | "write";
  inputs: Port[];
  outputs: Port[];
  dynamic_outputs: boolean;
  schema: { [key: string]: Json } | null;
  /** A small workflow that runs and shows it. */
  example: Json;
}

export type Port = string | { name: string; summary?: string | null };

export interface DashboardStats {
  total_workflows: number;
  active_workflows: number;
  running_executions: number;
  /** Of the executions that ended, 0 to 100; none before the first. */
  success_rate: number | null;
  total: number;
  running: number;
  completed: number;
  failed: number;
  average_time_ms: number | null;
}

export interface Accepted {
  execution_id: string;
  status: ExecutionStatus;
}

/** An execution that was asked for something. */
export interface Asked {
  id: string;
  status: ExecutionStatus;
}

export interface Session {
  signed_in: boolean;
  tenant?: string | null;
}

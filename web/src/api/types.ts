// The shapes of the HTTP contract by the names the pages use. They come from the server's OpenAPI document (schema.ts, `npm run api`);
// written by hand is only what it leaves open: values of any kind, names of statuses, events. Nothing here has behaviour.

import type { components } from "./schema";

type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** With no field left out: the server writes `null` where the document lets a field be missing. */
type Told<T> = { [K in keyof T]-?: T[K] };

/** `T` with some fields said more exactly. A field that `T` does not have is an error. */
type With<T, More extends { [K in keyof More]: K extends keyof T ? unknown : never }> = Omit<T, keyof More> & More;

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
export type StepError = Schema<"Failure">;

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

export type LastExecution = With<Told<Schema<"LastExecution">>, { status: ExecutionStatus; started_at: string | null }>;

/** A graph as a small picture: boxes with the category of their node type, and lines between them. */
export interface Preview {
  w: number;
  h: number;
  boxes: readonly (readonly [x: number, y: number, w: number, h: number, category: string])[];
  lines: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[];
}

/** A preview only where it was asked for. */
export type WorkflowItem = With<Told<Schema<"WorkflowItem">>, { last_execution: LastExecution | null; preview?: Preview | null }>;

export type Workflow = With<Schema<"WorkflowWhole">, { last_execution?: LastExecution | null; graph: Graph; preview?: Preview | null }>;

export type Template = With<Schema<"TemplateItem">, { preview: Preview | null }>;

export type TemplateWhole = Template & {
  graph: Graph;
  /** Inputs to try it with. */
  samples?: Json[];
};

/** A tag or a folder, and how many workflows have it. */
export type Counted = Schema<"Counted">;

export type WorkflowBulkAction = "activate" | "deactivate" | "delete" | "tag" | "untag" | "move";

/** Which workflows a bulk action is for: some by their ids, or all that a list shows. */
export type BulkTarget = { ids: readonly string[] } | { filter: { q?: string; tags?: readonly string[]; folder?: string; active?: boolean } };

export type BulkAnswer = Schema<"WorkflowBulkAnswer">;

export interface ListOf<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number | null;
}

export type Problem = With<Schema<"GraphProblem">, { severity: "error" | "warning" }>;

export type Validation = With<Schema<"Validation">, { problems: Problem[] }>;

export type ExecutionItem = With<
  Told<Schema<"ExecutionItem">>,
  {
    status: ExecutionStatus;
    trigger?: string | null;
    started_at: string | null;
    /** The execution that it comes from. */
    origin?: With<Schema<"OriginItem">, { kind: "child" | "fork" | "replay" | "retry" }> | null;
  }
>;

/** Executions, newest first; with `since` those that changed. */
export type ExecutionPage = With<Schema<"ExecutionPage">, { items: ExecutionItem[] }>;

export type BulkAction = "cancel" | "pause" | "resume" | "retry" | "replay";

export type BulkFilter = Schema<"BulkFilter">;

/** The same asked of many executions, and how far that is. */
export type Bulk = With<Schema<"BulkItem">, { action: BulkAction; status: "running" | "finished" }>;

/** A step that waits, and for what. */
export type WaitingStep = Told<Schema<"WaitingStep">>;

export type Execution = ExecutionItem &
  With<Omit<Schema<"ExecutionWhole">, keyof ExecutionItem>, { input: Json; output: Json; graph: Graph; waiting?: WaitingStep[]; history_from?: number }>;

export type Step = With<
  Told<Schema<"StepItem">>,
  { label: string | null; status: StepStatus | "running" | "waiting"; input: Json; output: Json; ports: string[] | null; compacted?: boolean }
>;

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

export type NodeType = With<
  Schema<"NodeTypeItem">,
  {
    aliases?: string[];
    icon?: string | null;
    effect: "pure" | "read" | "write";
    inputs: Port[];
    outputs: Port[];
    schema: { [key: string]: Json } | null;
    example: Json;
  }
>;

export type Port = string | { name: string; summary?: string | null };

export type DashboardStats = Told<Schema<"DashboardStats">>;

/** What became of the executions that began in one span of time. */
export type HistoryPart = Told<Schema<"HistoryItem">>;

/** The hours of a day, or the days of a month. */
export type History = With<Schema<"History">, { items: HistoryPart[] }>;

export type Accepted = With<Schema<"Started">, { status: ExecutionStatus }>;

/** An execution that was asked for something. */
export type Asked = With<Schema<"Asked">, { status: ExecutionStatus }>;

export type Session = Schema<"SessionState">;

export type DraftSaved = Schema<"DraftSaved">;
export type Draft = With<Schema<"DraftWhole">, { graph: Graph; gone?: { nodes: (string | number)[]; edges: (string | number)[] } }> & { branch?: string };

/** What routes answer, where the document says less than the shapes above. */
export interface Answers {
  "GET /dashboard/stats": DashboardStats;
  "GET /dashboard/recent-executions": ListOf<ExecutionItem>;
  "GET /workflows": ListOf<WorkflowItem>;
  "GET /workflows/batch": ListOf<Workflow>;
  "GET /templates": ListOf<Template>;
  "GET /templates/{id}": TemplateWhole;
  "POST /workflows": Workflow;
  "GET /workflows/{id}": Workflow;
  "GET /workflows/{id}/draft": Draft;
  "GET /workflows/{id}/draft/problems": { rev: number; problems: Problem[]; errors: number; warnings: number; more: number };
  "POST /workflows/validate": Validation;
  "POST /workflows/{id}/execute": Accepted;
  "GET /dashboard/history": History;
  "GET /executions": ExecutionPage;
  "POST /executions/bulk": Bulk;
  "GET /executions/bulk/{id}": Bulk;
  "GET /executions/{id}": Execution;
  "GET /executions/{id}/steps": ListOf<Step>;
  "GET /executions/{id}/values/{reference}": Json;
  "POST /executions/{id}/cancel": Asked;
  "POST /executions/{id}/fork": Asked;
  "POST /executions/{id}/replay": Asked;
  "POST /executions/{id}/pause": Asked;
  "POST /executions/{id}/resume": Asked;
  "POST /executions/{id}/retry": Asked;
  "POST /executions/{id}/signals/{name}": Asked;
  "GET /node-types": ListOf<NodeType>;
}

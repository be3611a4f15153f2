// One function for each request the pages make.

import { callJson, callText } from "./client";
import type {
  Accepted,
  Asked,
  Bulk,
  BulkAction,
  BulkFilter,
  DashboardStats,
  Execution,
  ExecutionItem,
  ExecutionPage,
  Json,
  ListOf,
  NodeType,
  Session,
  Step,
  Validation,
  Workflow,
  WorkflowItem,
} from "./types";

const seg = encodeURIComponent;

export interface WorkflowQuery {
  q: string;
  sort: string;
}

/** Statuses with commas between them, times as RFC 3339; what is empty or absent is not asked for. */
export interface ExecutionQuery {
  workflow: string;
  status: string;
  trigger?: string;
  origin?: string;
  from?: string;
  to?: string;
}

/** Changes asked for at a time. */
const CHANGES = 500;

export const api = {
  session: () => callJson<Session>("/session"),
  signIn: (token: string) => callJson<Session | undefined>("/session", { method: "POST", body: JSON.stringify({ token }) }),

  stats: (signal?: AbortSignal) => callJson<DashboardStats>("/dashboard/stats", { signal }),
  recent: (limit: number, signal?: AbortSignal) =>
    callJson<ListOf<ExecutionItem> | ExecutionItem[]>("/dashboard/recent-executions", { query: { limit }, signal }),

  workflows: (query: WorkflowQuery, cursor: string | null, limit: number, signal?: AbortSignal, total = cursor === null) =>
    callJson<ListOf<WorkflowItem>>("/workflows", { query: { ...query, cursor, limit, total }, signal }),
  workflow: (id: string, signal?: AbortSignal) => callJson<Workflow>(`/workflows/${seg(id)}`, { signal }),
  createWorkflow: (text: string) => callJson<Workflow>("/workflows", { method: "POST", body: text }),
  validate: (graph: string, signal?: AbortSignal) =>
    callJson<Validation>("/workflows/validate", { method: "POST", body: graph, signal }),
  /** `input` is JSON text; `key` makes a repeated click or a retry start one execution only. */
  execute: (id: string, input: string, key: string) =>
    callJson<Accepted>(`/workflows/${seg(id)}/execute`, {
      method: "POST",
      body: `{"input":${input}}`,
      headers: { "idempotency-key": key },
    }),

  executions: (query: ExecutionQuery, cursor: string | null, limit: number, signal?: AbortSignal, total = false) =>
    callJson<ExecutionPage>("/executions", { query: { ...query, cursor, limit, ...(total ? { total } : {}) }, signal }),
  /** What changed after the answer that gave `since`. */
  changes: (query: ExecutionQuery, since: string, signal?: AbortSignal) => callJson<ExecutionPage>("/executions", { query: { ...query, since, limit: CHANGES }, signal }),
  execution: (id: string, signal?: AbortSignal) => callJson<Execution>(`/executions/${seg(id)}`, { signal }),
  steps: (id: string, signal?: AbortSignal) => callJson<ListOf<Step>>(`/executions/${seg(id)}/steps`, { signal }),
  /** Asks an execution for something; it is recorded when this answers, and done soon after. */
  ask: (id: string, what: "cancel" | "pause" | "resume" | "retry") => callJson<Asked>(`/executions/${seg(id)}/${what}`, { method: "POST", body: "{}" }),
  /** Goes on from a step in a new execution; `output` is JSON text in place of what was recorded, null to run the step again. */
  fork: (id: string, from: string, output: string | null, key: string) =>
    callJson<Asked>(`/executions/${seg(id)}/fork`, {
      method: "POST",
      body: output === null ? JSON.stringify({ from }) : `${JSON.stringify({ from }).slice(0, -1)},"output":${output}}`,
      headers: { "idempotency-key": key },
    }),
  /** Runs the same input anew, on the version it ran with or on another. */
  replay: (id: string, version: string | null, key: string) =>
    callJson<Asked>(`/executions/${seg(id)}/replay`, { method: "POST", body: JSON.stringify(version === null ? {} : { version }), headers: { "idempotency-key": key } }),
  bulk: (action: BulkAction, filter: BulkFilter) => callJson<Bulk>("/executions/bulk", { method: "POST", body: JSON.stringify({ action, filter }) }),
  bulkOf: (id: string, signal?: AbortSignal) => callJson<Bulk>(`/executions/bulk/${seg(id)}`, { signal }),
  /** `value` is JSON text; `key` makes a repeated click count once. */
  signal: (id: string, name: string, value: string, key: string) =>
    callJson<Asked>(`/executions/${seg(id)}/signals/${seg(name)}`, { method: "POST", body: value, headers: { "idempotency-key": key } }),
  value: (id: string, ref: string, signal?: AbortSignal) =>
    callJson<Json>(`/executions/${seg(id)}/values/${ref.split("/").map(seg).join("/")}`, { signal }),
  /** The execution and its steps as one JSON text, byte for byte as the server wrote them. */
  download: async (id: string) => {
    const path = `/executions/${seg(id)}`;
    const [execution, steps] = await Promise.all([callText(path), callText(`${path}/steps`)]);
    return `{"execution":${execution},"steps":${steps}}`;
  },

  nodeTypes: (signal?: AbortSignal) => callJson<ListOf<NodeType>>("/node-types", { signal }),
};

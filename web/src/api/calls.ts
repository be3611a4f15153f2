// One function for each request the pages make.

import { callJson, callText } from "./client";
import type {
  Accepted,
  Asked,
  BulkAction,
  BulkAnswer,
  BulkTarget,
  Counted,
  DashboardStats,
  Execution,
  ExecutionItem,
  History,
  Json,
  ListOf,
  NodeType,
  Session,
  Step,
  Template,
  TemplateWhole,
  Validation,
  Workflow,
  WorkflowItem,
} from "./types";

const seg = encodeURIComponent;

export interface WorkflowQuery {
  q: string;
  sort: string;
}

/** Which workflows a list shows, and in which order. */
export interface WorkflowFilter extends WorkflowQuery {
  tag: readonly string[];
  folder: string;
  active: string;
}

export interface ExecutionQuery {
  workflow: string;
  status: string;
}

export const api = {
  session: () => callJson<Session>("/session"),
  signOut: () => callText("/session", { method: "DELETE" }),
  signIn: (token: string) => callJson<Session | undefined>("/session", { method: "POST", body: JSON.stringify({ token }) }),

  stats: (signal?: AbortSignal) => callJson<DashboardStats>("/dashboard/stats", { signal }),
  recent: (limit: number, signal?: AbortSignal) =>
    callJson<ListOf<ExecutionItem> | ExecutionItem[]>("/dashboard/recent-executions", { query: { limit }, signal }),
  history: (step: "hour" | "day", count: number, signal?: AbortSignal) => callJson<History>("/dashboard/history", { query: { step, count }, signal }),
  /** In the text form of Prometheus. */
  metrics: (signal?: AbortSignal) => callText("/metrics", { signal }),

  workflows: (query: WorkflowQuery, cursor: string | null, limit: number, signal?: AbortSignal, more: { total?: boolean; preview?: boolean } = { total: cursor === null }) =>
    callJson<ListOf<WorkflowItem>>("/workflows", { query: { ...query, cursor, limit, ...more }, signal }),
  /** Some rows of a list from the middle of it; with how many there are in all, where it is asked for. */
  workflowWindow: (query: WorkflowFilter, skip: number, limit: number, total: boolean, signal?: AbortSignal) =>
    callJson<ListOf<WorkflowItem>>("/workflows", { query: { ...query, skip, limit, total, preview: true }, signal }),
  workflowTags: (signal?: AbortSignal) => callJson<ListOf<Counted>>("/workflows/tags", { signal }),
  workflowFolders: (signal?: AbortSignal) => callJson<ListOf<Counted>>("/workflows/folders", { signal }),
  bulkWorkflows: (target: BulkTarget, action: BulkAction, more: { tags?: readonly string[]; folder?: string } = {}) =>
    callJson<BulkAnswer>("/workflows/bulk", { method: "POST", body: JSON.stringify({ ...target, action, ...more }) }),
  /** At most 100 workflows with their graphs. */
  workflowBatch: (ids: readonly string[]) => callJson<ListOf<Workflow>>("/workflows/batch", { query: { ids: ids.join(",") } }),
  templates: (signal?: AbortSignal) => callJson<ListOf<Template>>("/templates", { signal }),
  template: (id: string, signal?: AbortSignal) => callJson<TemplateWhole>(`/templates/${seg(id)}`, { signal }),
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

  executions: (query: ExecutionQuery, cursor: string | null, limit: number, signal?: AbortSignal) =>
    callJson<ListOf<ExecutionItem>>("/executions", { query: { ...query, cursor, limit }, signal }),
  execution: (id: string, signal?: AbortSignal) => callJson<Execution>(`/executions/${seg(id)}`, { signal }),
  steps: (id: string, signal?: AbortSignal) => callJson<ListOf<Step>>(`/executions/${seg(id)}/steps`, { signal }),
  /** Asks an execution for something; it is recorded when this answers, and done soon after. */
  ask: (id: string, what: "cancel" | "pause" | "resume" | "retry") => callJson<Asked>(`/executions/${seg(id)}/${what}`, { method: "POST", body: "{}" }),
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

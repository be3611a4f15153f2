// One function for each request the pages make.

import { call, pathOf } from "./call";
import { callJson, callText } from "./client";
import type { BulkAction, BulkAnswer, BulkTarget, Counted, History, ListOf, Template, TemplateWhole, Workflow, WorkflowItem } from "./types";

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
  session: () => call("GET /session"),
  signIn: (token: string) => call("POST /session", { body: { token } }),

  stats: (signal?: AbortSignal) => call("GET /dashboard/stats", { signal }),
  recent: (limit: number, signal?: AbortSignal) => call("GET /dashboard/recent-executions", { query: { limit }, signal }),

  workflows: (query: WorkflowQuery, cursor: string | null, limit: number, signal?: AbortSignal, more: { total?: boolean; preview?: boolean } = { total: cursor === null }) =>
    callJson<ListOf<WorkflowItem>>("/workflows", { query: { ...query, cursor, limit, ...more }, signal }),
  workflow: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}", { path: { id }, signal }),
  createWorkflow: (text: string) => call("POST /workflows", { text }),
  validate: (graph: string, signal?: AbortSignal) => call("POST /workflows/validate", { text: graph, signal }),
  signOut: () => callText("/session", { method: "DELETE" }),

  history: (step: "hour" | "day", count: number, signal?: AbortSignal) => callJson<History>("/dashboard/history", { query: { step, count }, signal }),
  /** In the text form of Prometheus. */
  metrics: (signal?: AbortSignal) => callText("/metrics", { signal }),

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
  /** `input` is JSON text; `key` makes a repeated click or a retry start one execution only. */
  execute: (id: string, input: string, key: string) =>
    call("POST /workflows/{id}/execute", { path: { id }, text: `{"input":${input}}`, headers: { "idempotency-key": key } }),

  /** Runs what is in the draft; `to` is the node it ends with, where not all of it is to run. */
  executeDraft: (id: string, input: string, to: string | null, key: string) =>
    call("POST /workflows/{id}/execute", {
      path: { id },
      text: `{"input":${input},"draft":true${to === null ? "" : `,"to":${JSON.stringify(to)}`}}`,
      headers: { "idempotency-key": key },
    }),

  executions: (query: ExecutionQuery, cursor: string | null, limit: number, signal?: AbortSignal) =>
    call("GET /executions", { query: { ...query, cursor, limit }, signal }),
  execution: (id: string, signal?: AbortSignal) => call("GET /executions/{id}", { path: { id }, signal }),
  steps: (id: string, signal?: AbortSignal) => call("GET /executions/{id}/steps", { path: { id }, signal }),
  /** Asks an execution for something; it is recorded when this answers, and done soon after. */
  ask: (id: string, what: "cancel" | "pause" | "resume" | "retry") => call(`POST /executions/{id}/${what}`, { path: { id } }),
  /** `value` is JSON text; `key` makes a repeated click count once. */
  signal: (id: string, name: string, value: string, key: string) =>
    call("POST /executions/{id}/signals/{name}", { path: { id, name }, text: value, headers: { "idempotency-key": key } }),
  value: (id: string, ref: string, signal?: AbortSignal) =>
    call("GET /executions/{id}/values/{reference}", { path: { id, reference: ref.split("/") }, signal }),
  /** The execution and its steps as one JSON text, byte for byte as the server wrote them. */
  download: async (id: string) => {
    const path = pathOf("GET /executions/{id}", { id });
    const [execution, steps] = await Promise.all([callText(path), callText(`${path}/steps`)]);
    return `{"execution":${execution},"steps":${steps}}`;
  },

  nodeTypes: (signal?: AbortSignal) => call("GET /node-types", { signal }),
};

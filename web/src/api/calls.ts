// One function for each request the pages make.

import { call, pathOf, type Given } from "./call";
import { callText } from "./client";
import type { BulkAction, BulkFilter, BulkTarget, WorkflowBulkAction } from "./types";

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
  session: () => call("GET /session"),
  signIn: (token: string) => call("POST /session", { body: { token } }),

  stats: (signal?: AbortSignal) => call("GET /dashboard/stats", { signal }),
  recent: (limit: number, signal?: AbortSignal) => call("GET /dashboard/recent-executions", { query: { limit }, signal }),

  workflows: (query: WorkflowQuery, cursor: string | null, limit: number, signal?: AbortSignal, more: { total?: boolean; preview?: boolean } = { total: cursor === null }) =>
    call("GET /workflows", { query: { ...query, cursor, limit, ...more }, signal }),
  workflow: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}", { path: { id }, signal }),
  createWorkflow: (text: string) => call("POST /workflows", { text }),
  validate: (graph: string, signal?: AbortSignal) => call("POST /workflows/validate", { text: graph, signal }),
  signOut: () => call("DELETE /session"),

  history: (range: "day" | "month", tz: string, signal?: AbortSignal) => call("GET /dashboard/history", { query: { range, tz }, signal }),
  /** In the text form of Prometheus. */
  metrics: (signal?: AbortSignal) => callText("/metrics", { signal }),

  /** Some rows of a list from the middle of it; with how many there are in all, where it is asked for. */
  workflowWindow: (query: WorkflowFilter, skip: number, limit: number, total: boolean, signal?: AbortSignal) =>
    call("GET /workflows", { query: { ...query, active: query.active === "" ? null : query.active === "true", skip, limit, total, preview: true }, signal }),
  workflowTags: (signal?: AbortSignal) => call("GET /workflows/tags", { signal }),
  workflowFolders: (signal?: AbortSignal) => call("GET /workflows/folders", { signal }),
  /** Does a bounded part; `after` goes on where an answer says that it ended. */
  bulkWorkflows: (target: BulkTarget, action: WorkflowBulkAction, more: { tags?: readonly string[]; folder?: string; after?: string }) =>
    call("POST /workflows/bulk", { body: { ...target, action, ...more } }),
  /** At most 100 workflows with their graphs. */
  workflowBatch: (ids: readonly string[]) => call("GET /workflows/batch", { query: { ids: ids.join(",") } }),
  templates: (signal?: AbortSignal) => call("GET /templates", { signal }),
  template: (id: string, signal?: AbortSignal) => call("GET /templates/{id}", { path: { id }, signal }),
  /** `input` is JSON text; `key` makes a repeated click or a retry start one execution only. */
  execute: (id: string, input: string, key: string) =>
    call("POST /workflows/{id}/execute", { path: { id }, text: `{"input":${input}}`, headers: { "idempotency-key": key } }),

  /** Runs what is in the draft: all of it, up to a node, or from one on. `input` is JSON text. */
  executeDraft: (id: string, input: string, part: { to?: string; from?: string }, key: string) =>
    call("POST /workflows/{id}/execute", {
      path: { id },
      text: `{"input":${input},"draft":true,"pinned":true${JSON.stringify(part).slice(1, -1).replace(/^(?=.)/, ",")}}`,
      headers: { "idempotency-key": key },
    }),

  /** What is wrong with the draft: at most 1,000, and whether there is more. */
  draftProblems: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}/draft/problems", { path: { id }, signal }),
  layout: (request: Given<"POST /layout">["body"]) => call("POST /layout", { body: request as NonNullable<typeof request> }),
  /** Makes the draft what triggers run. `by` says who does it; `over` is the version that was published beside the draft, where that is wished. */
  publish: (id: string, by: string, over: string | null) => call("POST /workflows/{id}/versions", { path: { id }, body: over === null ? { by } : { by, over } }),

  executions: (query: ExecutionQuery, cursor: string | null, limit: number, signal?: AbortSignal, total = false) =>
    call("GET /executions", { query: { ...query, cursor, limit, ...(total ? { total } : {}) }, signal }),
  /** What changed after the answer that gave `since`. */
  changes: (query: ExecutionQuery, since: string, signal?: AbortSignal) => call("GET /executions", { query: { ...query, since, limit: CHANGES }, signal }),
  execution: (id: string, signal?: AbortSignal) => call("GET /executions/{id}", { path: { id }, signal }),
  steps: (id: string, signal?: AbortSignal) => call("GET /executions/{id}/steps", { path: { id }, signal }),
  /** Asks an execution for something; it is recorded when this answers, and done soon after. */
  ask: (id: string, what: "cancel" | "pause" | "resume" | "retry") => call(`POST /executions/{id}/${what}`, { path: { id } }),
  /** Goes on from a step in a new execution; `output` is JSON text in place of what was recorded, null to run the step again. */
  fork: (id: string, from: string, output: string | null, key: string) =>
    call("POST /executions/{id}/fork", {
      path: { id },
      text: output === null ? JSON.stringify({ from }) : `${JSON.stringify({ from }).slice(0, -1)},"output":${output}}`,
      headers: { "idempotency-key": key },
    }),
  /** Runs the same input anew, on the version it ran with or on another. */
  replay: (id: string, version: string | null, key: string) =>
    call("POST /executions/{id}/replay", { path: { id }, body: version === null ? {} : { version }, headers: { "idempotency-key": key } }),
  bulk: (action: BulkAction, filter: BulkFilter) => call("POST /executions/bulk", { body: { action, filter } }),
  bulkOf: (id: string, signal?: AbortSignal) => call("GET /executions/bulk/{id}", { path: { id }, signal }),
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

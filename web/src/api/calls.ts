// One function for each request the pages make.

import { call, pathOf } from "./call";
import { callText } from "./client";

export interface WorkflowQuery {
  q: string;
  sort: string;
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

  workflows: (query: WorkflowQuery, cursor: string | null, limit: number, signal?: AbortSignal, total = cursor === null) =>
    call("GET /workflows", { query: { ...query, cursor, limit, total }, signal }),
  workflow: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}", { path: { id }, signal }),
  createWorkflow: (text: string) => call("POST /workflows", { text }),
  validate: (graph: string, signal?: AbortSignal) => call("POST /workflows/validate", { text: graph, signal }),
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

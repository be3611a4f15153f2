// What is asked under which key, and how long an answer stays fresh. Pages and panels use these with react-query.

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, type ExecutionQuery, type WorkflowFilter, type WorkflowQuery } from "./calls";
import type { ExecutionItem, ExecutionStatus, Graph } from "./types";

const PAGE = 100;
const LIVE_MS = 5_000;
const ROWS_MS = 15_000;
const METRICS_MS = 2_000;
/** The second reading, without which there are no rates. */
const SOON_MS = 400;
/** Rows of the list of workflows that are asked for together. */
export const WINDOW = 50;
const NODE_TYPES_MS = 10 * 60_000;

const TERMINAL: ReadonlySet<ExecutionStatus> = new Set(["succeeded", "failed", "canceled", "timed_out", "quarantined"]);

export function isOver(status: ExecutionStatus): boolean {
  return TERMINAL.has(status);
}

export const queries = {
  stats: () => queryOptions({ queryKey: ["dashboard", "stats"], queryFn: ({ signal }) => api.stats(signal), refetchInterval: LIVE_MS }),
  recent: (limit: number) =>
    queryOptions({
      queryKey: ["dashboard", "recent", limit],
      queryFn: async ({ signal }): Promise<ExecutionItem[]> => {
        const answer = await api.recent(limit, signal);
        return Array.isArray(answer) ? answer : answer.items;
      },
      refetchInterval: LIVE_MS,
    }),
  history: (range: "day" | "month") =>
    queryOptions({ queryKey: ["dashboard", "history", range], queryFn: ({ signal }) => api.history(range, Intl.DateTimeFormat().resolvedOptions().timeZone, signal), refetchInterval: 6 * LIVE_MS, retry: false }),
  metrics: () => queryOptions({ queryKey: ["metrics"], queryFn: async ({ signal }) => ({ at: Date.now(), text: await api.metrics(signal) }), refetchInterval: ({ state }) => (state.dataUpdateCount < 2 ? SOON_MS : METRICS_MS), structuralSharing: false }),
  session: () => queryOptions({ queryKey: ["session"], queryFn: () => api.session() }),
  workflows: (query: WorkflowQuery) =>
    infiniteQueryOptions({
      queryKey: ["workflows", "list", query],
      queryFn: ({ pageParam, signal }) => api.workflows(query, pageParam, PAGE, signal),
      initialPageParam: null as string | null,
      getNextPageParam: (last) => last.next_cursor ?? null,
    }),
  /** The rows from `at` × WINDOW on; the first window says how many there are. */
  workflowWindow: (query: WorkflowFilter, at: number) =>
    queryOptions({
      queryKey: ["workflows", "window", query, at],
      queryFn: ({ signal }) => api.workflowWindow(query, at * WINDOW, WINDOW, at === 0, signal),
      staleTime: ROWS_MS,
      refetchInterval: ROWS_MS,
    }),
  workflowTags: () => queryOptions({ queryKey: ["workflows", "tags"], queryFn: async ({ signal }) => (await api.workflowTags(signal)).items, staleTime: ROWS_MS }),
  workflowFolders: () => queryOptions({ queryKey: ["workflows", "folders"], queryFn: async ({ signal }) => (await api.workflowFolders(signal)).items, staleTime: ROWS_MS }),
  templates: () => queryOptions({ queryKey: ["templates"], queryFn: async ({ signal }) => (await api.templates(signal)).items, staleTime: NODE_TYPES_MS }),
  template: (id: string) => queryOptions({ queryKey: ["template", id], queryFn: ({ signal }) => api.template(id, signal), staleTime: NODE_TYPES_MS }),
  changedLast: (limit: number) =>
    queryOptions({
      queryKey: ["workflows", "changed", limit],
      queryFn: async ({ signal }) => (await api.workflows({ q: "", sort: "-updated_at" }, null, limit, signal, { preview: true })).items,
      refetchInterval: LIVE_MS,
    }),
  /** Some workflows by name, those that were changed last first. */
  workflowNames: (q: string, limit: number) =>
    queryOptions({
      queryKey: ["workflows", "names", q, limit],
      queryFn: async ({ signal }) => (await api.workflows({ q, sort: "-updated_at" }, null, limit, signal, {})).items.map(({ id, name }) => ({ id, name })),
      staleTime: ROWS_MS,
    }),
  workflow: (id: string) => queryOptions({ queryKey: ["workflow", id], queryFn: ({ signal }) => api.workflow(id, signal) }),
  validation: (id: string, graph: Graph | undefined) =>
    queryOptions({
      queryKey: ["workflow", id, "validation", graph],
      queryFn: ({ signal }) => api.validate(JSON.stringify(graph), signal),
      enabled: graph !== undefined,
      staleTime: Infinity,
    }),
  executions: (query: ExecutionQuery) =>
    infiniteQueryOptions({
      queryKey: ["executions", "list", query],
      queryFn: ({ pageParam, signal }) => api.executions(query, pageParam, PAGE, signal, pageParam === null),
      initialPageParam: null as string | null,
      getNextPageParam: (last) => last.next_cursor ?? null,
    }),
  lastExecutions: (workflow: string, limit: number) =>
    queryOptions({
      queryKey: ["executions", "last", workflow, limit],
      queryFn: async ({ signal }) => (await api.executions({ workflow, status: "" }, null, limit, signal)).items,
      refetchInterval: LIVE_MS,
    }),
  execution: (id: string) => queryOptions({ queryKey: ["execution", id], queryFn: ({ signal }) => api.execution(id, signal) }),
  steps: (id: string) => queryOptions({ queryKey: ["execution", id, "steps"], queryFn: async ({ signal }) => (await api.steps(id, signal)).items }),
  value: (id: string, ref: string) =>
    queryOptions({ queryKey: ["execution", id, "value", ref], queryFn: ({ signal }) => api.value(id, ref, signal), staleTime: Infinity }),
  nodeTypes: () =>
    queryOptions({
      queryKey: ["node-types"],
      queryFn: async ({ signal }) => (await api.nodeTypes(signal)).items,
      staleTime: NODE_TYPES_MS,
    }),
};

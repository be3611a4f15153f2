// The rows of a long list of workflows: only the windows in view are asked for, wherever in the list they stand.

import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { WorkflowFilter } from "../api/calls";
import { queries, WINDOW } from "../api/queries";
import type { ListOf, WorkflowItem } from "../api/types";
import { useThrottled } from "../ui/hooks";

/** While one scrolls, what is in view is looked at so often and no more. */
export const SCROLL_MS = 100;

export interface Rows {
  total: number;
  /** Undefined while its window is on its way. */
  at: (row: number) => WorkflowItem | undefined;
  /** Tells which rows are in view. */
  look: (first: number, last: number) => void;
  /** All rows of a span, fetched where they are not here yet. */
  fetch: (from: number, to: number) => Promise<WorkflowItem[]>;
  pending: boolean;
  error: unknown;
  /** These are still the rows of the question before. */
  stale: boolean;
  retry: () => void;
}

export function windowsOf(first: number, last: number, total: number): number[] {
  const most = Math.max(0, Math.ceil(total / WINDOW) - 1);
  const from = Math.min(most, Math.floor(first / WINDOW));
  const to = Math.min(most, Math.floor(last / WINDOW));
  const wanted = new Set([0]);
  for (let at = from; at <= to; at += 1) wanted.add(at);
  return [...wanted].sort((a, b) => a - b);
}

export function useRows(filter: WorkflowFilter): Rows {
  const client = useQueryClient();
  const first = useQuery(queries.workflowWindow(filter, 0));
  // Rows stay until those of the new question are here.
  const [shown, setShown] = useState(filter);
  if (shown !== filter && (first.data || first.isError)) setShown(filter);

  const [view, setView] = useState("0-0");
  const seen = useThrottled(view, SCROLL_MS);
  const before = client.getQueryData(queries.workflowWindow(shown, 0).queryKey);
  const total = before?.total ?? before?.items.length ?? 0;
  const wanted = useMemo(() => {
    const [from, to] = seen.split("-").map(Number);
    return windowsOf(from ?? 0, to ?? 0, total);
  }, [seen, total]);
  const combine = useCallback((results: { data: ListOf<WorkflowItem> | undefined }[]) => new Map(wanted.map((at, n) => [at, results[n]?.data?.items])), [wanted]);
  const windows = useQueries({ queries: wanted.map((at) => queries.workflowWindow(shown, at)), combine });

  const fetch = useCallback(
    async (from: number, to: number) => {
      const parts = await Promise.all(windowsOf(from, to, to + 1).map((at) => client.ensureQueryData(queries.workflowWindow(shown, at)).then((part) => ({ at, items: part.items }))));
      return parts.flatMap(({ at, items }) => items.filter((_, n) => at * WINDOW + n >= from && at * WINDOW + n <= to));
    },
    [client, shown],
  );
  return {
    total,
    at: (row) => windows.get(Math.floor(row / WINDOW))?.[row % WINDOW],
    look: useCallback((from, to) => setView(`${from}-${to}`), []),
    fetch,
    pending: first.isPending && shown === filter,
    error: first.isError && !first.data ? first.error : null,
    stale: shown !== filter,
    retry: () => void first.refetch(),
  };
}

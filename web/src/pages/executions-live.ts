// The list of executions as it is now: pages that were read, and what the server says has changed since.

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, type ExecutionQuery } from "../api/calls";
import { ApiError } from "../api/client";
import { queries } from "../api/queries";
import type { ExecutionItem } from "../api/types";
import { addChanges, NO_CHANGES, withChanges, type Changes } from "../graph/changes";

const ASK_MS = 1_500;
const LONGEST_MS = 15_000;

export function useExecutions(query: ExecutionQuery) {
  const list = useInfiniteQuery({ ...queries.executions(query), placeholderData: (before) => before, staleTime: Infinity, refetchOnWindowFocus: false });
  const since = list.isPlaceholderData ? undefined : list.data?.pages[0]?.since;
  const changes = useChanges(query, since);
  const complete = !list.hasNextPage;
  const read = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const items = useMemo(() => withChanges(read, changes, complete), [read, changes, complete]);
  const first = list.data?.pages[0];
  const total = first?.total == null ? null : complete ? items.length : Math.max(items.length, first.total + items.length - read.length);
  return { list, items, total, exact: first?.total_exact !== false || complete };
}

/** Asks again and again what changed, while the page is seen. When the server no longer knows, the list is read anew. */
function useChanges(query: ExecutionQuery, since: string | undefined): Changes<ExecutionItem> {
  const client = useQueryClient();
  const [changes, setChanges] = useState<Changes<ExecutionItem>>(NO_CHANGES);
  const asked = useRef(query);
  asked.current = query;
  useEffect(() => {
    setChanges(NO_CHANGES);
    if (since === undefined) return;
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let cursor = since;
    let wait = ASK_MS;
    const ask = async () => {
      try {
        const page = await api.changes(asked.current, cursor, control.signal);
        if (control.signal.aborted) return;
        cursor = page.since ?? cursor;
        wait = page.more ? 0 : ASK_MS;
        setChanges((before) => addChanges(before, page.items, page.gone ?? []));
      } catch (error) {
        if (control.signal.aborted) return;
        if (error instanceof ApiError && error.status === 410) {
          void client.resetQueries({ queryKey: queries.executions(asked.current).queryKey, exact: true });
          return;
        }
        wait = Math.min(LONGEST_MS, Math.max(ASK_MS, wait * 2));
      }
      next();
    };
    const next = () => {
      clearTimeout(timer);
      if (!document.hidden && !control.signal.aborted) timer = setTimeout(() => void ask(), wait);
    };
    document.addEventListener("visibilitychange", next);
    next();
    return () => {
      control.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", next);
    };
  }, [since, client]);
  return changes;
}

// When a run began and ended, for whatever shows it along a line of time.

import { useMemo } from "react";
import type { Execution } from "../api/types";
import type { Window } from "../graph/timeline";
import type { ExecutionState } from "../state/execution";
import { useNow } from "../ui/hooks";

export interface Timed {
  state: ExecutionState | null;
  /** Null until it was read. */
  execution: Execution | null;
  over: boolean;
}

/** From so many steps on the clock moves the bars less often. */
const MANY = 500;

/** When the run began and ended; while it goes on, the end moves with the clock. */
export function useSpan({ state, execution, over }: Timed): Window | null {
  const now = useNow(over ? 60_000 : (state?.steps.size ?? 0) > MANY ? 1_000 : 100);
  const started = state?.acceptedAt ?? (execution?.started_at ? Date.parse(execution.started_at) : null);
  const clock = state?.clock ?? null;
  const from = started ?? clock;
  const to = over ? (clock ?? from) : Math.max(now, clock ?? 0);
  const end = Math.max(to ?? 0, (from ?? 0) + 0.001);
  return useMemo(() => (from === null ? null : { from, to: end }), [from, end]);
}

// What is wrong with the draft, as the server says it after each saving: a list, and marks for the canvas.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/calls";
import type { Problem } from "../../api/types";
import { useDocument, type Session } from "../../state/document";

export interface Problems {
  all: readonly Problem[];
  /** Null until the server has said so once. */
  known: readonly Problem[] | null;
  /** Of all that there are, also those that are not told. */
  errors: number;
  warnings: number;
  error: unknown;
  retry: () => void;
  /** By slot of the node. */
  marks: ReadonlyMap<number, "error" | "warning">;
  of: (node: string) => readonly Problem[];
}

const NONE: readonly Problem[] = [];

/** Of names alone: what is asked is kept for a while, and a document that is closed must not be kept with it. */
function asked(workflow: string, savedAt: number | null) {
  return {
    queryKey: ["workflow", workflow, "draft", "problems", savedAt],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.draftProblems(workflow, signal),
    // While something is on its way to the server, what was wrong before is still the best that is known.
    enabled: savedAt !== null,
    placeholderData: keepPreviousData<Awaited<ReturnType<typeof api.draftProblems>>>,
    staleTime: Infinity,
    gcTime: 60_000,
  };
}

export function useProblems(session: Session): Problems {
  const savedAt = useDocument((state) => (state.save.kind === "saved" || state.save.kind === "conflict" ? state.save.at : null));
  const { data, error, refetch } = useQuery(asked(session.workflow, savedAt));
  const all = data?.problems ?? NONE;
  return useMemo(() => {
    const marks = new Map<number, "error" | "warning">();
    const byNode = new Map<string, Problem[]>();
    for (const problem of all) {
      if (problem.node == null) continue;
      byNode.set(problem.node, [...(byNode.get(problem.node) ?? []), problem]);
      const slot = session.doc.nodes.slot(problem.node);
      if (slot !== undefined && marks.get(slot) !== "error") marks.set(slot, problem.severity);
    }
    return { all, known: data?.problems ?? null, errors: data?.errors ?? 0, warnings: data?.warnings ?? 0, error: data ? null : error, retry: () => void refetch(), marks, of: (node) => byNode.get(node) ?? NONE };
  }, [all, data, error, refetch, session]);
}

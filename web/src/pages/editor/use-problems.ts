// What is wrong with the draft, as the server says it after each saving and each change of somebody else: a list, and marks for the canvas.

import { QueryObserver, replaceEqualDeep, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api } from "../../api/calls";
import type { Problem } from "../../api/types";
import { THEIRS } from "../../graph/document/document";
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
/** While others type, it is asked at most so often. */
const HEARD_MS = 1_000;

/** Of names alone, since a document that is closed must not be kept with what is asked. */
function asked(workflow: string, savedAt: number | null, heard: number) {
  return {
    queryKey: ["workflow", workflow, "draft", "problems", savedAt, heard],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.draftProblems(workflow, signal),
    enabled: savedAt !== null,
    staleTime: Infinity,
    // What was said last is held by who asks; of each saving before that, nobody reads again.
    gcTime: 0,
  };
}

type Told = Awaited<ReturnType<typeof api.draftProblems>>;
type Saving = ReturnType<typeof useDocument.getState>;

const savedAt = ({ save }: Saving) => (save.kind === "saved" || save.kind === "conflict" ? save.at : null);

/** What the server said last. It is asked with every saving, and the page is drawn anew only where that says something else. */
function useTold({ workflow, doc }: Session) {
  const client = useQueryClient();
  const [told, setTold] = useState<{ data: Told | undefined; error: unknown }>({ data: undefined, error: null });
  const observer = useMemo(() => new QueryObserver(client, asked(workflow, savedAt(useDocument.getState()), 0)), [client, workflow]);
  useEffect(() => {
    const take = ({ data, error }: { data: Told | undefined; error: unknown }) =>
      setTold((known) => {
        // While something is on its way to the server, what was wrong before is still the best that is known; of which rev it is, nobody reads.
        const next = data ? replaceEqualDeep(known.data, { ...data, rev: 0 }) : known.data;
        return next === known.data && error === known.error ? known : { data: next, error };
      });
    const stop = observer.subscribe(take);
    take(observer.getCurrentResult());
    const ask = () => observer.setOptions(asked(workflow, savedAt(useDocument.getState()), heard));
    const stopSaving = useDocument.subscribe((now, before) => savedAt(now) !== savedAt(before) && ask());
    let heard = 0;
    let timer = 0;
    // They are told of a change once the server has it.
    const stopOthers = doc.listen(({ origin }) => {
      if (origin !== THEIRS) return;
      timer ||= window.setTimeout(() => {
        timer = 0;
        heard += 1;
        ask();
      }, HEARD_MS);
    });
    return () => {
      stopOthers();
      stopSaving();
      stop();
    };
  }, [observer, workflow, doc]);
  return { ...told, refetch: observer.refetch };
}

export function useProblems(session: Session): Problems {
  const { data, error, refetch } = useTold(session);
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

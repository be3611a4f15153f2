// Running the draft: what is typed is saved first, then the server runs just that; its steps come live.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/calls";
import { newKey } from "../../api/key";
import { isOver, queries } from "../../api/queries";
import type { Json } from "../../api/types";
import { elided } from "../../graph/tree";
import type { Session } from "../../state/document";
import { useExecution, watchExecution } from "../../state/execution";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";

export interface EditorRun {
  /** The execution on show: the last one of this workflow, until another is started or chosen. */
  execution: string | null;
  running: boolean;
  starting: boolean;
  /** `input` is JSON text. `to` is the node it ends with. */
  start: (input: string, to?: string) => void;
  /** Runs a node and what follows it, with the input that it had in the execution on show. */
  from: (node: string) => void;
  stop: () => void;
  show: (execution: string | null) => void;
}

export function useEditorRun(session: Session): EditorRun {
  const client = useQueryClient();
  const { workflow } = session;
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const last = useQuery({ ...queries.lastExecutions(workflow, 1), enabled: chosen === undefined });
  const execution = chosen === undefined ? (last.data?.[0]?.id ?? null) : chosen;
  useEffect(() => (execution === null ? undefined : watchExecution(execution)), [execution]);
  const status = useExecution((state) => (state.execution === execution ? state.status : null));

  const starting = useMutation({
    mutationFn: async ({ input, to }: { input: string; to: string | null }) => {
      const rev = await session.saver.flush();
      if (rev === null) throw new Error("the last changes are not on the server yet; it is tried again by itself, then run once more");
      return api.executeDraft(workflow, input, to === null ? {} : { to }, newKey());
    },
    onSuccess: (accepted) => {
      setChosen(accepted.execution_id);
      void client.invalidateQueries({ queryKey: ["executions"] });
    },
    onError: (error) => toast("bad", `The workflow could not be started. ${sentence(asFailure(error))}`),
  });
  const replaying = useMutation({
    mutationFn: async (node: string) => {
      const state = useExecution.getState();
      const last = state.execution === execution ? state.nodes.get(node)?.last : undefined;
      if (!last || execution === null) throw new Error("this node has not run yet: run the workflow once, then from here");
      if ((await session.saver.flush()) === null) throw new Error("the last changes are not on the server yet; it is tried again by itself, then run once more");
      const input = await inputOf(execution, last.address);
      return api.executeDraft(workflow, JSON.stringify(input), { from: node }, newKey());
    },
    onSuccess: (accepted) => {
      setChosen(accepted.execution_id);
      void client.invalidateQueries({ queryKey: ["executions"] });
    },
    onError: (error) => toast("bad", `It could not be run from here. ${sentence(asFailure(error))}`),
  });
  const stopping = useMutation({
    mutationFn: (id: string) => api.ask(id, "cancel"),
    onError: (error) => toast("bad", `The execution could not be stopped. ${sentence(asFailure(error))}`),
  });
  return {
    execution,
    running: execution !== null && status !== null && !isOver(status),
    starting: starting.isPending || replaying.isPending,
    start: (input, to) => starting.mutate({ input, to: to ?? null }),
    from: (node) => replaying.mutate(node),
    stop: () => {
      if (execution !== null) stopping.mutate(execution);
    },
    show: setChosen,
  };
}

/** What went into a step, whole. */
async function inputOf(execution: string, address: string): Promise<Json> {
  const { items } = await api.steps(execution);
  const input = items.find((step) => step.address === address)?.input ?? null;
  const stand = elided(input);
  return stand ? api.value(execution, stand.ref) : input;
}

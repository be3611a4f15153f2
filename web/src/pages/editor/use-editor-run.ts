// Running the draft: what is typed is saved first, then the server runs just that; its steps come live.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../api/calls";
import { isOver, queries } from "../../api/queries";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { toast } from "../../state/view";
import { patient } from "../../ui/part";
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
  const [starting, setStarting] = useState(false);
  const last = useQuery({ ...queries.lastExecutions(workflow, 1), enabled: chosen === undefined });
  const execution = chosen === undefined ? (last.data?.[0]?.id ?? null) : chosen;
  useEffect(() => (execution === null ? undefined : watchLate(execution)), [execution]);
  const status = useExecution((state) => (state.execution === execution ? state.status : null));

  const begin = async (failed: string, act: (actions: typeof import("./actions")) => Promise<string>) => {
    setStarting(true);
    try {
      setChosen(await act(await import("./actions")));
      void client.invalidateQueries({ queryKey: ["executions"] });
    } catch (error) {
      toast("bad", `${failed} ${sentence(asFailure(error))}`);
    } finally {
      setStarting(false);
    }
  };
  const stop = async (id: string) => {
    try {
      await api.ask(id, "cancel");
    } catch (error) {
      toast("bad", `The execution could not be stopped. ${sentence(asFailure(error))}`);
    }
  };
  return {
    execution,
    running: execution !== null && status !== null && !isOver(status),
    starting,
    start: (input, to) => void begin("The workflow could not be started.", ({ runDraft }) => runDraft(session, input, to ?? null)),
    from: (node) => void begin("It could not be run from here.", ({ runFrom }) => runFrom(session, execution, node)),
    stop: () => {
      if (execution !== null) void stop(execution);
    },
    show: setChosen,
  };
}

/** Follows an execution once the code for it is there. */
function watchLate(execution: string): () => void {
  let stop: () => void = () => undefined;
  let isGone = false;
  const begin = async () => {
    const { watchExecution } = await fetchWatch();
    if (!isGone) stop = watchExecution(execution);
  };
  void begin();
  return () => {
    isGone = true;
    stop();
  };
}

const fetchWatch = patient(() => import("../../state/execution/watch"));

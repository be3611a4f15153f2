// The run on show, below the canvas: the same views as on an execution's own page.

import { X } from "lucide-react";
import { useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { isOver, queries } from "../../api/queries";
import { RunPanel, type RunTab } from "../../panels/run/run-panel";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { Button } from "../../ui/button";
import { duration } from "../../ui/format";
import { Link } from "../../ui/router";
import { Skeleton } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { executionPath } from "../paths";
import { useSpan } from "../use-span";
import { nameOf } from "../../graph/edit/kinds";
import s from "./run-view.module.css";

interface RunViewProps {
  session: Session;
  execution: string;
  kinds: ReadonlyMap<string, { name: string }>;
  onNode: (id: string) => void;
  onClose: () => void;
}

export function RunView({ session, execution, kinds, onNode, onClose }: RunViewProps) {
  const store = useExecution();
  const record = useQuery(queries.execution(execution));
  const [tab, setTab] = useState<RunTab>("timeline");
  const [step, setStep] = useState<string | null>(null);
  const state = store.execution === execution ? store : null;
  const over = state?.status != null && isOver(state.status);
  const span = useSpan({ state, execution: record.data ?? null, over });
  if (!state || state.status === null) return <Skeleton rows={4} />;
  const { doc } = session;
  const titles = { get: (id: string) => name(id), has: (id: string) => doc.nodes.get(id) !== null } as ReadonlyMap<string, string>;
  const name = (id: string) => {
    const node = doc.nodes.get(id);
    return node ? nameOf(node, kinds) : undefined;
  };
  const choose = (address: string) => {
    setStep(address);
    const node = state.steps.get(address)?.node;
    if (node !== undefined) onNode(node);
  };
  return (
    <RunPanel
      execution={execution}
      state={state}
      over={over}
      events={state.history.events}
      times={state.history.times}
      titles={titles}
      parentOf={(id) => doc.nodes.get(id)?.parentId ?? null}
      span={span}
      cursor={null}
      input={record.data?.input ?? state.input}
      output={over ? (record.data?.output ?? state.output) : undefined}
      historyFrom={record.data?.history_from ?? 1}
      selected={step}
      onSelect={choose}
      tab={tab}
      onTab={setTab}
      head={
        <>
          <Link to={executionPath(execution)} className={s.name}>
            Execution <span className="mono">{execution}</span>
          </Link>
          <StatusChip status={state.status}>{span ? <span className="num"> · {duration(over ? (state.durationMs ?? span.to - span.from) : span.to - span.from)}</span> : null}</StatusChip>
        </>
      }
      tools={
        <Button kind="quiet" iconOnly className={s.close} icon={<X size={14} aria-hidden="true" />} onClick={onClose}>
          Close the run
        </Button>
      }
    />
  );
}

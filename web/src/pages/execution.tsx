// One execution, live or over: the same fold of its journal draws both.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronLeft } from "lucide-react";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { isMissing } from "../api/client";
import { isOver, queries } from "../api/queries";
import type { Execution } from "../api/types";
import { GraphView } from "../canvas/graph-view";
import { placeGraph } from "../graph/file";
import { isDrawnOnly } from "../graph/notes";
import { showKindOf } from "../graph/show-kind";
import { findSteps, STANDINGS } from "../graph/steps";
import { titleOf, words } from "../graph/summary";
import { JsonTree } from "../panels/json-tree";
import { Removed } from "../panels/removed";
import { StepDetail, StepFault } from "../panels/step-detail";
import { Steps, type Span, type StepsProps } from "../panels/steps";
import { Waits } from "../panels/waits";
import { useExecution, watchExecution, type ExecutionState, type StepRun } from "../state/execution";
import { Button } from "../ui/button";
import { SearchField, Select } from "../ui/field";
import { count, duration, plural, statusWord } from "../ui/format";
import { useDelayed, useNow } from "../ui/hooks";
import { categoryOf } from "../ui/node-icon";
import { Link, useSearch, useTitle } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { StatusChip } from "../ui/status";
import { Actions } from "./execution-actions";
import { useKinds } from "./kinds";
import { editorPath } from "./paths";
import { NotFound } from "./not-found";
import s from "./execution.module.css";

export function page({ params }: { params: Record<string, string> }) {
  const id = params["id"] ?? "";
  const execution = useQuery(queries.execution(id));
  const client = useQueryClient();
  useTitle(execution.data?.workflow?.name ?? `Execution ${id}`);
  const [round, setRound] = useState(0);
  useEffect(() => watchExecution(id), [id, round]);
  const state = useExecution();
  const mine = state.execution === id;
  const finished = mine && state.finishedAt !== null;
  const generation = mine ? state.generation : 0;
  useEffect(() => {
    // The record written at the end has what the events did not carry; the one of an execution taken up again no longer has it.
    if (finished || generation > 0) void client.invalidateQueries({ queryKey: ["execution", id], exact: true });
  }, [finished, generation, client, id]);

  if (execution.isPending) return <Skeleton rows={3} kind="block" />;
  if (isMissing(execution.error)) return <NotFound />;
  if (!execution.data) return <Failed error={execution.error} what="This execution could not be read" retry={() => void execution.refetch()} />;
  return <Loaded key={id} execution={execution.data} state={mine ? state : null} lost={mine && state.link === "lost"} onReopened={() => setRound((before) => before + 1)} />;
}

interface LoadedProps {
  execution: Execution;
  state: ExecutionState | null;
  lost: boolean;
  onReopened: () => void;
}

function Loaded({ execution, state, lost, onReopened }: LoadedProps) {
  const { id } = execution;
  const kinds = useKinds();
  const graph = useMemo(() => placeGraph(execution.graph), [execution.graph]);
  const titles = useMemo(() => new Map(graph.nodes.map((node) => [node.id, titleOf(node, kinds.get(node.type)?.name ?? null)])), [graph, kinds]);
  const status = statusOf(state, execution);
  const over = isOver(status);
  const steps = useMemo(() => [...(state?.steps.values() ?? [])], [state?.steps]);
  const [chosen, setChosen] = useSearch("step");
  const step = state?.steps.get(chosen) ?? null;
  const nodeId = step?.node ?? (graph.byId.has(chosen) ? chosen : null);
  const node = nodeId === null ? undefined : graph.byId.get(nodeId);
  const kind = node ? kinds.get(node.type) : undefined;
  const nodes = state?.nodes;
  const chooseNode = useCallback((picked: string | null) => setChosen(picked === null ? null : (nodes?.get(picked)?.last.address ?? picked)), [nodes, setChosen]);
  return (
    <div className={`${s.page} ${node ? s.withSide : ""}`}>
      <Top execution={execution} status={status} over={over} state={state} onReopened={onReopened} />
      <div className={s.canvas}>
        <GraphView
          graph={graph}
          kinds={kinds}
          runs={nodes ?? null}
          over={over && (state?.seq ?? 0) > 0}
          selected={nodeId}
          onSelect={chooseNode}
          label={`Graph of the execution, ${plural(graph.nodes.length, "node")}`}
        />
      </div>
      <Runs state={state} execution={execution} over={over} lost={lost} steps={steps} titles={titles} selected={step?.address ?? null} onSelect={setChosen} />
      {node ? (
        <aside className={s.side}>
          <StepDetail
            key={nodeId}
            execution={id}
            step={step}
            over={over}
            node={{
              id: node.id,
              title: titles.get(node.id) ?? node.id,
              type: node.type,
              typeName: kind?.name ?? words(node.type),
              category: categoryOf(kind?.category, node.type),
              icon: kind?.icon,
              shows: showKindOf(node),
              drawnOnly: isDrawnOnly(node.type),
            }}
            onClose={() => setChosen(null)}
          />
        </aside>
      ) : (
        <aside className={s.side} aria-label="Input and output">
          <Result state={state} execution={execution} over={over} status={status} steps={steps} titles={titles} onStep={setChosen} />
        </aside>
      )}
    </div>
  );
}

/** The record is ahead of the events while they are read from the start, and behind them when they tell of a new begin. */
function statusOf(state: ExecutionState | null, execution: Execution) {
  if (!state?.status) return execution.status;
  const ahead = isOver(execution.status) && state.finishedAt === null && state.generation === 0;
  return ahead ? execution.status : state.status;
}

/** Starts in whole milliseconds say nothing about the order of steps in an execution shorter than this. */
const COARSE_MS = 10;

/** Where the timeline begins and ends; while it runs, the end moves with the clock. */
function useSpan(state: ExecutionState | null, execution: Execution, over: boolean): Span | null {
  const now = useNow(over ? 60_000 : 100);
  const accepted = state?.acceptedAt ?? (execution.started_at ? Date.parse(execution.started_at) : null);
  const steps = state?.steps;
  const last = useMemo(() => {
    let end = 0;
    let first = Infinity;
    let longest = 0;
    let whole = true;
    for (const step of steps?.values() ?? []) {
      if (step.startedAt === null) continue;
      first = Math.min(first, step.startedAt);
      longest = Math.max(longest, step.durationMs ?? 0);
      whole &&= Number.isInteger(step.startedAt);
      end = Math.max(end, step.startedAt + (step.durationMs ?? 0));
    }
    return { first, end, longest, whole };
  }, [steps]);
  if (accepted === null && last.end === 0) return null;
  const from = Math.min(accepted ?? Infinity, last.first);
  const to = over ? Math.max(last.end, from + 0.001) : Math.max(now, last.end, from + 1);
  if (over && last.whole && to - from < COARSE_MS) return { from, to: from + last.longest, coarse: true };
  return { from, to, coarse: false };
}

interface Timed {
  state: ExecutionState | null;
  execution: Execution;
  over: boolean;
}

/** Only what shows the clock is drawn again as it ticks. */
function TimedSteps({ state, execution, over, ...rest }: Timed & Omit<StepsProps, "span">) {
  const span = useSpan(state, execution, over);
  return <Steps {...rest} span={span} />;
}

function Elapsed({ state, execution, over }: Timed) {
  const span = useSpan(state, execution, over);
  const time = over ? (state?.durationMs ?? execution.duration_ms) : span ? span.to - span.from : null;
  return time === null ? null : <span className="num"> · {duration(time)}</span>;
}

function Top({ execution, status, over, state, onReopened }: Timed & { status: Execution["status"]; onReopened: () => void }) {
  const { workflow } = execution;
  return (
    <header className={s.top}>
      {workflow ? (
        <Link to={editorPath(workflow.id)} className={s.crumb} aria-label={`Workflow ${workflow.name}`}>
          <ChevronLeft aria-hidden="true" />
          <span className="cut" dir="auto">
            {workflow.name}
          </span>
        </Link>
      ) : (
        <Link to="/executions" className={s.crumb} aria-label="Executions">
          <ChevronLeft aria-hidden="true" />
          <span>Executions</span>
        </Link>
      )}
      <span className={s.slash} aria-hidden="true">
        ›
      </span>
      <h1 className={s.name}>
        <span className={s.word}>Execution </span>
        <span className="mono">{execution.id}</span>
      </h1>
      <span className={s.status}>
        <StatusChip status={status}>
          <Elapsed state={state} execution={execution} over={over} />
        </StatusChip>
      </span>
      <span className="hidden" role="status">
        {statusWord(status)}
      </span>
      <Actions execution={execution} status={status} generation={state?.generation ?? 0} onReopened={onReopened} />
    </header>
  );
}

/** From so many steps on there is a field to find some. */
const FIND_FROM = 12;

/** The steps: how many, which of them, and what became of each. */
function Runs({ state, execution, over, lost, steps, titles, selected, onSelect }: Timed & Omit<StepsProps, "span"> & { lost: boolean }) {
  const [query, setQuery] = useState("");
  const [standing, setStanding] = useState("");
  // Typing goes on while a long list is looked through.
  const asked = useDeferredValue(query);
  const found = useMemo(() => findSteps(steps, titles, asked, standing), [steps, titles, asked, standing]);
  const late = useDelayed(lost && !over, 600);
  const failed = steps.filter((one) => one.status === "failed").length;
  const all = () => {
    setQuery("");
    setStanding("");
  };
  return (
    <section className={s.runs} aria-label="Steps and results">
      <header className={s.runHead}>
        <h2>Steps</h2>
        <span className="faint num" role="status">
          {found === steps ? plural(steps.length, "step") : `${count(found.length)} of ${plural(steps.length, "step")}`}
        </span>
        {failed > 0 ? <span className={`${s.failed} num`}>{failed} failed</span> : null}
        <span className={s.link} role="status">
          {late ? "Connection lost, reconnecting" : ""}
        </span>
        {steps.length >= FIND_FROM ? (
          <span className={s.find}>
            <SearchField label="Find a step" value={query} onChange={setQuery} />
            <Select label="Which steps" value={standing} options={STANDINGS} onChange={setStanding} />
          </span>
        ) : null}
        <span className={`${s.seq} mono faint num`}>{state && state.seq > 0 ? `seq ${state.seq}` : execution.trigger}</span>
      </header>
      <Removed from={execution.history_from ?? 1} />
      {found.length > 0 ? (
        <TimedSteps state={state} execution={execution} over={over} steps={found} titles={titles} selected={selected} onSelect={onSelect} />
      ) : steps.length > 0 ? (
        <p className={`${s.none} dim`}>
          No step fits. <Button onClick={all}>Show all steps</Button>
        </p>
      ) : over ? (
        <p className={`${s.none} faint`}>No step has run.</p>
      ) : (
        <Skeleton rows={4} />
      )}
    </section>
  );
}

interface ResultProps {
  state: ExecutionState | null;
  execution: Execution;
  over: boolean;
  status: string;
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  onStep: (address: string) => void;
}

/** What went into the execution and what came out. */
function Result({ state, execution, over, status, steps, titles, onStep }: ResultProps) {
  const error = over ? (state?.error ?? execution.error) : null;
  const output = over ? (execution.output ?? state?.output ?? null) : null;
  const at = error?.node;
  return (
    <div className={s.result}>
      {error ? (
        <section>
          <h2>Why it {status === "canceled" ? "ended" : "failed"}</h2>
          <StepFault error={error} where={at ? (titles.get(state?.steps.get(at)?.node ?? at) ?? at) : null} />
          {at ? (
            <Button className={s.show} onClick={() => onStep(at)}>
              Show the step
            </Button>
          ) : null}
        </section>
      ) : null}
      <Waits steps={steps} titles={titles} onStep={onStep} />
      {over && !error ? (
        <section>
          <h2>Output</h2>
          <JsonTree value={output} name="output" label="Output of the execution" execution={execution.id} />
        </section>
      ) : null}
      <section>
        <h2>Input</h2>
        <JsonTree value={execution.input ?? state?.input ?? null} name="input" label="Input of the execution" execution={execution.id} />
      </section>
      <p className="faint">Choose a step or a node to see what went in and what came out.</p>
    </div>
  );
}

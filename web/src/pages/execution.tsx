// One execution, live or over, at any moment of it: the same fold of its journal draws all.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronLeft, GitFork, RotateCcw } from "lucide-react";
import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { isMissing } from "../api/client";
import { isOver, queries } from "../api/queries";
import type { Execution } from "../api/types";
import { GraphView } from "../canvas/graph-view";
import { placeGraph } from "../graph/placed";
import { isDrawnOnly } from "../graph/notes";
import { showKindOf } from "../graph/show-kind";
import { titleOf, words } from "../graph/summary";
import { isRunTab, RunPanel } from "../panels/run/run-panel";
import { ReplayBar } from "../panels/run/replay-bar";
import { StepDetail } from "../panels/step-detail";
import { useExecution, type ExecutionState, type ExecutionStore, type StepRun } from "../state/execution";
import { watchExecution } from "../state/execution/watch";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { duration, plural, statusWord } from "../ui/format";
import { useDelayed } from "../ui/hooks";
import { categoryOf } from "../ui/node-icon";
import { Link, navigate, useSearch, useTitle } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { StatusChip } from "../ui/status";
import { Actions, useAsking } from "./execution-actions";
import { EditNode, Result, Retry } from "./execution-result";
import { useKinds } from "./kinds";
import { NotFound } from "./not-found";
import { editorPath, executionPath } from "./paths";
import { Splitter } from "./splitter";
import { useSpan, type Timed } from "./use-span";
import { part } from "../ui/part";
import s from "./execution.module.css";

const ForkDialog = part(async () => (await import("../panels/fork")).ForkDialog);
const CompareChoice = part(async () => (await import("./compare-choice")).CompareChoice);

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
  return <Loaded key={id} execution={execution.data} store={mine ? state : null} onReopened={() => setRound((before) => before + 1)} />;
}

interface LoadedProps {
  execution: Execution;
  store: ExecutionStore | null;
  onReopened: () => void;
}

/** The graph as it is drawn, and what its nodes are called. */
function useDrawing(execution: Execution) {
  const kinds = useKinds();
  const graph = useMemo(() => placeGraph(execution.graph), [execution.graph]);
  const parents = useMemo(() => new Map(execution.graph.nodes.map((node) => [node.id, node.parentId ?? null])), [execution.graph]);
  const parentOf = useCallback((node: string) => parents.get(node) ?? null, [parents]);
  const titles = useMemo(() => new Map(graph.nodes.map((node) => [node.id, titleOf(node, kinds.get(node.type)?.name ?? null)])), [graph, kinds]);
  return { kinds, graph, parentOf, titles };
}

/** What the page shows: the moment looked at, the step chosen in it, and how the execution stands. */
function useView({ execution, store, onReopened }: LoadedProps) {
  const drawing = useDrawing(execution);
  const status = statusOf(store, execution);
  const over = isOver(status);
  const asking = useAsking(execution.id, status, store?.generation ?? 0, onReopened);
  const [wanted, setAt] = useState<number | null>(null);
  // The slider moves at once; what it shows of a long run follows as fast as it can.
  const at = useDeferredValue(wanted);
  const shown = useMoment(store, at);
  const [chosen, setChosen] = useSearch("step");
  const step = shown.state?.steps.get(chosen) ?? null;
  const nodeId = step?.node ?? store?.steps.get(chosen)?.node ?? (drawing.graph.byId.has(chosen) ? chosen : null);
  // The end of an execution shows only where no earlier moment is looked at.
  const ended = over && at === null;
  return { ...drawing, execution, store, status, over, ended, asking, wanted, setAt, at, shown, setChosen, step, nodeId };
}

type View = ReturnType<typeof useView>;

/** Chooses the last run of a node that is picked on the graph, or the node itself where it has none. */
function useChooseNode({ shown, setChosen }: View) {
  const runs = shown.state?.nodes ?? null;
  const latest = useRef(runs);
  useEffect(() => {
    latest.current = runs;
  });
  return useCallback((picked: string | null) => setChosen(picked === null ? null : (latest.current?.get(picked)?.last.address ?? picked)), [setChosen]);
}

interface Fork {
  step: StepRun;
  edit: boolean;
}

function Loaded(props: LoadedProps) {
  const view = useView(props);
  const [tab, setTab] = useSearch("tab");
  const [fork, setFork] = useState<Fork | null>(null);
  const [comparing, setComparing] = useState(false);
  const chooseNode = useChooseNode(view);
  const { execution, store, graph, at, nodeId } = view;
  const node = nodeId === null ? undefined : graph.byId.get(nodeId);
  return (
    <div className={`${s.page} ${node ? s.withSide : ""}`}>
      <Head view={view} onCompare={() => setComparing(true)} />
      <div className={s.canvas}>
        <GraphView
          graph={graph}
          kinds={view.kinds}
          runs={view.shown.state?.nodes ?? null}
          over={view.ended && (store?.seq ?? 0) > 0}
          selected={nodeId}
          onSelect={chooseNode}
          label={`Graph of the execution, ${plural(graph.nodes.length, "node")}`}
        />
        {at !== null ? <p className={s.moment}>As it was at this moment</p> : null}
      </div>
      <ReplayBar times={store?.history.times ?? []} version={store?.seq ?? 0} over={view.over} at={view.wanted} onAt={view.setAt} />
      <div className={s.runs}>
        <Splitter label="Height of the views below the graph" />
        <TimedPanel {...panelOf(view)} tab={isRunTab(tab) ? tab : "timeline"} onTab={(to) => setTab(to === "timeline" ? null : to)} />
      </div>
      <Side view={view} node={node} onFork={setFork} />
      <Suspense fallback={null}>
        {fork ? <ForkFrom view={view} fork={fork} onClose={() => setFork(null)} /> : null}
        {comparing ? <CompareChoice execution={execution} onClose={() => setComparing(false)} /> : null}
      </Suspense>
    </div>
  );
}

function Head({ view, onCompare }: { view: View; onCompare: () => void }) {
  const { execution, store, status, over, asking } = view;
  return (
    <header className={s.top}>
      <Crumbs execution={execution} />
      <span className={s.status}>
        <StatusChip status={status}>
          <Elapsed state={store} execution={execution} over={over} />
        </StatusChip>
      </span>
      <span className="hidden" role="status">
        {statusWord(status)}
      </span>
      <Actions execution={execution} status={status} asking={asking} events={store?.history.events ?? []} onCompare={onCompare} />
    </header>
  );
}

function panelOf({ execution, store, over, ended, at, shown, titles, parentOf, step, setChosen }: View) {
  return {
    execution: execution.id,
    state: shown.state,
    over: ended,
    events: shown.events,
    times: shown.times,
    titles,
    parentOf,
    input: execution.input ?? store?.input ?? null,
    output: ended ? (execution.output ?? store?.output ?? null) : undefined,
    historyFrom: execution.history_from ?? 1,
    selected: step?.address ?? null,
    onSelect: setChosen,
    live: store,
    full: execution,
    isOver: over,
    cursor: at === null ? null : shown.time,
  };
}

/** The step that is chosen; without one, what the execution was given and gave. */
function Side({ view, node, onFork }: { view: View; node: GraphNode | undefined; onFork: (fork: Fork) => void }) {
  const { execution, store, status, over, ended, asking, shown, titles, kinds, step, nodeId, setChosen } = view;
  const fault = step?.status === "failed" && ended;
  return node ? (
    <aside className={s.side}>
      <StepDetail
        key={nodeId}
        execution={execution.id}
        step={step}
        over={over}
        node={describe(node, titles, kinds)}
        remedies={fault ? <Remedies execution={execution} step={step} asking={asking} onStep={setChosen} onFork={(edit) => onFork({ step, edit })} /> : null}
        actions={step && canFork(step) && !fault ? <ForkButtons onFork={(edit) => onFork({ step, edit })} /> : null}
        onClose={() => setChosen(null)}
      />
    </aside>
  ) : (
    <aside className={s.side} aria-label="Input and output">
      <Result state={store} execution={execution} over={ended} status={status} steps={shown.steps} titles={titles} asking={asking} onStep={setChosen} />
    </aside>
  );
}

function ForkFrom({ view, fork, onClose }: { view: View; fork: Fork; onClose: () => void }) {
  const { store, graph, kinds, titles } = view;
  const { id } = view.execution;
  return (
    <ForkDialog
      execution={id}
      step={fork.step}
      edit={fork.edit}
      title={titles.get(fork.step.node) ?? fork.step.node}
      titles={titles}
      events={store?.history.events ?? []}
      writes={(one) => kinds.get(graph.byId.get(one)?.type ?? "")?.effect === "write"}
      onClose={onClose}
      onForked={(born) => {
        onClose();
        toast("ok", `Execution ${born} goes on from here.`, { label: "Compare", run: () => navigate(`${executionPath(id)}/compare/${encodeURIComponent(born)}`) });
        navigate(executionPath(born));
      }}
    />
  );
}

type GraphNode = ReturnType<typeof placeGraph>["nodes"][number];

function describe(node: GraphNode, titles: ReadonlyMap<string, string>, kinds: ReturnType<typeof useKinds>) {
  const kind = kinds.get(node.type);
  return {
    id: node.id,
    title: titles.get(node.id) ?? node.id,
    type: node.type,
    typeName: kind?.name ?? words(node.type),
    category: categoryOf(kind?.category, node.type),
    icon: kind?.icon,
    shows: showKindOf(node),
    drawnOnly: isDrawnOnly(node.type),
  };
}

/** A fork begins at a step that has ended by running. */
function canFork(step: StepRun): boolean {
  return step.status === "succeeded" || step.status === "failed" || step.status === "disabled";
}

function ForkButtons({ onFork }: { onFork: (edit: boolean) => void }) {
  return (
    <>
      <Button icon={<RotateCcw size={14} aria-hidden="true" />} onClick={() => onFork(false)} title="A new execution that takes over what came before this step">
        Run again from here
      </Button>
      <Button icon={<GitFork size={14} aria-hidden="true" />} onClick={() => onFork(true)} title="A new execution in which this step gave something else">
        Edit the output
      </Button>
    </>
  );
}

interface RemediesProps {
  execution: Execution;
  step: StepRun;
  asking: ReturnType<typeof useAsking>;
  onStep: (address: string) => void;
  onFork: (edit: boolean) => void;
}

/** What to do about a step that failed: look where it began, try again, mend the node, or go on without it. */
function Remedies({ execution, step, asking, onStep, onFork }: RemediesProps) {
  const began = step.error?.node ?? null;
  const { node } = step;
  return (
    <>
      {began !== null && began !== step.address ? (
        <Button kind="primary" onClick={() => onStep(began)}>
          Show where it began
        </Button>
      ) : null}
      <Retry asking={asking} />
      {execution.workflow ? <EditNode workflow={execution.workflow.id} node={node} /> : null}
      <ForkButtons onFork={onFork} />
    </>
  );
}

const NO_EVENTS: never[] = [];
const NO_STEPS: StepRun[] = [];

/** The state after so many events, and those events; null is all there are. */
function useMoment(store: ExecutionStore | null, at: number | null) {
  const seq = store?.seq ?? 0;
  return useMemo(() => {
    const history = store?.history;
    if (!store || !history) return { state: null, steps: NO_STEPS, events: NO_EVENTS, times: NO_EVENTS, time: null };
    const state: ExecutionState = at === null ? store : history.at(at);
    const steps = [...state.steps.values()];
    if (at === null) return { state, steps, events: history.events, times: history.times, time: null };
    return { state, steps, events: history.events.slice(0, at), times: history.times.slice(0, at), time: history.times[at - 1] ?? null };
  }, [store?.history, store?.steps, store?.status, seq, at]);
}

/** The record is ahead of the events while they are read from the start, and behind them when they tell of a new begin. */
function statusOf(state: ExecutionState | null, execution: Execution) {
  if (!state?.status) return execution.status;
  const ahead = isOver(execution.status) && state.finishedAt === null && state.generation === 0;
  return ahead ? execution.status : state.status;
}

type PanelProps = Omit<React.ComponentProps<typeof RunPanel>, "span" | "head"> & { live: ExecutionStore | null; full: Execution; isOver: boolean };

/** Only what shows the clock is drawn again as it ticks. */
function TimedPanel({ live, full, isOver, ...rest }: PanelProps) {
  const span = useSpan({ state: live, execution: full, over: isOver });
  const late = useDelayed(live?.link === "lost" && !isOver, 600);
  const failed = useMemo(() => [...(rest.state?.nodes.values() ?? [])].reduce((sum, node) => sum + node.failed, 0), [rest.state?.nodes]);
  const many = rest.state?.steps.size ?? 0;
  return (
    <RunPanel
      {...rest}
      span={span}
      tools={
        <>
          <span className={`${s.facts2} faint num`} role="status">
            <span>{plural(many, "step")}</span>
            {failed > 0 ? <span className={s.failed}>{failed} failed</span> : null}
          </span>
          <span className={s.link} role="status">
            {late ? "Connection lost, reconnecting" : ""}
          </span>
        </>
      }
    />
  );
}

function Elapsed(timed: Timed) {
  const { state, execution, over } = timed;
  const span = useSpan(timed);
  const time = over ? (state?.durationMs ?? execution?.duration_ms ?? null) : span ? span.to - span.from : null;
  return time === null ? null : <span className="num"> · {duration(time)}</span>;
}

function Crumbs({ execution }: { execution: Execution }) {
  const { workflow } = execution;
  const to = workflow ? editorPath(workflow.id) : "/executions";
  return (
    <>
      <Link to={to} className={s.crumb} aria-label={workflow ? `Workflow ${workflow.name}` : "Executions"}>
        <ChevronLeft aria-hidden="true" />
        <span className="cut" dir="auto">
          {workflow ? workflow.name || "Deleted workflow" : "Executions"}
        </span>
      </Link>
      <span className={s.slash} aria-hidden="true">
        ›
      </span>
      <h1 className={s.name}>
        <span className={s.word}>Execution </span>
        <span className="mono">{execution.id}</span>
      </h1>
    </>
  );
}

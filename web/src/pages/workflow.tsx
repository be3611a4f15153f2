// One workflow: its picture, what to start it with, what is wrong with it, and how it went lately.

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { isMissing } from "../api/client";
import { queries } from "../api/queries";
import type { Problem, Workflow } from "../api/types";
import { GraphView } from "../canvas/graph-view";
import { placeGraph } from "../graph/file";
import { inputSchema, samplesOf } from "../graph/form";
import { titleOf } from "../graph/summary";
import { ExecutionRow } from "../panels/execution-list";
import { Problems } from "../panels/problems";
import { Webhooks } from "../panels/webhooks";
import { isTyping } from "../ui/field";
import { plural } from "../ui/format";
import { Link, useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import { Chip } from "../ui/status";
import { Ago } from "../ui/time";
import { useKinds } from "./kinds";
import { NotFound } from "./not-found";
import { runArgs, useRun } from "./run";
import s from "./workflow.module.css";

/** What is beside the graph comes after it: the graph is seen first. */
const InputForm = lazy(async () => ({ default: (await import("../panels/input-form")).InputForm }));
const NodeFacts = lazy(async () => ({ default: (await import("../panels/node-facts")).NodeFacts }));

const LAST = 12;

export function page({ params }: { params: Record<string, string> }) {
  const id = params["id"] ?? "";
  const workflow = useQuery(queries.workflow(id));
  useTitle(workflow.data?.name ?? "Workflow");
  if (workflow.isPending) return <Skeleton rows={3} kind="block" />;
  if (isMissing(workflow.error)) return <NotFound />;
  if (!workflow.data) return <Failed error={workflow.error} what="This workflow could not be read" retry={() => void workflow.refetch()} />;
  return <Loaded key={id} workflow={workflow.data} />;
}

function Loaded({ workflow }: { workflow: Workflow }) {
  const kinds = useKinds();
  const graph = useMemo(() => placeGraph(workflow.graph), [workflow.graph]);
  const titles = useMemo(() => new Map(graph.nodes.map((node) => [node.id, titleOf(node, kinds.get(node.type)?.name ?? null)])), [graph, kinds]);
  const schema = useMemo(() => inputSchema(workflow.graph), [workflow.graph]);
  const samples = useMemo(() => samplesOf(workflow.graph), [workflow.graph]);
  const validation = useQuery(queries.validation(workflow.id, workflow.graph));
  const problems = validation.data?.problems;
  const marks = useMemo(() => marksOf(problems ?? []), [problems]);
  const [selected, setSelected] = useState<string | null>(null);
  const run = useRun();
  const start = (input: string) => run.mutate(runArgs(workflow.id, workflow.name, input));
  const errors = problems?.filter((problem) => problem.severity === "error").length ?? 0;
  const node = selected === null ? undefined : graph.byId.get(selected);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || isTyping(event.target)) return;
      event.preventDefault();
      document.querySelector<HTMLButtonElement>("[data-run]")?.click();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className={s.page}>
      <header className={s.top}>
        <Link to="/workflows" className={s.crumb}>
          Workflows
        </Link>
        <span className="faint" aria-hidden="true">
          ›
        </span>
        <h1 className={`${s.name} cut`} dir="auto" title={workflow.description ?? workflow.name}>
          {workflow.name}
        </h1>
        <Chip>{plural(graph.nodes.length, "node")}</Chip>
        <span className={`${s.saved} faint`}>
          Changed <Ago at={workflow.updated_at} />
        </span>
      </header>
      <div className={s.canvas}>
        {graph.nodes.length === 0 ? (
          <Empty title="This workflow has no nodes">Import a file with nodes, or change it over the HTTP API.</Empty>
        ) : (
          <GraphView graph={graph} kinds={kinds} runs={null} over={false} selected={selected} onSelect={setSelected} problems={marks} label={`Graph of ${workflow.name}, ${plural(graph.nodes.length, "node")}`} />
        )}
      </div>
      <aside className={s.side} aria-label="Run and history">
        <Suspense fallback={<Skeleton rows={4} />}>
          {node ? <NodeFacts node={node} title={titles.get(node.id) ?? node.id} kind={kinds.get(node.type)} onClose={() => setSelected(null)} /> : null}
        </Suspense>
        <section className={s.part} aria-label="Run">
          <h2 className={s.head}>Run</h2>
          <Webhooks graph={workflow.graph} workflow={workflow.id} active={workflow.active !== false} />
          <Suspense fallback={<Skeleton rows={3} />}>
            <InputForm schema={schema} samples={samples} busy={run.isPending} blocked={errors > 0 ? `${plural(errors, "error")} must be mended first; see Problems.` : null} onRun={start} />
          </Suspense>
        </section>
        {problems && problems.length > 0 ? (
          <section className={s.part} aria-label="Problems">
            <h2 className={s.head}>
              Problems <span className="faint num">{problems.length}</span>
            </h2>
            <Problems problems={problems} titles={titles} onSelect={setSelected} />
          </section>
        ) : null}
        <LastExecutions workflow={workflow.id} />
      </aside>
    </div>
  );
}

function LastExecutions({ workflow }: { workflow: string }) {
  const last = useQuery(queries.lastExecutions(workflow, LAST));
  return (
    <section className={s.part} aria-label="Last executions">
      <h2 className={s.head}>
        Last executions
        <Link to={`/executions?workflow=${encodeURIComponent(workflow)}`} className={s.more}>
          Show all
        </Link>
      </h2>
      {last.isPending ? (
        <Skeleton rows={4} />
      ) : !last.data ? (
        <Failed error={last.error} what="Executions could not be read" retry={() => void last.refetch()} />
      ) : last.data.length === 0 ? (
        <p className={`${s.none} faint`}>Not run yet. Press Run to see it work.</p>
      ) : (
        last.data.map((item) => <ExecutionRow key={item.id} item={item} showWorkflow={false} />)
      )}
    </section>
  );
}

function marksOf(problems: readonly Problem[]): ReadonlyMap<string, "error" | "warning"> {
  const marks = new Map<string, "error" | "warning">();
  for (const { node, severity } of problems) if (node && marks.get(node) !== "error") marks.set(node, severity);
  return marks;
}

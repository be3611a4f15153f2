// What stands at the side while no node is chosen: running, what is wrong, how it went, and what the workflow is called.

import { useQuery } from "@tanstack/react-query";
import { Suspense, useId, useMemo } from "react";
import { queries } from "../../api/queries";
import type { NodeType, Problem } from "../../api/types";
import type { GraphDocument } from "../../graph/document/document";
import { misplaced } from "../../graph/document/misplaced";
import { inputSchema, samplesOf } from "../../graph/form";
import { ExecutionRow } from "../../panels/execution-list";
import { InputForm, type Typed } from "../../panels/input-form";
import { ProblemList } from "../../panels/editor/problem-list";
import { Webhooks } from "../../panels/webhooks";
import type { Session } from "../../state/document";
import { count } from "../../ui/format";
import { part } from "../../ui/part";
import { Link } from "../../ui/router";
import { Failed, Skeleton } from "../../ui/states";
import { Tabs, tabPanel, type Tab } from "../../ui/tabs";
import { Details } from "./details";
import type { Drawing } from "./drawing";
import { useDocValue } from "./use-doc";
import type { Problems as Found } from "./use-problems";
import s from "./workflow-panel.module.css";

const Versions = part(async () => (await import("./versions")).Versions);

export type WorkflowTab = "run" | "problems" | "history" | "versions" | "details";

interface WorkflowPanelProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  tab: WorkflowTab;
  onTab: (tab: WorkflowTab) => void;
  problems: Found;
  busy: boolean;
  blocked: string | null;
  /** What was typed as the input, while a node is on show instead. */
  typed: { current: Typed | null };
  onRun: (input: string) => void;
  onProblem: (problem: Problem) => void;
  /** Leads to a node. */
  onNode: (id: string) => void;
  drawing: Drawing;
  shown: string | null;
  onShow: (execution: string) => void;
}

export function WorkflowPanel(props: WorkflowPanelProps) {
  const { session, kinds, tab, onTab, problems, onProblem, onNode } = props;
  const id = useId();
  const placed = useDocValue(session.doc, misplaced);
  const { errors } = problems;
  const total = { errors, warnings: problems.warnings + placed.length };
  const known = useMemo(() => problems.known && [...problems.known, ...placed], [problems.known, placed]);
  const found = total.errors + total.warnings;
  const tabs: Tab<WorkflowTab>[] = [
    { id: "run", label: "Run" },
    {
      id: "problems",
      label: "Problems",
      badge: found > 0 ? { text: found > 99 ? "99+" : String(found), tone: errors > 0 ? "bad" : "warn", label: `${count(found)} found` } : null,
    },
    { id: "history", label: "History" },
    { id: "versions", label: "Versions" },
    { id: "details", label: "Details" },
  ];
  const inside = () => {
    switch (tab) {
      case "run":
        return <Run {...props} />;
      case "problems":
        return <ProblemList doc={session.doc} kinds={kinds} problems={known} total={total} error={problems.error} onRetry={problems.retry} onSelect={onProblem} />;
      case "history":
        return <History {...props} />;
      case "versions":
        return (
          <Suspense fallback={<Skeleton rows={8} />}>
            <Versions session={session} kinds={kinds} onNode={onNode} drawing={props.drawing} />
          </Suspense>
        );
      case "details":
        return <Details session={session} />;
    }
  };
  return (
    <section className={s.panel} aria-label="Workflow">
      <Tabs label="About the workflow" id={id} tabs={tabs} chosen={tab} onChoose={onTab} />
      <div {...tabPanel(id, tab)} className={s.body} data-tab={tab}>
        {inside()}
      </div>
    </section>
  );
}

const TRIGGERS_MOST = 20;

/** Ids of the nodes that begin and say what a start brings. */
function triggersIn(doc: GraphDocument): string {
  const found: string[] = [];
  for (const [slot, node] of doc.nodes.entries()) {
    if (!node.data?.["schema"] || doc.links.inDegree(slot) > 0) continue;
    found.push(node.id);
    if (found.length === TRIGGERS_MOST) break;
  }
  return found.join("\n");
}

/** The part of the file that says what a start brings: it changes rarely, so the form is not made anew with each edit. */
function useInput({ session: { doc } }: WorkflowPanelProps) {
  const triggers = useDocValue(doc, triggersIn);
  const version = useDocValue(doc, (now) => triggers.split("\n").map((id) => now.nodes.get(id)?.data?.["schema"]).find((schema) => schema !== undefined));
  const samples = useDocValue(doc, (now) => now.file["samples"]);
  return useMemo(() => {
    const nodes = triggers.split("\n").flatMap((id) => doc.nodes.get(id) ?? []);
    const graph = { nodes, edges: [], samples };
    return { schema: inputSchema(graph), samples: samplesOf(graph) };
    // `version` stands for the schemas themselves.
  }, [doc, triggers, version, samples]);
}

function Run(props: WorkflowPanelProps) {
  const { session, busy, blocked, typed, onRun } = props;
  const { schema, samples } = useInput(props);
  return (
    <>
      <InputForm schema={schema} samples={samples} memory={typed} busy={busy} blocked={blocked} onRun={onRun} />
      <Hooks session={session} />
    </>
  );
}

const HOOKS_MOST = 50;

/** The webhook nodes as text, a line each: the same again as long as none of them changes. */
function webhooksIn(doc: GraphDocument): string {
  const found: string[] = [];
  for (const [, node] of doc.nodes.entries()) {
    if (!/webhook/i.test(node.type ?? "")) continue;
    found.push(JSON.stringify(node));
    if (found.length === HOOKS_MOST) break;
  }
  return found.join("\n");
}

function Hooks({ session: { doc, workflow } }: { session: Session }) {
  const key = useDocValue(doc, webhooksIn);
  const nodes = useMemo(() => (key === "" ? [] : key.split("\n").map((text) => JSON.parse(text) as { id: string })), [key]);
  return <Webhooks graph={{ nodes, edges: [] }} workflow={workflow} active={doc.file["active"] !== false} />;
}

const LAST = 30;

function History({ session, shown, onShow }: WorkflowPanelProps) {
  const last = useQuery(queries.lastExecutions(session.workflow, LAST));
  if (last.isPending) return <Skeleton rows={6} />;
  if (!last.data) return <Failed error={last.error} what="Executions could not be read" retry={() => void last.refetch()} />;
  if (last.data.length === 0) return <p className="faint">Not run yet. Press Run to see it work.</p>;
  return (
    <>
      <ul className={s.history}>
        {last.data.map((item) => (
          <li key={item.id} data-shown={item.id === shown || undefined}>
            <ExecutionRow item={item} showWorkflow={false} />
            <button type="button" aria-pressed={item.id === shown} onClick={() => onShow(item.id)}>
              Show here
            </button>
          </li>
        ))}
      </ul>
      <Link to={`/executions?workflow=${encodeURIComponent(session.workflow)}`}>Show all executions</Link>
    </>
  );
}

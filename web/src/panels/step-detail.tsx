// One step: what went in, what came out, and, where it failed, what happened, where, and what to do.

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { Suspense, type ReactNode } from "react";
import { queries } from "../api/queries";
import type { StepError } from "../api/types";
import { faultParts } from "../graph/fault";
import type { ShowKind } from "../graph/show-kind";
import { isPlainPort } from "../graph/summary";
import { elided } from "../graph/values";
import type { StepRun } from "../state/execution";
import { Button } from "../ui/button";
import { ASKED, duration, LINKED, waitWords } from "../ui/format";
import { Guard } from "../ui/lazy-markdown";
import { NodeTile, type Category } from "../ui/node-icon";
import { Failed, sentence, Skeleton } from "../ui/states";
import { Chip, StatusChip } from "../ui/status";
import { JsonTree } from "./json-tree";
import { ValueTools } from "./run/data";
import { Question } from "./question";
import { SignalForm, WaitLink } from "./waits";
import { part } from "../ui/part";
import s from "./step-detail.module.css";

/** Tables and charts come with a chunk of their own. */
const Shown = part(async () => (await import("./shown/shown")).Shown);

interface StepDetailProps {
  execution: string;
  step: StepRun | null;
  /** Whether the execution is over: then one answer holds the inputs of all steps. */
  over: boolean;
  node: { id: string; title: string; type: string; typeName: string; category: Category; icon?: string | null | undefined; shows: ShowKind | null; drawnOnly: boolean };
  /** What can be done from this step on. */
  actions?: ReactNode;
  /** What to do about the step's error, as buttons. */
  remedies?: ReactNode;
  onClose: () => void;
}

export function StepDetail({ execution, step, over, node, actions, remedies, onClose }: StepDetailProps) {
  return (
    <section className={s.detail} aria-label={`Step ${node.title}`}>
      <header className={s.head}>
        <NodeTile type={node.type} icon={node.icon} category={node.category} />
        <h2 className={`${s.title} cut`} dir="auto" title={node.title}>
          {node.title}
        </h2>
        <Chip>{node.typeName}</Chip>
        <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={onClose}>
          Close
        </Button>
      </header>
      <div className={s.body}>
        {step ? (
          <StepBody key={step.address} execution={execution} step={step} over={over} shows={node.shows} remedies={remedies} />
        ) : (
          <p className="dim">{node.drawnOnly ? "A group is drawn around nodes that belong together. It does not run." : "This node has not run in this execution: no chosen edge led to it."}</p>
        )}
      </div>
      {actions ? <footer className={s.foot}>{actions}</footer> : null}
    </section>
  );
}

interface StepBodyProps {
  execution: string;
  step: StepRun;
  over: boolean;
  shows: ShowKind | null;
  remedies: ReactNode;
}

function StepBody({ execution, step, over, shows, remedies }: StepBodyProps) {
  const done = step.status !== "running" && step.status !== "waiting";
  const input = useQuery({
    ...queries.steps(execution),
    queryKey: [...queries.steps(execution).queryKey, over ? "all" : `${step.address} ${step.status}`],
    select: (steps) => steps.find((other) => other.address === step.address)?.input,
    staleTime: done ? Infinity : 0,
  });
  const gave = step.status === "succeeded" || step.status === "disabled";
  // A node that shows something passes on what came in: once is enough.
  const drawn = gave && shows !== null;
  const ran = step.status === "succeeded" || step.status === "failed" || !done || step.status === "disabled";
  return (
    <>
      <div className={s.facts}>
        <StatusChip status={step.status} />
        {step.durationMs !== null ? <span className="mono num">{duration(step.durationMs)}</span> : null}
        {step.attempts > 1 ? <span className="dim">{step.attempts} tries</span> : null}
        {step.ports.some((port) => !isPlainPort(port)) ? <span className="mono dim">→ {step.ports.join(", ")}</span> : null}
        <span className="mono faint cut" title={`Address ${step.address}`}>
          {step.address}
        </span>
      </div>
      {step.error ? <StepFault error={step.error} step={step} remedies={remedies} /> : null}
      {step.wait ? <Awaited execution={execution} step={step} /> : null}
      {step.compacted ? <p className="dim">Only its result is kept: its times and ports went with the beginning of the history.</p> : null}
      {step.status === "skipped" ? <p className="dim">Skipped: every edge that leads here came from a way not taken.</p> : null}
      {step.status === "canceled" ? <p className="dim">Canceled before it finished.</p> : null}
      {drawn ? (
        <Drawn value={step.output} kind={shows} name={outputPath(step.node)} execution={execution} />
      ) : null}
      {ran && !drawn ? (
        <Value title="Input" note="what the edges brought" tools={input.data === undefined ? null : <ValueTools execution={execution} name="input" file={`${step.address}-input`} value={input.data} />}>
          {input.isPending ? (
            <Skeleton rows={2} />
          ) : input.isError ? (
            <Failed error={input.error} what="The input could not be read" retry={() => void input.refetch()} />
          ) : input.data === undefined ? (
            <p className="faint">Shown when the step has ended.</p>
          ) : (
            <JsonTree value={input.data} name="input" label="Input" execution={execution} />
          )}
        </Value>
      ) : null}
      {gave && !drawn ? (
        <Value title="Output" note={elided(step.output) ? "shortened" : ""} tools={<ValueTools execution={execution} name="output" file={`${step.address}-output`} value={step.output} />}>
          <JsonTree value={step.output} name={outputPath(step.node)} label="Output" execution={execution} />
        </Value>
      ) : null}
    </>
  );
}

function Drawn(props: { value: unknown; kind: ShowKind; name: string; execution: string }) {
  return (
    <Guard instead={<JsonTree value={props.value} name={props.name} label="Value" execution={props.execution} />}>
      <Suspense fallback={<Skeleton rows={4} />}>
        <Shown {...props} />
      </Suspense>
    </Guard>
  );
}

/** What a step waits for, and, where a person can end it, with what. */
function Awaited({ execution, step }: { execution: string; step: StepRun }) {
  const signal = step.wait?.signal ?? null;
  if (signal?.startsWith(ASKED)) return <Question execution={execution} name={signal} />;
  return (
    <>
      {step.wait ? <p className="dim">Waits for {waitWords(step.wait, Date.now())}.</p> : null}
      {signal === null ? null : signal.startsWith(LINKED) ? <WaitLink execution={execution} address={step.address} /> : <SignalForm execution={execution} name={signal} />}
    </>
  );
}

/** How expressions name this node's output. */
function outputPath(node: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(node) ? `nodes.${node}.output` : `nodes[${JSON.stringify(node)}].output`;
}

function Value({ title, note, tools = null, children }: { title: string; note: string; tools?: ReactNode; children: ReactNode }) {
  return (
    <div className={s.value}>
      <div className={s.valueHead}>
        <h3>{title}</h3>
        <span className="faint">{note}</span>
        {tools}
      </div>
      {children}
    </div>
  );
}

const COMPARE = "Compare its input with what the node's parameters ask for, then run again.";
const ADVICE: Record<string, string> = {
  timeout: "Give the node more time, or check why the other side is slow.",
  timed_out: "Give the node more time, or check why the other side is slow.",
  TypeError: "Compare the expression with the input of the step.",
  expression_budget: "Do less in one expression: take fewer items, or spread the work over several nodes.",
  not_a_list: "Lead a list into this node, or take the list out of the input with an expression.",
  loop_limit: "Raise the limit of the loop if this many iterations are right, else check the condition that ends it.",
  join_short: "Fewer edges than asked for brought a value; lower the number the join waits for.",
  bad_parameter: "Compare the node's parameters with its description under Node types.",
  js_error: "Compare the code with the input of the step. What it writes to its console stands here when it fails.",
  uncertain: "Look at the other side whether the call arrived, then retry the execution.",
  type_mismatch: "Compare the input of the step with what the node expects.",
};

export function StepFault({ error, step, where = null, remedies = null }: { error: StepError; step?: StepRun; where?: string | null; remedies?: ReactNode }) {
  const advice = (Object.hasOwn(ADVICE, error.code) ? ADVICE[error.code] : undefined) ?? COMPARE;
  const { words, console: log } = faultParts(error.message);
  return (
    <div className={s.fault} role="note" aria-label="Why it failed">
      <p className={s.what}>{sentence({ message: words })}</p>
      <p className="dim">
        {where ? (
          <>
            In <b dir="auto">{where}</b>.{" "}
          </>
        ) : null}
        {step && error.node && error.node !== step.address ? (
          <>
            It began at <span className="mono">{error.node}</span>.{" "}
          </>
        ) : null}
        {advice}
      </p>
      {log !== null && log !== "" ? (
        <div className={s.console}>
          <h4>Console</h4>
          <pre tabIndex={0} aria-label="What the code wrote to its console last">
            {log}
          </pre>
        </div>
      ) : null}
      {remedies ? <div className={s.remedies}>{remedies}</div> : null}
      <p className="mono faint">{error.code}</p>
    </div>
  );
}

// What an execution is about when no step is chosen: why it failed and what to do, what it waits for, what went in and came out.

import { Pencil, RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import type { Execution, Json } from "../api/types";
import { JsonTree } from "../panels/json-tree";
import { ValueTools } from "../panels/run/data";
import { StepFault } from "../panels/step-detail";
import { Waits } from "../panels/waits";
import type { ExecutionState, StepRun } from "../state/execution";
import { Button } from "../ui/button";
import { startedBy } from "../ui/format";
import { Link, navigate } from "../ui/router";
import { Ago } from "../ui/time";
import type { Asking } from "./execution-actions";
import s from "./execution.module.css";
import { editorPath, executionPath } from "./paths";

interface ResultProps {
  state: ExecutionState | null;
  execution: Execution;
  over: boolean;
  status: string;
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  asking: Asking;
  onStep: (address: string) => void;
}

export function Result({ state, execution, over, status, steps, titles, asking, onStep }: ResultProps) {
  const error = over ? (state?.error ?? execution.error) : null;
  const output = over ? (execution.output ?? state?.output ?? null) : null;
  const at = error?.node;
  const node = at ? (state?.steps.get(at)?.node ?? at.split("@")[0] ?? at) : null;
  return (
    <div className={s.result}>
      <Facts execution={execution} />
      {error ? (
        <section>
          <h2>Why it {status === "canceled" ? "ended" : "failed"}</h2>
          <StepFault
            error={error}
            where={node ? (titles.get(node) ?? at ?? null) : null}
            remedies={
              <>
                {at ? (
                  <Button kind="primary" onClick={() => onStep(at)}>
                    Show the step
                  </Button>
                ) : null}
                <Retry asking={asking} />
                {execution.workflow && node ? <EditNode workflow={execution.workflow.id} node={node} /> : null}
              </>
            }
          />
        </section>
      ) : null}
      <Waits steps={steps} titles={titles} onStep={onStep} />
      {over && !error ? (
        <Whole title="Output" execution={execution.id} value={output}>
          <JsonTree value={output} name="output" label="Output of the execution" execution={execution.id} />
        </Whole>
      ) : null}
      <Whole title="Input" execution={execution.id} value={execution.input ?? state?.input ?? null}>
        <JsonTree value={execution.input ?? state?.input ?? null} name="input" label="Input of the execution" execution={execution.id} />
      </Whole>
      <p className="faint">Choose a step or a node to see what went in and what came out.</p>
    </div>
  );
}

export function Retry({ asking }: { asking: Asking }) {
  return (
    <Button icon={<RotateCcw size={14} aria-hidden="true" />} busy={asking.busy === "retry"} onClick={() => void asking.ask("retry")} title="Goes on in this execution: what was recorded stays, what failed runs again">
      Retry the execution
    </Button>
  );
}

export function EditNode({ workflow, node }: { workflow: string; node: string }) {
  return (
    <Button icon={<Pencil size={14} aria-hidden="true" />} onClick={() => navigate(editorPath(workflow, node))}>
      Edit the node
    </Button>
  );
}

function Whole({ title, execution, value, children }: { title: string; execution: string; value: Json; children: ReactNode }) {
  return (
    <section>
      <div className={s.wholeHead}>
        <h2>{title}</h2>
        <ValueTools execution={execution} name={title.toLowerCase()} file={`execution-${execution}-${title.toLowerCase()}`} value={value} />
      </div>
      {children}
    </section>
  );
}

const ORIGINS: Record<string, string> = { child: "Started by", fork: "Forked from", replay: "Replay of", retry: "Retry of" };

/** When it began, by what, and which execution it comes from. */
function Facts({ execution }: { execution: Execution }) {
  const { origin, trigger, started_at: at, id } = execution;
  return (
    <dl className={s.facts}>
      <dt>Started</dt>
      <dd>
        <Ago at={at} />
        {trigger ? <span className="dim"> · {startedBy(trigger)}</span> : null}
      </dd>
      {origin ? (
        <>
          <dt>{ORIGINS[origin.kind] ?? "Comes from"}</dt>
          <dd>
            <Link to={executionPath(origin.execution)} className={`${s.other} mono`}>
              {origin.execution}
            </Link>{" "}
            <Link to={`/executions/${encodeURIComponent(origin.execution)}/compare/${encodeURIComponent(id)}`} className={s.other}>
              Compare
            </Link>
          </dd>
        </>
      ) : null}
      <dt>Related</dt>
      <dd>
        <Link to={`/executions?origin=${encodeURIComponent(id)}`} className={s.other}>
          Its forks and replays
        </Link>
      </dd>
    </dl>
  );
}

// Going on from a step in a new execution: with the step run again, or with another output of it. What stays and what runs
// again is told before it happens.

import { useQuery } from "@tanstack/react-query";
import { GitFork, TriangleAlert } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { api } from "../api/calls";
import { readJson } from "../api/exact";
import { queries } from "../api/queries";
import type { Event } from "../api/types";
import { forkPlan } from "../graph/fork";
import { elided } from "../graph/values";
import type { StepRun } from "../state/execution";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { bytes, plural } from "../ui/format";
import { asFailure, Failed, sentence, Skeleton } from "../ui/states";
import { JsonField, useJsonText } from "./json-field";
import s from "./fork.module.css";

export interface ForkProps {
  execution: string;
  step: StepRun;
  title: string;
  titles: ReadonlyMap<string, string>;
  /** All events so far: they tell what was recorded before the step ended. */
  events: readonly Event[];
  /** Whether calls of a node change something elsewhere. */
  writes: (node: string) => boolean;
  /** Whether the output is to be edited, at first. */
  edit: boolean;
  onClose: () => void;
  /** The new execution. */
  onForked: (id: string) => void;
}

export function ForkDialog(props: ForkProps) {
  const { execution, step } = props;
  const stand = elided(step.output);
  const whole = useQuery({ ...queries.value(execution, stand?.ref ?? ""), enabled: stand !== null });
  const shown = stand === null ? step.output : whole.data;
  if (stand !== null && whole.isPending) {
    return (
      <Dialog title="Go on from here" onClose={props.onClose} actions={<Button onClick={props.onClose}>Leave it</Button>}>
        <Skeleton rows={4} />
      </Dialog>
    );
  }
  if (stand !== null && whole.isError) {
    return (
      <Dialog title="Go on from here" onClose={props.onClose} actions={<Button onClick={props.onClose}>Leave it</Button>}>
        <Failed what={`The output of ${bytes(stand.bytes)} could not be read`} error={whole.error} retry={() => void whole.refetch()} />
      </Dialog>
    );
  }
  return <Asking {...props} output={shown} />;
}

function Asking({ execution, step, title, titles, events, writes, edit, onClose, onForked, output }: ForkProps & { output: unknown }) {
  const id = useId();
  const recorded = useMemo(() => JSON.stringify(step.status === "failed" ? {} : output, null, 2) ?? "null", [step.status, output]);
  const value = useJsonText(recorded);
  const [edited, setEdited] = useState(edit);
  const [asked, setAsked] = useState<{ busy: boolean; fault: string | null }>({ busy: false, fault: null });
  const [key, setKey] = useState(() => crypto.randomUUID());
  const plan = useMemo(() => forkPlan(events, step.address, edited), [events, step.address, edited]);
  const wrong = edited && value.fault !== null;
  const renew = () => setKey(crypto.randomUUID());
  const fork = async () => {
    setAsked({ busy: true, fault: null });
    try {
      onForked((await api.fork(execution, step.address, edited ? value.text : null, key)).id);
    } catch (error) {
      setAsked({ busy: false, fault: sentence(asFailure(error)) });
    }
  };
  return (
    <Dialog
      title={`Go on from ${title}`}
      onClose={onClose}
      wide
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="primary" icon={<GitFork size={14} aria-hidden="true" />} busy={asked.busy} disabled={wrong || !plan.possible} onClick={() => void fork()}>
            {edited ? "Fork with this output" : "Run again from here"}
          </Button>
        </>
      }
    >
      <p className="dim">A new execution takes over what was recorded before this step ended. This one stays as it is.</p>
      <div className={s.ways} role="radiogroup" aria-label="How it goes on">
        {[false, true].map((way) => (
          <label key={String(way)} className={`${s.way} ${edited === way ? s.here : ""}`}>
            <input
              type="radio"
              name={id}
              checked={edited === way}
              onChange={() => {
                setEdited(way);
                renew();
              }}
            />
            <span>
              {way ? "With another output" : "With this step run again"}
              <span className={s.note}>{way ? "The step does not run. What follows gets what you write." : "The step runs once more on the same input."}</span>
            </span>
          </label>
        ))}
      </div>
      {edited ? <Output value={value} recorded={recorded} failed={step.status === "failed"} renew={renew} /> : null}
      <Plan plan={plan} titles={titles} writes={writes} />
      {asked.fault !== null ? (
        <p className={s.fault} role="alert">
          It could not be forked. {asked.fault}
        </p>
      ) : null}
    </Dialog>
  );
}

function Output({ value, recorded, failed, renew }: { value: ReturnType<typeof useJsonText>; recorded: string; failed: boolean; renew: () => void }) {
  const format = () => {
    if (value.fault === null) value.set(formatted(value.text));
  };
  const same = value.fault === null && formatted(value.text) === recorded;
  return (
    <div className={s.output}>
      <JsonField label="Output of the step, as JSON" value={value} onChange={renew} rows={10} />
      <div className={s.tools}>
        <Button kind="quiet" disabled={value.fault !== null} onClick={format}>
          Format
        </Button>
        <Button kind="quiet" disabled={value.text === recorded} onClick={() => value.set(recorded)}>
          Put back what was recorded
        </Button>
        <span className="faint">{same ? (failed ? "It failed, so there is no output yet: write one." : "Nothing is changed yet.") : ""}</span>
      </div>
    </div>
  );
}

/** The same text, indented; numbers stay as they are written. */
function formatted(text: string): string {
  try {
    return JSON.stringify(readJson(text), null, 2);
  } catch {
    return text;
  }
}

const MOST = 8;

function Plan({ plan, titles, writes }: { plan: ReturnType<typeof forkPlan>; titles: ReadonlyMap<string, string>; writes: (node: string) => boolean }) {
  const name = (node: string) => titles.get(node) ?? node;
  if (!plan.possible) {
    return (
      <p className={s.fault} role="note">
        Nothing can go on from here: this step has not ended by running. Choose one that has.
      </p>
    );
  }
  const calls = plan.nodes.filter(writes);
  return (
    <section className={s.plan} aria-label="What will happen">
      <dl>
        <dt>Stays</dt>
        <dd>{plural(plan.kept.length, "step")} as recorded, without being run</dd>
        <dt>Runs again</dt>
        <dd>
          {plan.again.length === 0 ? "Nothing that ran before; only what was not reached" : plural(plan.again.length, "step")}
          {plan.nodes.length > 0 ? <span className="dim">: {plan.nodes.slice(0, MOST).map(name).join(", ")}</span> : null}
          {plan.nodes.length > MOST ? <span className="dim"> and {plan.nodes.length - MOST} more</span> : null}
        </dd>
      </dl>
      <p className="faint">What follows may take another way than before; then other nodes run.</p>
      {calls.length > 0 ? (
        <p className={s.warn} role="note">
          <TriangleAlert aria-hidden="true" />
          <span>
            {calls.slice(0, MOST).map(name).join(", ")} {calls.length === 1 ? "changes" : "change"} something elsewhere and will do so again, with new keys.
          </span>
        </p>
      ) : null}
    </section>
  );
}

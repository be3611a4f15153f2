// Steps that wait: what each waits for, and a field to send a signal to one that waits for it.

import { useQuery } from "@tanstack/react-query";
import { Copy, Send } from "lucide-react";
import type { FormEvent } from "react";
import { queries } from "../api/queries";
import type { StepRun } from "../state/execution";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import { plural, waitWords } from "../ui/format";
import { Failed, Skeleton } from "../ui/states";
import { JsonField, useJsonText } from "./json-field";
import { useSignal } from "./signal";
import s from "./waits.module.css";

const MOST = 20;

interface WaitsProps {
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  onStep: (address: string) => void;
}

/** The steps that wait, the first of them by name. */
export function Waits({ steps, titles, onStep }: WaitsProps) {
  const waiting = steps.filter((step) => step.wait !== null);
  if (waiting.length === 0) return null;
  const now = Date.now();
  return (
    <section aria-label="What it waits for">
      <h2>Waits for</h2>
      <ul className={s.list}>
        {waiting.slice(0, MOST).map((step) => (
          <li key={step.address} className={s.item}>
            <Button kind="quiet" onClick={() => onStep(step.address)}>
              {titles.get(step.node) ?? step.node}
            </Button>
            <span className="dim">{step.wait ? waitWords(step.wait, now) : ""}</span>
          </li>
        ))}
      </ul>
      {waiting.length > MOST ? <p className="faint">and {plural(waiting.length - MOST, "more step")}</p> : null}
    </section>
  );
}

/** The link of a step that waits for a call of it. */
export function WaitLink({ execution, address }: { execution: string; address: string }) {
  // The record that was read before the step began to wait does not have it.
  const link = useQuery({
    ...queries.execution(execution),
    queryKey: [...queries.execution(execution).queryKey, "link", address],
    select: ({ waiting }) => waiting?.find((step) => step.address === address)?.resume_url ?? null,
  });
  if (link.isPending) return <Skeleton rows={1} />;
  if (link.isError) return <Failed error={link.error} what="Its link could not be read" retry={() => void link.refetch()} />;
  if (link.data === null) return null;
  const url = location.origin + link.data;
  const copy = async () => {
    const done = await copyText(url);
    toast(done ? "plain" : "bad", done ? "Copied the link" : "The browser did not allow copying");
  };
  return (
    <div className={s.form}>
      <p className="dim">Whoever has this link ends the wait, once, with what the call carries.</p>
      <p className={s.link}>
        <span className="mono cut" title={url}>
          {url}
        </span>
        <Button kind="quiet" iconOnly icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy()}>
          Copy the link
        </Button>
      </p>
    </div>
  );
}

/** Sends a signal with a value. */
export function SignalForm({ execution, name }: { execution: string; name: string }) {
  const value = useJsonText("{}");
  const { busy, send, renew } = useSignal(execution, name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (value.fault === null) void send(value.text, `Signal ${name} was sent.`);
  };
  return (
    <form className={s.form} aria-label={`Send the signal ${name}`} onSubmit={submit}>
      <JsonField label="Value to send, as JSON" value={value} onChange={renew} />
      <Button type="submit" kind="primary" icon={<Send size={14} aria-hidden="true" />} busy={busy} disabled={value.fault !== null} className={s.send}>
        Send {name}
      </Button>
    </form>
  );
}

// Steps that wait: what each waits for, and a field to send a signal to one that waits for it.

import { useQuery } from "@tanstack/react-query";
import { Copy, Send } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import { api } from "../api/calls";
import { queries } from "../api/queries";
import { jsonFault } from "../graph/json-text";
import type { StepRun } from "../state/execution";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import f from "../ui/field.module.css";
import { plural, waitWords } from "../ui/format";
import { asFailure, Failed, sentence, Skeleton } from "../ui/states";
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

/** Sends a signal with a value. A click that is repeated because no answer came counts once. */
export function SignalForm({ execution, name }: { execution: string; name: string }) {
  const id = useId();
  const [text, setText] = useState("{}");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [busy, setBusy] = useState(false);
  const fault = jsonFault(text);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (fault !== null || busy) return;
    setBusy(true);
    try {
      await api.signal(execution, name, text, key);
      setKey(crypto.randomUUID());
      toast("ok", `Signal ${name} was sent.`);
    } catch (error) {
      toast("bad", `The signal could not be sent. ${sentence(asFailure(error))}`);
    }
    setBusy(false);
  };
  return (
    <form className={s.form} aria-label={`Send the signal ${name}`} onSubmit={(event) => void send(event)}>
      <label className={f.label} htmlFor={id}>
        <span>Value to send, as JSON</span>
      </label>
      <textarea
        id={id}
        className={`${f.field} ${f.area}`}
        value={text}
        rows={3}
        spellCheck={false}
        aria-invalid={fault !== null}
        aria-describedby={fault !== null ? `${id}-fault` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setKey(crypto.randomUUID());
        }}
      />
      {fault !== null ? (
        <p id={`${id}-fault`} className={f.fault}>
          {fault.message}
        </p>
      ) : null}
      <Button type="submit" kind="primary" icon={<Send size={14} aria-hidden="true" />} busy={busy} disabled={fault !== null} className={s.send}>
        Send {name}
      </Button>
    </form>
  );
}

// A question to a person: a call may have been made, and only somebody who looks there can say what became of it.

import { CircleHelp } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import { answerText } from "../graph/question";
import { Button } from "../ui/button";
import { JsonField, useJsonText } from "./json-field";
import { useSignal } from "./signal";
import s from "./question.module.css";

export function Question({ execution, name }: { execution: string; name: string }) {
  const id = useId();
  const [using, setUsing] = useState(false);
  const value = useJsonText('{"status": 200, "body": {}}');
  const { busy, send, renew } = useSignal(execution, name);
  const decide = (event: FormEvent) => {
    event.preventDefault();
    if (value.fault === null) void send(answerText("use", value.text), "The step goes on with your value.");
  };
  return (
    <section className={s.question} aria-labelledby={id}>
      <h3 id={id}>
        <CircleHelp aria-hidden="true" />
        Was this call made?
      </h3>
      <p className="dim">The program ended while the call was under way, so nobody here knows. Look at the other side, then say how to go on.</p>
      <div className={s.answers} role="group" aria-labelledby={id}>
        <Button kind={using ? "plain" : "primary"} disabled={busy} onClick={() => void send(answerText("retry", ""), "The call is made again.")}>
          Make it again
        </Button>
        <Button disabled={busy} aria-expanded={using} aria-controls={`${id}-use`} onClick={() => setUsing((before) => !before)}>
          Use its answer…
        </Button>
        <Button kind="bad" disabled={busy} onClick={() => void send(answerText("fail", ""), "The step fails.")}>
          Let it fail
        </Button>
      </div>
      <dl className={s.meaning}>
        <dt>Make it again</dt>
        <dd>The call did not arrive, or may arrive twice. It carries the same Idempotency-Key.</dd>
        <dt>Use its answer</dt>
        <dd>It arrived, and you know what it gave.</dd>
        <dt>Let it fail</dt>
        <dd>The step fails with uncertain, and its on_error counts.</dd>
      </dl>
      {using ? (
        <form id={`${id}-use`} className={s.use} aria-label="Use an answer" onSubmit={decide}>
          <JsonField label="Output of the step, as JSON" value={value} onChange={renew} />
          <Button type="submit" kind="primary" busy={busy} disabled={value.fault !== null}>
            Use this output
          </Button>
        </form>
      ) : null}
    </section>
  );
}

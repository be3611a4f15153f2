// How executions ended lately, as a chart that comes with a chunk of its own.

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { isMissing } from "../api/client";
import { queries } from "../api/queries";
import { ended } from "../graph/history";
import { count, duration, plural } from "../ui/format";
import { Guard } from "../ui/lazy-markdown";
import { Panel } from "../ui/panel";
import { Failed } from "../ui/states";
import s from "./history.module.css";

const Plot = lazy(async () => ({ default: (await import("./history-plot")).HistoryPlot }));

const SPANS = [
  ["hour", 24, "24 h", "in the last 24 hours"],
  ["day", 30, "30 d", "in the last 30 days"],
] as const;

/** Absent where the server keeps no history. */
export function HistoryPanel() {
  const [chosen, setChosen] = useState(0);
  const [step, parts, , words] = SPANS[chosen] ?? SPANS[0];
  const history = useQuery({ ...queries.history(step, parts), placeholderData: (before) => before });
  if (isMissing(history.error)) return null;
  const total = history.data ? ended(history.data.items) : null;
  return (
    <Panel
      title="Executions that ended"
      aside={
        <span className={s.spans} role="group" aria-label="Span">
          {SPANS.map(([name, , label], at) => (
            <button key={name} type="button" className={`${s.span} ${at === chosen ? s.on : ""}`} aria-pressed={at === chosen} onClick={() => setChosen(at)}>
              {label}
            </button>
          ))}
        </span>
      }
    >
      {history.isError && !history.data ? (
        <Failed error={history.error} what="The history could not be read" retry={() => void history.refetch()} />
      ) : (
        <div className={s.body}>
          {history.data && total ? (
            total.succeeded + total.failed === 0 ? (
              <p className={`${s.none} faint`}>Nothing ended {words}.</p>
            ) : (
              <Guard instead={<p className={`${s.none} dim`}>The chart could not be loaded. {plural(total.succeeded, "execution")} succeeded, {total.failed} did not.</p>}>
                <Suspense fallback={<div className={s.plot} />}>
                  <Plot history={history.data} label={`Executions that ended ${words}: ${total.succeeded} succeeded, ${total.failed} did not`}>
                    <Named as="good" words={`${count(total.succeeded)} succeeded`} />
                    <Named as="bad" words={`${count(total.failed)} did not`} />
                    {total.average === null ? null : <span className="faint">{duration(total.average)} each</span>}
                  </Plot>
                </Suspense>
              </Guard>
            )
          ) : (
            <div className={s.plot} aria-hidden="true" />
          )}
        </div>
      )}
    </Panel>
  );
}

function Named({ as, words }: { as: "good" | "bad"; words: string }) {
  return (
    <span className={s.named}>
      <i className={s[as]} aria-hidden="true" />
      {words}
    </span>
  );
}

// What became of the executions of a day or a month, as a chart that comes with a chunk of its own.

import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { isMissing } from "../api/client";
import { queries } from "../api/queries";
import { sums } from "../graph/history";
import { count, duration, plural } from "../ui/format";
import { Guard } from "../ui/lazy-markdown";
import { Panel } from "../ui/panel";
import { Failed } from "../ui/states";
import { part } from "../ui/part";
import s from "./history.module.css";

const Plot = part(async () => (await import("./history-plot")).HistoryPlot);

const SPANS = [
  ["day", "24 h", "in the last 24 hours"],
  ["month", "30 d", "in the last 30 days"],
] as const;

/** Absent where the server keeps no history. */
export function HistoryPanel() {
  const [chosen, setChosen] = useState(0);
  const [range, , words] = SPANS[chosen] ?? SPANS[0];
  const history = useQuery({ ...queries.history(range), placeholderData: (before) => before });
  if (isMissing(history.error)) return null;
  const total = history.data ? sums(history.data.items) : null;
  return (
    <Panel
      title="Executions"
      aside={
        <span className={s.spans} role="group" aria-label="Span">
          {SPANS.map(([name, label], at) => (
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
            total.total === 0 ? (
              <p className={`${s.none} faint`}>Nothing ran {words}.</p>
            ) : (
              <Guard instead={<p className={`${s.none} dim`}>The chart could not be loaded. Of {plural(total.total, "execution")} {words}, {count(total.failed)} failed.</p>}>
                <Suspense fallback={<div className={s.plot} />}>
                  <Plot history={history.data} label={`${plural(total.total, "execution")} ${words}: ${count(total.succeeded)} succeeded, ${count(total.failed)} failed`}>
                    <Named as="good" words={`${count(total.succeeded)} succeeded`} />
                    <Named as="bad" words={`${count(total.failed)} failed`} />
                    {total.mean === null ? null : <span className="faint">{duration(total.mean)} each</span>}
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

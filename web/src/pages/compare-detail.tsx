// One step of two executions: why each failed, and its output and input side by side.

import { useState } from "react";
import type { Execution, Step } from "../api/types";
import type { Pair } from "../graph/align";
import { DiffView } from "../panels/diff-view";
import { StepFault } from "../panels/step-detail";
import { Link } from "../ui/router";
import s from "./compare.module.css";
import { executionPath } from "./paths";

interface PairDetailProps {
  pair: Pair<Step> | null;
  /** Input or output of the executions themselves, where no step is looked at. */
  whole: "input" | "output" | null;
  left: Execution;
  right: Execution;
  title: string;
}

export function PairDetail({ pair, whole, left, right, title }: PairDetailProps) {
  const [part, setPart] = useState<"output" | "input">(pair !== null && !pair.output && pair.input ? "input" : "output");
  if (whole !== null) {
    return (
      <>
        <h2>{whole === "input" ? "Input" : "Output"} of the executions</h2>
        <DiffView left={{ execution: left.id, value: left[whole] }} right={{ execution: right.id, value: right[whole] }} name={whole} label={`The ${whole} of both executions`} />
      </>
    );
  }
  if (pair === null) return <p className="dim">This step is in neither of them.</p>;
  const one = pair.left && pair.right ? null : pair.left ? left : right;
  return (
    <>
      <div className={s.detailHead}>
        <h2 className="cut" dir="auto">
          {title} <span className="mono faint">{pair.address}</span>
        </h2>
        <span className={s.parts} role="group" aria-label="What is compared">
          {(["output", "input"] as const).map((name) => (
            <button key={name} type="button" aria-pressed={part === name} className={`${s.part} ${part === name ? s.here : ""}`} onClick={() => setPart(name)}>
              {name === "output" ? "Output" : "Input"}
              {pair[name] && one === null ? <span className={s.differs}> differs</span> : null}
            </button>
          ))}
        </span>
      </div>
      {pair.left?.error || pair.right?.error ? (
        <div className={s.faults}>
          {[pair.left, pair.right].map((step, n) => (
            <div key={n}>{step?.error ? <StepFault error={step.error} /> : <p className="faint">{step ? "No error here." : "Not there."}</p>}</div>
          ))}
        </div>
      ) : null}
      {one !== null ? (
        <p className="dim">
          Only{" "}
          <Link to={executionPath(one.id, pair.address)} className={`${s.id} mono`}>
            {one.id}
          </Link>{" "}
          has this step.
        </p>
      ) : (
        <DiffView
          key={part}
          left={{ execution: left.id, value: pair.left?.[part] }}
          right={{ execution: right.id, value: pair.right?.[part] }}
          name={part}
          label={`The ${part} of ${title} in both`}
        />
      )}
    </>
  );
}

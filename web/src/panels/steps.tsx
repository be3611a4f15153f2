// The steps of an execution as a table with a timeline; arrows walk it, the chosen step is shown beside.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, type KeyboardEvent } from "react";
import type { StepRun } from "../state/execution";
import { duration, statusTone, waitWords } from "../ui/format";
import { StatusIcon } from "../ui/status";
import s from "./steps.module.css";

export interface Span {
  from: number;
  to: number;
  /** Starts are known too coarsely to set steps apart: bars then compare durations only. */
  coarse: boolean;
}

export interface StepsProps {
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  /** Where the timeline begins and ends, in milliseconds since 1970; null when no step has a time. */
  span: Span | null;
  selected: string | null;
  onSelect: (address: string) => void;
}

const ROW = 28;

export function Steps({ steps, titles, span, selected, onSelect }: StepsProps) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: steps.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 16 });
  const at = useMemo(() => steps.findIndex((step) => step.address === selected), [steps, selected]);

  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    // The list scrolls when another step is chosen, not when rows move.
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: steps.length - 1, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const step = steps[Math.max(0, Math.min(steps.length - 1, to))];
    if (step) onSelect(step.address);
  };

  return (
    <div className={s.wrap} role="grid" aria-label="Steps" aria-rowcount={steps.length + 1}>
      <Head span={span} />
      <div ref={list} className={s.list} tabIndex={0} onKeyDown={onKeyDown} aria-label="Steps, arrow keys choose one" role="rowgroup">
        <div className={s.inner} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const step = steps[item.index];
            if (!step) return null;
            return (
              <div
                key={step.address}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={step.address === selected}
                className={`${s.row} ${s.placed} ${step.address === selected ? s.selected : ""} ${s[step.status] ?? ""}`}
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(step.address)}
              >
                <span role="gridcell" className={s.name}>
                  <StatusIcon status={step.status} label />
                  <span className="cut" dir="auto">
                    {titles.get(step.node) ?? step.node}
                  </span>
                  <span className="mono faint cut">{indexOf(step)}</span>
                </span>
                <span role="gridcell" className={s.line}>
                  <Bar step={step} span={span} />
                  {step.wait ? (
                    <span className={`${s.waits} cut`} title={step.error?.message}>
                      {waitWords(step.wait, Date.now())}
                    </span>
                  ) : null}
                </span>
                <span role="gridcell" className={`${s.attempts} num faint`}>
                  {step.attempts > 1 ? `${step.attempts} tries` : ""}
                </span>
                <span role="gridcell" className={`${s.time} mono num`}>
                  {step.durationMs === null ? word(step) : duration(step.durationMs)}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The names of the columns. */
function Head({ span }: { span: Span | null }) {
  return (
    <div className={`${s.row} ${s.head}`} role="row" aria-rowindex={1}>
      <span role="columnheader">Step</span>
      <span role="columnheader" className={s.line}>
        {span?.coarse ? "Duration" : "Timeline"}
      </span>
      <span role="columnheader" className={s.attempts}>
        Tries
      </span>
      <span role="columnheader" className={s.time}>
        Time
      </span>
    </div>
  );
}

/** The part of an address after the node: `#2` for the third iteration. */
function indexOf(step: StepRun): string {
  const cut = step.address.indexOf("@");
  return cut < 0 ? "" : `#${step.address.slice(cut + 1)}`;
}

function word(step: StepRun): string {
  return step.status === "succeeded" || step.status === "failed" ? "–" : step.status;
}

const LEAST = 0.4;

function Bar({ step, span }: { step: StepRun; span: StepsProps["span"] }) {
  if (!span || step.startedAt === null) return null;
  const whole = Math.max(span.to - span.from, 0.001);
  if (span.coarse) {
    return <i className={`${s.bar} ${s[statusTone(step.status)]}`} style={{ insetInlineStart: 0, width: `${Math.max(LEAST, ((step.durationMs ?? 0) / whole) * 100)}%` }} />;
  }
  const start = Math.min(100 - LEAST, Math.max(0, ((step.startedAt - span.from) / whole) * 100));
  const end = step.durationMs === null ? 100 : ((step.startedAt - span.from + step.durationMs) / whole) * 100;
  const width = Math.max(LEAST, Math.min(100, end) - start);
  return <i className={`${s.bar} ${s[statusTone(step.status)]} ${step.status === "running" ? s.moving : step.status === "waiting" ? s.still : ""}`} style={{ insetInlineStart: `${start}%`, width: `${width}%` }} />;
}

// The steps of an execution as a table that can be sorted; arrows walk it, the chosen step is shown beside.

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { sortSteps, type StepOrder } from "../graph/steps";
import { brief } from "../graph/values";
import type { StepRun } from "../state/execution";
import { duration, waitWords } from "../ui/format";
import { StatusText } from "../ui/status";
import { rowAfter } from "../ui/walk";
import s from "./steps.module.css";

export interface StepsProps {
  steps: readonly StepRun[];
  titles: ReadonlyMap<string, string>;
  /** When the run began, in milliseconds since 1970: starts count from there. */
  origin: number | null;
  selected: string | null;
  onSelect: (address: string) => void;
}

const ROW = 28;
const COLUMNS: readonly (readonly [by: StepOrder["by"], label: string, className: string])[] = [
  ["name", "Step", "name"],
  ["status", "Status", "status"],
  ["started", "Started", "started"],
  ["duration", "Time", "time"],
  ["attempts", "Tries", "attempts"],
];

export function Steps({ steps, titles, origin, selected, onSelect }: StepsProps) {
  const list = useRef<HTMLDivElement>(null);
  const [order, setOrder] = useState<StepOrder | null>(null);
  const sorted = useMemo(() => sortSteps(steps, titles, order), [steps, titles, order]);
  const virtual = useVirtualizer({ count: sorted.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 16 });
  const at = useMemo(() => sorted.findIndex((step) => step.address === selected), [sorted, selected]);

  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
    // The list scrolls when another step is chosen, not when rows move.
  }, [selected]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const to = rowAfter(event.key, at, sorted.length);
    if (to === null) return;
    event.preventDefault();
    const step = sorted[to];
    if (step) onSelect(step.address);
  };
  const sort = (by: StepOrder["by"]) => setOrder((before) => (before?.by !== by ? { by, down: by === "duration" || by === "attempts" } : before.down === (by === "duration" || by === "attempts") ? { by, down: !before.down } : null));

  return (
    <div className={s.wrap} role="grid" aria-label="Steps" aria-rowcount={sorted.length + 1} aria-colcount={COLUMNS.length + 1}>
      <div role="rowgroup">
        <div className={`${s.row} ${s.head}`} role="row" aria-rowindex={1}>
          {COLUMNS.map(([by, label, className]) => (
            <span key={by} role="columnheader" className={s[className]} aria-sort={order?.by !== by ? "none" : order.down ? "descending" : "ascending"}>
              <button type="button" className={s.sort} onClick={() => sort(by)}>
                {label}
                {order?.by === by ? order.down ? <ArrowDown aria-hidden="true" /> : <ArrowUp aria-hidden="true" /> : null}
              </button>
            </span>
          ))}
          <span role="columnheader" className={s.gist}>
            Result
          </span>
        </div>
      </div>
      <div ref={list} className={s.list} tabIndex={0} onKeyDown={onKeyDown} aria-label="Steps, arrow keys choose one" role="rowgroup">
        <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="presentation">
          {virtual.getVirtualItems().map((item) => {
            const step = sorted[item.index];
            return step ? <StepRow key={step.address} step={step} at={item.index} top={item.start} title={titles.get(step.node) ?? step.node} origin={origin} chosen={step.address === selected} onSelect={onSelect} /> : null;
          })}
        </div>
      </div>
    </div>
  );
}

interface StepRowProps {
  step: StepRun;
  at: number;
  top: number;
  title: string;
  origin: number | null;
  chosen: boolean;
  onSelect: (address: string) => void;
}

function StepRow({ step, at, top, title, origin, chosen, onSelect }: StepRowProps) {
  const began = step.phases[0]?.from ?? step.startedAt;
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      aria-selected={chosen}
      className={`${s.row} ${s.placed} ${chosen ? s.selected : ""} ${s[step.status] ?? ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(step.address)}
    >
      <span role="gridcell" className={s.name}>
        <span className="cut" dir="auto">
          {title}
        </span>
        <span className="mono faint cut">{indexOf(step)}</span>
      </span>
      <span role="gridcell" className={s.status}>
        <StatusText status={step.status} />
      </span>
      <span role="gridcell" className={`${s.started} mono num faint`}>
        {began === null || origin === null ? "" : `+${duration(Math.max(0, began - origin))}`}
      </span>
      <span role="gridcell" className={`${s.time} mono num`}>
        {step.durationMs === null ? "–" : duration(step.durationMs)}
      </span>
      <span role="gridcell" className={`${s.attempts} num faint`}>
        {step.attempts > 1 ? step.attempts : ""}
      </span>
      <span role="gridcell" className={`${s.gist} cut ${step.error ? s.bad : "faint"}`} title={step.error?.message} dir="auto">
        {gistOf(step)}
      </span>
    </div>
  );
}

function gistOf(step: StepRun): string {
  if (step.wait) return `Waits for ${waitWords(step.wait, Date.now())}`;
  if (step.error) return step.error.message || step.error.code;
  if (step.status !== "succeeded" && step.status !== "disabled") return "";
  return brief(step.output, 120);
}

/** The part of an address after the node: `#2` for the third iteration. */
function indexOf(step: StepRun): string {
  return step.address.length > step.node.length ? `#${step.address.slice(step.node.length + 1)}` : "";
}

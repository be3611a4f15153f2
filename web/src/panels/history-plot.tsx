// Bars of executions by what became of them, by uPlot; where the pointer is, all that is known of that span is said.

import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { default as UPlot } from "uplot";
import "uplot/dist/uPlot.min.css";
import type { History } from "../api/types";
import { stacked } from "../graph/history";
import { count, duration } from "../ui/format";
import { useTheme } from "../ui/hooks";
import s from "./history.module.css";

const DAY_MS = 86_400_000;
const HOUR = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** `children` stand below it while no span is pointed at. */
export function HistoryPlot({ history, label, children }: { history: History; label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const theme = useTheme();
  const [at, setAt] = useState<number | null>(null);
  // What is drawn last stands in front.
  const data = useMemo<UPlot.AlignedData>(() => stacked(history.items), [history]);
  const newest = useRef(data);
  newest.current = data;
  const daily = history.range !== "day";
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const made = new UPlot({ ...optionsOf(daily, setAt), width: element.clientWidth, height: element.clientHeight }, newest.current, element);
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight }));
    resize.observe(element);
    return () => {
      plot.current = null;
      resize.disconnect();
      made.destroy();
    };
  }, [daily, theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  const span = at === null ? undefined : history.items[at];
  return (
    <>
      <div ref={box} className={s.plot} role="img" aria-label={label} />
      <p className={`${s.readout} num`}>
        {span ? (
          <>
            <span className="dim">{(daily ? DAY : HOUR).format(Date.parse(span.from))}</span>
            <span>{count(span.succeeded)} succeeded</span>
            <span>{count(span.failed)} failed</span>
            {span.total > span.succeeded + span.failed ? <span>{count(span.total - span.succeeded - span.failed)} other</span> : null}
            {span.mean_ms === null ? null : <span className="faint">{duration(span.mean_ms)} each</span>}
          </>
        ) : (
          children
        )}
      </p>
    </>
  );
}

function optionsOf(daily: boolean, onCursor: (at: number | null) => void): Omit<UPlot.Options, "width" | "height"> {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis: UPlot.Axis = { stroke: token("--text-3"), font: `${token("--fs-11")} ${token("--font")}`, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, border: { show: false } };
  const bars = UPlot.paths.bars?.({ size: [0.72, 24], radius: 0.15 });
  const series = (colour: string): UPlot.Series => ({ stroke: token(colour), width: 0, fill: token(colour), points: { show: false }, ...(bars ? { paths: bars } : {}) });
  const half = (daily ? DAY_MS : DAY_MS / 24) / 2000;
  return {
    legend: { show: false },
    padding: [8, 4, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: true, range: (_plot, low, high) => [low - half * 1.2, high + half * 1.2] }, y: { range: (_plot, _low, high) => UPlot.rangeNum(0, high || 1, 0.1, true) } },
    axes: [
      { ...axis, size: 26, space: 56, grid: { show: false }, values: (_plot, splits) => splits.map((split) => (daily ? DAY : HOUR).format(split * 1000)) },
      { ...axis, space: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000], size: (_plot, texts) => 12 + 7 * Math.max(2, ...(texts ?? []).map((text) => text.length)), values: (_plot, splits) => splits.map(count) },
    ],
    series: [{}, series("--line-2"), series("--tide"), series("--bad")],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

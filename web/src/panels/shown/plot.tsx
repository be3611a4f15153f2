// Lines, and bars that are too many for words, drawn by uPlot; colours and fonts come from the tokens of the theme.

import { useEffect, useRef, useState } from "react";
import { default as UPlot } from "uplot";
import "uplot/dist/uPlot.min.css";
import { brief, type Chart } from "../../graph/chart";
import { useTheme } from "../../ui/hooks";
import { Names } from "./charts";
import s from "./shown.module.css";

interface PlotProps {
  chart: Chart;
  bars: boolean;
  label: string;
}

const COLOURS = ["--tide", "--cat-data", "--cat-trigger", "--cat-ai", "--cat-logic", "--cat-code"];
const LABEL_MOST = 12;

export function Plot({ chart, bars, label }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const plot = new UPlot({ ...optionsOf(chart, bars, setAt), width: element.clientWidth, height: element.clientHeight }, dataOf(chart), element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
    // Colours are read when the plot is made, so a new theme makes a new one.
  }, [chart, bars, theme]);
  const many = chart.series.length > 1;
  return (
    <>
      {many ? <Names chart={chart} /> : null}
      <div ref={box} className={s.plot} role="img" aria-label={label} />
      <p className={`${s.readout} mono num`} aria-hidden="true">
        {at === null ? <span className="faint">{chart.axis}</span> : <Reading chart={chart} at={at} />}
      </p>
    </>
  );
}

/** What all series say where the pointer is. */
function Reading({ chart, at }: { chart: Chart; at: number }) {
  return (
    <>
      <span className="dim">{chart.labels[at]}</span>
      {chart.series.map((series, n) => {
        const value = series.values[at] ?? null;
        return (
          <span key={series.name}>
            <i className={`${s.swatch} ${s[`c${n}`]}`} /> {value === null ? "–" : brief(value)}
          </span>
        );
      })}
    </>
  );
}

function dataOf(chart: Chart): UPlot.AlignedData {
  return [chart.x ?? chart.labels.map((_, at) => at), ...chart.series.map((series) => series.values)];
}

function optionsOf(chart: Chart, bars: boolean, onCursor: (at: number | null) => void): Omit<UPlot.Options, "width" | "height"> {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const colour = (n: number) => token(COLOURS[n] ?? "--text-3");
  const font = `${token("--fs-11")} ${token("--font")}`;
  const whole = chart.series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
  const axis: UPlot.Axis = { stroke: token("--text-3"), font, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, border: { show: false } };
  const one = chart.series.length === 1;
  return {
    legend: { show: false },
    padding: [8, 8 + (chart.x === null ? 2.6 * Math.min(LABEL_MOST, chart.labels.at(-1)?.length ?? 0) : 12), 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 10, width: 2, stroke: token("--bg-1"), fill: (_plot, at) => colour(at - 1) } },
    scales: {
      x: { time: false, ...(bars ? { range: (_plot, low, high) => [low - 0.6, high + 0.6] } : {}) },
      // From zero where that leaves the shape to be seen; bars begin at zero always.
      y: { range: (_plot, low, high) => (low >= 0 && (bars || whole || low < high / 2) ? UPlot.rangeNum(0, high || 1, 0.1, true) : UPlot.rangeNum(bars ? Math.min(0, low) : low, bars ? Math.max(0, high) : high, 0.1, true)) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        ...(chart.x === null ? { incrs: [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1_000], space: spaceOf(chart.labels) } : {}),
        values: (_plot, splits) => splits.map((split) => (chart.x === null ? shortened(chart.labels[split] ?? "") : brief(split))),
      },
      { ...axis, size: (_plot, texts) => 14 + 7 * Math.max(2, ...(texts ?? []).map((text) => text.length)), values: (_plot, splits) => splits.map(brief) },
    ],
    series: [
      {},
      ...chart.series.map((series, n) => ({
        label: series.name,
        stroke: colour(n),
        width: bars ? 0 : 1.5,
        ...(bars || one ? { fill: `color-mix(in srgb, ${colour(n)} ${bars ? 80 : 12}%, transparent)` } : {}),
        ...(bars && UPlot.paths.bars ? { paths: UPlot.paths.bars({ size: [0.8, 40] }) } : {}),
        points: { show: !bars && chart.labels.length <= 24, size: 5, fill: token("--bg-1") },
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

/** How far apart labels must stand so that the longest has room. */
function spaceOf(labels: readonly string[]): number {
  return 20 + 6.5 * labels.reduce((most, label) => Math.max(most, Math.min(label.length, LABEL_MOST)), 2);
}

function shortened(label: string): string {
  return label.length > LABEL_MOST ? `${label.slice(0, LABEL_MOST - 1)}…` : label;
}

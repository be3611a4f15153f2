// Bars and pies of few parts, as words and shapes; the rest is plotted by a chunk of its own.

import { Suspense } from "react";
import { brief, chartWords, firstOf, slicePath, thinned, type Chart, type Slice } from "../../graph/chart";
import type { Shape } from "../../graph/show";
import { count } from "../../ui/format";
import { Guard } from "../../ui/lazy-markdown";
import { part } from "../../ui/part";
import s from "./shown.module.css";

const Plot = part(async () => (await import("./plot")).Plot);

/** More bars than these stand upright and have no words of their own. */
const ROWS_OF_BARS = 40;
const BARS_MOST = 400;
const POINTS_MOST = 2_000;
const HOLE = 0.62;

interface ChartViewProps {
  kind: Shape;
  chart: Chart;
  slices: readonly Slice[];
  /** Rows of the value that are not in the chart at all. */
  moreRows: number;
}

export function ChartView({ kind, chart, slices, moreRows }: ChartViewProps) {
  const total = chart.labels.length;
  const few = kind === "bar_chart" && (total <= ROWS_OF_BARS || chart.series.length > 1);
  const most = few && chart.series.length > 1 ? 2 * ROWS_OF_BARS : kind === "bar_chart" ? BARS_MOST : POINTS_MOST;
  const drawn = kind === "line_chart" ? thinned(chart, most) : kind === "bar_chart" ? firstOf(chart, most) : chart;
  return (
    <>
      {kind === "pie_chart" ? (
        <Pie chart={chart} slices={slices} />
      ) : few ? (
        <Bars chart={drawn} />
      ) : (
        <Guard instead={<p className="dim">The chart could not be loaded. Its table has the same numbers.</p>}>
          <Suspense fallback={<div className={s.plot} />}>
            <Plot chart={drawn} bars={kind === "bar_chart"} label={chartWords(chart, kind === "bar_chart" ? "Bar chart" : "Line chart")} />
          </Suspense>
        </Guard>
      )}
      {drawn.labels.length < total ? (
        <p className="faint">
          {kind === "line_chart" ? `Drawn from ${count(drawn.labels.length)} of ${count(total)} points, every peak among them.` : `The first ${count(drawn.labels.length)} of ${count(total)} bars.`}
        </p>
      ) : null}
      {moreRows > 0 ? <p className="faint">{count(moreRows)} more rows are not drawn.</p> : null}
      {kind === "pie_chart" && chart.series.length > 1 ? <p className="faint">A pie shows one series: {chart.series[0]?.name}.</p> : null}
      {kind !== "pie_chart" && chart.moreSeries > 0 ? <p className="faint">{count(chart.moreSeries)} more series are in the table.</p> : null}
    </>
  );
}

function Bars({ chart }: { chart: Chart }) {
  const values = chart.series.flatMap((series) => series.values).filter((value): value is number => value !== null);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  const many = chart.series.length > 1;
  return (
    <>
      {many ? <Names chart={chart} /> : null}
      <ul className={s.bars} aria-label={chartWords(chart, "Bar chart")}>
        {chart.labels.map((label, at) => (
          <li key={at} className={s.barRow}>
            <span className={`${s.barName} cut`} title={label}>
              <bdi>{label}</bdi>
            </span>
            <span className={s.barSet}>
              {chart.series.map((series, n) => {
                const value = series.values[at] ?? null;
                const from = ((Math.min(0, value ?? 0) - low) / span) * 100;
                return (
                  <span key={series.name} className={s.barLine}>
                    <span className={s.track} aria-hidden="true">
                      {low < 0 ? <i className={s.zero} style={{ insetInlineStart: `${(-low / span) * 100}%` }} /> : null}
                      <i className={`${s.bar} ${s[`c${n}`]}`} style={{ insetInlineStart: `${from}%`, width: `${(Math.abs(value ?? 0) / span) * 100}%` }} />
                    </span>
                    <span className={`${s.barValue} num`}>
                      {many ? <span className="hidden">{series.name} </span> : null}
                      {value === null ? "–" : brief(value)}
                    </span>
                  </span>
                );
              })}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which colour is which series. */
export function Names({ chart }: { chart: Chart }) {
  return (
    <ul className={s.names}>
      {chart.series.map((series, n) => (
        <li key={series.name}>
          <i className={`${s.swatch} ${s[`c${n}`]}`} aria-hidden="true" />
          <bdi className="cut">{series.name}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Pie({ chart, slices }: { chart: Chart; slices: readonly Slice[] }) {
  let turn = 0;
  const paths = slices.map(({ share }) => {
    const from = turn;
    turn += share;
    return slicePath(from, turn, HOLE);
  });
  const whole = slices.reduce((sum, slice) => sum + slice.value, 0);
  return (
    <div className={s.pie}>
      <svg viewBox="-1.02 -1.02 2.04 2.04" role="img" aria-label={`${chartWords({ ...chart, series: chart.series.slice(0, 1) }, "Pie chart")}; the parts stand beside it`}>
        {paths.map((path, n) => (
          <path key={n} d={path} className={s[`c${n}`]} />
        ))}
        <text className={s.whole} y="0.09">
          {brief(whole)}
        </text>
      </svg>
      <ul className={s.parts}>
        {slices.map((slice, n) => (
          <li key={n}>
            <i className={`${s.swatch} ${s[`c${n}`]}`} aria-hidden="true" />
            <bdi className="cut" title={slice.label}>
              {slice.label}
            </bdi>
            <span className={`${s.share} num`}>{(slice.share * 100).toFixed(1)} %</span>
            <span className="num faint">{brief(slice.value)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

// A table as what charts draw: labels and series of numbers, few enough to be seen.

import { isBlank, numberOf, type Table } from "./rows";

export interface Series {
  name: string;
  /** Null where there is a gap. */
  values: (number | null)[];
}

export interface Chart {
  labels: string[];
  /** What the labels are, e.g. the name of their column. */
  axis: string;
  /** Places on the axis where it is one of numbers; null when labels stand side by side. */
  x: number[] | null;
  series: Series[];
  /** Series there are beyond those drawn. */
  moreSeries: number;
}

export const SERIES_MOST = 6;

/** Null where no column holds numbers. */
export function chartOf(table: Table): Chart | null {
  const columns = table.columns.map((name, at) => ({ name, cells: table.rows.map((row) => row[at]) }));
  const numeric = columns.filter(({ cells }) => cells.some((cell) => !isBlank(cell)) && cells.every((cell) => isBlank(cell) || numberOf(cell) !== null));
  const words = columns.find((column) => !numeric.includes(column) && column.cells.some((cell) => typeof cell === "string" || typeof cell === "boolean"));
  const first = numeric[0];
  const scale = !words && numeric.length > 1 && first !== undefined && isRising(first.cells) ? first : undefined;
  const drawn = numeric.filter((column) => column !== scale);
  if (drawn.length === 0) return null;
  const named = words ?? scale;
  return {
    axis: named?.name ?? "",
    labels: table.rows.map((_, at) => (named ? cellText(named.cells[at]) : String(at + 1))),
    x: scale ? scale.cells.map((cell) => numberOf(cell) ?? 0) : null,
    series: drawn.slice(0, SERIES_MOST).map(({ name, cells }) => ({ name, values: cells.map((cell) => (isBlank(cell) ? null : numberOf(cell))) })),
    moreSeries: Math.max(0, drawn.length - SERIES_MOST),
  };
}

function isRising(cells: readonly unknown[]): boolean {
  return cells.every((cell, at) => !isBlank(cell) && (at === 0 || (numberOf(cell) ?? 0) > (numberOf(cells[at - 1]) ?? 0)));
}

function cellText(cell: unknown): string {
  return isBlank(cell) ? "–" : typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}

/** At most about `most` points, with the lowest and highest of each stretch kept, so that no peak is lost. */
export function thinned(chart: Chart, most: number): Chart {
  const count = chart.labels.length;
  if (count <= most) return chart;
  const stretches = Math.max(1, Math.floor(most / (2 * chart.series.length)));
  const kept = new Set<number>([0, count - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * count) / stretches);
    const to = Math.floor(((stretch + 1) * count) / stretches);
    for (const { values } of chart.series) {
      let low = -1;
      let high = -1;
      for (let at = from; at < to; at += 1) {
        const value = values[at] ?? null;
        if (value === null) continue;
        if (low < 0 || value < (values[low] ?? 0)) low = at;
        if (high < 0 || value > (values[high] ?? 0)) high = at;
      }
      if (low >= 0) kept.add(low).add(high);
    }
  }
  const places = [...kept].sort((a, b) => a - b);
  const pick = <T>(list: readonly T[]): T[] => places.map((at) => list[at] as T);
  return {
    ...chart,
    labels: pick(chart.labels),
    // Points are no longer evenly apart: they keep their places.
    x: pick(chart.x ?? chart.labels.map((_, at) => at + 1)),
    series: chart.series.map(({ name, values }) => ({ name, values: pick(values) })),
  };
}

/** The first points only: bars of the rest would be thinner than a line. */
export function firstOf(chart: Chart, most: number): Chart {
  if (chart.labels.length <= most) return chart;
  return {
    ...chart,
    labels: chart.labels.slice(0, most),
    x: chart.x?.slice(0, most) ?? null,
    series: chart.series.map(({ name, values }) => ({ name, values: values.slice(0, most) })),
  };
}

export interface Slice {
  label: string;
  value: number;
  /** 0 to 1. */
  share: number;
}

export const SLICES_MOST = 8;

/** The parts of a whole, largest first, the smallest of many together; null where something is negative or all is nothing. */
export function slicesOf(chart: Chart): Slice[] | null {
  const values = chart.series[0]?.values ?? [];
  const whole = values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  if (whole <= 0 || values.some((value) => value !== null && value < 0)) return null;
  const all = values.map((value, at) => ({ label: chart.labels[at] ?? "", value: value ?? 0, share: (value ?? 0) / whole })).filter(({ value }) => value > 0);
  all.sort((a, b) => b.value - a.value);
  if (all.length <= SLICES_MOST) return all;
  const rest = all.slice(SLICES_MOST - 1);
  const value = rest.reduce((sum, slice) => sum + slice.value, 0);
  return [...all.slice(0, SLICES_MOST - 1), { label: `${rest.length} others`, value, share: value / whole }];
}

/** The path of a slice of a ring around 0,0 with radius 1, from and to as parts of the whole turn. */
export function slicePath(from: number, to: number, hole: number): string {
  const at = (turn: number, radius: number) => {
    const angle = (turn - 0.25) * 2 * Math.PI;
    return `${(Math.cos(angle) * radius).toFixed(4)} ${(Math.sin(angle) * radius).toFixed(4)}`;
  };
  if (to - from > 0.9999) {
    return `M0 -1A1 1 0 1 1 0 1A1 1 0 1 1 0 -1ZM0 ${-hole}A${hole} ${hole} 0 1 0 0 ${hole}A${hole} ${hole} 0 1 0 0 ${-hole}Z`;
  }
  const large = to - from > 0.5 ? 1 : 0;
  return `M${at(from, 1)}A1 1 0 ${large} 1 ${at(to, 1)}L${at(to, hole)}A${hole} ${hole} 0 ${large} 0 ${at(from, hole)}Z`;
}

/** A chart in one sentence, for whoever does not see it. */
export function chartWords(chart: Chart, shape: string): string {
  const of = chart.series.map(({ name, values }) => {
    const numbers = values.filter((value): value is number => value !== null);
    const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
    const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
    return `${name} from ${brief(low)} to ${brief(high)}`;
  });
  const points = chart.labels.length === 1 ? "1 point" : `${chart.labels.length} points`;
  return `${shape} of ${points}${chart.axis === "" ? "" : ` by ${chart.axis}`}: ${of.join("; ")}`;
}

/** A number as charts write it: grouped, with as many digits as its size needs. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size !== 0 && size < 1e-4)) return value.toExponential(2);
  return new Intl.NumberFormat("en-GB", { maximumFractionDigits: size >= 1000 ? 1 : size >= 1 ? 2 : 4 }).format(value);
}

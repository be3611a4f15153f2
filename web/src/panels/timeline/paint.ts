// Draws the bars of the rows in view, the marks of the axis, and the moment that is looked at. All colours come from tokens.

import { stepsIn, tickOf, type TimelineItem, type Window } from "../../graph/timeline";
import type { Phase, StepRun } from "../../state/execution";

export interface Ink {
  line: string;
  faint: string;
  text: string;
  ok: string;
  bad: string;
  info: string;
  idle: string;
  tide: string;
  row: string;
  font: string;
}

export function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    line: token("--line"),
    faint: token("--text-3"),
    text: token("--text-2"),
    ok: token("--ok"),
    bad: token("--bad"),
    info: token("--info"),
    idle: token("--idle"),
    tide: token("--tide"),
    row: token("--bg-1"),
    font: `400 ${token("--fs-11")} ${token("--mono")}`,
  };
}

export type Item = TimelineItem<StepRun>;

export interface Scene {
  rows: readonly Item[];
  /** First row in view and where it begins, in pixels from the top. */
  first: number;
  offset: number;
  width: number;
  height: number;
  /** Height of the axis at the top, and of a row. */
  axis: number;
  row: number;
  window: Window;
  /** Where the run begins: marks count from there. */
  origin: number;
  /** Up to when bars of what is under way reach. */
  now: number;
  /** The moment that the slider stands at. */
  cursor: number | null;
}

const BAR = 10;
const LEAST = 2;
const BETWEEN_MARKS = 84;

export function paint(context: CanvasRenderingContext2D, scene: Scene, ink: Ink, ratio: number): void {
  const { rows, first, offset, width, height, axis, row, window } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const scale = width / Math.max(window.to - window.from, 1e-6);
  const x = (time: number) => (time - window.from) * scale;
  paintMarks(context, scene, ink, x, scale);
  context.save();
  context.beginPath();
  context.rect(0, axis, width, height - axis);
  context.clip();
  for (let at = first; at < rows.length; at += 1) {
    const top = axis + offset + (at - first) * row;
    if (top > height) break;
    const item = rows[at];
    if (item) paintRow(context, item, { top: top + (row - BAR) / 2, x, width, now: scene.now, ink });
  }
  context.restore();
  if (scene.cursor !== null) {
    context.fillStyle = ink.tide;
    context.fillRect(Math.round(x(scene.cursor)), 0, 1, height);
  }
}

interface Line {
  top: number;
  x: (time: number) => number;
  width: number;
  now: number;
  ink: Ink;
}

function paintRow(context: CanvasRenderingContext2D, item: Item, line: Line): void {
  if (item.step && item.kind === "step" && item.children.length === 0) {
    for (const phase of item.step.phases) paintPhase(context, phase, item.step, line);
    return;
  }
  if (item.step) {
    // What holds others is a thin line over its whole time; what is inside shows through it.
    context.globalAlpha = 0.6;
    for (const phase of item.step.phases) paintSpan(context, phase, line, { top: line.top + BAR - 2, height: 2 }, phase.kind === "pause" && phase.to !== null ? line.ink.idle : toneOf(phase, item.step, line.ink));
    context.globalAlpha = 1;
  }
  paintMany(context, item, line);
}

function toneOf(phase: Phase, step: StepRun, ink: Ink): string {
  if (phase.failed) return ink.bad;
  if (phase.to === null || phase.kind !== "run") return ink.info;
  if (step.status === "canceled") return ink.idle;
  return step.status === "failed" && phase === step.phases.at(-1) ? ink.bad : ink.ok;
}

function paintSpan(context: CanvasRenderingContext2D, phase: Phase, { x, width, now }: Line, box: { top: number; height: number }, colour: string): void {
  const from = x(phase.from);
  const to = x(phase.to ?? now);
  if (to < 0 || from > width) return;
  const left = Math.max(-4, from);
  context.fillStyle = colour;
  context.fillRect(left, box.top, Math.max(LEAST, Math.min(width + 4, to) - left), box.height);
}

/** An attempt is a bar; a wait is dashes; a pause between attempts is a thin line. */
function paintPhase(context: CanvasRenderingContext2D, phase: Phase, step: StepRun, line: Line): void {
  const { ink, x, width, now, top } = line;
  const colour = toneOf(phase, step, ink);
  if (phase.kind === "pause") {
    context.globalAlpha = 0.7;
    paintSpan(context, phase, line, { top: top + BAR / 2 - 1, height: 2 }, ink.idle);
    context.globalAlpha = 1;
    return;
  }
  if (phase.kind === "run") {
    context.globalAlpha = phase.to === null || phase.failed ? 1 : 0.8;
    const from = x(phase.from);
    const to = x(phase.to ?? now);
    context.globalAlpha *= to < 0 || from > width ? 0 : 1;
    context.fillStyle = colour;
    context.beginPath();
    const left = Math.max(-8, from);
    const length = Math.max(LEAST, Math.min(width + 8, to) - left);
    context.roundRect(left, top, length, BAR, Math.min(3, length / 2));
    context.fill();
    context.globalAlpha = 1;
    return;
  }
  const from = Math.max(0, x(phase.from));
  const to = Math.min(width, x(phase.to ?? now));
  if (to < 0 || from > width) return;
  context.fillStyle = ink.info;
  context.globalAlpha = phase.to === null ? 0.9 : 0.55;
  // Dashes keep their places while the window moves.
  const start = from - ((((from - x(phase.from)) % 9) + 9) % 9);
  for (let at = start; at < to; at += 9) {
    const left = Math.max(from, at);
    context.fillRect(left, top, Math.max(1, Math.min(to, at + 6) - left), BAR);
  }
  context.globalAlpha = 1;
}

/** Many steps in one row: each column of pixels is filled once, with what matters most in it. */
function paintMany(context: CanvasRenderingContext2D, item: Item, line: Line): void {
  const { x, width, now, top, ink } = line;
  const columns = new Uint8Array(Math.ceil(width));
  for (const step of stepsIn(item)) {
    if (step === item.step || step.container) continue;
    for (const phase of step.phases) {
      if (phase.kind === "pause") continue;
      const from = Math.max(0, Math.floor(x(phase.from)));
      const to = Math.min(columns.length, Math.max(from + 1, Math.ceil(x(phase.to ?? now))));
      const rank = phase.failed || step.status === "failed" ? 4 : phase.to === null ? 3 : phase.kind === "run" ? 2 : 1;
      for (let at = from; at < to; at += 1) if ((columns[at] ?? 0) < rank) columns[at] = rank;
    }
  }
  const colours = ["", ink.info, ink.ok, ink.info, ink.bad];
  const alphas = [0, 0.35, 0.65, 0.9, 1];
  const height = item.step ? BAR - 4 : BAR;
  for (let at = 0; at < columns.length; ) {
    const rank = columns[at] ?? 0;
    let to = at + 1;
    while (to < columns.length && columns[to] === rank) to += 1;
    if (rank > 0) {
      context.globalAlpha = alphas[rank] ?? 1;
      context.fillStyle = colours[rank] ?? ink.ok;
      context.fillRect(at, top, Math.max(to - at, 1), height);
    }
    at = to;
  }
  context.globalAlpha = 1;
}

function paintMarks(context: CanvasRenderingContext2D, scene: Scene, ink: Ink, x: (time: number) => number, scale: number): void {
  const { window, origin, height, axis, width } = scene;
  const tick = tickOf(BETWEEN_MARKS / scale);
  context.font = ink.font;
  context.textBaseline = "middle";
  for (let time = origin + Math.ceil((window.from - origin) / tick) * tick; time <= window.to; time += tick) {
    const at = Math.round(x(time));
    context.fillStyle = ink.line;
    context.fillRect(at, axis - 4, 1, height);
    context.fillStyle = ink.faint;
    const text = offsetText(time - origin, tick);
    if (at + 4 + context.measureText(text).width < width) context.fillText(text, at + 4, axis / 2);
  }
  context.fillStyle = ink.line;
  context.fillRect(0, axis - 1, width, 1);
}

/** How long after the begin, as fine as the marks are. */
export function offsetText(ms: number, tick: number): string {
  if (ms < tick / 1_000) return "0";
  const digits = (unit: number) => Math.max(0, Math.min(6, Math.ceil(-Math.log10(tick / unit) - 1e-9)));
  if (tick < 0.1 && ms < 1) return `${(ms * 1_000).toFixed(digits(0.001))} µs`;
  if (tick < 100 && ms < 1_000) return `${ms.toFixed(digits(1))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(digits(1_000))} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms - minutes * 60_000) / 1_000;
  if (minutes < 60) return `${minutes} min${tick % 60_000 === 0 ? "" : ` ${seconds.toFixed(digits(1_000))} s`}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}

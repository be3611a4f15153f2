// What the pointer is over in a timeline: the step, the stretch of its time, and when.

import { useLayoutEffect, useRef } from "react";
import type { Window } from "../../graph/timeline";
import type { Phase } from "../../state/execution";
import { duration, plural, statusWord } from "../../ui/format";
import type { Item } from "./paint";
import s from "./timeline.module.css";

export interface Tipped {
  row: Item;
  x: number;
  y: number;
  /** The time under the pointer. */
  time: number | null;
}

const OFF = 14;

export function Tip({ tip, titles, span, now }: { tip: Tipped; titles: ReadonlyMap<string, string>; span: Window | null; now: number }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(tip.x + OFF, innerWidth - width - OFF);
    const top = tip.y + OFF + height > innerHeight ? tip.y - height - OFF : tip.y + OFF;
    element.style.transform = `translate(${Math.max(OFF, left)}px, ${Math.max(OFF, top)}px)`;
  });
  const { row, time } = tip;
  const { step } = row;
  const phase = time === null ? undefined : step?.phases.find((one) => time >= one.from && time <= (one.to ?? Infinity));
  const shown = phase ?? (step?.phases.length === 1 ? step.phases[0] : undefined);
  const name = row.node === null ? "" : (titles.get(row.node) ?? row.node);
  return (
    <div ref={box} className={s.tip} role="presentation">
      <b dir="auto">{row.kind === "round" ? `${name}, iteration ${Number(row.index) + 1 || row.index}` : name}</b>
      {step ? <span className="mono faint">{step.address}</span> : null}
      <span>
        {step ? statusWord(step.status) : plural(row.count, "step")}
        {step && step.durationMs !== null ? ` · ${duration(step.durationMs)}` : ""}
        {step && step.attempts > 1 ? ` · ${plural(step.attempts, "try", "tries")}` : ""}
      </span>
      {step && shown && span ? <span className="dim">{phaseWords(shown, span.from, now)}</span> : null}
      {step?.error ? <span className={s.bad}>{step.error.message.slice(0, 160)}</span> : null}
      {row.failed > 0 ? <span className={s.bad}>{row.failed} failed</span> : null}
    </div>
  );
}

function phaseWords(phase: Phase, origin: number, now: number): string {
  const what = phase.kind === "wait" ? "Waited" : phase.kind === "pause" ? `Paused after attempt ${phase.attempt}` : phase.attempt > 1 || phase.failed ? `Attempt ${Math.max(1, phase.attempt)}${phase.failed ? " failed" : ""}` : "Ran";
  const lasted = Math.max(0, (phase.to ?? now) - phase.from);
  return `${what} from ${duration(Math.max(0, phase.from - origin))} for ${duration(lasted)}${phase.to === null ? " so far" : ""}`;
}

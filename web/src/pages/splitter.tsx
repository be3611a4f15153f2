// A line that is dragged, or moved by arrows, to give what stands below it more or less height. The height is kept.

import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from "react";
import { stepOf } from "../ui/walk";
import s from "./execution.module.css";

const KEY = "tidemill.runs-height";
const LEAST = 120;
const STEP = 24;

/** Sets `--h-runs-now` of its grid; never more than leaves the graph some room. */
export function Splitter({ label }: { label: string }) {
  const line = useRef<HTMLDivElement>(null);
  const set = (height: number) => {
    const grid = line.current?.parentElement?.parentElement;
    if (!grid) return;
    const most = Math.max(LEAST, grid.clientHeight * 0.75);
    const fits = Math.round(Math.max(LEAST, Math.min(most, height)));
    grid.style.setProperty("--h-runs-now", `${fits}px`);
    line.current?.setAttribute("aria-valuenow", String(fits));
    try {
      localStorage.setItem(KEY, String(fits));
    } catch {
      // Blocked storage: the height lasts as long as the page.
    }
  };
  useEffect(() => {
    let kept = 0;
    try {
      kept = Number(localStorage.getItem(KEY));
    } catch {
      // Blocked storage: the usual height.
    }
    if (kept > 0) set(kept);
    else line.current?.setAttribute("aria-valuenow", String(line.current.parentElement?.clientHeight ?? 0));
  }, []);
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const bottom = event.currentTarget.parentElement?.getBoundingClientRect().bottom ?? 0;
    set(bottom - event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const height = line.current?.parentElement?.clientHeight ?? 0;
    // It goes down as far as what stands below it gets lower.
    const down = stepOf(event.key, 4);
    if (down === null) return;
    event.preventDefault();
    set(height - down * STEP);
  };
  return (
    <div
      ref={line}
      className={s.splitter}
      role="separator"
      aria-orientation="horizontal"
      aria-label={label}
      aria-valuemin={LEAST}
      aria-valuemax={2_000}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}

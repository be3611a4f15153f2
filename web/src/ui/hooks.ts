// Small hooks about time, and about what is in view.

import { useEffect, useRef, useState, useSyncExternalStore, type RefObject } from "react";

/** `value` once it has rested for `ms`. */
export function useDebounced<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

/** `value`, at most once per `ms`: the first at once, the newest at the end of each span. */
export function useThrottled<T>(value: T, ms: number): T {
  const [passed, setPassed] = useState(value);
  const until = useRef(0);
  useEffect(() => {
    const left = until.current - Date.now();
    const pass = () => {
      until.current = Date.now() + ms;
      setPassed(value);
    };
    if (left <= 0) return pass();
    const timer = setTimeout(pass, left);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return passed;
}

const waiting = new WeakMap<Element, () => void>();
let watch: IntersectionObserver | null = null;

/** True from the moment on when an element first comes near the view; all share one observer. */
export function useSeen(element: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const one = element.current;
    if (!one || seen) return;
    watch ??= new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && waiting.get(entry.target)?.()), { rootMargin: "100px" });
    waiting.set(one, () => {
      watch?.unobserve(one);
      setSeen(true);
    });
    watch.observe(one);
    return () => watch?.unobserve(one);
  }, [element, seen]);
  return seen;
}

/** True once `on` has been true for `ms`: short waits show nothing. */
export function useDelayed(on: boolean, ms = 150): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [on, ms]);
  return on && late;
}

const clocks = new Map<number, { now: number; listeners: Set<() => void>; timer: ReturnType<typeof setInterval> | undefined }>();

function clockOf(ms: number) {
  let clock = clocks.get(ms);
  if (!clock) {
    clock = { now: Date.now(), listeners: new Set(), timer: undefined };
    clocks.set(ms, clock);
  }
  return clock;
}

/** The time, ticking every `ms`; all that use the same step share one timer. */
export function useNow(ms: number): number {
  return useSyncExternalStore(
    (changed) => {
      const clock = clockOf(ms);
      clock.listeners.add(changed);
      clock.timer ??= setInterval(() => {
        clock.now = Date.now();
        for (const listener of clock.listeners) listener();
      }, ms);
      return () => {
        clock.listeners.delete(changed);
        if (clock.listeners.size > 0) return;
        clearInterval(clock.timer);
        clock.timer = undefined;
      };
    },
    () => {
      const clock = clockOf(ms);
      if (clock.timer === undefined) clock.now = Math.max(clock.now, Math.floor(Date.now() / ms) * ms);
      return clock.now;
    },
  );
}

/** Calls `run` at most once per `ms`, at the end of the quiet time. */
export function debounce(run: () => void, ms: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    call: () => {
      if (timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        run();
      }, ms);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** The width below which panels become sheets and the rail a bar. */
export const PHONE = "(max-width: 720px)";

/** The name of the theme that is shown, for what cannot read tokens by itself. */
export function useTheme(): string {
  return useSyncExternalStore(
    (changed) => {
      const observer = new MutationObserver(changed);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
      return () => observer.disconnect();
    },
    () => document.documentElement.dataset["theme"] ?? "dark",
  );
}

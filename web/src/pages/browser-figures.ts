// What this browser can say of itself: frames, memory, the size of the page, answers, and how fast it reacts.

import { useEffect, useRef, useState } from "react";
import { heapTrend, share } from "../graph/metrics";

export interface BrowserFigures {
  fps: number;
  frameP95: number | null;
  frameMost: number | null;
  /** Bytes, where the browser tells. */
  heap: number | null;
  heapLimit: number | null;
  heapFalls: number;
  heapPerMinute: number | null;
  elements: number;
  /** Since the page was opened: tasks above 50 ms, and their time. */
  longTasks: number;
  longMs: number;
  /** Time from an input to the next frame: all but one in twenty, and the slowest. */
  inputP95: number | null;
  inputMost: number | null;
  /** Answers of the server as this browser saw them. */
  answerP50: number | null;
  answerP95: number | null;
  answers: number;
  failedAnswers: number;
  /** From the click on the link to the page's code having run. */
  loadMs: number | null;
}

interface MemoryOf {
  memory?: { usedJSHeapSize: number; jsHeapSizeLimit: number };
}

const EVERY_MS = 1_000;
const KEPT = 900;
const LAST_ANSWERS = 500;

/** Figures each second while the page is shown, with those before. */
export function useBrowserFigures(): readonly BrowserFigures[] {
  const [all, setAll] = useState<readonly BrowserFigures[]>([]);
  const heap = useRef<{ at: number; value: number }[]>([]);
  useEffect(() => {
    const watched = watchTimings();
    let frames: number[] = [];
    let last = 0;
    let next = requestAnimationFrame(function frame(at) {
      if (last > 0) frames.push(at - last);
      last = at;
      next = requestAnimationFrame(frame);
    });
    const timer = setInterval(() => {
      const took = frames;
      frames = [];
      if (document.visibilityState !== "visible" || took.length === 0) {
        last = 0; // a page in the background draws nothing, which is no slowness
        return;
      }
      const memory = (performance as MemoryOf).memory;
      if (memory) heap.current = [...heap.current.slice(1 - KEPT), { at: Date.now(), value: memory.usedJSHeapSize }];
      const now = figuresNow(took, memory, heap.current, watched);
      setAll((before) => [...before.slice(1 - KEPT), now]);
    }, EVERY_MS);
    return () => {
      cancelAnimationFrame(next);
      clearInterval(timer);
      watched.stop();
    };
  }, []);
  return all;
}

function figuresNow(took: readonly number[], memory: MemoryOf["memory"], heap: readonly { at: number; value: number }[], watched: Watched): BrowserFigures {
  const answers = performance.getEntriesByType("resource").filter((entry): entry is PerformanceResourceTiming => entry.name.includes("/api/")).slice(-LAST_ANSWERS);
  const times = answers.filter((one) => one.responseStart > 0 && one.requestStart > 0).map((one) => one.responseStart - one.requestStart);
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const { falls, perMinute } = heapTrend(heap);
  return {
    fps: 1000 / (took.reduce((total, one) => total + one, 0) / took.length),
    frameP95: share(took, 0.95),
    frameMost: Math.max(...took),
    heap: memory?.usedJSHeapSize ?? null,
    heapLimit: memory?.jsHeapSizeLimit ?? null,
    heapFalls: falls,
    heapPerMinute: perMinute,
    elements: document.getElementsByTagName("*").length,
    longTasks: watched.tasks.length,
    longMs: watched.tasks.reduce((total, one) => total + one, 0),
    inputP95: share(watched.inputs, 0.95),
    inputMost: watched.inputs.length === 0 ? null : Math.max(...watched.inputs),
    answerP50: share(times, 0.5),
    answerP95: share(times, 0.95),
    answers: answers.length,
    failedAnswers: answers.filter((one) => one.responseStatus >= 500).length,
    loadMs: load && load.domContentLoadedEventEnd > 0 ? load.domContentLoadedEventEnd : null,
  };
}

interface Watched {
  tasks: number[];
  inputs: number[];
  stop: () => void;
}

/** What the browser noted since the page was opened, and what it notes from now on. */
function watchTimings(): Watched {
  const tasks: number[] = [];
  const inputs: number[] = [];
  const watch = (type: string, into: number[], more: object) => {
    if (!PerformanceObserver.supportedEntryTypes.includes(type)) return null;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (into.length < 5_000) into.push(entry.duration);
    });
    observer.observe({ type, buffered: true, ...more });
    return observer;
  };
  const observers = [watch("longtask", tasks, {}), watch("event", inputs, { durationThreshold: 16 })];
  return { tasks, inputs, stop: () => observers.forEach((one) => one?.disconnect()) };
}

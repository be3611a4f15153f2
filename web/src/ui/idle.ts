// Time in which the browser has nothing better to do.

/** Waited for such time at most, unless the caller can wait longer. */
const LATEST_MS = 200;
const SLICE_MS = 8;

/** Runs once, when there is such time; `left` says how many ms of it. Answers what calls it off. */
export function whenIdle(run: (left: () => number) => void, latest = LATEST_MS): () => void {
  if (typeof requestIdleCallback === "function") {
    const id = requestIdleCallback((deadline) => run(() => deadline.timeRemaining()), { timeout: latest });
    return () => cancelIdleCallback(id);
  }
  const timer = setTimeout(() => run(() => SLICE_MS), 1);
  return () => clearTimeout(timer);
}

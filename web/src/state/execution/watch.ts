// Follows an execution: its events are gathered for a frame and folded into the store.

import { followExecution } from "../../api/events";
import type { Event } from "../../api/types";
import { useExecution } from "../execution";
import { fold } from "./fold";
import { History } from "./history";
import { emptyExecution } from "./state";

/** How long after an end the stream is still listened to: an execution that was taken up again has several. */
const LINGER_MS = 1_000;

/** How long events are gathered before they are folded: a frame, and longer where each fold copies and shows many steps. */
function gatherMs(steps: number): number {
  return steps < 1_000 ? 0 : Math.min(1_000, steps / 20);
}

/** Follows an execution into the store until it is over or the returned function is called. */
export function watchExecution(id: string): () => void {
  const { getState, setState } = useExecution;
  if (getState().execution !== id) setState({ ...emptyExecution(id), link: "connecting", history: new History(id) });
  let waiting: Event[] = [];
  let frame = 0;
  let linger: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    frame = 0;
    const batch = waiting;
    waiting = [];
    getState().history.push(batch);
    setState((state) => fold(state, batch));
    clearTimeout(linger);
    if (getState().finishedAt !== null) linger = setTimeout(stop, LINGER_MS);
  };
  const schedule = () => {
    const rest = gatherMs(getState().steps.size);
    // A hidden page gets no frames; there a timer keeps the queue short.
    if (document.hidden || rest > 0) return window.setTimeout(flush, rest);
    return requestAnimationFrame(flush);
  };
  const stop = followExecution(id, getState().seq, {
    onLink: (link) => setState({ link }),
    onEvent: (event) => {
      waiting.push(event);
      if (frame === 0) frame = schedule();
    },
  });
  return () => {
    clearTimeout(linger);
    stop();
    if (waiting.length > 0) flush();
  };
}

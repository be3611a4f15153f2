// The execution store: the events of one execution as they come, and the state that they lead to.

import { create } from "zustand";
import { followExecution, type Link } from "../api/events";
import type { Event } from "../api/types";
import { emptyExecution, fold, type ExecutionState } from "./execution/fold";
import { History } from "./execution/history";

export { emptyExecution, fold, time, timeOf, type ExecutionState, type NodeRun, type Phase, type RunStatus, type StepRun, type Wait } from "./execution/fold";
export { History } from "./execution/history";

export interface ExecutionStore extends ExecutionState {
  link: Link;
  /** Grows in place: `seq` tells when it has. */
  history: History;
}

export const useExecution = create<ExecutionStore>(() => ({ ...emptyExecution(null), link: "connecting", history: new History("") }));

/** The state of one execution; null while the store still holds that of another one, maybe of another workflow. */
export function stateOf<T extends ExecutionState>(state: T, execution: string | null): T | null {
  return execution !== null && state.execution === execution && state.seq > 0 ? state : null;
}

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

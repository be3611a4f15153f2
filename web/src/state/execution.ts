// The execution store: the execution on show, and the state that its events lead to. What follows one is code of its own.

import { create } from "zustand";
import type { Link } from "../api/events";
import type { Event } from "../api/types";
import { emptyExecution, type ExecutionState } from "./execution/state";

export { emptyExecution, type ExecutionState, type NodeRun, type Phase, type RunStatus, type StepRun, type Wait } from "./execution/state";

/** The events of an execution so far. Grows in place. */
export interface Past {
  /** In the order of their seq, none twice. */
  readonly events: readonly Event[];
  /** When each of them happened, as a time that never goes back. */
  readonly times: readonly number[];
  push(events: readonly Event[]): void;
  /** The state after the first `count` events. */
  at(count: number): ExecutionState;
}

export interface ExecutionStore extends ExecutionState {
  link: Link;
  /** `seq` tells when there is more. */
  history: Past;
}

const NO_PAST: Past = { events: [], times: [], push: () => undefined, at: () => emptyExecution(null) };

export const useExecution = create<ExecutionStore>(() => ({ ...emptyExecution(null), link: "connecting", history: NO_PAST }));

/** The state of one execution; null while the store still holds that of another one, maybe of another workflow. */
export function stateOf<T extends ExecutionState>(state: T, execution: string | null): T | null {
  return execution !== null && state.execution === execution && state.seq > 0 ? state : null;
}

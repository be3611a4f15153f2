// The events of one execution as they came, and the state at any of them: a fold from the nearest state that is kept.
// Events are appended in place: who shows them looks again when the state's `seq` has moved.

import type { Event } from "../../api/types";
import { fold, timeOf } from "./fold";
import { emptyExecution, type ExecutionState } from "./state";
import type { Past } from "../execution";

/** Of a long history this many states are kept on the way, so that going back costs a part of it only. */
const KEPT = 8;
const LEAST_APART = 1_000;

export class History implements Past {
  readonly execution: string;
  /** In the order of their seq, none twice. */
  readonly events: Event[] = [];
  /** When each of them happened, as a time that never goes back. */
  readonly times: number[] = [];
  private kept: { count: number; state: ExecutionState }[] = [];
  private last: { count: number; state: ExecutionState };

  constructor(execution: string) {
    this.execution = execution;
    this.last = { count: 0, state: emptyExecution(execution) };
  }

  push(events: readonly Event[]): void {
    for (const event of events) {
      if (event.execution !== this.execution || event.seq <= (this.events.at(-1)?.seq ?? 0)) continue;
      const before = this.times.at(-1) ?? -Infinity;
      const at = timeOf(event);
      this.events.push(event);
      this.times.push(at === null ? before : Math.max(before, at));
    }
  }

  /** The state after the first `count` events. */
  at(count: number): ExecutionState {
    const wanted = Math.max(0, Math.min(count, this.events.length));
    let from = { count: 0, state: emptyExecution(this.execution) };
    for (const one of [...this.kept, this.last]) if (one.count <= wanted && one.count > from.count) from = one;
    const apart = Math.max(LEAST_APART, Math.ceil(this.events.length / KEPT));
    while (wanted - from.count > apart) {
      const to = from.count + apart;
      from = { count: to, state: fold(from.state, this.events.slice(from.count, to)) };
      this.kept.push(from);
    }
    this.kept = this.kept.slice(-2 * KEPT);
    if (from.count < wanted) from = { count: wanted, state: fold(from.state, this.events.slice(from.count, wanted)) };
    this.last = from;
    return from.state;
  }

  /** How many events had happened at a time. */
  countAt(time: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

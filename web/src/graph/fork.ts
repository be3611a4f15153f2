// What a fork takes over of an execution and what runs again: everything recorded before the step ended is taken over.

export interface Recorded {
  seq: number;
  type: string;
  address?: string;
  node?: string;
  status?: string;
}

export interface ForkPlan {
  /** Whether a fork may begin at the step: it has ended, by running. */
  possible: boolean;
  /** Addresses of steps whose results stay as they are. */
  kept: string[];
  /** Addresses of steps that had ended later, and run again if their way is taken again. */
  again: string[];
  /** Nodes of those, each once, the chosen step's own first. */
  nodes: string[];
}

const ENDS = new Set(["step_finished", "step_skipped", "step_canceled"]);

/** `edited`: the step's output is given, so it does not run itself. */
export function forkPlan(events: readonly Recorded[], address: string, edited: boolean): ForkPlan {
  const cut = events.findIndex((event) => event.type === "step_finished" && event.address === address);
  const kept = new Set<string>();
  const again = new Set<string>();
  const nodes = new Set<string>();
  events.forEach((event, at) => {
    if (event.address === undefined || !ENDS.has(event.type)) return;
    if (cut < 0 || at < cut || (at === cut && edited)) kept.add(event.address);
    else if (!kept.has(event.address)) {
      // What was not taken may be taken now, but nobody knows: only what ran is told of.
      if (event.type === "step_finished") again.add(event.address);
      if (event.type === "step_finished" && event.node !== undefined) nodes.add(event.node);
    }
  });
  return { possible: cut >= 0, kept: [...kept], again: [...again], nodes: [...nodes] };
}

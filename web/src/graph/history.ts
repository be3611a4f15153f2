// Spans of time in which executions ended: sums over them, and stacks to draw.

export interface Span {
  at: string;
  succeeded: number;
  failed: number;
  average_time_ms: number | null;
}

export function ended(spans: readonly Span[]): { succeeded: number; failed: number; average: number | null } {
  let [succeeded, failed, time] = [0, 0, 0];
  for (const span of spans) {
    succeeded += span.succeeded;
    failed += span.failed;
    time += (span.average_time_ms ?? 0) * (span.succeeded + span.failed);
  }
  const all = succeeded + failed;
  return { succeeded, failed, average: all === 0 ? null : time / all };
}

/** Seconds since 1970, what failed, and both together: bars that stand behind one another look stacked. */
export function stacked(spans: readonly Span[]): [at: number[], failed: number[], both: number[]] {
  return [spans.map((span) => Date.parse(span.at) / 1000), spans.map((span) => span.failed), spans.map((span) => span.failed + span.succeeded)];
}

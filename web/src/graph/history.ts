// Spans of time and what became of the executions that began in them: sums, and stacks to draw.

export interface Span {
  from: string;
  total: number;
  succeeded: number;
  failed: number;
  canceled: number;
  mean_ms: number | null;
}

export interface Sums {
  total: number;
  succeeded: number;
  failed: number;
  mean: number | null;
}

export function sums(spans: readonly Span[]): Sums {
  let [total, succeeded, failed, time, ended] = [0, 0, 0, 0, 0];
  for (const span of spans) {
    total += span.total;
    succeeded += span.succeeded;
    failed += span.failed;
    if (span.mean_ms === null) continue;
    const over = span.succeeded + span.failed + span.canceled;
    time += span.mean_ms * over;
    ended += over;
  }
  return { total, succeeded, failed, mean: ended === 0 ? null : time / ended };
}

/** Seconds since 1970, all, what ended well or badly, and what failed: bars that stand before one another look stacked. */
export function stacked(spans: readonly Span[]): [from: number[], all: number[], ended: number[], failed: number[]] {
  return [spans.map((span) => Date.parse(span.from) / 1000), spans.map((span) => span.total), spans.map((span) => span.failed + span.succeeded), spans.map((span) => span.failed)];
}

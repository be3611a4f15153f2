// What the server knows of saving, as the page of performance shows it: one value for each minute, and what is good or bad of it.

/** A minute, as it is told; minutes without a report are not told. */
export interface SaveMinute {
  at: string;
  saves: number;
  succeeded: number;
  p95_ms?: number | null;
  conflicts: number;
  document_bytes: number;
  memory_bytes: number;
}

const MINUTE_MS = 60_000;
/** Points that a small chart can show; of more, each is the worst of several minutes. */
const POINTS = 120;
/** Longer than the longest that durations are counted by. */
const LONGEST_MS = 60_000;

const SLOW_MS = 500;
const HEAVY_BYTES = 100 * 1024 * 1024;
const FAILURES = 0.05;

/** What of each minute is shown; null where there was nothing to measure. */
export const OF = {
  success: ({ saves, succeeded }: SaveMinute) => (saves === 0 ? null : (100 * succeeded) / saves),
  p95: ({ p95_ms }: SaveMinute) => (p95_ms == null ? null : Math.min(p95_ms, LONGEST_MS)),
  conflicts: ({ conflicts }: SaveMinute) => conflicts,
  document: ({ document_bytes }: SaveMinute) => document_bytes || null,
  memory: ({ memory_bytes }: SaveMinute) => memory_bytes || null,
} satisfies Record<string, (minute: SaveMinute) => number | null>;

/** The last so many minutes, oldest first, with gaps where nobody reported anything. */
export function trendOf(history: readonly SaveMinute[], minutes: number, now: number, of: (minute: SaveMinute) => number | null, worst = Math.max): (number | null)[] {
  const each = Math.ceil(minutes / POINTS);
  const points: (number | null)[] = Array.from({ length: Math.ceil(minutes / each) }, () => null);
  const newest = Math.floor(now / MINUTE_MS);
  for (const minute of history) {
    const at = points.length - 1 - Math.floor((newest - Math.floor(Date.parse(minute.at) / MINUTE_MS)) / each);
    const value = of(minute);
    const before = points[at];
    // A clock that goes otherwise than the server's shifts the trend, and spoils nothing.
    if (before !== undefined && value !== null) points[at] = before === null ? value : worst(before, value);
  }
  return points;
}

/** The last value that there is. */
export function lastOf(trend: readonly (number | null)[]): number | null {
  return trend.findLast((value) => value !== null) ?? null;
}

/** Durations are counted in steps: a share of all took at most so long, or longer than the longest step. */
export function isBeyond(ms: number | null | undefined): boolean {
  return ms != null && ms > LONGEST_MS;
}

export const tones = {
  success: (rate: number | null | undefined) => (rate != null && 1 - rate > FAILURES ? "bad" : undefined),
  p95: (ms: number | null | undefined) => (ms != null && ms > SLOW_MS ? "warn" : undefined),
  memory: (bytes: number | null) => (bytes !== null && bytes > HEAVY_BYTES ? "warn" : undefined),
} as const;

// How saving went lately, made up: most of it well, one slow while with a conflict.

const MINUTE_MS = 60_000;

export function savingFigures(minutes) {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const history = Array.from({ length: Math.min(minutes, 50) }, (_, at) => {
    const slow = at > 20 && at < 26;
    return { at: new Date(now - (49 - at) * MINUTE_MS).toISOString(), saves: 12 + (at % 5) * 3, succeeded: 12 + (at % 5) * 3 - (slow ? 2 : 0), p95_ms: slow ? 250 : 25 + (at % 3) * 25, conflicts: at === 24 ? 3 : 0, document_bytes: 84_000 + at * 900, memory_bytes: 31_000_000 + (at % 9) * 1_400_000 };
  }).filter((one, at) => at % 11 !== 10);
  const count = history.reduce((sum, one) => sum + one.saves, 0);
  const succeeded = history.reduce((sum, one) => sum + one.succeeded, 0);
  const success_rate = succeeded / count;
  return {
    minutes, history, score: 100 * (0.5 * success_rate + 0.3 + 0.2 * (1 - 3 / count)), kept_p95_ms: 5,
    saves: { count, success_rate, average_ms: 21.4, p50_ms: 10, p95_ms: 50, local: count - succeeded, conflict: 2, refused: 0, failed: 0 },
    conflicts: { found: 3, settled: 2, mine: 1, theirs: 0, merged: 1, average_settling_ms: 42_000 },
  };
}

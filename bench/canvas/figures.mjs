// From the times of frames to figures, and the best of several runs.

/** Where the frame at a share of all stands, shortest first. */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? 0;
}

/** Mean FPS, p95 and worst of the frames between two moments. A stall is one long frame, wherever it began. */
export function framesBetween(times, from, to) {
  const lengths = [];
  for (let at = 1; at < times.length; at += 1) if (times[at] > from && times[at] <= to) lengths.push(times[at] - times[at - 1]);
  // A page that drew nothing until the end was one frame long.
  if (lengths.length === 0) lengths.push(to - from);
  return lengths;
}

export function judged(lengths) {
  const sorted = [...lengths].sort((a, b) => a - b);
  const all = sorted.reduce((sum, one) => sum + one, 0);
  return { frames: sorted.length, fps: round((1_000 * sorted.length) / all), p95: round(percentile(sorted, 0.95)), worst: round(sorted.at(-1) ?? 0) };
}

/** How often something happened between two moments, for each second of that time. */
export function perSecond(times, { from, to }) {
  return round((1_000 * times.filter((at) => at > from && at <= to).length) / (to - from));
}

export function round(number) {
  return Math.round(number * 10) / 10;
}

const MORE_IS_BETTER = new Set(["fps", "frames", "ok", "moved", "seen", "per_second"]);
/** What may go wrong in no run: of these the worst counts, however fast the others were. */
const NEVER = new Set(["wrong_cards", "needless"]);
const ALWAYS = new Set(["applied"]);

/** The best of each figure: whatever else the machine does only ever takes time away. */
export function bestOf(runs) {
  if (runs.length === 1) return runs[0];
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(
    keys.map((key) => {
      const values = runs.map((run) => run[key]).filter((value) => value !== undefined && value !== null);
      if (values.length === 0) return [key, null];
      if (values.every((value) => typeof value === "object")) return [key, bestOf(values)];
      if (values.every((value) => typeof value === "boolean")) return [key, values.includes(true)];
      if (!values.every((value) => typeof value === "number")) return [key, values[0]];
      const isMost = ALWAYS.has(key) ? false : NEVER.has(key) || MORE_IS_BETTER.has(key);
      return [key, isMost ? Math.max(...values) : Math.min(...values)];
    }),
  );
}

/** Each figure by its name. */
const listed = ({ ok, runs, ...row }) =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${value}`)
    .join(" · ");

/** The best of some runs, told in a line. A run that fails is passed over; a row of which all fail says why. */
export async function row(into, name, count, act, line = listed) {
  const good = [];
  let why = "";
  for (let left = count; left > 0; left -= 1) {
    try {
      good.push(await act());
    } catch (error) {
      why = error.message.split("\n")[0];
    }
  }
  into[name] = good.length > 0 ? { ok: true, runs: good.length, ...bestOf(good) } : { ok: false, why };
  console.log(`${name.padEnd(20)} ${good.length > 0 ? line(into[name]) : `failed: ${why}`}`);
}

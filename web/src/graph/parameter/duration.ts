// Spans of time as people write them in parameters: `30s`, `1h30m`, `PT5S`, or a number of milliseconds.

/** Milliseconds of each unit; days have 24 hours, and nothing longer than weeks has a length. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:nanoseconds?|nanos?|nsecs?|ns)$/, 1e-6],
  [/^(?:microseconds?|micros?|usecs?|us|[µμ]s|[µμ]secs?)$/, 1e-3],
  [/^(?:milliseconds?|millis?|msecs?|ms)$/, 1],
  [/^(?:seconds?|secs?|s)$/, 1_000],
  [/^(?:minutes?|mins?|m)$/, 60_000],
  [/^(?:hours?|hrs?|h)$/, 3_600_000],
  [/^(?:days?|d)$/, 86_400_000],
  [/^(?:weeks?|wks?|w)$/, 604_800_000],
];

/** A hundred years: what is longer is a slip. */
const MAX_MS = 100 * 365 * 86_400_000;

/** Milliseconds, or null for what is no span of time. */
export function readDuration(value: unknown): number | null {
  if (typeof value === "number") return bounded(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (/^\d+(?:\.\d*)?$|^\.\d+$/.test(text)) return bounded(Number(text));
  return bounded(/^[+]?P/i.test(text) ? readIso(text) : readUnits(text));
}

function bounded(ms: number | null): number | null {
  return ms !== null && Number.isFinite(ms) && ms >= 0 && ms <= MAX_MS ? ms : null;
}

function readUnits(text: string): number | null {
  const part = /\s*,?\s*(\d+(?:[.,]\d+)?)\s*([A-Za-zµμ]+)/y;
  let sum = 0;
  let last = Infinity;
  let at = 0;
  while (at < text.length) {
    part.lastIndex = at;
    const found = part.exec(text);
    const unit = found ? unitOf(found[2] ?? "") : null;
    // Each unit once, from large to small.
    if (!found || unit === null || unit >= last) return null;
    sum += Number((found[1] ?? "").replace(",", ".")) * unit;
    last = unit;
    at = part.lastIndex;
  }
  return last === Infinity ? null : sum;
}

function unitOf(word: string): number | null {
  return UNITS.find(([rule]) => rule.test(word.toLowerCase()))?.[1] ?? null;
}

function readIso(text: string): number | null {
  const found = /^[+]?P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text);
  const parts = found?.slice(1);
  if (!parts || parts.every((part) => part === undefined)) return null;
  return [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000].reduce((sum, unit, at) => sum + Number(parts[at] ?? 0) * unit, 0);
}

const WORDS: readonly (readonly [number, string])[] = [
  [86_400_000, "day"], [3_600_000, "hour"], [60_000, "minute"], [1_000, "second"],
];

/** 5430000 → "1 hour 30 minutes 30 seconds". */
export function durationInWords(ms: number): string {
  const parts: string[] = [];
  let left = ms;
  for (const [unit, word] of WORDS) {
    const many = Math.floor(left / unit);
    if (many > 0) parts.push(`${many} ${word}${many === 1 ? "" : "s"}`);
    left -= many * unit;
  }
  const rest = Math.round(left * 1_000) / 1_000;
  if (rest > 0) parts.push(`${rest} millisecond${rest === 1 ? "" : "s"}`);
  return parts.length === 0 ? "no time" : parts.join(" ");
}

// Stretches of time as filters name them.

const HOUR = 3_600_000;

export const PERIODS = [
  ["", "Any time"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
  ["between", "Between…"],
] as const;

const LENGTHS: Record<string, number> = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };

export interface Period {
  from: string;
  to: string;
}

/** Since when and until when, as RFC 3339; empty where there is no bound. `from` and `to` count where they were named. */
export function periodOf(name: string, from: string, to: string, now: number): Period {
  const length = Object.hasOwn(LENGTHS, name) ? LENGTHS[name] : undefined;
  if (length !== undefined) return { from: new Date(now - length).toISOString(), to: "" };
  return name === "between" ? { from: instantOf(from), to: instantOf(to) } : { from: "", to: "" };
}

/** A local time as a field writes it, `2026-01-31T09:30`, as an instant; empty where it is none. */
export function instantOf(local: string): string {
  const ms = local === "" ? NaN : new Date(local).getTime();
  return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

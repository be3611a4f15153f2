// Reads the text form of Prometheus, and makes figures of two readings: rates, shares and percentiles.

export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

export interface Reading {
  at: number;
  samples: ReadonlyMap<string, readonly Sample[]>;
}

export function readMetrics(text: string, at: number): Reading {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const found = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    const name = found?.[1];
    const value = Number(found?.[3]?.replace(/^\+?Inf$/, "Infinity"));
    if (name === undefined || Number.isNaN(value)) continue;
    const labels: Record<string, string> = {};
    for (const [, key = "", text = ""] of (found?.[2] ?? "").matchAll(/([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g)) labels[key] = text.replace(/\\n/g, "\n").replace(/\\(.)/g, "$1");
    const same = samples.get(name);
    if (same) same.push({ labels, value });
    else samples.set(name, [{ labels, value }]);
  }
  return { at, samples };
}

/** Null where there is no such metric. */
export function sum(reading: Reading, name: string, fits: (labels: Sample["labels"]) => boolean = () => true): number | null {
  const samples = reading.samples.get(name);
  return samples ? samples.reduce((total, { labels, value }) => total + (fits(labels) ? value : 0), 0) : null;
}

/** How much a counter grew per second; null before there are two readings, and when the server began anew in between. */
export function rate(before: Reading | null, now: Reading, name: string, fits?: (labels: Sample["labels"]) => boolean): number | null {
  const [from, to] = [before && sum(before, name, fits), sum(now, name, fits)];
  if (!before || from === null || to === null || to < from || now.at <= before.at) return null;
  return ((to - from) / (now.at - before.at)) * 1000;
}

/** The value below which a share of what a histogram counted stands, evenly spread inside of its bucket. */
export function quantile(share: number, before: Reading | null, now: Reading, name: string, fits: (labels: Sample["labels"]) => boolean = () => true): number | null {
  const buckets = new Map<number, number>();
  const add = (reading: Reading, sign: 1 | -1) => {
    for (const { labels, value } of reading.samples.get(`${name}_bucket`) ?? []) {
      if (!fits(labels)) continue;
      const end = labels["le"] === "+Inf" ? Infinity : Number(labels["le"]);
      buckets.set(end, (buckets.get(end) ?? 0) + sign * value);
    }
  };
  add(now, 1);
  if (before) add(before, -1);
  const ends = [...buckets].sort((a, b) => a[0] - b[0]);
  const total = ends.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  let [low, below] = [0, 0];
  for (const [end, count] of ends) {
    if (count >= share * total) return end === Infinity ? low : low + (end - low) * (count === below ? 1 : (share * total - below) / (count - below));
    [low, below] = [end, count];
  }
  return low;
}

export interface Figures {
  requests: number | null;
  p95: number | null;
  errors: number | null;
  events: number | null;
  commits: number | null;
  commit: number | null;
  memory: number | null;
  cpu: number | null;
  database: number | null;
  cache: number | null;
  inFlight: number | null;
  queue: number | null;
}

const failed = (labels: Sample["labels"]) => (labels["status"] ?? "").startsWith("5");

/** What a server does now: of two readings, in seconds, bytes, percent and per second. */
export function figuresOf(before: Reading | null, now: Reading): Figures {
  const requests = rate(before, now, "requests_total");
  const hits = sum(now, "cache_hits_total");
  const misses = sum(now, "cache_misses_total");
  const bad = rate(before, now, "requests_total", failed);
  const cpu = rate(before, now, "process_cpu_seconds_total");
  return {
    requests,
    p95: quantile(0.95, before, now, "request_duration_seconds"),
    errors: requests === null || bad === null ? null : requests === 0 ? 0 : (bad / requests) * 100,
    events: rate(before, now, "events_total"),
    commits: rate(before, now, "commits_total"),
    commit: sum(now, "commit_last_seconds"),
    memory: sum(now, "process_resident_memory_bytes"),
    cpu: cpu === null ? null : cpu * 100,
    database: sum(now, "database_bytes"),
    cache: hits === null || misses === null || hits + misses === 0 ? null : (hits / (hits + misses)) * 100,
    inFlight: sum(now, "executions_in_flight"),
    queue: sum(now, "store_queue_length"),
  };
}

export interface RouteFigures {
  route: string;
  requests: number;
  p50: number | null;
  p95: number | null;
  errors: number;
  /** Of the time of all requests, 0 to 1. */
  share: number;
}

/** Routes since the server started, those that took the most time first. */
export function routesOf(now: Reading): RouteFigures[] {
  const routes = new Set((now.samples.get("request_duration_seconds_count") ?? []).map((sample) => sample.labels["route"] ?? ""));
  const whole = sum(now, "request_duration_seconds_sum") ?? 0;
  const rows = [...routes].map((route) => {
    const own = (labels: Sample["labels"]) => labels["route"] === route;
    const requests = sum(now, "request_duration_seconds_count", own) ?? 0;
    const bad = sum(now, "requests_total", (labels) => own(labels) && failed(labels)) ?? 0;
    const at = (share: number) => quantile(share, null, now, "request_duration_seconds", own);
    return { route, requests, p50: at(0.5), p95: at(0.95), errors: requests === 0 ? 0 : (bad / requests) * 100, share: whole === 0 ? 0 : (sum(now, "request_duration_seconds_sum", own) ?? 0) / whole };
  });
  return rows.filter((row) => row.requests > 0).sort((a, b) => b.share - a.share);
}

/** How the least of a memory moves, and how often it fell: what stays after each fall is what is held. */
export function heapTrend(samples: readonly { at: number; value: number }[]): { falls: number; perMinute: number | null } {
  const lows: { at: number; value: number }[] = [];
  for (let n = 1; n < samples.length; n += 1) {
    const [before, now] = [samples[n - 1], samples[n]];
    if (before && now && now.value < before.value * 0.9) lows.push(now);
  }
  const [first, last] = [lows[0], lows.at(-1)];
  const perMinute = first && last && last.at > first.at ? ((last.value - first.value) / (last.at - first.at)) * 60_000 : null;
  return { falls: lows.length, perMinute };
}

/** The value below which a share of some numbers stands. */
export function share(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? null;
}

/** 60 frames a second are the aim, measured ones vary a little; 30 can be borne. */
export function paceTone(fps: number): "bad" | "warn" | undefined {
  return fps < 30 ? "bad" : fps < 55 ? "warn" : undefined;
}

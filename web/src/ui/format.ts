// Numbers, times and statuses in words. Nothing here knows React.

const NUMBER = new Intl.NumberFormat("en-GB");
const SHORT_DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const OLD_DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const FULL_DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

export function count(value: number): string {
  return NUMBER.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** 0.4 ms, 38 ms, 1.9 s, 2 min 5 s, 3 h 12 min. */
export function duration(ms: number | null | undefined): string {
  const [value, unit] = durationParts(ms);
  return unit === "" ? value : `${value} ${unit}`;
}

export function durationParts(ms: number | null | undefined): [value: string, unit: string] {
  if (ms === null || ms === undefined) return ["–", ""];
  if (ms < 0.001) return ["0", "ms"];
  if (ms < 0.1) return [(ms * 1000).toFixed(0), "µs"];
  if (ms < 10) return [trim(ms.toFixed(1)), "ms"];
  if (ms < 1000) return [ms.toFixed(0), "ms"];
  if (ms < 60_000) return [trim((ms / 1000).toFixed(1)), "s"];
  if (ms < 3_600_000) return [`${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)}`, "s"];
  return [`${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)}`, "min"];
}

function trim(text: string): string {
  return text.replace(/\.0$/, "");
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < 1024 * 1024) return `${trim((value / 1024).toFixed(1))} KB`;
  return `${trim((value / 1024 / 1024).toFixed(1))} MB`;
}

/** "just now", "12 s ago", "3 h ago", then the date. */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.floor((now - at) / 1000));
  if (s < 3) return "just now";
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  if (s < 7 * 86_400) return `${Math.floor(s / 86_400)} d ago`;
  // Half a year off, the time of day says nothing any more and the year does.
  return (s < 180 * 86_400 ? SHORT_DATE : OLD_DATE).format(at);
}

export function fullDate(at: number): string {
  return FULL_DATE.format(at);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A moment to come: the time of day, with the date when it is further off than a day. */
export function moment(at: number, now: number): string {
  return Math.abs(at - now) < 86_400_000 ? CLOCK.format(at) : SHORT_DATE.format(at);
}

/** What the signal of a step is called that waits for a call of its link. */
export const LINKED = "webhook/";

/** What stands before a step's address in the name of the signal that says what became of its call. */
export const ASKED = "uncertain:";

/** What a step waits for, in few words. */
export function waitWords(wait: { until: number | null; signal: string | null; child: string | null; retry: boolean }, now: number): string {
  const until = wait.until === null ? null : moment(wait.until, now);
  if (wait.retry) return until === null ? "next try" : `next try at ${until}`;
  if (wait.signal?.startsWith(LINKED)) return until === null ? "a call of its link" : `a call of its link until ${until}`;
  if (wait.signal?.startsWith(ASKED)) return "an answer about its call";
  if (wait.signal !== null) return until === null ? `signal ${wait.signal}` : `signal ${wait.signal} until ${until}`;
  if (wait.child !== null) return `execution ${wait.child}`;
  return until === null ? "waiting" : `until ${until}`;
}

const STATUS_WORDS: Record<string, string> = {
  delayed: "Delayed",
  queued: "Queued",
  running: "Running",
  waiting: "Waiting",
  paused: "Paused",
  succeeded: "Succeeded",
  failed: "Failed",
  canceled: "Canceled",
  timed_out: "Timed out",
  quarantined: "Quarantined",
  skipped: "Skipped",
  disabled: "Disabled",
};

export function statusWord(status: string): string {
  return STATUS_WORDS[status] ?? status;
}

const STARTERS: Record<string, string> = { manual: "Manual", schedule: "Schedule", event: "Event", workflow: "Workflow", fork: "Fork", replay: "Replay", webhook: "Webhook", error: "Failure", api: "HTTP API", cli: "Terminal" };

/** What started an execution. */
export function startedBy(trigger: string | null | undefined): string {
  return STARTERS[trigger ?? ""] ?? trigger ?? "";
}

export type Tone = "ok" | "bad" | "info" | "warn" | "idle";

export function statusTone(status: string): Tone {
  switch (status) {
    case "succeeded":
      return "ok";
    case "failed":
    case "quarantined":
    case "timed_out":
      return "bad";
    case "running":
    case "waiting":
      return "info";
    case "paused":
    case "delayed":
      return "warn";
    default:
      return "idle";
  }
}

// The events of a run as lines of a log: what happened, in words, with what code wrote to its console.

import { faultParts } from "./fault";

export type Level = "info" | "warn" | "error";

export interface LogLine {
  seq: number;
  /** Several lines may come of one event. */
  part: number;
  time: number | null;
  level: Level;
  address: string | null;
  node: string | null;
  text: string;
}

/** What is looked at of an event; other members are passed over. */
export interface LogEvent {
  seq: number;
  type: string;
  [member: string]: unknown;
}

interface Fault {
  code: string;
  message: string;
}

/** `lasted` says a number of milliseconds in words. */
export function logLines(event: LogEvent, time: number | null, lasted: (ms: number) => string): LogLine[] {
  const address = text(event["address"]);
  const base = { seq: event.seq, time, address, node: text(event["node"]) };
  const fault = event["error"] as Fault | null | undefined;
  const lines: LogLine[] = [];
  const say = (level: Level, words: string) => lines.push({ ...base, part: lines.length, level, text: words });
  const [level, words] = told(event, fault ?? null, lasted);
  if (words !== null) say(level, words);
  const log = fault ? faultParts(fault.message).console : null;
  for (const line of log ? log.split("\n") : []) say("info", `console: ${line}`);
  return lines;
}

function told(event: LogEvent, fault: Fault | null, lasted: (ms: number) => string): [Level, string | null] {
  const why = fault ? `${faultParts(fault.message).words} (${fault.code})` : "";
  const took = typeof event["duration_ms"] === "number" ? ` after ${lasted(event["duration_ms"])}` : "";
  switch (event.type) {
    case "accepted":
      return ["info", "The execution was accepted"];
    case "step_started":
      return ["info", `Attempt ${String(event["attempt"])} began`];
    case "step_retried":
      return ["warn", `Attempt ${String(event["attempt"])} failed: ${why}. The next one is at ${String(event["wake_at"])}`];
    case "step_waiting":
      return ["info", `Waits${waitsFor(event)}`];
    case "step_finished":
      return event["status"] === "failed" ? ["error", `Failed${took}: ${why}`] : ["info", `${event["status"] === "disabled" ? "Passed on, disabled" : "Succeeded"}${took}${portsOf(event["ports"])}`];
    case "step_skipped":
      return ["info", "Skipped: no chosen edge led here"];
    case "step_canceled":
      return ["warn", "Canceled before it finished"];
    case "scope_opened":
      return ["info", typeof event["items"] === "number" ? `Opened with ${event["items"]} ${event["items"] === 1 ? "item" : "items"}` : "Opened"];
    case "round_began":
      return ["info", `Round ${Number(event["round"]) + 1} began`];
    case "batched":
      return ["info", `${String(event["starts"])} more starts joined before it began`];
    case "signaled":
      return ["info", `The signal ${String(event["name"])} came`];
    case "child_ended":
      return [event["status"] === "succeeded" ? "info" : "warn", `Execution ${String(event["child"])} ended: ${String(event["status"])}`];
    case "paused":
      return ["warn", "The execution was held"];
    case "resumed":
      return ["info", "The execution was let go on"];
    case "reopened":
      return ["info", "The execution was taken up again"];
    case "finished":
      return event["status"] === "succeeded" ? ["info", `The execution succeeded${took}`] : ["error", `The execution ended ${String(event["status"]).replace("_", " ")}${took}${why === "" ? "" : `: ${why}`}`];
    default:
      return ["info", event.type.replace(/_/g, " ")];
  }
}

function waitsFor(event: LogEvent): string {
  if (typeof event["signal"] === "string") return ` for the signal ${event["signal"]}`;
  if (typeof event["child"] === "string") return ` for execution ${event["child"]}`;
  return typeof event["until"] === "string" ? ` until ${event["until"]}` : "";
}

function portsOf(ports: unknown): string {
  const named = Array.isArray(ports) ? ports.filter((port) => port !== "out" && port !== "output" && port !== "main" && port !== "default") : [];
  return named.length > 0 ? `, left by ${named.join(", ")}` : "";
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A log as text, one line each. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${line.time === null ? "-" : new Date(line.time).toISOString()} ${line.level} ${line.address ?? "execution"}: ${line.text}`).join("\n");
}

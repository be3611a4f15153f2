// The one place that calls `fetch`: problem+json becomes a typed `ApiError`, a lost connection too.

import { readJson } from "./exact";
import { KEPT_AT } from "./kept";
import type { Problem } from "./types";

export const ROOT = "/api/v1";

/** Where a file of an execution is saved from, under its own name. */
export function fileHref(execution: string, file: { hash: string; name: string; type: string }): string {
  const saved = new URLSearchParams({ ...(file.name ? { name: file.name } : {}), ...(file.type ? { type: file.type } : {}) });
  return `${ROOT}/executions/${encodeURIComponent(execution)}/files/${file.hash}?${saved.toString()}`;
}

/** What went wrong, in the server's words. `status` is 0 when the server could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: Problem[];

  /** `words` says what happened, where, and what to do. */
  constructor(status: number, code: string, words: string, problems: Problem[] = []) {
    super(words);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.problems = problems;
  }

  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Whether the server knows of no such thing, so that asking again will not help. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | boolean | readonly string[] | null | undefined>;
  /** JSON text, sent as it is: numbers that JavaScript cannot hold stay exact. */
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Sent even while the page goes away. */
  keepalive?: boolean | undefined;
  /** How it went says nothing to those who watch answers. */
  isQuiet?: boolean | undefined;
}

/** `keptAt`: the answer is one that this device kept, of that time. */
type Listener = (result: "reached" | "unreachable" | "signed_out", keptAt?: number) => void;
const listeners = new Set<Listener>();

/** Tells of every answer whether the server was reached, and whether it knows us. */
export function watchAnswers(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(...said: Parameters<Listener>): void {
  for (const listener of listeners) listener(...said);
}

export async function callText(path: string, call: Call = {}): Promise<string> {
  const response = await send(path, call);
  const text = await response.text();
  if (!response.ok) throw toError(response, text);
  return text;
}

export async function callJson<T>(path: string, call: Call = {}): Promise<T> {
  const text = await callText(path, call);
  if (text === "") return undefined as T;
  try {
    return readJson(text) as T;
  } catch {
    throw new ApiError(502, "not_json", "the answer was not JSON; is something between this page and Tidemill?");
  }
}

async function send(path: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...call.headers };
  if (call.body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = { method: call.method ?? "GET", headers, credentials: "same-origin" };
  if (call.body !== undefined) init.body = call.body;
  if (call.signal) init.signal = call.signal;
  if (call.keepalive) init.keepalive = true;
  let response: Response;
  try {
    response = await fetch(ROOT + path + toQuery(call.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (!call.isQuiet) tell("unreachable");
    throw new ApiError(0, "unreachable", "Tidemill does not answer; check that it is running, this page tries again by itself");
  }
  // A proxy that cannot reach the program answers in its place.
  const lost = response.status === 502 || response.status === 504;
  const keptAt = Number(response.headers.get(KEPT_AT));
  if (!call.isQuiet) tell(response.status === 401 ? "signed_out" : lost || keptAt ? "unreachable" : "reached", keptAt);
  return response;
}

function toQuery(query: Call["query"]): string {
  if (!query) return "";
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (typeof value === "object" && value !== null) for (const one of value) search.append(key, one);
    else if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

function toError(response: Response, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as { title?: string; code?: string; detail?: string; problems?: Problem[] };
    const words = problem.detail || problem.title || `the server answered ${response.status}`;
    return new ApiError(response.status, problem.code ?? "unknown", words, problem.problems ?? []);
  } catch {
    return new ApiError(response.status, "unknown", `the server answered ${response.status} ${response.statusText}`);
  }
}

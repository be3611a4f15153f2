// The draft of a workflow: read once, then saved by what has changed.

import { ApiError, callJson } from "./client";

export interface Draft<G> {
  /** Counts the changes of the draft; each saving names the one it builds on. */
  rev: number;
  /** The published version it was made from. */
  base: string;
  /** Whether it differs from that version. */
  changed: boolean;
  updated_at: string;
  graph: G;
}

export interface Saved {
  rev: number;
  updated_at: string;
}

const path = (workflow: string) => `/workflows/${encodeURIComponent(workflow)}/draft`;

/** What a browser still sends while a page goes away. */
export const LEAVING_BYTES = 60_000;

export const draftApi = {
  read: <G>(workflow: string, signal?: AbortSignal) => callJson<Draft<G>>(path(workflow), { signal }),
  /** `changes` is JSON text: a list. */
  change: (workflow: string, rev: number, changes: string, options: { signal?: AbortSignal; keepalive?: boolean } = {}) =>
    callJson<Saved>(path(workflow), { method: "PATCH", body: `{"changes":${changes}}`, headers: { "if-match": `"${rev}"` }, ...options }),
  /** `file` is JSON text: the whole. */
  replace: (workflow: string, rev: number, file: string, options: { signal?: AbortSignal } = {}) =>
    callJson<Saved>(path(workflow), { method: "PUT", body: file, headers: { "if-match": `"${rev}"` }, ...options }),
};

/** Whether the draft has moved on since the revision that a saving named. */
export function isOutdated(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

/** Whether the server refused what was sent, so that sending it again will not help. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 408 && error.status !== 429 && error.status !== 401;
}

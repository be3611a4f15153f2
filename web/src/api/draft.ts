// The draft of a workflow: read once, then saved by what has changed.

import { call } from "./call";
import { ApiError } from "./client";

/** What a browser still sends while a page goes away. */
export const LEAVING_BYTES = 60_000;

const match = (rev: number) => ({ "if-match": `"${rev}"` });

export const draftApi = {
  read: (id: string, signal?: AbortSignal) => call("GET /workflows/{id}/draft", { path: { id }, signal }),
  /** `changes` is JSON text: a list. */
  change: (id: string, rev: number, changes: string, keepalive: boolean) =>
    call("PATCH /workflows/{id}/draft", { path: { id }, text: `{"changes":${changes}}`, headers: match(rev), keepalive }),
  /** `file` is JSON text: the whole. */
  replace: (id: string, rev: number, file: string) => call("PUT /workflows/{id}/draft", { path: { id }, text: file, headers: match(rev) }),
};

/** Whether the draft has moved on since the revision that a saving named. */
export function isOutdated(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

/** Whether the server refused what was sent, so that sending it again will not help. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
}

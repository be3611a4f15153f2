// The versions of a workflow: which there are, what they hold, and taking the draft to one of them.

import { call, type Answer } from "./call";
import { ApiError } from "./client";

/** Where a draft stands after it was taken somewhere. */
export type DraftPlace = Answer<"POST /workflows/{id}/versions/{version}/restore">;

export const versionsApi = {
  list: (id: string, cursor: string | null, limit: number, signal?: AbortSignal) => call("GET /workflows/{id}/versions", { path: { id }, query: { cursor, limit }, signal }),
  read: (id: string, version: string, signal?: AbortSignal) => call("GET /workflows/{id}/versions/{version}", { path: { id, version }, signal }),
  /** Null takes the label away. */
  label: (id: string, version: string, label: string | null) => call("PATCH /workflows/{id}/versions/{version}", { path: { id, version }, body: { label } }),
  /** On the draft's own branch, or on a new one that begins at the version. `by` says who does it, here and below. */
  restore: (id: string, version: string, branch: string | null, by: string) => call("POST /workflows/{id}/versions/{version}/restore", { path: { id, version }, body: branch === null ? { by } : { branch, by } }),
  switchTo: (id: string, branch: string, by: string) => call("POST /workflows/{id}/branches/switch", { path: { id }, body: { branch, by } }),
  merge: (id: string, version: string) => call("POST /workflows/{id}/versions/{version}/merge", { path: { id, version } }),
};

/** The branch that each workflow begins on. */
export const MAIN = "main";
export const LABEL_MOST = 200;
export const BRANCH_MOST = 100;

const REASONS: Record<string, string> = {
  conflicts_open: "Some changes wait for a choice between two sides. Settle them first: the top bar says how many there are.",
  branch_exists: "There is a branch of this name already. Choose another name.",
  base_gone: "That state is too old to be put together again. Choose a version instead.",
  unrelated: "The two have no version in common, so nobody can say who changed what. Compare them and copy what you need.",
  precondition_failed: "Somebody changed the draft in this moment. Look at it, then try again.",
};

/** Why it was refused, in words for whoever asked. */
export function refusalOf(error: unknown): string | null {
  return error instanceof ApiError ? (REASONS[error.code] ?? null) : null;
}

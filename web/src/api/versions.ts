// The versions of a workflow: which there are, what they hold, and taking the draft to one of them.

import { pathOf } from "./call";
import { ApiError, callJson } from "./client";
import type { Graph } from "./types";

export interface Version {
  id: string;
  /** The version it was made from. */
  parent: string | null;
  /** Where workflows begin it is `main`. */
  branch: string;
  label: string | null;
  /** Made of a draft, to run it or to keep it. */
  auto: boolean;
  node_count: number;
  created_at: string;
  /** What triggers run now. */
  published: boolean;
}

/** Where a draft stands after it was taken somewhere. */
export interface DraftPlace {
  rev: number;
  epoch: number;
  base: string;
  branch: string;
  changed: boolean;
}

export interface VersionPage {
  items: Version[];
  next_cursor?: string | null;
}

const post = <T>(path: string, body: object) => callJson<T>(path, { method: "POST", body: JSON.stringify(body) });
const one = (id: string, version: string, what = "") => pathOf(`/workflows/{id}/versions/{version}${what}`, { id, version });

export const versionsApi = {
  list: async (id: string, cursor: string | null, limit: number, signal?: AbortSignal): Promise<VersionPage> => {
    const page = await callJson<VersionPage>(pathOf("/workflows/{id}/versions", { id }), { query: { cursor, limit }, signal });
    return { ...page, items: page.items.map((item) => ({ ...item, branch: item.branch ?? MAIN, published: item.published ?? false })) };
  },
  read: (id: string, version: string, signal?: AbortSignal) => callJson<Version & { graph: Graph }>(one(id, version), { signal }),
  /** Null takes the label away. */
  label: (id: string, version: string, label: string | null) => callJson<Version>(one(id, version), { method: "PATCH", body: JSON.stringify({ label }) }),
  /** On the draft's own branch, or on a new one that begins at the version. */
  restore: (id: string, version: string, branch: string | null) => post<DraftPlace>(one(id, version, "/restore"), branch === null ? {} : { branch }),
  switchTo: (id: string, branch: string) => post<DraftPlace>(pathOf("/workflows/{id}/branches/switch", { id }), { branch }),
  merge: (id: string, version: string) => post<{ rev: number; epoch: number; conflicts: number }>(one(id, version, "/merge"), {}),
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

// What the worker does with a request, and which kept answers have to go. Nothing here touches the network or the device.

/** What a request is to the worker; what is `other` goes to the server as if there were no worker. */
export type Sort =
  /** An address of the page: it starts from what was fetched ahead. */
  | "page"
  /** A file of the page. */
  | "file"
  /** An answer that a start needs: from the server, or the last one where that cannot be reached. */
  | "answer"
  /** Signing in or out. */
  | "session"
  | "other";

export interface Asking {
  method: string;
  mode: string;
  url: string;
}

const API = "/api/v1";
const SESSION = `${API}/session`;

/** Never events, values or steps of executions, and nothing that changes something. */
const ANSWERS = [/^\/(?:session|node-types|templates|workflows|workflows\/tags|workflows\/folders)$/, /^\/templates\/[^/]+$/, /^\/workflows\/[^/]+\/draft$/];

export function sortOf({ method, mode, url }: Asking, origin: string, files: ReadonlySet<string>): Sort {
  const { origin: theirs, pathname } = new URL(url);
  if (theirs !== origin) return "other";
  if (pathname === SESSION && method !== "GET") return "session";
  if (method !== "GET") return "other";
  if (pathname.startsWith("/assets/") || (files.has(pathname) && pathname !== "/")) return "file";
  if (pathname.startsWith(`${API}/`)) return mode !== "navigate" && ANSWERS.some((one) => one.test(pathname.slice(API.length))) ? "answer" : "other";
  const isServers = /^\/(?:api|hooks)(?:\/|$)/.test(pathname) || pathname.slice(pathname.lastIndexOf("/")).includes(".");
  return mode === "navigate" && !isServers ? "page" : "other";
}

export function isDraft(url: string): boolean {
  return new URL(url).pathname.endsWith("/draft");
}

/** An answer that is kept, without its body. */
export interface Kept {
  url: string;
  /** When the server gave it, in ms since 1970. */
  at: number;
  bytes: number;
}

export interface Limits {
  drafts: number;
  answers: number;
  bytes: number;
}

export const LIMITS: Limits = { drafts: 20, answers: 300, bytes: 50_000_000 };

/** Addresses whose answers go, so that the rest is within the limits; the newest stay. */
export function excess(kept: readonly Kept[], limits: Limits = LIMITS): string[] {
  const left = { ...limits };
  const goes: string[] = [];
  for (const { url, bytes } of [...kept].sort((a, b) => b.at - a.at)) {
    const which = isDraft(url) ? "drafts" : "answers";
    if (left[which] === 0 || bytes > left.bytes) goes.push(url);
    else {
      left[which] -= 1;
      left.bytes -= bytes;
    }
  }
  return goes;
}

/** Whether a proxy says that it could not reach the server. */
export function isLost(status: number): boolean {
  return status === 502 || status === 504;
}

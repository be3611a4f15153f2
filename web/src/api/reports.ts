// What a page measures of itself, told to the server, and what the server makes of what all pages told.

import { call, type Answer, type Given } from "./call";

/** One thing that was measured. */
export type Report = NonNullable<Given<"POST /reports">["body"]>["reports"][number];
export type DocumentFigures = Answer<"GET /performance/documents">;

export const reportsApi = {
  /** Nobody is told how it went: it says nothing about the page's own requests. */
  send: (reports: readonly Report[], keepalive: boolean) => call("POST /reports", { body: { reports }, keepalive, isQuiet: true }),
  documents: (minutes: number, signal?: AbortSignal) => call("GET /performance/documents", { query: { minutes }, signal }),
};

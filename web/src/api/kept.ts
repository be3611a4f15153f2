// What the worker says of an answer that this device kept, and what pages ask of the worker.

/** On an answer that was kept: when the server gave it, in ms since 1970. */
export const KEPT_AT = "x-tidemill-kept-at";

/** Asked of the worker by a page. */
export type Asked =
  /** Read these addresses and keep what the server answers. */
  | { kind: "keep"; urls: readonly string[] }
  /** Forget every answer: somebody signed out. */
  | { kind: "forget" }
  /** A new version takes the place of the one before. */
  | { kind: "take_over" };

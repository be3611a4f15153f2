// How long saving waits, for what. The server names what it wants otherwise (DOCUMENTS_*); all in ms.

export interface Timing {
  /** A change of many rows is shown first; at the latest after this it is on the device. */
  local: number;
  /** What is typed goes out together with what follows within this. */
  merge: number;
  /** Without a socket: from the last change to saving it, and at the latest, however long somebody goes on. */
  quiet: number;
  latest: number;
  /** Without a socket: how often others' changes are asked for. */
  poll: number;
  /** So long a socket may take to begin. */
  opening: number;
  /** So long a socket may leave what was sent without an answer. */
  patience: number;
  /** Tries in a row, and what lies between them; after these it takes longer each time, up to `longest`. */
  tries: number;
  wait: number;
  longest: number;
  /** A change that the server does not have for longer than this was made apart from the others. */
  apart: number;
}

export const TIMING: Timing = { local: 1_000, merge: 50, quiet: 2_000, latest: 30_000, poll: 10_000, opening: 4_000, patience: 15_000, tries: 3, wait: 1_000, longest: 60_000, apart: 5_000 };

/** What holds on this page, in documents that are open too. */
export const timing: Timing = { ...TIMING };

export function takeTiming(wanted: Timing): void {
  Object.assign(timing, wanted);
}

/** What a server may say, and within which bounds it is believed. */
const KEYS: { [K in keyof Timing]?: readonly [key: string, least: number, most: number] } = {
  local: ["local_ms", 0, 60_000],
  quiet: ["debounce_ms", 100, 60_000],
  latest: ["server_ms", 1_000, 600_000],
  tries: ["retries", 0, 20],
  wait: ["retry_ms", 100, 60_000],
};

export function timingOf(documents: unknown): Timing {
  const given = typeof documents === "object" && documents !== null ? (documents as Record<string, unknown>) : {};
  const wanted = { ...TIMING };
  for (const name of Object.keys(KEYS) as (keyof Timing)[]) {
    const [key, least, most] = KEYS[name] ?? ["", 0, 0];
    const value = given[key];
    if (typeof value === "number" && Number.isFinite(value)) wanted[name] = Math.min(most, Math.max(least, value));
  }
  wanted.latest = Math.max(wanted.latest, wanted.quiet);
  return wanted;
}

/** How long to wait after so many tries that failed; those that all failed at one time shall not all come back at one time. */
export function pause({ tries, wait, longest }: Timing, failures: number, random: () => number = Math.random): number {
  if (failures <= tries) return wait;
  const most = Math.min(longest, wait * 2 ** Math.min(20, failures - tries));
  return Math.round(most / 2 + (random() * most) / 2);
}

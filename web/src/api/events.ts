// The event stream of one or several executions. The browser resumes by `Last-Event-ID`; where it gives up
// (an error answer, a proxy that closes), the stream is opened again after the last seq that was seen.

import { readJson } from "./exact";
import type { Event, EventType } from "./types";

// A kind that is missing here does not compile: a browser hears only of the kinds it asks for.
const KINDS: Record<EventType, true> = {
  accepted: true,
  step_started: true,
  step_retried: true,
  step_waiting: true,
  step_finished: true,
  step_skipped: true,
  step_canceled: true,
  scope_opened: true,
  round_began: true,
  batched: true,
  signaled: true,
  child_ended: true,
  paused: true,
  resumed: true,
  reopened: true,
  finished: true,
};
const TYPES = Object.keys(KINDS) as EventType[];
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export type Link = "connecting" | "open" | "lost";

export interface Listening {
  onEvent: (event: Event) => void;
  onLink: (link: Link) => void;
}

/** Follows one execution after `seq`; returns the function that stops. */
export function followExecution(id: string, seq: number, listening: Listening): () => void {
  let last = seq;
  const url = () => `/api/v1/executions/${encodeURIComponent(id)}/events${last > 0 ? `?after=${last}` : ""}`;
  return follow(url, {
    onLink: listening.onLink,
    onEvent: (event) => {
      last = Math.max(last, event.seq);
      listening.onEvent(event);
    },
  });
}

/** Follows several executions over one connection, from now on. */
export function followExecutions(ids: readonly string[], listening: Listening): () => void {
  if (ids.length === 0) return () => undefined;
  const url = `/api/v1/executions/events?ids=${ids.map(encodeURIComponent).join(",")}`;
  return follow(() => url, listening);
}

function follow(url: () => string, { onEvent, onLink }: Listening): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;
  let stopped = false;

  const open = () => {
    if (stopped) return;
    onLink("connecting");
    const opened = new EventSource(url());
    source = opened;
    opened.onopen = () => {
      wait = FIRST_WAIT_MS;
      onLink("open");
    };
    opened.onerror = () => {
      if (stopped || opened !== source) return;
      onLink("lost");
      if (opened.readyState !== EventSource.CLOSED) return; // the browser is already trying again
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    for (const type of TYPES) {
      opened.addEventListener(type, (message: MessageEvent<string>) => {
        const event = parse(message.data);
        if (event) onEvent(event);
      });
    }
  };

  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}

function parse(text: string): Event | null {
  try {
    return readJson(text) as Event;
  } catch {
    return null;
  }
}

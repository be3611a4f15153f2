// Starting without the server: the worker that keeps the page and what a start needs is installed, told what to keep, and told
// to forget it when somebody signs out. Where a browser has no workers (an address without https, some private windows), the
// page works as long as it is open.

import type { QueryClient } from "@tanstack/react-query";
import { pathOf } from "../api/call";
import { ROOT } from "../api/client";
import type { Asked } from "../api/kept";
import { queries } from "../api/queries";
import { useView } from "../state/view";
import { Versions } from "./newer";
import { watchDrafts } from "./open-draft";

const WORKER = "/worker.js";
/** Fetching ahead waits until what somebody came for is there. */
const QUIET_MS = 3_000;
/** A draft is read again after it was saved, at most so often; a large one less often. */
const KEEP_MS = 2_000;
const KEEP_NODE_MS = 0.3;
/** What the list of workflows asks for first. */
const LIST = { q: "", sort: "-updated_at", tag: [], folder: "", active: "" };
const CHANGED = 8;

export async function startOffline(client: QueryClient): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const isFirst = serviceWorker.controller === null;
  const versions = new Versions(serviceWorker);
  await new Promise((done) => setTimeout(done, QUIET_MS));
  const registration = await serviceWorker.register(WORKER).catch(() => null);
  if (!registration) return;
  versions.watch(registration);
  await serviceWorker.ready;
  if (serviceWorker.controller === null) await new Promise((done) => serviceWorker.addEventListener("controllerchange", done, { once: true }));
  const ask = (asked: Asked) => registration.active?.postMessage(asked);
  forgetOnLeaving(ask);
  keepDrafts(ask);
  // What was asked for before the worker was there went by it.
  if (isFirst) ask({ kind: "keep", urls: performance.getEntriesByType("resource").map(({ name }) => name) });
  readAhead(client);
}

/** Also where the server says so in answers that go by the worker, and in every tab. */
function forgetOnLeaving(ask: (asked: Asked) => void): void {
  const tell = ({ signedOut }: { signedOut: boolean }) => signedOut && ask({ kind: "forget" });
  tell(useView.getState());
  useView.subscribe(tell);
}

/** What is open, and what a saved change made of it, is what the next start has to show. */
export function keepDrafts(ask: (asked: Asked) => void): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let next: { url: string; rest: number } | null = null;
  let restsUntil = 0;
  const keep = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (next === null) return;
    ask({ kind: "keep", urls: [next.url] });
    restsUntil = Date.now() + next.rest;
    next = null;
  };
  watchDrafts(({ workflow, size }, what) => {
    const url = location.origin + ROOT + pathOf("GET /workflows/{id}/draft", { id: workflow });
    if (next !== null && next.url !== url) keep();
    const wait = size() * KEEP_NODE_MS;
    next = { url, rest: KEEP_MS + wait };
    // What was just opened is being worked on: a large one is read once more only when that has become quiet.
    timer ??= setTimeout(keep, Math.max(what === "opened" ? wait : 0, restsUntil - Date.now()));
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
}

/** What pages start with that were not opened in this visit. */
function readAhead(client: QueryClient): void {
  const { reached, signedOut } = useView.getState();
  if (reached === false || signedOut) return;
  void client.prefetchQuery(queries.nodeTypes());
  void client.prefetchQuery(queries.templates());
  void client.prefetchQuery(queries.workflowTags());
  void client.prefetchQuery(queries.workflowFolders());
  void client.prefetchQuery(queries.workflowWindow(LIST, 0));
  void client.prefetchQuery(queries.changedLast(CHANGED));
}

// A browser's store of answers, and a worker's surroundings, in memory: events are told by hand, the server is a function.

import type { Build } from "../../src/worker/program";
import { serve } from "../../src/worker/serve";
import type { Scope } from "../../src/worker/scope";

export const ORIGIN = "http://tidemill.test";

class FakeCache {
  readonly entries = new Map<string, Response>();
  async match(asked: RequestInfo | URL): Promise<Response | undefined> {
    return this.entries.get(urlOf(asked))?.clone();
  }
  async put(asked: RequestInfo | URL, answer: Response): Promise<void> {
    if (FakeCaches.isFull) throw new DOMException("full", "QuotaExceededError");
    this.entries.set(urlOf(asked), answer);
  }
  async delete(asked: RequestInfo | URL): Promise<boolean> {
    return this.entries.delete(urlOf(asked));
  }
  async keys(): Promise<Request[]> {
    return [...this.entries.keys()].map((url) => new Request(url));
  }
}

function urlOf(asked: RequestInfo | URL): string {
  return new URL(asked instanceof Request ? asked.url : String(asked), ORIGIN).href;
}

export class FakeCaches {
  static isFull = false;
  readonly all = new Map<string, FakeCache>();
  async open(name: string): Promise<FakeCache> {
    const known = this.all.get(name) ?? new FakeCache();
    this.all.set(name, known);
    return known;
  }
  async delete(name: string): Promise<boolean> {
    return this.all.delete(name);
  }
  async keys(): Promise<string[]> {
    return [...this.all.keys()];
  }
  get store(): CacheStorage {
    return this as unknown as CacheStorage;
  }
  /** What is kept under a name, by path and search. */
  paths(name: string): string[] {
    return [...(this.all.get(name)?.entries.keys() ?? [])].map((url) => url.slice(ORIGIN.length)).sort();
  }
}

type Server = (path: string, request: Request) => Response | Promise<Response>;

/** A worker that stands between a page and a server. */
export class Device {
  readonly caches: FakeCaches;
  /** What was asked of the server: method and path. */
  readonly asked: string[] = [];
  server: Server = () => new Response("{}");
  hasTakenOver = false;
  readonly #listeners = new Map<string, (event: never) => void>();

  constructor(build: Build, { caches = new FakeCaches(), patience = 1_000 }: { caches?: FakeCaches; patience?: number } = {}) {
    this.caches = caches;
    const scope: Scope = {
      location: { origin: ORIGIN },
      caches: caches.store,
      clients: { claim: async () => undefined },
      fetch: async (asked) => {
        const request = asked instanceof Request ? asked : new Request(new URL(asked, ORIGIN));
        this.asked.push(`${request.method} ${request.url.slice(ORIGIN.length)}`);
        return this.server(request.url.slice(ORIGIN.length), request);
      },
      skipWaiting: async () => void (this.hasTakenOver = true),
      addEventListener: (name, listener) => void this.#listeners.set(name, listener as (event: never) => void),
    };
    serve(scope, build, patience);
  }

  /** Tells of an event and waits for all that it holds the worker awake for. */
  async tell(name: "install" | "activate" | "message", data?: unknown): Promise<void> {
    const lasting: Promise<unknown>[] = [];
    this.#listeners.get(name)?.({ data, waitUntil: (done: Promise<unknown>) => void lasting.push(done) } as never);
    await settle(lasting);
  }

  /** What a page gets that asks; null where the worker leaves it to the browser. */
  async ask(path: string, { mode = "cors", method = "GET" }: { mode?: string; method?: string } = {}): Promise<Response | null> {
    const lasting: Promise<unknown>[] = [];
    let answer: Promise<Response> | null = null;
    const request = Object.defineProperty(new Request(ORIGIN + path, { method }), "mode", { value: mode });
    this.#listeners.get("fetch")?.({ request, respondWith: (given: Promise<Response>) => (answer = given), waitUntil: (done: Promise<unknown>) => void lasting.push(done) } as never);
    if (answer === null) return null;
    const response = await (answer as Promise<Response>);
    await settle(lasting);
    return response;
  }
}

/** More may be added while what is there is waited for. */
async function settle(lasting: Promise<unknown>[]): Promise<void> {
  for (let done = 0; done < lasting.length; done = lasting.length) await Promise.all(lasting);
}

/** As the server answers: with its length. */
export function json(value: unknown, status = 200): Response {
  const text = JSON.stringify(value);
  return new Response(text, { status, headers: { "content-type": "application/json", "content-length": String(new TextEncoder().encode(text).length) } });
}

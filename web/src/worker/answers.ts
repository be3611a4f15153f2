// Answers of the server that a start needs, kept on this device: the last good one of each, within limits, and forgotten
// as soon as somebody signs out.

import { KEPT_AT } from "../api/kept";
import { excess, isDraft, LIMITS, type Kept, type Limits } from "./rules";

const NAME = "tidemill-answers-1";
const BYTES = "x-tidemill-bytes";
/** A list that is asked for again and again is written so often, unless it is another one. */
const SAME_MS = 10_000;

export class Answers {
  #index: Promise<Map<string, Kept>> | null = null;
  /** One thing at a time, in the order in which they were asked for. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Counts how often all was forgotten: an answer that was asked for before is not kept after. */
  #turn = 0;

  constructor(
    private readonly caches: CacheStorage,
    private readonly now: () => number = Date.now,
    private readonly limits: Limits = LIMITS,
  ) {}

  /** What an answer to a question that is asked now has to bring along to be kept. */
  get turn(): number {
    return this.#turn;
  }

  /** Keeps an answer. A device without room keeps what it has. */
  keep(url: string, answer: Response, turn: number): Promise<void> {
    return this.#next(async () => {
      const body = await answer.blob();
      const index = await this.#read();
      const [at, before] = [this.now(), index.get(url)];
      if (turn !== this.#turn) return;
      if (before && !isDraft(url) && before.bytes === body.size && at - before.at < SAME_MS) return;
      const goes = excess([...index.values()].filter((one) => one.url !== url).concat({ url, at, bytes: body.size }), this.limits);
      const cache = await this.caches.open(NAME);
      // What was kept of this address is older than what was just seen: where this has no room, that goes too.
      if (goes.includes(url)) await this.#drop([url]);
      else {
        await this.#drop(goes);
        const headers = { "content-type": answer.headers.get("content-type") ?? "application/json", [KEPT_AT]: String(at), [BYTES]: String(body.size) };
        await cache.put(url, new Response(body, { headers }));
        index.set(url, { url, at, bytes: body.size });
      }
    });
  }

  /** The last good answer, with `KEPT_AT` on it. */
  async find(url: string): Promise<Response | null> {
    const cache = await this.caches.open(NAME);
    return (await cache.match(url)) ?? null;
  }

  /** Takes back one answer: the server says that there is no such thing any more. */
  lose(url: string): Promise<void> {
    return this.#next(() => this.#drop([url]));
  }

  forget(): Promise<void> {
    this.#turn += 1;
    return this.#next(async () => {
      await this.caches.delete(NAME);
      this.#index = null;
    });
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work).catch(() => undefined);
    this.#queue = done;
    return done;
  }

  async #drop(urls: readonly string[]): Promise<void> {
    const [cache, index] = [await this.caches.open(NAME), await this.#read()];
    for (const url of urls) {
      await cache.delete(url);
      index.delete(url);
    }
  }

  #read(): Promise<Map<string, Kept>> {
    this.#index ??= this.#readAll();
    return this.#index;
  }

  async #readAll(): Promise<Map<string, Kept>> {
    const cache = await this.caches.open(NAME);
    const index = new Map<string, Kept>();
    for (const request of await cache.keys()) {
      const headers = (await cache.match(request))?.headers;
      index.set(request.url, { url: request.url, at: Number(headers?.get(KEPT_AT)), bytes: Number(headers?.get(BYTES)) });
    }
    return index;
  }
}

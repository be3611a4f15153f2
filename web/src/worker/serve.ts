// How the worker stands between the page and the server: the page's files come from the device, answers that a start needs from
// the server or, where that cannot be reached, from the device; all else goes by.

import type { Asked } from "../api/kept";
import { Answers } from "./answers";
import { Program, type Build } from "./program";
import { isDraft, isLost, sortOf } from "./rules";
import type { FetchEvent, Scope } from "./scope";

/** A server that has not answered for so long counts as away, where there is an answer of before. */
const PATIENCE_MS = 10_000;
/** A draft of more bytes goes to the page as it is: reading it twice at once would hold the page up. The page asks to keep it later. */
const LARGE = 1_000_000;

export function serve(scope: Scope, build: Build, patience: number = PATIENCE_MS): void {
  const program = new Program(scope.caches, build, (path, init) => scope.fetch(path, init));
  const answers = new Answers(scope.caches);
  const server = new Door(scope, answers, patience);
  scope.addEventListener("install", (event) => event.waitUntil(program.install()));
  scope.addEventListener("activate", (event) => event.waitUntil(Promise.all([program.sweep(), scope.clients.claim()])));
  scope.addEventListener("fetch", (event) => {
    switch (sortOf(event.request, scope.location.origin, program.files)) {
      case "page":
        event.respondWith(program.find("/").then((found) => found ?? scope.fetch(event.request)));
        return event.waitUntil(program.refresh());
      case "file":
        return event.respondWith(program.find(new URL(event.request.url).pathname).then((found) => found ?? scope.fetch(event.request)));
      case "answer":
        return event.respondWith(server.answer(event));
      case "session":
        return event.respondWith(server.session(event));
      case "other":
        return;
    }
  });
  scope.addEventListener("message", (event) => {
    const asked = event.data as Asked;
    switch (asked.kind) {
      case "take_over":
        return event.waitUntil(scope.skipWaiting());
      case "forget":
        return event.waitUntil(answers.forget());
      case "keep":
        return event.waitUntil(server.keep(asked.urls));
    }
  });
}

/** The way to the server. */
class Door {
  constructor(
    private readonly scope: Scope,
    private readonly answers: Answers,
    private readonly patience: number,
  ) {}

  async answer(event: FetchEvent): Promise<Response> {
    const { request } = event;
    const fresh = this.#ask(request, (done) => event.waitUntil(done), isDraft(request.url) ? LARGE : Infinity);
    event.waitUntil(fresh.catch(() => undefined));
    const answered = fresh.then(
      (response) => (isLost(response.status) ? null : response),
      () => null,
    );
    const late = new Promise<null>((done) => setTimeout(done, this.patience, null));
    const response = await Promise.race([answered, late]);
    return response ?? (await this.answers.find(request.url)) ?? fresh;
  }

  /** Somebody comes or goes: what another one was shown is forgotten before anything else is answered. */
  async session({ request }: FetchEvent): Promise<Response> {
    const response = await this.scope.fetch(request);
    if (response.ok) await this.answers.forget();
    return response;
  }

  /** Reads addresses once more to keep what they answer. */
  async keep(urls: readonly string[]): Promise<void> {
    for (const url of urls) {
      const request = new Request(url, { headers: { accept: "application/json" } });
      if (sortOf(request, this.scope.location.origin, new Set()) !== "answer") continue;
      let kept: Promise<unknown> = Promise.resolve();
      await this.#ask(request, (done) => (kept = done)).catch(() => undefined);
      await kept;
    }
  }

  /** Keeps what is answered, unless it is of more than `most` bytes, or does not say of how many. */
  async #ask(request: Request, meanwhile: (done: Promise<unknown>) => void, most = Infinity): Promise<Response> {
    const { turn } = this.answers;
    const response = await this.scope.fetch(request);
    if (response.status === 401) await this.answers.forget();
    else if (response.status === 404 && isDraft(request.url)) meanwhile(this.answers.lose(request.url));
    else if (response.status === 200) {
      if (request.url.endsWith("/session")) await this.#look(request.url, response.clone());
      const bytes = Number(response.headers.get("content-length") ?? Infinity);
      if (bytes <= most) meanwhile(this.answers.keep(request.url, response.clone(), turn));
    }
    return response;
  }

  /** A session that ended, or is of somebody else, may be told of by this answer only. */
  async #look(url: string, response: Response): Promise<void> {
    const [now, before] = await Promise.all([sessionIn(response), this.answers.find(url).then(sessionIn)]);
    const isOther = before.tenant !== undefined && now.tenant !== before.tenant;
    if (now.signed_in === false || isOther) await this.answers.forget();
  }
}

async function sessionIn(answer: Response | null): Promise<{ signed_in?: boolean; tenant?: string | null }> {
  const said: unknown = await answer?.json().catch(() => null);
  return typeof said === "object" && said !== null ? said : {};
}

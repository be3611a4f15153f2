// The worker: what it answers by itself, what it keeps for a start without the server, and what makes it forget.

import { beforeEach, describe, expect, it } from "vitest";
import { KEPT_AT } from "../../src/api/kept";
import { Answers } from "../../src/worker/answers";
import { Program } from "../../src/worker/program";
import { excess, sortOf } from "../../src/worker/rules";
import { Device, FakeCaches, json, ORIGIN } from "./device";

const BUILD = { version: "one", files: { "/": "sha256-x", "/first.js": "sha256-y", "/assets/editor-1.js": null } };
const KEPT = "tidemill-answers-1";
const DRAFT = "/api/v1/workflows/w1/draft";
const gone = () => Promise.reject(new TypeError("Failed to fetch"));

beforeEach(() => {
  FakeCaches.isFull = false;
});

describe("requests", () => {
  const sort = (path: string, mode = "cors", method = "GET") => sortOf({ url: new URL(path, ORIGIN).href, mode, method }, ORIGIN, new Set(Object.keys(BUILD.files)));

  it.each([
    ["/api/v1/session", "answer"],
    ["/api/v1/node-types", "answer"],
    ["/api/v1/templates", "answer"],
    ["/api/v1/templates/webhook", "answer"],
    ["/api/v1/workflows?sort=-updated_at&limit=50", "answer"],
    ["/api/v1/workflows/tags", "answer"],
    ["/api/v1/workflows/folders", "answer"],
    [DRAFT, "answer"],
    ["/api/v1/workflows/w1/draft/problems", "other"],
    ["/api/v1/executions", "other"],
    ["/api/v1/executions/e1/events", "other"],
    ["/api/v1/executions/e1/values/a/b", "other"],
    ["/api/v1/executions/e1/steps", "other"],
    ["/api/v1/dashboard/recent-executions", "other"],
    ["/api/v1/metrics", "other"],
    ["/api/v1/credentials", "other"],
    ["/api/v1/workflows/batch?ids=a", "other"],
    ["/api/v1/workflows/w1/rooms/1", "other"],
    ["/api/openapi.json", "other"],
    ["/first.js", "file"],
    ["/assets/of-another-version.js", "file"],
    ["/worker.js", "other"],
    ["http://elsewhere.test/assets/a.js", "other"],
  ])("%s is %s", (path, expected) => {
    expect(sort(path)).toBe(expected);
  });

  it.each(["/", "/workflows", "/editor/w1", "/?token=abc", "/apiary"])("%s opens the page", (path) => {
    expect(sort(path, "navigate")).toBe("page");
  });

  it.each(["/api/docs", "/api", "/hooks/abc", "/api/v1/workflows", "/favicon.ico"])("%s is opened by the server", (path) => {
    expect(sort(path, "navigate")).toBe("other");
  });

  it("that change something go by, but for coming and going", () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect(sort(DRAFT, "cors", method)).toBe("other");
    expect(sort("/api/v1/session", "cors", "POST")).toBe("session");
    expect(sort("/api/v1/session", "cors", "DELETE")).toBe("session");
  });
});

describe("what is kept", () => {
  const draftOf = (id: number, bytes = 1) => ({ url: `${ORIGIN}/api/v1/workflows/w${id}/draft`, at: id, bytes });
  const LIMITS = { drafts: 2, answers: 2, bytes: 100 };

  it("is the newest, by number and by bytes; drafts are counted apart", () => {
    const list = { url: `${ORIGIN}/api/v1/workflows?sort=name`, at: 9, bytes: 10 };
    expect(excess([draftOf(1), draftOf(2), draftOf(3), list], LIMITS)).toEqual([draftOf(1).url]);
    expect(excess([draftOf(1, 60), draftOf(2, 60)], LIMITS)).toEqual([draftOf(1).url]);
    expect(excess([draftOf(1, 10), draftOf(2, 101)], LIMITS)).toEqual([draftOf(2).url]);
    expect(excess([{ ...list, url: `${list.url}&a`, at: 1 }, { ...list, url: `${list.url}&b`, at: 2 }, list], LIMITS)).toEqual([`${list.url}&a`]);
  });

  it("stays within the limits from one write to the next, also with a worker that was started anew", async () => {
    const caches = new FakeCaches();
    for (let id = 1; id <= 4; id += 1) {
      const answers = new Answers(caches.store, () => id, LIMITS);
      await answers.keep(draftOf(id).url, json({ rev: id }), answers.turn);
    }
    expect(caches.paths(KEPT)).toEqual(["/api/v1/workflows/w3/draft", "/api/v1/workflows/w4/draft"]);
  });

  it("is not an old draft where the new one has no room", async () => {
    const caches = new FakeCaches();
    const answers = new Answers(caches.store, () => 1, LIMITS);
    await answers.keep(draftOf(1).url, json({}), answers.turn);
    await answers.keep(draftOf(1).url, json({ graph: "x".repeat(200) }), answers.turn);
    expect(caches.paths(KEPT)).toEqual([]);
  });

  it("is written again only where it is another one, or a draft", async () => {
    const caches = new FakeCaches();
    let now = 1;
    const answers = new Answers(caches.store, () => now);
    const url = `${ORIGIN}/api/v1/workflows?limit=8`;
    const at = async (which: string) => Number((await answers.find(which))?.headers.get(KEPT_AT));
    for (now of [1, 5_000]) await answers.keep(url, json({ items: 1 }), answers.turn);
    expect(await at(url)).toBe(1);
    now = 6_000;
    await answers.keep(url, json({ items: 10 }), answers.turn);
    expect(await at(url)).toBe(6_000);
    now = 20_000;
    await answers.keep(url, json({ items: 10 }), answers.turn);
    expect(await at(url)).toBe(20_000);
    for (now of [1, 5_000]) await answers.keep(draftOf(1).url, json({ rev: 1 }), answers.turn);
    expect(await at(draftOf(1).url)).toBe(5_000);
  });

  it("never comes after it was to be forgotten", async () => {
    const caches = new FakeCaches();
    const answers = new Answers(caches.store);
    const { turn } = answers;
    await answers.forget();
    await answers.keep(draftOf(1).url, json({}), turn);
    expect(caches.paths(KEPT)).toEqual([]);
  });
});

describe("answers", () => {
  it("are the server's, and the last good one where it cannot be reached", async () => {
    const device = new Device(BUILD);
    device.server = () => json({ rev: 1 });
    expect((await device.ask(DRAFT))?.headers.get(KEPT_AT)).toBeNull();
    device.server = () => json({ rev: 2 });
    await device.ask(DRAFT);
    for (const away of [gone, () => new Response("bad gateway", { status: 502 })]) {
      device.server = away;
      const kept = await device.ask(DRAFT);
      expect(Number(kept?.headers.get(KEPT_AT))).toBeGreaterThan(0);
      expect(await kept?.json()).toEqual({ rev: 2 });
    }
  });

  it("that the server refuses are not hidden by what was kept", async () => {
    const device = new Device(BUILD);
    device.server = () => json({ rev: 1 });
    await device.ask(DRAFT);
    device.server = () => json({ code: "internal" }, 500);
    expect((await device.ask(DRAFT))?.status).toBe(500);
    device.server = () => json({ code: "not_found" }, 404);
    expect((await device.ask(DRAFT))?.status).toBe(404);
    expect(device.caches.paths(KEPT)).toEqual([]);
  });

  it("that are not kept fail as they would without a worker", async () => {
    const device = new Device(BUILD);
    device.server = gone;
    await expect(device.ask(DRAFT)).rejects.toThrow("Failed to fetch");
    device.server = () => new Response("", { status: 504 });
    expect((await device.ask(DRAFT))?.status).toBe(504);
  });

  it("come from the device where the server takes too long, and are kept when it has answered", async () => {
    const device = new Device(BUILD, { patience: 20 });
    device.server = () => json({ rev: 1 });
    await device.ask(DRAFT);
    let answer: (response: Response) => void = () => undefined;
    device.server = () => new Promise((done) => (answer = done));
    const asking = device.ask(DRAFT);
    await new Promise((done) => setTimeout(done, 60));
    answer(json({ rev: 2 }));
    expect(await (await asking)?.json()).toEqual({ rev: 1 });
    device.server = gone;
    expect(await (await device.ask(DRAFT))?.json()).toEqual({ rev: 2 });
  });

  it("come through where the device has no room", async () => {
    const device = new Device(BUILD);
    FakeCaches.isFull = true;
    device.server = () => json({ rev: 1 });
    expect((await device.ask(DRAFT))?.status).toBe(200);
  });

  it("that are large drafts go to the page as they are, and are kept when the page asks", async () => {
    const device = new Device(BUILD);
    device.server = () => new Response("{}", { headers: { "content-length": "17000000" } });
    await device.ask(DRAFT);
    expect(device.caches.paths(KEPT)).toEqual([]);
    device.server = () => new Response("{}", { headers: { "content-length": "2" } });
    await device.ask(DRAFT);
    expect(device.caches.paths(KEPT)).toEqual([DRAFT]);
    device.server = () => new Response("{}", { headers: { "content-length": "17000000" } });
    const other = DRAFT.replace("w1", "w2");
    await device.tell("message", { kind: "keep", urls: [ORIGIN + other] });
    expect(device.caches.paths(KEPT)).toEqual([DRAFT, other]);
    await device.ask("/api/v1/node-types");
    expect(device.caches.paths(KEPT)).toContain("/api/v1/node-types");
  });

  it("are read again for the page, but for nothing else than what may be kept", async () => {
    const device = new Device(BUILD);
    device.server = () => json({ rev: 1 });
    await device.tell("message", { kind: "keep", urls: [ORIGIN + DRAFT, `${ORIGIN}/api/v1/executions`, "http://elsewhere.test/api/v1/session"] });
    expect(device.caches.paths(KEPT)).toEqual([DRAFT]);
    expect(device.asked).toEqual([`GET ${DRAFT}`]);
  });
});

describe("forgetting", () => {
  const SESSION = "/api/v1/session";
  const session = (tenant: string | null) => json({ signed_in: tenant !== null, tenant });

  async function used(): Promise<Device> {
    const device = new Device(BUILD);
    device.server = (path) => (path === SESSION ? session("default") : json({ rev: 1 }));
    await device.ask(SESSION);
    await device.ask(DRAFT);
    expect(device.caches.paths(KEPT)).toEqual([SESSION, DRAFT].sort());
    return device;
  }

  it.each([
    ["signing out", { method: "DELETE" }, () => new Response(null, { status: 204 })],
    ["signing in", { method: "POST" }, () => session("default")],
    ["a session that ended", {}, () => session(null)],
    ["somebody else's session", {}, () => session("another")],
    ["an answer of 401", {}, () => json({ code: "not_signed_in" }, 401)],
  ])("follows %s", async (_, how, answer) => {
    const device = await used();
    device.server = answer;
    await device.ask(SESSION, how);
    expect(device.caches.paths(KEPT)).toEqual([]);
  });

  it("does not follow a sign-out that the server never heard of", async () => {
    const device = await used();
    device.server = gone;
    await expect(device.ask(SESSION, { method: "DELETE" })).rejects.toThrow();
    expect(device.caches.paths(KEPT)).not.toEqual([]);
  });

  it("follows the page's word", async () => {
    const device = await used();
    await device.tell("message", { kind: "forget" });
    expect(device.caches.paths(KEPT)).toEqual([]);
  });
});

describe("the program", () => {
  const files = (path: string) => new Response(`content of ${path}`);

  it("is fetched ahead; then every page starts without the server", async () => {
    const device = new Device(BUILD);
    device.server = files;
    await device.tell("install");
    device.server = gone;
    expect(await (await device.ask("/editor/w1", { mode: "navigate" }))?.text()).toBe("content of /");
    expect(await (await device.ask("/assets/editor-1.js"))?.text()).toBe("content of /assets/editor-1.js");
    expect(await (await device.ask("/first.js"))?.text()).toBe("content of /first.js");
  });

  it("is not installed in part", async () => {
    for (const answer of [() => new Response("", { status: 404 }), () => Object.defineProperty(new Response(""), "redirected", { value: true }), gone]) {
      const program = new Program(new FakeCaches().store, BUILD, async (path) => (path === "/first.js" ? answer() : files(path)), 1);
      await expect(program.install()).rejects.toThrow();
    }
  });

  it("is held against its digests", async () => {
    const asked: (string | undefined)[] = [];
    const fetch = async (path: string, init?: RequestInit) => {
      asked.push(init?.integrity);
      return files(path);
    };
    await new Program(new FakeCaches().store, BUILD, fetch).install();
    expect(asked.sort()).toEqual(["sha256-x", "sha256-y", undefined]);
  });

  it("lets tabs of the version before have their code, and takes what did not change from there", async () => {
    const caches = new FakeCaches();
    const first = new Device(BUILD, { caches });
    first.server = files;
    await first.tell("install");
    const second = new Device({ version: "two", files: { "/": "sha256-z", "/first.js": "sha256-y", "/assets/editor-1.js": null, "/assets/editor-2.js": null } }, { caches });
    second.server = (path) => new Response(`new ${path}`);
    await second.tell("install");
    expect(second.asked.sort()).toEqual(["GET /", "GET /assets/editor-2.js", "GET /first.js"]);
    const third = new Device({ version: "three", files: { "/": "sha256-z" } }, { caches });
    await third.tell("install");
    await third.tell("activate");
    third.server = gone;
    expect(await (await third.ask("/assets/editor-1.js"))?.text()).toBe("content of /assets/editor-1.js");
    expect(await (await third.ask("/assets/editor-2.js"))?.text()).toBe("new /assets/editor-2.js");
  });

  it("keeps three versions and what others have kept here", async () => {
    const caches = new FakeCaches();
    await caches.open("of somebody else");
    for (const version of ["1", "2", "3", "4", "5"]) {
      const device = new Device({ version, files: { "/": null } }, { caches });
      device.server = files;
      await device.tell("install");
      await device.tell("activate");
    }
    expect([...caches.all.keys()]).toEqual(["of somebody else", "tidemill-page-3", "tidemill-page-4", "tidemill-page-5"]);
  });

  it("waits until it is told to take over", async () => {
    const device = new Device(BUILD);
    device.server = files;
    await device.tell("install");
    expect(device.hasTakenOver).toBe(false);
    await device.tell("message", { kind: "take_over" });
    expect(device.hasTakenOver).toBe(true);
  });
});

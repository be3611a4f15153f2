// Saving: on this device at once, and what is said where the device or the server does not keep it.

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Change, Conflict } from "../src/graph/document/changes";
import { confirmAll } from "../src/graph/document/elsewhere";
import { GraphDocument } from "../src/graph/document/document";
import type { FileGraph } from "../src/graph/file";
import type { Connection, Progress } from "../src/state/document/connection";
import { fold, layKept } from "../src/state/document/kept";
import { openLocal, type Held, type Kept, type Local, type LocalEdit, type Mark } from "../src/state/document/local";
import { Saver, type SaveState } from "../src/state/document/saver";
import { pause, TIMING, timingOf } from "../src/state/document/timing";

const file = (): FileGraph => ({ nodes: [{ id: "a", data: { label: "Start" } }, { id: "b" }], edges: [{ id: "ab", source: "a", target: "b" }] });
const tab = (name: string, there: string[] = []) => ({ name, isHeld: true, there: async () => new Set(there) });

/** What a device keeps, without a database; `full` makes it refuse. */
class FakeLocal implements Local {
  edits: LocalEdit[] = [];
  held: Held | null = null;
  full = false;

  async read(): Promise<Kept | null> {
    return null;
  }

  async add(_workflow: string, edit: LocalEdit): Promise<void> {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.edits.push(JSON.parse(JSON.stringify(edit)) as LocalEdit);
  }

  async replace(_workflow: string, held: Held): Promise<void> {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    [this.held, this.edits] = [JSON.parse(JSON.stringify(held)) as Held, []];
  }
}

/** A way to the server that does what a test says. */
function open(local: Local | null, kept: Conflict[] = []) {
  const doc = new GraphDocument(file());
  const states: SaveState[] = [];
  let report: ((progress: Progress) => void) | null = null;
  let base: ((isUrgent: boolean) => void) | null = null;
  const calls: string[] = [];
  const saver = new Saver({
    workflow: "w",
    doc,
    at: 5,
    local,
    takeUp: async () => kept,
    connect: async (parts) => {
      [report, base] = [parts.onProgress, parts.onBase];
      return { mark: null, changed: () => undefined, leave: () => calls.push("leave"), close: () => calls.push("close"), retry: () => calls.push("retry"), flush: async () => 3 } as unknown as Connection;
    },
    onState: (state) => states.push(state),
    onConflicts: () => undefined,
  });
  const progress = (of: Partial<Progress>) => report?.({ isSaved: false, isBusy: false, at: 0, why: null, refused: null, ...of });
  return { doc, saver, states, calls, last: () => states.at(-1), progress, tidy: (isUrgent: boolean) => base?.(isUrgent), rename: (label: string) => doc.change("Rename", (edit) => edit.setNode("a", { "data/label": label })) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("on this device", () => {
  it("keeps a small edit in the turn in which it is made, a large one once it was seen, and both at once when the page goes", async () => {
    const local = new FakeLocal();
    const page = open(local);
    const many = (from: number) => page.doc.change("Paste", (edit) => Array.from({ length: 600 }, (_, n) => edit.addNode({ id: `n${from + n}` })));
    page.rename("x");
    await Promise.resolve();
    expect(local.edits.length).toBe(1);
    many(0);
    await Promise.resolve();
    expect(local.edits.length).toBe(1);
    await pass(300);
    expect([local.edits.length, local.edits[1]?.changes.length]).toEqual([2, 600]);
    many(600);
    page.saver.leave();
    expect([local.edits.length, local.edits[2]?.changes.length, page.calls]).toEqual([3, 600, ["leave"]]);
  });

  it("puts its log together anew soon after all of it has arrived, and at once where it builds on something else", async () => {
    const local = new FakeLocal();
    const page = open(local);
    page.rename("x");
    await pass(0);
    page.tidy(false);
    await pass(900);
    expect(local.held).toBeNull();
    await pass(100);
    // Something waits again: what arrived could not be told from it any more.
    expect([local.held, local.edits.length]).toEqual([null, 1]);
    page.progress({ isSaved: true });
    page.tidy(false);
    await pass(1_000);
    expect([local.held?.changes.length, local.edits]).toEqual([1, []]);
    page.rename("y");
    await pass(0);
    page.tidy(false);
    page.tidy(true);
    await pass(0);
    expect(local.edits).toEqual([]);
  });

  it("warns when neither the server nor this device keeps it", async () => {
    const local = new FakeLocal();
    const page = open(local);
    local.full = true;
    page.rename("x");
    await pass(0);
    page.progress({ why: "Tidemill does not answer" });
    expect(page.last()).toEqual({ kind: "unsafe", why: "this device has no room left for Tidemill" });
    const none = open(null);
    none.rename("x");
    expect(none.last()).toEqual({ kind: "unsafe", why: "this browser keeps nothing for Tidemill" });
    none.progress({ isBusy: true });
    await pass(0);
    none.progress({ isBusy: true });
    expect(none.last()?.kind).toBe("syncing");
  });
});

describe("what is said", () => {
  it("is where the last change is", async () => {
    const page = open(new FakeLocal());
    page.rename("x");
    expect(page.last()).toEqual({ kind: "local", why: null });
    await pass(0);
    page.progress({ isBusy: true });
    expect(page.last()).toEqual({ kind: "syncing" });
    page.progress({ isSaved: true, isBusy: true, at: 9 });
    // Changed before there was anything to share it with: what was told does not speak of it.
    await pass(500);
    expect(page.last()).toEqual({ kind: "syncing" });
    confirmAll(page.doc);
    page.progress({ isSaved: true, isBusy: true, at: 9 });
    // Letters that arrive one by one are one saving.
    expect(page.last()).toEqual({ kind: "syncing" });
    await pass(200);
    page.progress({ isBusy: true });
    page.progress({ isSaved: true, isBusy: true, at: 10 });
    await pass(399);
    expect(page.last()).toEqual({ kind: "syncing" });
    await pass(1);
    expect(page.last()).toEqual({ kind: "saved", at: 10 });
    page.progress({ why: "Tidemill does not answer", at: 10 });
    expect(page.last()).toEqual({ kind: "local", why: "Tidemill does not answer" });
    page.progress({ refused: "too large", at: 10 });
    expect(page.last()).toEqual({ kind: "refused", why: "too large" });
  });

  it("asks for a choice where there is a conflict", async () => {
    const local = new FakeLocal();
    const conflict: Conflict = { row: { node: "a" }, field: "data/label", base: 1, mine: 2, theirs: 3 };
    local.read = async () => ({ logs: [], conflicts: [] });
    const page = open(local, [conflict]);
    await page.saver.begin();
    expect(page.last()).toEqual({ kind: "conflict", at: 5, count: 1 });
    expect(local.held?.conflicts).toEqual([conflict]);
    page.saver.choose([conflict], "mine", () => undefined);
    await pass(0);
    expect([page.last()?.kind, local.held?.conflicts]).toEqual(["saved", []]);
  });

  it("does not connect a page that is closed", async () => {
    const page = open(new FakeLocal());
    const connecting = page.saver.connect();
    page.saver.close();
    expect([await connecting, page.calls, await page.saver.flush()]).toEqual([null, ["close"], null]);
  });
});

describe("a log", () => {
  const set = (label: string, now: object): Change => ({ node: "a", set: { "data/label": label }, was: { "data/label": "Start" }, now }) as Change;
  const a = (label: string) => ({ id: "a", data: { label } });
  const mark = (clock: number, known = 0): Mark => ({ epoch: 1, client: 7, clock, known });

  it("is folded to the last word on each row", () => {
    const edits: LocalEdit[] = [{ changes: [set("x", a("x")), { node: "n", added: { id: "n" } }], settled: [] }, { changes: [set("y", a("y"))], settled: [{ node: "n" }] }];
    expect(fold(edits)).toEqual([set("y", a("y"))]);
  });

  it("leaves out what has arrived, and begins from that where it went on", () => {
    const edits: LocalEdit[] = [
      { changes: [set("x", a("x")), { node: "n", added: { id: "n" } }, { node: "b", removed: true, was: { id: "b" } }], settled: [], mark: mark(3) },
      { changes: [set("y", a("y")), { node: "n", added: { id: "n", type: "t" } }], settled: [], mark: mark(5) },
    ];
    expect(fold(edits, ({ clock }) => clock <= 3)).toEqual([
      { node: "a", set: { "data/label": "y" }, was: { "data/label": "x" }, now: a("y") },
      { node: "n", set: { type: "t" }, was: {}, now: { id: "n", type: "t" } },
    ]);
    expect(fold(edits, () => true)).toEqual([]);
    expect(fold(edits, () => false).length).toBe(3);
  });

  it("goes back to what was there where only the way there has arrived", () => {
    const edits: LocalEdit[] = [
      { changes: [set("x", a("x")), { node: "n", added: { id: "n" } }, { node: "b", removed: true, was: { id: "b" } }], settled: [], mark: mark(3) },
      { changes: [], settled: [{ node: "a", now: a("Start") }, { node: "n", now: null }, { node: "b", now: { id: "b" } }], mark: mark(5) },
    ];
    expect(fold(edits, ({ clock }) => clock <= 3)).toEqual([
      { node: "a", set: { "data/label": "Start" }, was: { "data/label": "x" }, now: a("Start") },
      { node: "n", removed: true, was: { id: "n" } },
      { node: "b", added: { id: "b" } },
    ]);
    for (const arrived of [0, 5]) expect(fold(edits, ({ clock }) => clock <= arrived)).toEqual([]);
  });

  it("holds nothing that others wrote in between for mine", () => {
    const text = (label: string, was: string) => ({ ...set(label, a(label)), was: { "data/label": was } }) as Change;
    const edits: LocalEdit[] = [
      { changes: [text("a long text, one", "a long text")], settled: [], mark: mark(2) },
      { changes: [text("A: a long text, one", "A: a long text")], settled: [], mark: mark(2) },
      { changes: [text("A: a long text, one, two", "A: a long text")], settled: [], mark: mark(4) },
      { changes: [text("A: a long text, one, two, 3", "A: a long text, one")], settled: [], mark: mark(6, 2) },
    ];
    const left = (arrived: number, of = edits) => fold(of, ({ clock }) => clock <= arrived).map((change) => ("was" in change ? [change.was, "set" in change && change.set] : change));
    expect(left(0)).toEqual(left(2));
    expect(left(2, edits.slice(0, 3))).toEqual([[{ "data/label": "A: a long text, one" }, { "data/label": "A: a long text, one, two" }]]);
    expect(left(2)).toEqual([[{ "data/label": "A: a long text, one" }, { "data/label": "A: a long text, one, two, 3" }]]);
    expect(left(4)).toEqual([[{ "data/label": "A: a long text, one, two" }, { "data/label": "A: a long text, one, two, 3" }]]);
    // Nothing of mine waited before the second: what is different since the first is theirs.
    const apart: LocalEdit[] = [
      { changes: [text("one two three 4", "one two three")], settled: [], mark: mark(2) },
      { changes: [text("one B two three 45", "one B two three 4")], settled: [], mark: mark(4, 2) },
      { changes: [text("one B two three 456", "one B two three 4")], settled: [], mark: mark(6, 2) },
    ];
    expect(left(4, apart)).toEqual([[{ "data/label": "one B two three 45" }, { "data/label": "one B two three 456" }]]);
    // Nor did anything of mine wait in this row, though it did in others.
    const elsewhere: LocalEdit[] = [
      { changes: [], settled: [{ node: "a", now: a("one two three 4") }], mark: mark(2) },
      { changes: [text("one B two three 45", "one B two three 4")], settled: [], mark: mark(4) },
      { changes: [text("one B two three 456", "one B two three 4")], settled: [], mark: mark(6) },
    ];
    expect(left(4, elsewhere)).toEqual(left(4, apart));
  });

  it("of several tabs is laid one after the other", () => {
    const doc = new GraphDocument(file());
    const kept: Kept = { logs: [[{ changes: [set("x", a("x"))], settled: [] }], [{ changes: [{ node: "b", set: { type: "t" }, was: {}, now: { id: "b", type: "t" } }], settled: [] }]], conflicts: [] };
    expect(layKept(doc, kept, () => false)).toEqual([]);
    expect([doc.nodes.get("a")?.data, doc.nodes.get("b")?.type]).toEqual([{ label: "x" }, "t"]);
  });
});

describe("the database", () => {
  it("keeps what is not the server's of each tab, until the tab is gone", async () => {
    vi.useRealTimers();
    const there = ["one", "two", "three"];
    const [one, two, three] = await Promise.all(there.map((name) => openLocal({ name, isHeld: true, there: async () => new Set(there) }, "tabs")));
    const edit = (label: string): LocalEdit => ({ changes: [{ node: "a", set: { label } }], settled: [] });
    await one?.add("w", edit("one"));
    await two?.add("w", edit("two"));
    await one?.replace("w", { ...edit("one again"), conflicts: [] });
    expect(await three?.read("w")).toBeNull();
    there.splice(0, 2);
    const found = await three?.read("w");
    expect(found?.logs.map((log) => (log[0]?.changes[0] as unknown as { set: { label: string } }).set.label).sort()).toEqual(["one again", "two"]);
    await three?.replace("w", { changes: [], conflicts: [] });
    expect(await three?.read("w")).toBeNull();
  });

  it("keeps users apart, and numbers that JavaScript cannot hold", async () => {
    vi.useRealTimers();
    const [ada, bo] = [await openLocal(tab("t"), "ada"), await openLocal(tab("t"), "bo")];
    const exact = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON;
    await ada?.add("w", { changes: [{ node: "a", set: { "data/n": exact ? exact("12345678901234567890") : 1 } }], settled: [] });
    expect(await bo?.read("w")).toBeNull();
    expect(JSON.stringify((await ada?.read("w"))?.logs)).toContain(exact ? "12345678901234567890" : "1");
  });

  it("does not wait for a tab of an older release that holds it", async () => {
    vi.useRealTimers();
    const old = await openDB("tidemill held", 1);
    expect(await openLocal(tab("t"), "held")).toBeNull();
    old.close();
  });
});

describe("timing", () => {
  it("is what the server says, within bounds", () => {
    expect(timingOf(null)).toEqual(TIMING);
    expect(timingOf({ debounce_ms: 5_000, server_ms: 1, retries: 1e9, retry_ms: "x" })).toMatchObject({ quiet: 5_000, latest: 5_000, tries: 20, wait: 1_000 });
  });

  it("tries at once again, then ever less often, not all at one time", () => {
    expect([1, 2, 3].map((failures) => pause(TIMING, failures))).toEqual([1_000, 1_000, 1_000]);
    expect([4, 5, 6, 50].map((failures) => pause(TIMING, failures, () => 1))).toEqual([2_000, 4_000, 8_000, 60_000]);
    expect(pause(TIMING, 50, () => 0)).toBe(30_000);
  });
});

// Saving: on this device at once, on the server soon, and what is said when either does not work.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../src/api/client";
import type { Draft, DraftSaved as Saved, Graph } from "../src/api/types";
import { withFields } from "../src/graph/document/fields";
import type { Change, Conflict } from "../src/graph/document/changes";
import { GraphDocument } from "../src/graph/document/document";
import type { FileGraph } from "../src/graph/file";
import { fold, openLocal, type Kept, type Local } from "../src/state/document/local";
import { Saver, type SaveState, type Server } from "../src/state/document/saver";

const file = (): FileGraph => ({ nodes: [{ id: "a", data: { label: "Start" } }, { id: "b" }], edges: [{ id: "ab", source: "a", target: "b" }] });

/** A server in memory. `mood` says how the next requests end, in order. */
class FakeServer implements Server {
  rev = 7;
  graph = file();
  requests: string[] = [];
  mood: ("ok" | "away" | "lost" | "500" | "422" | "401")[] = [];
  wait: Promise<void> | null = null;

  async read(): Promise<Pick<Draft, "rev" | "graph">> {
    this.requests.push("GET");
    await this.meet(() => undefined);
    return { rev: this.rev, graph: this.graph as unknown as Graph };
  }

  async change(rev: number, changes: string): Promise<Saved> {
    this.requests.push(`PATCH ${rev} ${changes}`);
    return this.meet(() => this.save(rev, () => (this.graph = applied(this.graph, JSON.parse(changes) as Change[]))));
  }

  async replace(rev: number, text: string): Promise<Saved> {
    this.requests.push(`PUT ${rev}`);
    return this.meet(() => this.save(rev, () => (this.graph = JSON.parse(text) as FileGraph)));
  }

  /** Somebody else saves. */
  other(change: (graph: FileGraph) => FileGraph): void {
    this.graph = change(this.graph);
    this.rev += 1;
  }

  private save(rev: number, make: () => void): Saved {
    if (rev !== this.rev) throw new ApiError(412, "draft_changed", "the draft has changed");
    make();
    this.rev += 1;
    return { rev: this.rev, updated_at: "" };
  }

  private async meet<T>(work: () => T): Promise<T> {
    await this.wait;
    const mood = this.mood.shift() ?? "ok";
    if (mood === "away") throw new ApiError(0, "unreachable", "Tidemill does not answer");
    if (mood === "500") throw new ApiError(500, "internal", "it broke");
    if (mood === "422") throw new ApiError(422, "too_large", "the draft is too large");
    if (mood === "401") throw new ApiError(401, "not_signed_in", "sign in");
    const answer = work();
    if (mood === "lost") throw new ApiError(0, "unreachable", "the answer was lost");
    return answer;
  }
}

function applied(graph: FileGraph, changes: readonly Change[]): FileGraph {
  let [nodes, edges] = [[...graph.nodes], [...graph.edges]];
  const apply = <T extends { id?: string | null }>(rows: T[], id: string, change: Change): T[] => {
    if ("added" in change) return [...rows, change.added as unknown as T];
    if ("removed" in change) return rows.filter((row) => row.id !== id);
    const fields = { ...("set" in change ? change.set : {}), ...Object.fromEntries(("unset" in change ? (change.unset ?? []) : []).map((field) => [field, undefined])) };
    return rows.map((row) => (row.id === id ? withFields(row, fields) : row));
  };
  for (const change of changes) {
    if ("node" in change) nodes = apply(nodes, change.node, change);
    else if ("edge" in change) edges = apply(edges, change.edge, change);
  }
  return { ...graph, nodes, edges };
}

/** What a device keeps, without a database; `full` makes it refuse. */
class FakeLocal implements Local {
  edits: Parameters<Local["add"]>[1][] = [];
  kept: Kept | null = null;
  full = false;

  async read(): Promise<Kept | null> {
    return this.kept && { ...this.kept, changes: fold([{ changes: this.kept.changes, settled: [] }, ...this.edits]) };
  }

  async add(_workflow: string, edit: Parameters<Local["add"]>[1]): Promise<void> {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.edits.push(JSON.parse(JSON.stringify(edit)) as typeof edit);
  }

  async replace(_workflow: string, kept: Kept): Promise<void> {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    [this.kept, this.edits] = [JSON.parse(JSON.stringify(kept)) as Kept, []];
  }
}

function open(server: FakeServer, local: Local | null = new FakeLocal()) {
  const doc = new GraphDocument(JSON.parse(JSON.stringify(server.graph)) as FileGraph);
  const states: SaveState[] = [];
  let conflicts: readonly Conflict[] = [];
  const saver = new Saver({ workflow: "w", doc, rev: server.rev, server, local, onState: (state) => states.push(state), onConflicts: (all) => (conflicts = all) });
  const rename = (label: string) => doc.change("Rename", (edit) => edit.setNode("a", { "data/label": label }));
  return { doc, saver, rename, states, kind: () => states.at(-1)?.kind, last: () => states.at(-1), conflicts: () => conflicts };
}

const label = (graph: FileGraph) => graph.nodes[0]?.data?.["label"];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("saving", () => {
  it("sends what changed once it is quiet, and is on this device at once", async () => {
    const [server, local] = [new FakeServer(), new FakeLocal()];
    const page = open(server, local);
    await page.saver.begin();
    for (const text of ["B", "Be", "Beg"]) {
      page.rename(text);
      await pass(300);
      expect(label({ nodes: [{ id: "a", data: { label: (fold(local.edits)[0] as { set: Record<string, string> }).set["data/label"] } }], edges: [] })).toBe(text);
    }
    expect([server.requests, page.kind()]).toEqual([[], "local"]);
    await pass(1_000);
    expect(server.requests).toEqual([`PATCH 7 [{"node":"a","set":{"data/label":"Beg"}}]`]);
    expect([label(server.graph), page.kind(), local.kept?.rev, local.edits, local.kept?.changes]).toEqual(["Beg", "saved", 8, [], []]);
  });

  it("keeps a small edit in the turn in which it is made, a large one once it was seen, and both at once when the page goes", async () => {
    const local = new FakeLocal();
    const page = open(new FakeServer(), local);
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
    expect([local.edits.length, local.edits[2]?.changes.length]).toEqual([3, 600]);
  });

  it("does not wait longer than the latest time while somebody goes on typing", async () => {
    const server = new FakeServer();
    const page = open(server);
    for (let at = 0; at < 62; at += 1) {
      page.rename(`n${at}`);
      await pass(500);
    }
    expect(server.requests.length).toBe(1);
  });

  it("never has two requests under way; what comes meanwhile goes with the next", async () => {
    const server = new FakeServer();
    let answer = (): void => undefined;
    server.wait = new Promise((resolve) => (answer = resolve));
    const page = open(server);
    page.rename("one");
    await pass(1_000);
    page.rename("two");
    await pass(5_000);
    expect(server.requests.length).toBe(1);
    server.wait = null;
    answer();
    await pass(1_000);
    expect([server.requests.length, label(server.graph), page.kind()]).toEqual([2, "two", "saved"]);
  });

  it("tries again when the server is away, says so, and saves when somebody asks", async () => {
    const server = new FakeServer();
    server.mood = ["away", "500", "away"];
    const page = open(server);
    page.rename("x");
    await pass(1_000);
    expect(page.last()).toEqual({ kind: "local", why: "Tidemill does not answer" });
    await pass(1_000);
    expect(page.last()).toEqual({ kind: "local", why: "it broke" });
    await pass(3_000);
    page.rename("y");
    expect(server.requests.length).toBe(3);
    page.saver.retry();
    await pass(0);
    expect([label(server.graph), page.kind()]).toEqual(["y", "saved"]);
  });

  it("does not take its own lost answer for a change of somebody else", async () => {
    const server = new FakeServer();
    server.mood = ["lost"];
    const page = open(server);
    page.doc.change("Add", (edit) => edit.addNode({ id: "n", data: { label: "new" } }));
    await pass(1_000);
    page.doc.change("Rename", (edit) => edit.setNode("n", { "data/label": "newer" }));
    await pass(10_000);
    expect([server.graph.nodes.map((node) => node.id), page.conflicts(), page.kind()]).toEqual([["a", "b", "n"], [], "saved"]);
    expect(server.graph.nodes[2]?.data).toEqual({ label: "newer" });
  });

  it("merges what somebody else saved, and tells of fields that both changed", async () => {
    const server = new FakeServer();
    const page = open(server);
    server.other((graph) => ({ ...graph, nodes: [{ id: "a", data: { label: "Theirs" } }, { id: "b", data: { url: "u" } }] }));
    page.rename("Mine");
    await pass(2_000);
    expect(server.graph.nodes).toEqual([{ id: "a", data: { label: "Mine" } }, { id: "b", data: { url: "u" } }]);
    expect(page.conflicts()).toEqual([{ row: { node: "a" }, field: "data/label", base: "Start", mine: "Mine", theirs: "Theirs" }]);
    expect([page.doc.nodes.get("b")?.data, page.kind()]).toEqual([{ url: "u" }, "saved"]);
  });

  it("keeps what the server refuses, and goes on after the next change", async () => {
    const [server, local] = [new FakeServer(), new FakeLocal()];
    server.mood = ["422"];
    const page = open(server, local);
    page.rename("x");
    await pass(60_000);
    expect([page.last(), server.requests.length, fold(local.edits).length]).toEqual([{ kind: "refused", why: "the draft is too large" }, 1, 1]);
    page.rename("y");
    await pass(1_000);
    expect([label(server.graph), page.kind()]).toEqual(["y", "saved"]);
  });

  it("says to sign in, and saves after that", async () => {
    const server = new FakeServer();
    server.mood = ["401"];
    const page = open(server);
    page.rename("x");
    await pass(1_000);
    expect(page.last()).toEqual({ kind: "local", why: "sign in to save" });
    await pass(1_000);
    expect(page.kind()).toBe("saved");
  });

  it("sends the whole file where rows cannot be named", async () => {
    const server = new FakeServer();
    server.graph = { nodes: [{ id: "a" }, { id: "a" }], edges: [] };
    const page = open(server);
    page.rename("x");
    await pass(1_000);
    expect([server.requests, server.graph.nodes.length]).toEqual([["PUT 7"], 2]);
  });

  it("warns when neither the server nor this device keeps it", async () => {
    const [server, local] = [new FakeServer(), new FakeLocal()];
    const page = open(server, local);
    await page.saver.begin();
    local.full = true;
    server.mood = ["away"];
    page.rename("x");
    await pass(1_000);
    expect(page.last()).toEqual({ kind: "unsafe", why: "this device has no room left for Tidemill" });
  });

  it("flushes for whoever needs it on the server", async () => {
    const server = new FakeServer();
    const page = open(server);
    page.rename("x");
    expect(await page.saver.flush()).toBe(8);
    server.mood = ["away"];
    page.rename("y");
    expect(await page.saver.flush()).toBeNull();
    page.saver.leave();
    expect(server.requests.at(-1)).toContain('"y"');
  });
});

describe("a later visit", () => {
  it("finds what this device kept, on top of what the server has now", async () => {
    vi.useRealTimers();
    const local = await openLocal();
    const server = new FakeServer();
    const first = open(server, local);
    await first.saver.begin();
    server.mood = ["away"];
    first.doc.change("Edit", (edit) => {
      edit.setNode("a", { "data/label": "Kept" });
      edit.addNode({ id: "n" });
      edit.removeNode("b");
    });
    first.saver.leave();
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.saver.close();
    // The tab is gone, the server was away; meanwhile somebody else worked on it.
    server.mood = [];
    server.graph = file();
    server.rev = 9;
    server.other((graph) => ({ ...graph, nodes: graph.nodes.map((node) => (node.id === "b" ? { ...node, data: { url: "u" } } : node)) }));
    const second = open(server, await openLocal());
    await second.saver.begin();
    expect([...second.doc.nodes.entries()].map(([, node]) => [node.id, node.data])).toEqual([["a", { label: "Kept" }], ["b", { url: "u" }], ["n", undefined]]);
    expect(second.conflicts().map(({ row, mine }) => [row, mine])).toEqual([[{ node: "b" }, null]]);
    expect(await second.saver.flush()).toBe(11);
    const third = open(server, await openLocal());
    await third.saver.begin();
    expect([third.doc.isChanged, third.conflicts().length]).toEqual([false, 1]);
    third.saver.settleConflict(third.conflicts()[0] as Conflict);
    expect(third.conflicts()).toEqual([]);
    second.saver.close();
    third.saver.close();
  });

  it("keeps numbers that JavaScript cannot hold", async () => {
    vi.useRealTimers();
    const local = await openLocal();
    const exact = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON;
    if (!exact) return;
    await local?.replace("numbers", { rev: 1, changes: [], conflicts: [] });
    await local?.add("numbers", { changes: [{ node: "a", set: { "data/n": exact("12345678901234567890") } }], settled: [] });
    const kept = await local?.read("numbers");
    expect(JSON.stringify(kept?.changes)).toContain("12345678901234567890");
  });
});

// A document that others change too: both ways between the page and the room, apart and together again, folded, refused.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FileGraph } from "../../src/graph/file";
import { settled, sorted } from "./ends";
import { disksSettle, Replica } from "./replica";
import { SimServer, type Network } from "./sim-server";

const file = (): FileGraph => ({
  nodes: [{ id: "a", data: { label: "Start", body: "one two three" } }, { id: "b", data: { label: "Weigh" } }, { id: "c" }],
  edges: [{ id: "ab", source: "a", target: "b" }, { source: "b", target: "c" }],
});

let open: Replica[] = [];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  open = [];
});
afterEach(() => {
  for (const one of open) one.close();
  vi.useRealTimers();
});

let disks = 0;
async function two(server = new SimServer(file())): Promise<[SimServer, Replica, Replica]> {
  const pair = [await replica("Ada", server), await replica("Bo", server)] as const;
  await settled(server);
  return [server, ...pair];
}
async function replica(name: string, server: SimServer, options: Parameters<typeof Replica.open>[2] = {}): Promise<Replica> {
  const one = await Replica.open(name, server, { disk: `${name} ${(disks += 1)}`, ...options });
  open.push(one);
  return one;
}
const set = (one: Replica, id: string, fields: Record<string, unknown>) => one.doc.change("Edit", (edit) => edit.setNode(id, fields));
const data = (one: Replica, id: string) => one.doc.nodes.get(id)?.data;

describe("together", () => {
  it("what one does is seen by the other, and is saved", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Edit", (edit) => {
      edit.setNode("a", { "data/label": "Begin", "data/body": "one and two three" });
      edit.addNode({ id: "n", type: "note" });
      edit.addEdge({ id: "bn", source: "b", target: "n" });
      edit.removeNode("c");
      edit.setFile({ name: "Letters" });
    });
    expect(ada.state.kind).toBe("syncing");
    await settled(server);
    expect(sorted(bo.file)).toEqual(sorted(ada.file));
    expect(sorted(server.file())).toEqual(sorted(ada.file));
    expect([ada.state.kind, bo.state.kind, bo.doc.isChanged, bo.doc.canUndo()]).toEqual(["saved", "saved", false, null]);
    expect([ada.file.nodes.map((node) => node.id), ada.file.edges.length]).toEqual([["a", "b", "n"], 2]);
  });

  it("each takes back what is their own", async () => {
    const [server, ada, bo] = await two();
    set(ada, "a", { "data/label": "Begin" });
    await settled(server);
    set(bo, "a", { type: "timer" });
    await settled(server);
    ada.doc.undo();
    await settled(server);
    expect([data(bo, "a")?.["label"], bo.doc.nodes.get("a")?.type]).toEqual(["Start", "timer"]);
    bo.doc.undo();
    await settled(server);
    expect(sorted(server.file())).toEqual(sorted(file()));
  });

  it("what was deleted comes back whole, also to those who never saw it", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Delete", (edit) => edit.removeNode("b"));
    ada.doc.change("Disconnect", (edit) => edit.removeEdge(ada.doc.edges.key(1)));
    await settled(server);
    const late = await replica("Cy", server);
    await settled(server);
    expect([late.doc.nodes.count, late.doc.edges.count]).toEqual([2, 0]);
    while (ada.doc.undo());
    await settled(server);
    for (const one of [bo, late]) expect(one.doc.nodes.get("b")?.data).toEqual({ label: "Weigh" });
    expect(sorted(bo.file)).toEqual(sorted(file()));
    expect(sorted(server.file())).toEqual(sorted(file()));
  });

  it("two write in one text and both are read", async () => {
    const [server, ada, bo] = await two();
    set(ada, "a", { "data/body": "zero one two three" });
    set(bo, "a", { "data/body": "one two three four" });
    await settled(server);
    expect([data(ada, "a")?.["body"], data(bo, "a")?.["body"]]).toEqual(["zero one two three four", "zero one two three four"]);
  });

  it("two fields that begin with one text are two texts", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Add", (edit) => ["x", "y"].forEach((id) => edit.addNode({ id, data: { body: "the same" } })));
    await settled(server);
    set(ada, "x", { "data/body": "not the same" });
    set(bo, "y", { "data/body": "the same again" });
    await settled(server);
    for (const one of [ada, bo]) expect([data(one, "x")?.["body"], data(one, "y")?.["body"]]).toEqual(["not the same", "the same again"]);
  });

  it("rows without an id of their own are named by their number", async () => {
    const server = new SimServer({ nodes: [{ id: "a" }, { id: "a" }, { id: "" }], edges: [{ source: "a", target: "b" }, { source: "b", target: "a" }] });
    const ada = await replica("Ada", server);
    await settled(server);
    ada.doc.change("Edit", (edit) => {
      edit.setNode(ada.doc.nodes.key(1), { type: "second" });
      edit.removeEdge(ada.doc.edges.key(0));
    });
    await settled(server);
    const late = await replica("Bo", server);
    late.doc.change("Edit", (edit) => edit.setEdge(late.doc.edges.key(0), { target: "c" }));
    await settled(server);
    expect(server.file()).toEqual({ nodes: [{ id: "a" }, { id: "a", type: "second" }, { id: "" }], edges: [{ source: "b", target: "c" }] });
    expect(ada.file).toEqual(server.file());
  });

  it("ten thousand rows arrive as one change", async () => {
    const [server, ada, bo] = await two();
    let heard = 0;
    bo.doc.listen(() => (heard += 1));
    ada.doc.change("Paste", (edit) => {
      for (let at = 0; at < 10_000; at += 1) edit.addNode({ id: `n${at}`, data: { label: "x" } });
    });
    await settled(server);
    expect([bo.doc.nodes.count, heard, bo.doc.isChanged]).toEqual([10_003, 1, false]);
    bo.doc.change("Delete", (edit) => Array.from({ length: 10_000 }, (_, at) => edit.removeNode(`n${at}`)));
    await settled(server);
    expect([ada.doc.nodes.count, ada.doc.isChanged]).toEqual([3, false]);
  });

  it("sees who is there, as long as they are", async () => {
    const [server, ada, bo] = await two();
    ada.connection?.presence.setLocalStateField("user", { name: "Ada" });
    await settled(server);
    const seen = () => [...(bo.connection?.presence.getStates().values() ?? [])].flatMap((state) => (state["user"] as { name: string } | undefined)?.name ?? []);
    expect(seen()).toEqual(["Ada"]);
    bo.network.isOnline = false;
    await settled(server);
    expect(seen()).toEqual([]);
  });
});

describe("apart", () => {
  it("for a moment it goes on as it was", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    set(ada, "a", { "data/label": "Mine" });
    set(bo, "b", { "data/label": "Theirs" });
    await settled(server, 1_000);
    expect(["local", "syncing"]).toContain(ada.state.kind);
    ada.network.isOnline = true;
    await settled(server);
    expect([data(bo, "a")?.["label"], data(ada, "b")?.["label"], ada.conflicts, ada.state.kind]).toEqual(["Mine", "Theirs", [], "saved"]);
  });

  it("for longer, what both changed is kept as a conflict that both see, until one chooses", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    set(ada, "a", { "data/label": "Mine", "data/x": 1 });
    set(bo, "a", { "data/label": "Theirs", "data/y": 2 });
    await settled(server, 20_000);
    expect(ada.state.kind).toBe("local");
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) {
      expect(data(one, "a")).toMatchObject({ label: "Mine", x: 1, y: 2 });
      expect(one.conflicts).toMatchObject([{ row: { node: "a" }, field: "data/label", base: "Start", mine: "Mine", theirs: "Theirs", shared: { by: "Ada" } }]);
      expect(one.state).toMatchObject({ kind: "conflict", count: 1 });
    }
    expect(server.fold()).toBe(false);
    const conflict = bo.conflicts[0];
    if (conflict) bo.saves.choose([conflict], "theirs", () => set(bo, "a", { "data/label": "Theirs" }));
    await settled(server);
    expect([data(ada, "a")?.["label"], ada.conflicts, bo.conflicts, ada.state.kind, bo.state.kind]).toEqual(["Theirs", [], [], "saved", "saved"]);
    expect(server.fold()).toBe(true);
  });

  it("a connection that says nothing any more is given up, and another is made", async () => {
    const [server, ada, bo] = await two();
    ada.network.isSilent = true;
    set(ada, "a", { "data/label": "Mine" });
    await settled(server, 14_000);
    expect(ada.state.kind).toBe("syncing");
    await settled(server, 2_000);
    expect(ada.state.kind).toBe("local");
    ada.network.isSilent = false;
    await settled(server, 30_000);
    expect([data(bo, "a")?.["label"], ada.state.kind]).toEqual(["Mine", "saved"]);
  });

  it("texts that changed in different places are one text, without a conflict", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    set(ada, "a", { "data/body": "ONE two three" });
    set(bo, "a", { "data/body": "one two three, four" });
    await settled(server, 20_000);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) expect([data(one, "a")?.["body"], one.conflicts]).toEqual(["ONE two three, four", []]);
  });

  it("a deletion never wins over an edit", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    ada.doc.change("Delete", (edit) => edit.removeNode("b"));
    set(ada, "c", { "data/url": "mine" });
    set(bo, "b", { "data/url": "theirs" });
    bo.doc.change("Delete", (edit) => edit.removeNode("c"));
    await settled(server, 20_000);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) {
      expect([data(one, "b")?.["url"], data(one, "c")?.["url"]]).toEqual(["theirs", "mine"]);
      expect(one.conflicts.map(({ row, field }) => [row, field]).sort()).toEqual([[{ node: "b" }, null], [{ node: "c" }, null]]);
    }
  });

  it("two things that were added under one id are two", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    ada.doc.change("Add", (edit) => {
      edit.addNode({ id: "n", type: "http" });
      edit.addEdge({ id: "an", source: "a", target: "n" });
    });
    bo.doc.change("Add", (edit) => edit.addNode({ id: "n", type: "note" }));
    await settled(server, 20_000);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) expect([one.doc.nodes.get("n")?.type, one.doc.nodes.get("n_2")?.type, one.doc.edges.get("an")?.target]).toEqual(["note", "http", "n_2"]);
  });

  it("what arrived before the connection was lost is no change of somebody else", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Add", (edit) => edit.addNode({ id: "n", data: { label: "new" } }));
    set(ada, "a", { "data/label": "first" });
    // It arrives, its answer does not.
    await vi.advanceTimersByTimeAsync(60);
    server.receive();
    server.restart();
    ada.network.isOnline = false;
    set(ada, "n", { "data/label": "newer" });
    set(ada, "a", { "data/label": "second" });
    await settled(server, 30_000);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    expect([data(bo, "n")?.["label"], data(bo, "a")?.["label"], bo.doc.nodes.count, ada.conflicts]).toEqual(["newer", "second", 4, []]);
  });
});

describe("a later visit", () => {
  it("finds what this device kept, and knows what of it had arrived", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Add", (edit) => edit.addNode({ id: "n", data: { label: "new" } }));
    await vi.advanceTimersByTimeAsync(60);
    server.receive();
    ada.network.isOnline = false;
    set(ada, "n", { "data/label": "newer" });
    await disksSettle();
    ada.crash();
    await settled(server);
    set(bo, "n", { "data/url": "u" });
    await settled(server);
    const again = await replica("Ada", server, { disk: `Ada ${disks - 1}` });
    expect(data(again, "n")).toEqual({ label: "newer", url: "u" });
    await settled(server, 90_000);
    expect([server.file().nodes.length, data(bo, "n"), again.conflicts]).toEqual([4, { label: "newer", url: "u" }, []]);
  });

  it("two tabs keep apart what they keep, and the next takes up what both left", async () => {
    const server = new SimServer(file());
    const network: Network = { isOnline: false, hasSockets: true };
    const disk = `tabs ${(disks += 1)}`;
    const [one, other] = [await replica("Ada", server, { network, disk }), await replica("Ada", server, { network, disk })];
    set(one, "a", { "data/label": "of one" });
    set(other, "a", { "data/url": "of the other" });
    set(other, "b", { "data/label": "Scale" });
    await disksSettle();
    const third = await replica("Ada", server, { network, disk });
    expect(third.doc.isChanged).toBe(false);
    third.close();
    one.crash();
    other.crash();
    await disksSettle();
    network.isOnline = true;
    const last = await replica("Ada", server, { network, disk });
    expect([data(last, "a"), data(last, "b")]).toEqual([{ label: "of one", body: "one two three", url: "of the other" }, { label: "Scale" }]);
    await settled(server, 90_000);
    await disksSettle();
    expect(sorted(server.file())).toEqual(sorted(last.file));
    last.crash();
    const after = await replica("Ada", server, { network, disk });
    expect([after.doc.isChanged, after.conflicts]).toEqual([false, []]);
  });
});

describe("folded", () => {
  it("those who are there go on as they are", async () => {
    const [server, ada, bo] = await two();
    set(ada, "a", { "data/label": "Begin" });
    await settled(server);
    server.fold();
    await settled(server);
    set(bo, "a", { "data/label": "Begin anew" });
    await settled(server);
    expect([server.epoch, data(ada, "a")?.["label"], server.shared.getMap("nodes").size, ada.state.kind]).toEqual([1, "Begin anew", 1, "saved"]);
  });

  it("those who are there need not read it again where each row has an id, and are told of the new epoch", async () => {
    const named = file();
    const [server, ada, bo] = await two(new SimServer({ ...named, edges: named.edges.map((edge, at) => ({ ...edge, id: `e${at}` })) }));
    set(ada, "a", { "data/label": "Begin" });
    await settled(server);
    server.fold();
    await settled(server);
    set(bo, "a", { "data/label": "Begin anew" });
    await settled(server);
    expect([ada.folds, bo.folds, data(ada, "a")?.["label"], ada.state.kind]).toEqual([1, 1, "Begin anew", "saved"]);
  });

  it("who comes back merges with the file of the new epoch", async () => {
    const [server, ada, bo] = await two();
    ada.network.isOnline = false;
    await settled(server, 10);
    set(ada, "a", { "data/label": "Mine" });
    set(bo, "a", { "data/label": "Theirs", "data/y": 2 });
    bo.doc.change("Delete", (edit) => edit.removeEdge(bo.doc.edges.key(1)));
    await settled(server);
    server.fold();
    await settled(server, 20_000);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) {
      expect([data(one, "a")?.["label"], data(one, "a")?.["y"], one.doc.edges.count]).toEqual(["Mine", 2, 1]);
      expect(one.conflicts).toMatchObject([{ field: "data/label", mine: "Mine", theirs: "Theirs" }]);
    }
  });
});

describe("without a socket", () => {
  it("changes go by requests: after a rest, one at a time; others' are asked for", async () => {
    const server = new SimServer(file());
    const network = { isOnline: true, hasSockets: false };
    const [ada, bo] = [await replica("Ada", server, { network }), await replica("Bo", server)];
    await settled(server, 10_000);
    const before = server.rev;
    for (const text of ["B", "Be", "Beg"]) {
      set(ada, "a", { "data/label": text });
      await settled(server, 500);
    }
    expect([server.rev, ada.state.kind]).toEqual([before, "local"]);
    await settled(server, 2_500);
    expect([server.rev, data(bo, "a")?.["label"], ada.state.kind]).toEqual([before + 1, "Beg", "saved"]);
    set(bo, "b", { "data/label": "Scale" });
    await settled(server, 11_000);
    expect(data(ada, "b")?.["label"]).toBe("Scale");
    network.hasSockets = true;
    await settled(server, 90_000);
    set(ada, "a", { "data/label": "Begin" });
    await settled(server, 200);
    expect(data(bo, "a")?.["label"]).toBe("Begin");
  });

  it("requests go soon where a socket never begins", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server, { network: { isOnline: true, hasSockets: true, isSilent: true } });
    set(ada, "a", { "data/label": "Mine" });
    await settled(server, 5_000);
    expect([ada.state.kind, server.file().nodes[0]?.data?.["label"]]).toEqual(["saved", "Mine"]);
  });

  it("does not wait longer than the latest time while somebody goes on typing", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server, { network: { isOnline: true, hasSockets: false } });
    await settled(server, 10_000);
    for (let at = 0; at < 62; at += 1) {
      set(ada, "a", { "data/label": `n${at}` });
      await settled(server, 500);
    }
    expect(server.rev).toBe(1);
    expect(ada.conflicts).toEqual([]);
  });
});

describe("refused", () => {
  it("is said, kept here, and sent anew with the next change", async () => {
    const [server, ada, bo] = await two();
    server.most = 400;
    set(ada, "a", { "data/label": "x".repeat(1_000) });
    await settled(server);
    expect(ada.state).toEqual({ kind: "refused", why: "the change is too large" });
    await settled(server, 120_000);
    expect([server.rev, data(bo, "a")?.["label"]]).toEqual([0, "Start"]);
    set(ada, "a", { "data/label": "short" });
    await settled(server);
    expect([ada.state.kind, data(bo, "a")?.["label"]]).toEqual(["saved", "short"]);
  });
});

// What a page tells of saving: each save with how it ended and how long it took, conflicts, sizes; seldom, and never in the way.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, watchAnswers } from "../../src/api/client";
import { reportsApi, type Report } from "../../src/api/reports";
import type { FileGraph } from "../../src/graph/file";
import { settle } from "../../src/state/document/settle";
import { settled } from "./ends";
import { disksSettle, Replica } from "./replica";
import { SimServer, type Network } from "./sim-server";

const file = (): FileGraph => ({ nodes: [{ id: "a", data: { label: "Start", mode: "x" } }, { id: "b", data: { label: "Überlauf" } }], edges: [{ id: "ab", source: "a", target: "b" }] });

let open: Replica[] = [];
let disks = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  open = [];
});
afterEach(() => {
  for (const one of open) one.close();
  vi.useRealTimers();
});

async function replica(name: string, server: SimServer, options: Parameters<typeof Replica.open>[2] = {}): Promise<Replica> {
  const one = await Replica.open(name, server, { disk: `measured ${(disks += 1)}`, ...options });
  open.push(one);
  await settled(server);
  return one;
}
const set = (one: Replica, id: string, fields: Record<string, unknown>) => one.doc.change("Edit", (edit) => edit.setNode(id, fields));
const all = (one: Replica): Report[] => one.reported.flatMap(({ reports }) => reports);
const of = (one: Replica, kind: string) => all(one).filter((report) => report.kind === kind);
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

describe("what a page measures", () => {
  it("is each save from sending to the answer, what was kept here, and how large the document is, told twice a minute at most", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server);
    set(ada, "a", { "data/label": "Begin" });
    await disksSettle();
    const { nodes, edges, ...rest } = ada.file;
    const whole = bytesOf(rest) + [...nodes, ...edges].reduce((sum, row) => sum + bytesOf(row) + 1, 0);
    await vi.advanceTimersByTimeAsync(40);
    await settled(server, 1_000);
    set(ada, "b", { width: 3 });
    await settled(server, 1_000);
    await settled(server, 25_000);
    expect(ada.reported).toEqual([]);
    await settled(server, 5_000);
    expect(ada.reported.length).toBe(1);
    const saves = of(ada, "save");
    expect(saves.map(({ outcome }) => outcome)).toEqual(["saved", "saved"]);
    expect(saves[0]?.ms).toBe(40);
    expect(saves.every(({ bytes, ms }) => (bytes ?? 0) > 20 && (ms ?? -1) >= 0 && (ms ?? 1e9) <= 200)).toBe(true);
    expect(of(ada, "kept").length).toBe(2);
    expect(of(ada, "size").map(({ document }) => document)).toEqual([whole]);
    await settled(server, 120_000);
    expect(ada.reported.length).toBe(1);
  });

  it("is told at once when the page goes away, and nothing of it afterwards", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server);
    set(ada, "a", { "data/label": "Begin" });
    await settled(server, 1_000);
    ada.saves.leave();
    expect(ada.reported.map(({ isLeaving, reports }) => [isLeaving, reports.some(({ kind }) => kind === "save")])).toEqual([[true, true]]);
    ada.close();
    set(ada, "a", { "data/label": "Late" });
    await vi.advanceTimersByTimeAsync(120_000);
    expect([ada.reported.length, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it("is a save that stayed on the device where the socket was lost in between, and one that arrived after it", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server);
    set(ada, "a", { "data/label": "Begin" });
    await vi.advanceTimersByTimeAsync(40);
    server.restart();
    await settled(server, 3_000);
    await settled(server, 40_000);
    expect(of(ada, "save").map(({ outcome }) => outcome)).toEqual(["local", "saved"]);
  });

  it("is the same by requests: kept here while the server does not answer, saved when it does, refused where it says so", async () => {
    const server = new SimServer(file());
    const network: Network = { isOnline: true, hasSockets: false };
    const ada = await replica("Ada", server, { network, timing: { tries: 0 } });
    await settled(server, 5_000);
    set(ada, "a", { "data/label": "Begin" });
    await settled(server, 5_000);
    network.isOnline = false;
    set(ada, "a", { "data/label": "Weigh" });
    await settled(server, 60_000);
    // Without a server nobody is asked to take it.
    const before = ada.reported.length;
    expect(before).toBeLessThanOrEqual(1);
    network.isOnline = true;
    await settled(server, 120_000);
    const outcomes = of(ada, "save").map(({ outcome }) => outcome);
    expect([outcomes[0], outcomes.at(-1), new Set(outcomes.slice(1, -1))]).toEqual(["saved", "saved", new Set(["local"])]);
    server.most = 10;
    set(ada, "a", { "data/label": "Too much" });
    await settled(server, 60_000);
    expect(of(ada, "save").at(-1)?.outcome).toBe("refused");
  });

  it("is told once the server answers again where the socket was lost with something under way", async () => {
    const server = new SimServer(file());
    const network: Network = { isOnline: true, hasSockets: true };
    const ada = await replica("Ada", server, { network });
    network.isSilent = true;
    set(ada, "a", { "data/label": "Begin" });
    await settled(server, 10_000);
    [network.isSilent, network.isOnline] = [false, false];
    await settled(server, 60_000);
    expect(ada.reported).toEqual([]);
    network.isOnline = true;
    await settled(server, 90_000);
    expect(of(ada, "save").map(({ outcome }) => outcome)).toEqual(["local", "saved"]);
  });

  it("says which conflicts were found by this device, and how somebody settled them", async () => {
    const server = new SimServer(file());
    const network: Network = { isOnline: true, hasSockets: true };
    const ada = await replica("Ada", server);
    const bo = await replica("Bo", server, { network });
    network.isOnline = false;
    await settled(server, 1_000);
    set(bo, "a", { "data/mode": "bo" });
    await settled(server, 8_000);
    set(ada, "a", { "data/mode": "ada" });
    await settled(server, 1_000);
    network.isOnline = true;
    await settled(server, 70_000);
    expect(of(bo, "conflicts").map(({ found }) => found)).toEqual([1]);
    expect(of(ada, "conflicts")).toEqual([]);
    expect(of(bo, "save").at(-1)?.outcome).toBe("conflict");
    settle({ doc: ada.doc, saver: ada.saves }, ada.conflicts, { how: "theirs" });
    await settled(server, 40_000);
    const [choice] = of(ada, "conflicts");
    expect([choice?.settled, choice?.how]).toEqual([1, "theirs"]);
    expect(choice?.ms).toBeGreaterThan(30_000);
    expect(choice?.ms).toBeLessThan(100_000);
  });
});

describe("a server that does not want it", () => {
  it("is not asked again where it takes no reports, and is where it only failed", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server);
    const edit = async (label: string) => {
      set(ada, "a", { "data/label": label });
      await settled(server, 1_000);
      await settled(server, 40_000);
    };
    ada.onReport = () => Promise.reject(new ApiError(503, "unavailable", "too much to do"));
    await edit("one");
    await edit("two");
    expect(ada.reported.length).toBe(2);
    // What could not be told is dropped.
    expect(ada.reported[1]?.reports.filter(({ kind }) => kind === "save").length).toBe(1);
    ada.onReport = () => Promise.reject(new ApiError(404, "not_found", "no such route"));
    await edit("three");
    await edit("four");
    expect(ada.reported.length).toBe(3);
    expect([ada.state.kind, server.file().nodes[0]?.data]).toEqual(["saved", { label: "four", mode: "x" }]);
  });

  it("is not told of as one that does not answer", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed to fetch")));
    const heard: string[] = [];
    const stop = watchAnswers((result) => heard.push(result));
    await expect(reportsApi.send([{ kind: "kept", ms: 1 }], true)).rejects.toThrow(ApiError);
    vi.stubGlobal("fetch", async () => new Response("{}", { status: 401 }));
    await expect(reportsApi.send([{ kind: "kept", ms: 1 }], true)).rejects.toThrow(ApiError);
    stop();
    vi.unstubAllGlobals();
    expect(heard).toEqual([]);
  });

  it("never gets more at once than it takes", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server);
    for (let at = 0; at < 300; at += 1) {
      set(ada, "a", { "data/label": `letter ${at}` });
      await settled(server, 60);
    }
    await settled(server, 40_000);
    expect(ada.reported.map(({ reports }) => reports.length)[0]).toBe(500);
    expect(ada.reported.every(({ reports }) => reports.length <= 500)).toBe(true);
  });
});

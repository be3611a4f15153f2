// Comments of several people: both have the same, whatever order things arrive in; apart, after a reload and a fold too. Beside
// the graph, and none of its undo.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FileGraph } from "../../src/graph/file";
import { saidIn } from "../../src/graph/comments/threads";
import { answer, comment, edit, remove, reopen, resolve, type Me } from "../../src/graph/comments/write";
import { randomOf } from "../random";
import { settled } from "../shared/ends";
import { disksSettle, Replica } from "../shared/replica";
import { SimServer } from "../shared/sim-server";

const file = (): FileGraph => ({ nodes: [{ id: "a", data: { label: "Start" } }, { id: "b" }], edges: [] });
const NODE = { node: "a", x: 1, y: 2 };
const me = (name: string): Me => ({ name, color: "#112233", from: `device-${name}` });

// Fetched when it is first needed: that takes no turns of a disk.
await import("../../src/state/document/take-up");

let open: Replica[] = [];
let disks = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  open = [];
});
afterEach(() => {
  for (const one of open) one.close();
  vi.useRealTimers();
});

async function replica(name: string, server: SimServer, options: Parameters<typeof Replica.open>[2] = {}): Promise<Replica> {
  const one = await Replica.open(name, server, { disk: `comments ${name} ${(disks += 1)}`, ...options });
  open.push(one);
  return one;
}

async function two(): Promise<[SimServer, Replica, Replica]> {
  const server = new SimServer(file());
  const pair = [await replica("Ada", server), await replica("Bo", server)] as const;
  await settled(server);
  return [server, ...pair];
}

const texts = (one: Replica) => one.comments.threads.map((thread) => [...saidIn(thread)].map(({ text }) => text).join(" / "));
const thread = (one: Replica, at = 0) => one.comments.threads[at] as NonNullable<(typeof one.comments.threads)[0]>;
const say = (one: Replica, id: string, text: string, at = 10) => one.comments.write(comment(id, NODE, text, me(one.name), at));
const on = (server: SimServer) => [...server.shared.getMap("comments").keys()].sort();

describe("together", () => {
  it("what one says the other reads, answers and resolves, and it is saved", async () => {
    const [server, ada, bo] = await two();
    say(ada, "c", "Why?");
    expect([texts(ada), ada.state.kind, ada.comments.isWaiting("c")]).toEqual([["Why?"], "syncing", true]);
    await settled(server);
    expect([texts(bo), ada.state.kind, ada.comments.waiting]).toEqual([["Why?"], "saved", 0]);
    bo.comments.write(answer("d", thread(bo), "Because.", me("Bo"), 20));
    bo.comments.write(resolve(thread(bo), me("Bo"), 30));
    await settled(server);
    expect([texts(ada), thread(ada).resolved]).toEqual([["Why? / Because."], { by: "Bo", at: 30 }]);
  });

  it("are heard only when they change, and not with the graph", async () => {
    const [server, ada, bo] = await two();
    let heard = 0;
    bo.comments.listen(() => (heard += 1));
    const before = bo.comments.threads;
    ada.doc.change("Edit", (editing) => editing.setNode("a", { "data/label": "Begin" }));
    await settled(server);
    expect([heard, bo.comments.threads === before]).toEqual([0, true]);
    say(ada, "c", "Why?");
    await settled(server);
    expect([heard > 0, bo.comments.threads === before, bo.comments.threads === bo.comments.threads]).toEqual([true, false, true]);
  });

  it("no step of undo has any", async () => {
    const [server, ada, bo] = await two();
    ada.doc.change("Edit", (editing) => editing.setNode("a", { "data/label": "Begin" }));
    say(ada, "c", "Why?");
    await settled(server);
    while (ada.doc.undo());
    await settled(server);
    expect([texts(ada), texts(bo), ada.doc.nodes.get("a")?.data?.["label"], ada.doc.canRedo()]).toEqual([["Why?"], ["Why?"], "Start", "Edit"]);
  });

  it("outlive a fold, also what was on its way", async () => {
    const [server, ada, bo] = await two();
    say(ada, "c", "Why?");
    await settled(server);
    server.fold();
    await settled(server);
    expect([texts(ada), texts(bo)]).toEqual([["Why?"], ["Why?"]]);
    bo.comments.write(answer("d", thread(bo), "Because.", me("Bo"), 20));
    server.fold();
    await settled(server, 90_000);
    expect([texts(ada), texts(bo), bo.comments.waiting, bo.state.kind]).toEqual([["Why? / Because."], ["Why? / Because."], 0, "saved"]);
  });
});

describe("apart", () => {
  it("what was said comes later, beside what others said meanwhile", async () => {
    const [server, ada, bo] = await two();
    say(ada, "c", "Why?");
    await settled(server);
    ada.network.isOnline = false;
    await settled(server, 10);
    ada.comments.write(answer("mine", thread(ada), "From the train.", me("Ada"), 30));
    ada.comments.write(edit(thread(ada).first, "Why so?", { ...me("Ada") }));
    bo.comments.write(answer("theirs", thread(bo), "Because.", me("Bo"), 20));
    await settled(server, 20_000);
    expect([texts(ada), texts(bo), ada.state.kind]).toEqual([["Why so? / From the train."], ["Why? / Because."], "local"]);
    ada.network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [ada, bo]) expect([texts(one), one.conflicts, one.state.kind]).toEqual([["Why so? / Because. / From the train."], [], "saved"]);
  });

  it("goes by requests where there are no sockets", async () => {
    const server = new SimServer(file());
    const ada = await replica("Ada", server, { network: { isOnline: true, hasSockets: false } });
    const bo = await replica("Bo", server);
    await settled(server, 30_000);
    say(ada, "c", "Why?");
    await settled(server, 60_000);
    expect([texts(bo), ada.state.kind]).toEqual([["Why?"], "saved"]);
  });

  it("is kept on the device, through a crash, until the server has it once", async () => {
    const [server, ada, bo] = await two();
    say(ada, "seen", "Read before", 5);
    await settled(server, 5_000);
    say(ada, "arrived", "Arrived unheard", 6);
    await vi.advanceTimersByTimeAsync(60);
    server.receive();
    ada.network.isOnline = false;
    say(ada, "c", "Written offline", 7);
    ada.comments.write(resolve(thread(ada, 1), me("Ada"), 8));
    await disksSettle();
    ada.crash();
    bo.comments.write(comment("other", NODE, "Meanwhile", me("Bo"), 9));
    await settled(server);
    const network = { isOnline: false, hasSockets: true };
    const again = await replica("Ada", server, { disk: `comments Ada ${disks - 1}`, network });
    for (let turn = 0; turn < 50 && texts(again).length === 0; turn += 1) await disksSettle();
    // What was read before and what waits is there before the server answers.
    expect(texts(again)).toEqual(["Written offline", "Arrived unheard", "Read before"]);
    expect(again.state.kind).toBe("local");
    network.isOnline = true;
    await settled(server, 90_000);
    for (const one of [again, bo]) expect(texts(one)).toEqual(["Meanwhile", "Written offline", "Arrived unheard", "Read before"]);
    expect([again.comments.waiting, again.state.kind, on(server)]).toEqual([0, "saved", ["arrived", "arrived/~resolved", "c", "other", "seen"]]);
  });

  it("does not say again what somebody has taken back since it arrived", async () => {
    const [server, ada, bo] = await two();
    say(ada, "c", "Why?");
    ada.comments.write(resolve(thread(ada), me("Ada"), 20));
    await vi.advanceTimersByTimeAsync(60);
    server.receive();
    await disksSettle();
    ada.crash();
    await settled(server);
    bo.comments.write(reopen(thread(bo)));
    await settled(server);
    const again = await replica("Ada", server, { disk: `comments Ada ${disks - 1}` });
    await settled(server, 90_000);
    expect([thread(bo).resolved, thread(again).resolved]).toEqual([null, null]);
  });
});

describe("whoever only looks on", () => {
  it("sees what is said and is told that nothing is taken; the text goes back to where it was written", async () => {
    const [server, ada, bo] = await two();
    bo.network.isViewer = true;
    say(bo, "c", "May I?");
    await settled(server, 20_000);
    expect([bo.comments.canWrite, texts(bo), bo.comments.device.draft(NODE), on(server)]).toEqual([false, [], "May I?", []]);
    say(bo, "d", "And now?");
    say(ada, "e", "Nobody hears Bo.");
    await settled(server, 20_000);
    expect([texts(bo), bo.state.kind, on(server)]).toEqual([["Nobody hears Bo."], "saved", ["e"]]);
  });
});

describe("whatever happens", () => {
  it.each([1, 2, 3, 4, 5, 6])("all have the same in the end (seed %i)", async (seed) => {
    const server = new SimServer(file());
    const chance = randomOf(seed);
    const random = () => chance.below(1_000_000) / 1_000_000;
    const people = await Promise.all(["Ada", "Bo", "Cy"].map((name) => replica(name, server)));
    await settled(server);
    const said = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      const one = people[Math.floor(random() * people.length)] as Replica;
      const own = me(one.name);
      const { threads } = one.comments;
      const some = threads[Math.floor(random() * threads.length)];
      const id = `c${seed}-${turn}`;
      const what = random();
      if (!some || what < 0.3) {
        say(one, id, `Said ${turn}`, turn);
        said.add(id);
      } else if (what < 0.55) one.comments.write(answer(id, some, `Answer ${turn}`, own, turn));
      else if (what < 0.65) one.comments.write(some.resolved ? reopen(some) : resolve(some, own, turn));
      else if (what < 0.72) one.comments.write(edit(some.first, `Changed ${turn}`, own));
      else if (what < 0.77) one.comments.write(remove(some.first, own));
      else if (what < 0.85) one.network.isOnline = !one.network.isOnline;
      else if (what < 0.88) server.fold();
      else await settled(server, Math.floor(random() * 9_000));
      if (random() < 0.4) server.step(() => random() < 0.6, () => random() < 0.2);
    }
    for (const one of people) one.network.isOnline = true;
    await settled(server, 200_000);
    const all = people.map((one) => JSON.stringify(one.comments.threads));
    expect(new Set(all).size).toBe(1);
    for (const one of people) expect([one.comments.waiting, one.state.kind]).toEqual([0, "saved"]);
    for (const id of said) expect(on(server), `${id} is on the server`).toContain(id);
  });
});

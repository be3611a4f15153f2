// Two who write in one text, each in a place where nobody else does, by whatever connection there is, or both in one place while they
// are connected: no letter is lost, and nobody is asked to choose. TIDEMILL_RUNS=1000 for long.

import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TIMING } from "../../src/state/document/timing";
import { randomOf } from "../random";
import { settled } from "./ends";
import { disksSettle, Replica } from "./replica";
import { seedAll } from "./seeded";
import { SimServer, type Network } from "./sim-server";

const MIDDLE = "input.weight + input.height * 2";
const RUNS = Number(process.env["TIDEMILL_RUNS"] ?? 10);
const FROM = Number(process.env["TIDEMILL_SEED"] ?? 1);
const LETTERS = 300;
const TYPE_MS = 20;
const LONGEST_TRAVEL_MS = 80;

interface Way {
  name: string;
  /** Sockets come and go, and so does the network. */
  isWeak?: true;
  /** A page is killed now and then, and opened again. */
  isKilled?: true;
}
const WAYS: readonly Way[] = [
  { name: "without a socket" },
  { name: "with connections that come and go", isWeak: true },
  { name: "with connections that come and go, on devices that do too", isWeak: true, isKilled: true },
];

for (const { name, isWeak = false, isKilled = false } of WAYS)
  describe(name, () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    for (let seed = FROM; seed < FROM + RUNS; seed += 1) {
      it(`all letters of both are kept, and nothing is to be settled (seed ${seed})`, async () => {
        seedAll(seed);
        const random = randomOf(seed);
        const chance = (of: number) => random.below(of) === 0;
        const server = new SimServer({ nodes: [{ id: "a", data: { text: MIDDLE } }], edges: [] });
        const both: Replica[] = [];
        const open = (who: "X" | "Y", network: Network) => Replica.open(who, server, { network, disk: `typing ${name} ${seed} ${who}`, timing: TIMING });
        for (const who of ["X", "Y"] as const) both.push(await open(who, { isOnline: true, hasSockets: isWeak, travelMs: 1 + random.below(LONGEST_TRAVEL_MS) }));
        await settled(server, 12_000);
        const text = (one: Replica) => String(one.doc.nodes.get("a")?.data?.["text"]);
        const told = new Set<string>();
        const typed = { X: "", Y: "" };
        /** Writes, or takes back the last letters, where I am. */
        const type = (who: "X" | "Y", letter: string, back = 0) => {
          const one = both[who === "X" ? 0 : 1] as Replica;
          const now = text(one);
          const at = now.indexOf(MIDDLE) + (who === "X" ? 0 : MIDDLE.length + typed.Y.length);
          one.doc.change("Type", (edit) => edit.setNode("a", { "data/text": now.slice(0, at - back) + letter + now.slice(at) }), { join: "type" });
          typed[who] = typed[who].slice(0, typed[who].length - back) + letter;
        };
        for (let step = 0; step < LETTERS; step += 1) {
          const who = random.below(2) === 0 ? "X" : "Y";
          const one = both[who === "X" ? 0 : 1] as Replica;
          for (const letter of `${who}${step % 10}`) {
            type(who, letter);
            await vi.advanceTimersByTimeAsync(TYPE_MS);
          }
          if (chance(4) && typed[who].length > 2) type(who, "", 1 + random.below(2));
          if (chance(6)) one.doc.change("Add", (edit) => edit.addNode({ id: one.doc.freshId(`${who}-`), data: { step } }));
          if (isWeak && chance(30)) one.network.hasSockets = !one.network.hasSockets;
          if (isWeak && chance(50)) one.network.isOnline = !one.network.isOnline;
          if (isWeak && chance(80)) server.fold();
          if (isKilled && chance(60)) {
            await one.written();
            if (chance(2)) server.receive();
            server.end(one.network);
            one.crash();
            // What was under way arrives before anybody opens it again.
            await settled(server, 2 * LONGEST_TRAVEL_MS);
            // A page cannot be opened without a server.
            one.network.isOnline = true;
            let opened: Replica | null = null;
            void open(who, one.network).then((replica) => (opened = replica));
            for (; opened === null; await disksSettle(1)) await vi.advanceTimersByTimeAsync(1);
            both[who === "X" ? 0 : 1] = opened;
          }
          for (const each of both) told.add(each.state.kind);
          await settled(server, random.below(chance(10) ? 4_000 : 300) + 1);
        }
        for (const one of both) one.network.isOnline = true;
        await settled(server, 150_000);
        for (const one of both) one.close();
        const all = typed.X + MIDDLE + typed.Y;
        expect(both.map(text)).toEqual([all, all]);
        expect(server.conflicts()).toEqual([]);
        for (const kind of ["refused", "unsafe", "conflict"]) expect(told).not.toContain(kind);
      });
    }
  });

describe("in one place, while both are connected", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  for (let seed = FROM; seed < FROM + RUNS; seed += 1) {
    it(`all letters of both are kept, in the order in which each typed them (seed ${seed})`, async () => {
      seedAll(seed);
      const random = randomOf(seed);
      const server = new SimServer({ nodes: [{ id: "a", data: { text: MIDDLE } }], edges: [] });
      const both: Replica[] = [];
      for (const who of ["X", "Y"]) both.push(await Replica.open(who, server, { disk: `one place ${seed} ${who}`, timing: TIMING }));
      await settled(server, 1_000);
      const text = (one: Replica) => String(one.doc.nodes.get("a")?.data?.["text"]);
      const typed = ["", ""];
      for (let step = 0; step < 2 * LETTERS; step += 1) {
        const who = random.below(2);
        const letter = (who === 0 ? "ABCDEFGHIJ" : "0123456789")[step % 10] as string;
        const one = both[who] as Replica;
        one.doc.change("Type", (edit) => edit.setNode("a", { "data/text": text(one) + letter }), { join: "type" });
        typed[who] += letter;
        await vi.advanceTimersByTimeAsync(random.below(100));
        if (random.below(4) === 0) await settled(server, 1 + random.below(300));
        // Frames arrive late, and some twice.
        for (let frames = random.below(6); frames > 0; frames -= 1) server.step(() => random.below(2) === 0, () => random.below(5) === 0);
      }
      await settled(server);
      for (const one of both) one.close();
      expect(both.map(text)).toEqual([server.file().nodes[0]?.data?.["text"], server.file().nodes[0]?.data?.["text"]]);
      const written = text(both[0] as Replica).slice(MIDDLE.length);
      expect([written.replace(/[0-9]/g, ""), written.replace(/[A-J]/g, "")]).toEqual(typed);
      expect([server.conflicts(), both.map((one) => one.state.kind)]).toEqual([[], ["saved", "saved"]]);
    });
  }
});

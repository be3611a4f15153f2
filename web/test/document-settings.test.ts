// What the server says of saving (DOCUMENTS_*) reaches the page, in documents that are open too.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GraphDocument } from "../src/graph/document/document";
import { learnDefaults } from "../src/pages/defaults";
import type { Connection } from "../src/state/document/connection";
import type { Local } from "../src/state/document/local";
import { Saver } from "../src/state/document/saver";
import { pause, takeTiming, timing, TIMING } from "../src/state/document/timing";
import { Replica } from "./shared/replica";
import { settled } from "./shared/ends";
import { SimServer } from "./shared/sim-server";

const RENDERING = { virtual_scrolling: true, lod_threshold_low: 0.3, lod_threshold_medium: 0.6, max_visible_nodes: 500 };

/** A visit to a server with such settings. */
async function visit(documents: object): Promise<void> {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ rendering: RENDERING, documents, signed_in: true }), { status: 200 }));
  await learnDefaults();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  takeTiming(TIMING);
});

describe("what the server says of saving", () => {
  it("is each of its times and its tries", async () => {
    await visit({ debounce_ms: 700, local_ms: 150, server_ms: 9_000, retries: 1, retry_ms: 400 });
    expect(timing).toEqual({ ...TIMING, quiet: 700, local: 150, latest: 9_000, tries: 1, wait: 400 });
    expect([1, 2].map((failures) => pause(timing, failures, () => 1))).toEqual([400, 800]);
  });

  it("is the longest until a change of many rows is on the device", async () => {
    const kept: number[] = [];
    const local: Local = { read: async () => null, add: async () => void kept.push(Date.now()), replace: async () => undefined };
    const doc = new GraphDocument({ nodes: [], edges: [] });
    const saver = new Saver({ workflow: "w", doc, at: 0, local, takeUp: async () => [], connect: async () => ({ changed: () => undefined, leave: () => undefined, close: () => undefined }) as unknown as Connection, onState: () => undefined, onConflicts: () => undefined });
    const paste = async () => {
      const from = Date.now();
      kept.length = 0;
      doc.change("Paste", (edit) => Array.from({ length: 600 }, (_, n) => edit.addNode({ id: `${from} ${n}` })));
      await vi.advanceTimersByTimeAsync(2_000);
      return kept.map((at) => at - from);
    };
    expect(await paste()).toEqual([300]);
    await visit({ local_ms: 150 });
    expect(await paste()).toEqual([150]);
    await visit({ local_ms: 0 });
    expect(await paste()).toEqual([0]);
    saver.close();
  });

  it("is how long it waits without a socket: after the last change, and from the first", async () => {
    const server = new SimServer({ nodes: [{ id: "a" }], edges: [] });
    // Open before the server said anything.
    const page = await Replica.open("Ada", server, { network: { isOnline: true, hasSockets: false }, disk: null, timing });
    await settled(server, 20_000);
    const type = async (letters: number, every: number) => {
      const [from, commits] = [Date.now(), [] as number[]];
      server.onCommit = () => commits.push(Date.now() - from);
      for (let at = 0; at < letters; at += 1) {
        page.doc.change("Write", (edit) => edit.setNode("a", { "data/text": `${from} ${at}` }));
        await vi.advanceTimersByTimeAsync(every);
      }
      await settled(server, 15_000);
      return commits;
    };
    await visit({ debounce_ms: 700, server_ms: 3_000 });
    expect(await type(1, 0)).toEqual([700]);
    expect((await type(40, 100))[0]).toBe(3_000);
    page.close();
  });
});

// The stock y-websocket provider in one room with our page's own connection, over a real socket: the frames are those of the
// y-protocols, and what Tidemill adds disturbs nobody.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { WebsocketProvider } from "y-websocket";
import { Doc } from "yjs";
import { GraphDocument } from "../../src/graph/document/document";
import type { FileGraph } from "../../src/graph/file";
import { Connection } from "../../src/state/document/connection";
import { TIMING } from "../../src/state/document/timing";
import { socketWire, type WireEvents } from "../../src/state/document/wire";
import { SimServer } from "./sim-server";

const file = (): FileGraph => ({ nodes: [{ id: "a", data: { label: "Start" } }], edges: [] });
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** The simulated server behind a real socket. */
async function listen(server: SimServer): Promise<string> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  const network = { isOnline: true, hasSockets: true };
  sockets.on("connection", (socket, request) => {
    const events: WireEvents = { open: () => undefined, frame: (bytes) => socket.send(bytes), close: (code) => socket.close(code === 1006 ? 1011 : code) };
    const wire = server.wires(network)(request.url ?? "", events);
    socket.on("message", (data: Buffer) => wire.send(new Uint8Array(data)));
    socket.on("close", () => wire.close());
  });
  const pump = setInterval(() => server.pump(), 5);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  ends.push(() => {
    clearInterval(pump);
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

async function until(is: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !is(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(is()).toBe(true);
}

describe("a stock client", () => {
  it("shares a room with the page: entries both ways, and who is there", async () => {
    const server = new SimServer(file());
    const root = await listen(server);
    const stock = new Doc();
    const provider = new WebsocketProvider(`${root}/workflows`, "w/rooms/0", stock, { WebSocketPolyfill: WebSocket as never, disableBc: true });
    ends.push(() => provider.destroy());
    provider.awareness.setLocalStateField("user", { name: "Stock" });
    const doc = new GraphDocument(file());
    const connection = new Connection({
      doc,
      epoch: 0,
      rev: 0,
      timing: TIMING,
      carried: [],
      who: () => "Ada",
      readDraft: async () => server.read(),
      posts: server.posts({ isOnline: true, hasSockets: true }),
      open: ((url, events) => {
        globalThis.WebSocket ??= WebSocket as never;
        return socketWire()(url, events);
      }) as ReturnType<typeof socketWire>,
      url: (epoch) => `${root}/workflows/w/rooms/${epoch}?tidemill=1`,
      onProgress: () => undefined,
      onConflicts: () => undefined,
      onBase: () => undefined,
    });
    ends.push(() => connection.close());
    connection.presence.setLocalStateField("user", { name: "Ada" });
    await until(() => provider.synced && connection.live.shared !== null);

    doc.change("Rename", (edit) => edit.setNode("a", { "data/label": "Begin here" }));
    await until(() => stock.getMap("nodes").size === 1);
    const entry = stock.getMap("nodes").get("a/data/label") as string;
    expect(stock.getText(entry.slice(1)).toString()).toBe("Begin here");
    stock.transact(() => {
      stock.getText(entry.slice(1)).insert(0, "Please: ");
      stock.getMap("nodes").set("a/type", '"timer"');
      stock.getMap("nodes").set("n/~added", '[1,{"id":"n","data":{"x":1}}]');
    });
    await until(() => doc.nodes.count === 2);
    expect([...doc.nodes.entries()].map(([, node]) => node)).toEqual([{ id: "a", type: "timer", data: { label: "Please: Begin here" } }, { id: "n", data: { x: 1 } }]);
    expect(doc.isChanged).toBe(false);
    expect(await connection.flush()).toBe(server.rev);

    const names = (states: Map<number, Record<string, unknown>>) => [...states.values()].flatMap((state) => (state["user"] as { name: string } | undefined)?.name ?? []).sort();
    await until(() => names(provider.awareness.getStates()).length === 2 && names(connection.presence.getStates()).length === 2);
    expect(names(provider.awareness.getStates())).toEqual(["Ada", "Stock"]);
  });
});

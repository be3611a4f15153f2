// The hub: one socket for several tabs, each counting its own.

import { describe, expect, it } from "vitest";
import { read, write, type Frame } from "../../src/state/document/frames";
import { Hub, type Heard, type Port } from "../../src/state/document/hub";
import type { WireEvents } from "../../src/state/document/wire";

class Tab implements Port {
  heard: (Frame | string)[] = [];

  postMessage(heard: Heard): void {
    this.heard.push(heard.kind === "frame" ? (read(heard.bytes) as Frame) : heard.kind === "closed" ? `closed ${heard.code}` : heard.kind);
  }

  take(): (Frame | string)[] {
    return this.heard.splice(0);
  }
}

function open() {
  const sockets: { url: string; sent: Frame[]; events: WireEvents; isClosed: boolean }[] = [];
  const hub = new Hub((url, events) => {
    const socket = { url, sent: [] as Frame[], events, isClosed: false };
    sockets.push(socket);
    return { send: (bytes) => socket.sent.push(read(bytes) as Frame), close: () => (socket.isClosed = true) };
  });
  const [one, two] = [new Tab(), new Tab()];
  const say = (tab: Tab, frame: Frame) => hub.hear(tab, { kind: "frame", bytes: write(frame) });
  const tell = (frame: Frame) => sockets.at(-1)?.events.frame(write(frame));
  const enter = (tab: Tab, url = "rooms/1") => hub.hear(tab, { kind: "open", url, tab: "t" });
  return { hub, sockets, one, two, say, tell, enter };
}

const update = (byte: number): Frame => ({ kind: "update", update: new Uint8Array([byte]) });
const saved = (count: number): Frame => ({ kind: "saved", rev: 7, count, at: 9 });
const ask: Frame = { kind: "ask", vector: new Uint8Array([0]) };

describe("the hub", () => {
  it("opens one socket, and tells each tab that it is open", () => {
    const { sockets, one, two, enter } = open();
    enter(one);
    sockets[0]?.events.open();
    enter(two);
    expect([sockets.length, one.take(), two.take()]).toEqual([1, ["open"], ["open"]]);
  });

  it("answers who asked, in the order in which they did", () => {
    const { sockets, one, two, enter, say, tell } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    say(two, ask);
    say(one, ask);
    tell({ kind: "answer", update: new Uint8Array([2]) });
    tell({ kind: "answer", update: new Uint8Array([1]) });
    expect([one.take(), two.take()]).toEqual([[{ kind: "answer", update: new Uint8Array([1]) }], [{ kind: "answer", update: new Uint8Array([2]) }]]);
  });

  it("counts for each tab, and hands on what is on disk, not before", () => {
    const { sockets, one, two, enter, say, tell } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    say(one, update(1));
    say(two, update(2));
    say(one, update(3));
    expect([one.take(), two.take()]).toEqual([[], []]);
    tell(saved(2));
    expect([one.take(), two.take()]).toEqual([[update(2), saved(1)], [update(1), saved(1)]]);
    tell(saved(2));
    expect([one.take(), two.take()]).toEqual([[saved(1)], [saved(1)]]);
    tell(saved(3));
    expect([one.take(), two.take()]).toEqual([[saved(2)], [update(3), saved(1)]]);
    tell(update(4));
    expect([one.take(), two.take()]).toEqual([[update(4)], [update(4)]]);
  });

  it("tells the tab whose change was refused, in its own count", () => {
    const { sockets, one, two, enter, say, tell } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    for (const [tab, byte] of [[one, 1], [two, 2], [two, 3]] as const) say(tab, update(byte));
    tell(saved(1));
    [one, two].forEach((tab) => tab.take());
    tell({ kind: "refused", count: 3, code: "too_large", detail: "no" });
    expect([one.take(), two.take()]).toEqual([[], [{ kind: "refused", count: 2, code: "too_large", detail: "no" }]]);
  });

  it("shows tabs to each other", () => {
    const { sockets, one, two, enter, say } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    const presence: Frame = { kind: "presence", states: new Uint8Array([5]) };
    say(one, presence);
    expect([one.take(), two.take(), sockets[0]?.sent]).toEqual([[], [presence], [presence]]);
  });

  it("ends with its last tab, and tells all when the socket does", () => {
    const { hub, sockets, one, two, enter, say, tell } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    hub.leave(one);
    expect(sockets[0]?.isClosed).toBe(false);
    hub.leave(two);
    expect(sockets[0]?.isClosed).toBe(true);
    enter(one);
    enter(two);
    sockets[1]?.events.open();
    say(one, update(1));
    [one, two].forEach((tab) => tab.take());
    sockets[1]?.events.close(1011);
    expect([one.take(), two.take()]).toEqual([["closed 1011"], ["closed 1011"]]);
    // The next socket counts from nothing.
    enter(one);
    sockets[2]?.events.open();
    say(one, update(2));
    tell(saved(1));
    expect([sockets.length, one.take()]).toEqual([3, ["open", saved(1)]]);
  });

  it("lets go of a socket that one tab finds silent", () => {
    const { hub, sockets, one, two, enter } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    hub.hear(one, { kind: "lost" });
    expect([sockets[0]?.isClosed, two.take()]).toEqual([true, ["closed 1006"]]);
  });

  it("follows the first tab that hears of another epoch; the others come after it", () => {
    const { sockets, one, two, enter } = open();
    enter(one);
    enter(two);
    sockets[0]?.events.open();
    [one, two].forEach((tab) => tab.take());
    enter(two, "rooms/2");
    expect([sockets.map(({ url }) => url), sockets[0]?.isClosed, one.take()]).toEqual([["rooms/1", "rooms/2"], true, ["closed 1006"]]);
  });
});

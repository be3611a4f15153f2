// Leaving an epoch, and a room: what of mine is on the server is known, whatever was not told.

import { applyUpdate, Doc, encodeStateAsUpdate } from "yjs";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/api/client";
import { withoutBase } from "../../src/graph/document/changes";
import { GraphDocument } from "../../src/graph/document/document";
import { Live } from "../../src/state/document/live";
import { Posting } from "../../src/state/document/posting";
import { TIMING } from "../../src/state/document/timing";

const TEXT = "one two three";
const file = (text = TEXT) => ({ nodes: [{ id: "a", data: { text } }], edges: [] });

/** A page that has joined the room of a server, and what both have. */
function joined() {
  const doc = new GraphDocument(file());
  const server = new Doc();
  const calls: string[] = [];
  const answers = { draft: async () => ({ graph: file(), rev: 9, epoch: 1 }), ended: async (): Promise<Uint8Array | null> => encodeStateAsUpdate(server) };
  const live = new Live({
    doc,
    epoch: 0,
    rev: 0,
    timing: TIMING,
    carried: [],
    who: () => "Ada",
    readDraft: () => (calls.push("draft"), answers.draft()),
    ended: (epoch) => (calls.push(`ended ${epoch}`), answers.ended()),
    onConflicts: () => undefined,
    onProgress: () => undefined,
    onBase: () => undefined,
    onLack: () => undefined,
  });
  live.synchronise(encodeStateAsUpdate(server));
  const text = () => doc.nodes.get("a")?.data?.["text"];
  const type = (now: string) => doc.change("Type", (edit) => edit.setNode("a", { "data/text": now }));
  /** What I wrote arrives, and nobody says so. */
  const arrive = () => applyUpdate(server, live.unsent()?.update ?? new Uint8Array([0, 0]));
  return { doc, live, server, calls, answers, text, type, arrive };
}

describe("an epoch", () => {
  it("is left with what arrived unheard as the base", async () => {
    const { doc, live, calls, answers, text, type, arrive } = joined();
    type("one two three 4");
    arrive();
    type("one two three 45");
    answers.draft = async () => ({ graph: file("0 one two three 4"), rev: 9, epoch: 1 });
    await live.over(0, 1, 9);
    expect([text(), live.epoch, live.conflicts, calls]).toEqual(["0 one two three 45", 1, [], ["ended 0", "draft"]]);
    expect(doc.changes().map(withoutBase)).toEqual([{ node: "a", set: { "data/text": "0 one two three 45" } }]);
  });

  it("is left with the letters of two in one place as they stand on the server", async () => {
    // Whose come first is chance: by the ids of the clients.
    for (let run = 0; run < 20; run += 1) {
      const { live, server, answers, text, type, arrive } = joined();
      type(`${TEXT} 4`);
      arrive();
      const name = [...server.share.keys()].find((key) => key.startsWith("nodes/a/data/text@")) as string;
      const other = new Doc();
      applyUpdate(other, encodeStateAsUpdate(server));
      other.getText(name).insert(TEXT.length + 2, "theirs");
      type(`${TEXT} 4mine`);
      arrive();
      applyUpdate(server, encodeStateAsUpdate(other));
      live.take(encodeStateAsUpdate(other));
      const both = String(text());
      type(`${both}, and more`);
      answers.draft = async () => ({ graph: file(server.getText(name).toString()), rev: 9, epoch: 1 });
      await live.over(0, 1, 9);
      expect([text(), live.conflicts]).toEqual([`${both}, and more`, []]);
    }
  });

  it("is asked for nothing where nothing waits, and left as it is where it says the same", async () => {
    const { live, calls } = joined();
    await live.over(0, 1, 0);
    expect([live.epoch, calls]).toEqual([1, []]);
    await live.over(1, 2, 7);
    expect(calls).toEqual(["draft"]);
  });

  it("is left once, whoever says that it is over", async () => {
    const { live, calls, type } = joined();
    type("one two three 4");
    await Promise.all([live.over(0), live.over(0), live.over(0, 1, 9)]);
    expect([live.epoch, calls]).toEqual([1, ["ended 0", "draft"]]);
  });

  it("is not left for itself while nothing is missing, nor for one that was read before", async () => {
    const { doc, live, calls, answers, text, type } = joined();
    type("one two three 4");
    const { shared } = live;
    answers.draft = async () => ({ graph: file("old"), rev: 9, epoch: 0 });
    await live.over(0);
    expect([text(), live.shared === shared, live.epoch, calls]).toEqual(["one two three 4", true, 0, ["ended 0", "draft"]]);
    live.heard(10, 0);
    answers.draft = async () => ({ graph: file("old"), rev: 9, epoch: 1 });
    await expect(live.over(0)).rejects.toThrow("an older draft was answered");
    expect([text(), live.epoch, doc.isChanged]).toEqual(["one two three 4", 0, true]);
  });

  it("is left later where it cannot be asked, and without what it ended with where nobody knows that", async () => {
    const { live, calls, answers, text, type } = joined();
    type("one two three 4");
    answers.ended = async () => Promise.reject(new ApiError(0, "unreachable", "Tidemill does not answer"));
    await expect(live.over(0)).rejects.toThrow("Tidemill does not answer");
    expect([live.epoch, text(), live.isSaved]).toEqual([0, "one two three 4", false]);
    answers.ended = async () => null;
    await live.over(0);
    expect([live.epoch, text(), live.isSaved, calls]).toEqual([1, "one two three 4", false, ["ended 0", "ended 0", "draft"]]);
  });
});

it("what others made of what I brought is told also where it was confirmed, and the epoch ended before it was heard", async () => {
  const { doc, live, server, answers, arrive } = joined();
  doc.change("Set", (edit) => edit.setNode("a", { type: "mine" }));
  live.refused();
  live.synchronise(encodeStateAsUpdate(server));
  arrive();
  live.confirmed(live.mark?.clock ?? 0, 2, 0);
  server.getMap("nodes").set("a/type", '"theirs"');
  answers.draft = async () => ({ graph: { nodes: [{ id: "a", type: "theirs", data: { text: TEXT } }], edges: [] }, rev: 9, epoch: 1 });
  await live.over(0);
  expect(live.conflicts.map(({ field, mine, theirs }) => [field, mine, theirs])).toEqual([["type", "mine", "theirs"]]);
  expect(doc.nodes.get("a")?.["type"]).toBe("mine");
});

describe("a room", () => {
  it("that is joined anew tells what others made of what I brought and heard nothing of", () => {
    const { doc, live, server, text, type, arrive } = joined();
    const again = () => {
      live.refused();
      live.synchronise(encodeStateAsUpdate(server));
    };
    doc.change("Set", (edit) => edit.setNode("a", { type: "mine", "data/text": "one two three 4" }));
    again();
    arrive();
    server.getMap("nodes").set("a/type", '"theirs"');
    type("one two three 45");
    again();
    expect(live.conflicts.map(({ field, base, mine, theirs }) => [field, base, mine, theirs])).toEqual([["type", undefined, "mine", "theirs"]]);
    expect([doc.nodes.get("a")?.["type"], text()]).toEqual(["mine", "one two three 45"]);
  });

  it("tells nothing of what I changed once more myself", () => {
    const { doc, live, server, arrive } = joined();
    const again = () => {
      live.refused();
      live.synchronise(encodeStateAsUpdate(server));
    };
    const set = (width: number) => doc.change("Set", (edit) => edit.setNode("a", { type: "mine", width }));
    set(1);
    again();
    set(2);
    arrive();
    server.getMap("nodes").set("a/type", '"theirs"');
    set(3);
    again();
    expect([live.conflicts.map(({ field }) => field), doc.nodes.get("a")?.["width"]]).toEqual([["type"], 3]);
  });

  it("tells it also where some of that was laid on again and did not arrive", () => {
    const { doc, live, server, arrive } = joined();
    const again = () => {
      live.refused();
      live.synchronise(encodeStateAsUpdate(server));
    };
    doc.change("Set", (edit) => {
      edit.setNode("a", { type: "mine", width: 1 });
      edit.addNode({ id: "n", type: "mine" });
    });
    again();
    arrive();
    const told = (update: Uint8Array) => live.take(update);
    server.on("update", told);
    server.getMap("nodes").set("a/type", '"theirs"');
    server.off("update", told);
    server.getMap("nodes").set("a/width", "2");
    server.getMap("nodes").set("n/~added", '[1,{"id":"n","type":"theirs"}]');
    again();
    expect(live.conflicts.map(({ field, mine, theirs }) => [field, mine, theirs])).toEqual([
      ["type", "mine", "theirs"],
      ["width", 1, 2],
    ]);
    expect(Array.from(doc.nodes.entries(), ([, { id, type, width }]) => [id, type, width])).toEqual([
      ["a", "mine", 1],
      ["n", "theirs", undefined],
      ["n_2", "mine", undefined],
    ]);
  });

  it("is confirmed by no answer to a request from before it was joined", async () => {
    const { live, server, text, type } = joined();
    let answer: (saved: { rev: number; at: number }) => void = () => undefined;
    const posting = new Posting({
      live,
      timing: TIMING,
      posts: {
        document: async () => ({ rev: 1, at: 0, state: encodeStateAsUpdate(server) }),
        ended: async () => null,
        save: () => new Promise((resolve) => (answer = resolve)),
      },
      onState: () => undefined,
      onRefused: () => undefined,
    });
    posting.start();
    for (const letter of "45678") type(`${String(text())}${letter}`);
    const sent = posting.flush();
    await new Promise((resolve) => setTimeout(resolve, 0));
    posting.stop();
    // Begun anew, mine is written by somebody whose count is lower.
    live.refused();
    live.synchronise(encodeStateAsUpdate(server));
    answer({ rev: 2, at: 1 });
    await sent;
    expect([live.isSaved, live.rev, live.unsent() === null]).toEqual([false, 1, false]);
  });
});

// What can be done with comments, and who may do it.

import { describe, expect, it } from "vitest";
import { TEXT_MOST } from "../../src/graph/comments/entries";
import { readThreads, type Thread } from "../../src/graph/comments/threads";
import { answer, bringBack, comment, edit, isMine, refusesText, remove, reopen, resolve, tidyText, type CommentWrite, type Me } from "../../src/graph/comments/write";

const ADA: Me = { name: "Ada", color: "#112233", from: "device-of-ada" };
const BO: Me = { name: "Bo", color: "#445566", from: "device-of-bo" };
const PLACE = { node: null, x: 3, y: 4 };

class Said {
  private readonly map = new Map<string, unknown>();
  put(writes: readonly CommentWrite[]): this {
    for (const [key, value] of writes) this.map.set(key, value);
    return this;
  }
  get thread(): Thread {
    return readThreads(this.map)[0] as Thread;
  }
  get count(): number {
    return readThreads(this.map).length;
  }
}

describe("comments", () => {
  it("are read as they were written", () => {
    const said = new Said().put(comment("c", PLACE, "  Why?\r\nTell me. ", ADA, 10));
    expect(said.thread).toMatchObject({ id: "c", node: null, x: 3, y: 4, resolved: null, first: { text: "Why?\nTell me.", at: 10, author: ADA } });
    said.put(answer("d", said.thread, "Because.", BO, 20));
    expect(said.thread.answers).toMatchObject([{ id: "d", text: "Because.", author: { name: "Bo" } }]);
  });

  it("are changed and deleted by their authors alone", () => {
    const said = new Said().put(comment("c", PLACE, "Why?", ADA, 10));
    const { first } = said.thread;
    expect([edit(first, "What?", BO), remove(first, BO), bringBack(first, BO)]).toEqual([[], [], []]);
    expect(said.put(edit(first, "What?", ADA)).thread.first).toMatchObject({ text: "What?", isEdited: true });
    expect(said.put(remove(first, ADA)).count).toBe(0);
    expect(said.put(bringBack(first, ADA)).thread.first.text).toBe("What?");
  });

  it("belong to the device that wrote them; by name where none is told", () => {
    const by = (from: string | null) => ({ author: { name: "Ada", color: "#112233", from } });
    expect(isMine(by("device-of-ada"), { ...ADA, name: "Another name" })).toBe(true);
    expect(isMine(by("device-of-ada"), { ...BO, name: "Ada" })).toBe(false);
    expect([isMine(by(null), ADA), isMine(by(null), BO)]).toEqual([true, false]);
  });

  it("are resolved and opened again by everybody, and an answer opens them too", () => {
    const said = new Said().put(comment("c", PLACE, "Why?", ADA, 10));
    expect(said.put(resolve(said.thread, BO, 30)).thread.resolved).toEqual({ by: "Bo", at: 30 });
    expect(resolve(said.thread, ADA, 40)).toEqual([]);
    expect(said.put(reopen(said.thread)).thread.resolved).toBeNull();
    expect(reopen(said.thread)).toEqual([]);
    said.put(resolve(said.thread, BO, 50)).put(answer("d", said.thread, "Not yet.", ADA, 60));
    expect(said.thread.resolved).toBeNull();
  });

  it("say why a text is none", () => {
    expect([refusesText("x"), refusesText(" \n"), refusesText("x".repeat(TEXT_MOST))]).toEqual([null, "Write something first.", null]);
    expect(refusesText("x".repeat(TEXT_MOST + 213))).toBe("A comment holds 5,000 characters; this has 5,213.");
    const said = new Said().put(comment("c", PLACE, "Why?", ADA, 10));
    expect([edit(said.thread.first, "  ", ADA), edit(said.thread.first, "Why? ", ADA)]).toEqual([[], []]);
  });

  it("hold only whole letters", () => {
    expect(tidyText("a\ud800b😀\udc00")).toBe("a\ufffdb😀\ufffd");
  });
});

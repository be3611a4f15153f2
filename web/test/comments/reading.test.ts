// The map of comments as it is read: threads in order, later texts, what was deleted and resolved; and whatever else may stand in it.

import { describe, expect, it } from "vitest";
import { colorOf, TEXT_MOST } from "../../src/graph/comments/entries";
import { piecesOf } from "../../src/graph/comments/links";
import { marksWhere } from "../../src/graph/comments/marks";
import { marksOf, markWords, readThreads, type Thread } from "../../src/graph/comments/threads";

const entry = (over: Record<string, unknown> = {}) => JSON.stringify({ node: "a", x: 1, y: 2, text: "Why?", by: "Ada", at: 10, thread: null, ...over });
const read = (entries: Record<string, unknown>) => readThreads(Object.entries(entries));
const texts = ({ first, answers }: Thread) => [first, ...answers].map(({ text }) => text);

describe("threads", () => {
  it("have their answers in the order in which they were said, whatever order entries come in", () => {
    const [thread, ...rest] = read({
      late: entry({ text: "third", at: 30, thread: "c" }),
      c: entry({ text: "first" }),
      // An answer to an answer is of the same thread.
      inner: entry({ text: "fourth", at: 40, thread: "late" }),
      early: entry({ text: "second", at: 20, thread: "c" }),
    });
    expect(rest).toEqual([]);
    expect(thread && texts(thread)).toEqual(["first", "second", "third", "fourth"]);
    expect(thread).toMatchObject({ id: "c", node: "a", last: 40, resolved: null });
  });

  it("stand by what was said last", () => {
    const threads = read({ a: entry({ at: 10 }), b: entry({ at: 20 }), c: entry({ at: 30, thread: "a" }) });
    expect(threads.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("are resolved and opened again, and say by whom", () => {
    const resolved = (value: unknown) => read({ c: entry(), "c/~resolved": value })[0]?.resolved;
    expect(resolved(JSON.stringify({ by: "Bo", at: 5 }))).toEqual({ by: "Bo", at: 5 });
    for (const nothing of [null, "null", "{}", 7, JSON.stringify({ by: "Bo", at: "soon" })]) expect(resolved(nothing)).toBeNull();
  });

  it("show a later text as one that was changed", () => {
    expect(read({ c: entry(), "c/~text": "Because." })[0]?.first).toMatchObject({ text: "Because.", isEdited: true });
    expect(read({ c: entry(), "c/~text": "Why?" })[0]?.first.isEdited).toBe(false);
    expect(read({ c: entry(), "c/~text": "  " })[0]?.first.text).toBe("Why?");
  });

  it("lose what was deleted; a first comment that was answered leaves its place", () => {
    expect(read({ c: entry(), "c/~deleted": true })).toEqual([]);
    const entries = { c: entry(), d: entry({ thread: "c", at: 20, text: "Because." }), "c/~deleted": true };
    const [thread] = read(entries);
    expect(thread?.first).toMatchObject({ isDeleted: true, text: "" });
    expect(thread?.answers).toHaveLength(1);
    expect(read({ ...entries, "d/~deleted": true })).toEqual([]);
    expect(read({ ...entries, "c/~deleted": false })[0]?.first).toMatchObject({ isDeleted: false, text: "Why?" });
  });

  it("pass over what is no comment", () => {
    const bad: Record<string, unknown> = {
      none: "nothing", number: 7, list: "[]", null: null, empty: entry({ text: " " }), wordless: entry({ text: 5 }), timeless: entry({ at: "now" }), before: entry({ at: -1 }), never: entry({ at: 9e15 }), nowhere: entry({ node: null, x: "left" }),
      strange: entry({ node: 4 }), odd: entry({ thread: 4 }), "": entry(), "a/b": entry(), "c/~text/x": "deep", "c/~unknown": true, "ü b": entry(), "x/~text": "of nothing",
      lost: entry({ thread: "nobody" }), ring: entry({ thread: "ring2" }), ring2: entry({ thread: "ring" }), self: entry({ thread: "self" }),
    };
    expect(read(bad)).toEqual([]);
    expect(read({ ...bad, c: entry() }).map(({ id }) => id)).toEqual(["c"]);
  });

  it("take from authors what can be shown", () => {
    const author = (over: Record<string, unknown>) => read({ c: entry(over) })[0]?.first.author;
    expect(author({ by: "  A\nda ", color: "#112233", from: "dev" })).toEqual({ name: "A da", color: "#112233", from: "dev" });
    expect(author({ by: 5, color: "red; background: url(x)", from: "x".repeat(65) })).toEqual({ name: "Somebody", color: colorOf("Somebody"), from: null });
  });

  it("cut what is longer than anybody can write here", () => {
    expect(read({ c: entry({ text: "x".repeat(TEXT_MOST) }) })[0]?.first.text).toHaveLength(TEXT_MOST);
    const text = read({ c: entry({ text: `${"x".repeat(TEXT_MOST - 1)}😀 and more` }) })[0]?.first.text ?? "";
    expect(text.endsWith("x…")).toBe(true);
  });
});

describe("marks", () => {
  const threads = read({ a1: entry(), a2: entry({ at: 20 }), b: entry({ node: "b" }), place: entry({ node: null, x: 7, y: 8 }), gone: entry({ node: "gone" }), done: entry({ node: "c" }), "done/~resolved": JSON.stringify({ by: "Bo", at: 1 }) });

  it("are of nodes that are there and of places, with what is open", () => {
    const marks = marksOf(threads, (node) => node !== "gone", ({ id }) => id === "a2");
    expect(marks.map(({ node, x, y, threads: of, isUnread }) => [node, x, y, of.map(({ id }) => id), isUnread])).toEqual([
      [null, 7, 8, ["place"], false],
      ["a", 0, 0, ["a2", "a1"], true],
      ["b", 0, 0, ["b"], false],
    ]);
    expect(marks.map(markWords)).toEqual(["Comment by Ada", "2 comments, not read yet", "Comment by Ada"]);
  });

  it("of nodes that are seen as one are one", () => {
    const marks = marksOf(threads, () => true, () => false);
    const at = marksWhere(marks, (node) => (node === "gone" ? -1 : 3));
    expect(at.map(({ mark, slot }) => [slot, mark.threads.length])).toEqual([[-1, 1], [3, 3]]);
  });
});

describe("addresses", () => {
  const links = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);

  it("are found as people write them, and nothing is lost between them", () => {
    const text = "See (https://example.org/a_(b)), http://example.org/?q=1&r=2. And https://xn--bcher-kva.example/#top!";
    expect(links(text)).toEqual(["https://example.org/a_(b)", "http://example.org/?q=1&r=2", "https://xn--bcher-kva.example/#top"]);
    expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text);
  });

  it("lead to the web and nowhere else", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://bank.example@evil.example/", "https://user:pass@evil.example", "https://", "<img src=x onerror=alert(1)>", "ahttps://example.org"]) expect(links(text)).toEqual([]);
    expect(links('"><a href="https://example.org">')).toEqual(["https://example.org/"]);
  });
});

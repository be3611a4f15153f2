// Texts compared by words, and the proposal for what both changed: the same as the server's.

import { describe, expect, it } from "vitest";
import { markedWords, proposal, wordsOf } from "../src/graph/words";
import { randomOf } from "./random";

describe("a proposal", () => {
  it.each([
    ["one two three", "ONE two three", "one two THREE", "ONE two THREE", 0],
    ["a b c", "a x c", "a x c", "a x c", 0],
    ["a b c", "a x c d", "a x c", "a x c d", 0],
    ["", "new text", "new text", "new text", 0],
    ["a b c d", "a x c D", "A y c d", "A x c D", 1],
    ["keep this line", "keep", "keep this long line", "keep", 1],
    ["a", "a mine", "a theirs", "a theirs mine", 1],
    ["a b", "a x", "a b too", "a x too", 1],
    ["a+b", "x+b", "a-b", "x-b", 1],
    ["same", "same", "other", "other", 0],
  ] as const)("of %j, mine %j and theirs %j is %j", (base, mine, theirs, text, overlaps) => {
    expect(proposal(base, mine, theirs)).toEqual({ text, overlaps });
  });

  it("of texts that share nothing is found soon", () => {
    const { below } = randomOf(7);
    const text = () => Array.from({ length: 20_000 }, () => below(5_000)).join(" ");
    const [base, mine, theirs] = [text(), text(), text()];
    const began = performance.now();
    expect(proposal(base, mine, theirs).overlaps).toBeGreaterThan(0);
    expect(proposal(base, base, theirs).text).toBe(theirs);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("of a change on one side only is that side, whatever was changed", () => {
    const { pick } = randomOf(11);
    const text = () => Array.from({ length: 12 }, () => pick(["a", "b", " ", ".", "\n", "😀"])).join("");
    for (let turn = 0; turn < 2_000; turn += 1) {
      const [base, other] = [text(), text()];
      expect(proposal(base, base, other)).toEqual({ text: other, overlaps: 0 });
      expect(proposal(base, other, base)).toEqual({ text: other, overlaps: 0 });
      expect(proposal(base, other, other)).toEqual({ text: other, overlaps: 0 });
    }
  });
});

describe("marks", () => {
  it("tell words that came and went, and lose no letter", () => {
    expect(markedWords("the old text stays", "the new text stays")).toEqual([
      { text: "the ", change: "same" },
      { text: "old", change: "removed" },
      { text: "new", change: "added" },
      { text: " text stays", change: "same" },
    ]);
    const { pick } = randomOf(5);
    const text = () => Array.from({ length: 30 }, () => pick(["a", "b", "c", " ", "d", "\n", ","])).join("");
    for (let turn = 0; turn < 500; turn += 1) {
      const [before, after] = [text(), text()];
      const segments = markedWords(before, after);
      const without = (left: string) => segments.filter(({ change }) => change !== left).map((one) => one.text).join("");
      expect([without("added"), without("removed")]).toEqual([before, after]);
    }
  });

  it("cut a text as it can be put together again", () => {
    expect(wordsOf("go_1 on,\n 😀!")).toEqual(["go_1", " ", "on", ",", "\n", " ", "😀", "!"]);
  });
});

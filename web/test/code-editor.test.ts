// What somebody else typed comes into a field as one splice.

import { describe, expect, it } from "vitest";
import { between } from "../src/ui/code/editor";

describe("what is between two texts", () => {
  it.each([
    ["", "ab", { from: 0, to: 0, insert: "ab" }],
    ["ab", "", { from: 0, to: 2, insert: "" }],
    ["ab", "axb", { from: 1, to: 1, insert: "x" }],
    ["aa", "aaa", { from: 2, to: 2, insert: "a" }],
    ["one two", "one three", { from: 5, to: 7, insert: "hree" }],
  ])("%j becomes %j by one splice", (before, after, splice) => expect(between(before, after)).toEqual(splice));

  it("is nothing where they are the same", () => expect(between("a", "a")).toBeNull());
});

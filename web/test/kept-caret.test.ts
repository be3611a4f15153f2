// A caret stays between the same letters while others write before and after it.

import { describe, expect, it } from "vitest";
import { placeAfter } from "../src/ui/use-kept-caret";

describe("a place in a text", () => {
  it.each([
    ["what is put in before it moves it along", "one |three", "none |three"],
    ["what is put in behind it does not", "one| three", "one| two three"],
    ["where somebody else writes at the very place, it stays before that", "one| three", "one| and two three"],
    ["what is taken out before it moves it back", "one two |three", "one |three"],
    ["where what it stands in is replaced, it stands behind that", "one t|wo three", "one 2| three"],
    ["the beginning stays the beginning", "|one", "|the one"],
    ["the end stays the end", "one|", "the one|"],
    ["letters that are the same are not counted twice", "aa|a", "aa|aa"],
  ])("%s", (_, before, after) => {
    expect(placeAfter(before.indexOf("|"), before.replace("|", ""), after.replace("|", ""))).toBe(after.indexOf("|"));
  });
});

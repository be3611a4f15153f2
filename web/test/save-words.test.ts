// What the editor says of where the last change is: never more than is known.

import { describe, expect, it } from "vitest";
import { saveWords, spokenWords } from "../src/pages/editor/save-words";
import type { SaveState } from "../src/state/document/saver";

const STATES: SaveState[] = [
  { kind: "saved", at: 5 },
  { kind: "syncing" },
  { kind: "local", why: null },
  { kind: "local", why: "Tidemill does not answer" },
  { kind: "local", why: "sign in to save", isSignedOut: true },
  { kind: "unsafe", why: "this device has no room left for Tidemill" },
  { kind: "refused", why: "too large" },
];

describe("where the last change is", () => {
  it.each(STATES.map((state) => [state, saveWords(state, 0)] as const))("%j has words, a meaning and something to do", (state, said) => {
    expect(said.words.startsWith("Saved")).toBe(state.kind === "saved");
    expect(said.meaning.join(" ").includes("Every change is on the server")).toBe(state.kind === "saved");
    expect(said.deeds.length > 0).toBe(!["saved", "syncing"].includes(state.kind));
    expect(said.deeds.includes("sign_in")).toBe(state.kind === "local" && state.isSignedOut === true);
    expect(said.deeds.includes("download")).toBe(state.kind !== "saved" && state.kind !== "syncing" && !(state.kind === "local" && state.why === null));
  });

  it.each(STATES)("%j beside conflicts says both, the worse one first", (state) => {
    const said = saveWords(state, 2);
    expect(said.deeds[0]).toBe("settle");
    const isBad = state.kind === "unsafe" || state.kind === "refused";
    expect(said.tone).toBe(isBad ? "bad" : "warn");
    expect(said.words.includes("2 changes to settle")).toBe(!isBad);
    expect(said.words.includes("not on the server")).toBe(state.kind === "local" && state.why !== null);
    for (const words of saveWords(state, 0).meaning) expect(said.meaning).toContain(words);
  });

  it("is not said aloud each time something was saved", () => {
    expect(STATES.map((state) => spokenWords(saveWords(state, 0), "") !== "")).toEqual([false, false, false, true, true, true, true]);
    expect(spokenWords(saveWords({ kind: "saved", at: 1 }, 1), "")).toBe("1 change to settle");
  });

  it("is said once while it is tried again and again, and so is that all is well", () => {
    const away = { kind: "local", why: "Tidemill does not answer" } as const;
    const way: SaveState[] = [away, { kind: "syncing" }, away, { kind: "syncing" }, { kind: "saved", at: 2 }, { kind: "saved", at: 3 }, { kind: "syncing" }, { kind: "saved", at: 4 }];
    let spoken = "";
    const all = way.map((state) => (spoken = spokenWords(saveWords(state, 0), spoken)));
    const words = "On this device · not on the server";
    expect(all).toEqual([words, words, words, words, "Saved", "Saved", "", ""]);
  });
});

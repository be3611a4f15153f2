// Which keys the canvas takes for itself, and which go on to the commands of the page.

import { describe, expect, it } from "vitest";
import { Keys, type Key } from "../src/canvas/interaction/keys";
import { commandOf, COMMANDS } from "../src/graph/commands/viewing";
import { sharing } from "../src/graph/commands/registry";

function pressed(key: Partial<Key> & { key: string }, asked: string[]): boolean {
  const stage = {
    focused: 3,
    camera: { view: { width: 800, height: 600, zoom: 1 }, zoom: () => asked.push("zoom") },
    fit: () => asked.push("fit"),
    scene: { selection: { isEmpty: false }, places: { nest: { holdsAny: () => true } } },
  };
  const on = { connectFrom: () => asked.push("connect"), collapse: () => asked.push("collapse"), nudge: () => asked.push("nudge") };
  const keys = new Keys({ stage, gestures: {}, on: () => on, isEditable: () => true, focus: () => undefined, menu: () => undefined } as never);
  return keys.down({ shift: false, command: false, alt: false, ...key });
}

describe("letters on the canvas", () => {
  it("are its own, and with Shift or Alt the page's", () => {
    const asked: string[] = [];
    expect(["c", "e", "f"].map((key) => pressed({ key }, asked))).toEqual([true, true, true]);
    expect(asked).toEqual(["connect", "collapse", "fit"]);
    expect(["C", "E", "F", "M"].map((key) => pressed({ key, shift: true }, asked))).toEqual([false, false, false, false]);
    expect(pressed({ key: "c", alt: true }, asked)).toBe(false);
    expect(asked).toHaveLength(3);
  });

  it("are not its signs, some of which need Shift", () => {
    const asked: string[] = [];
    expect(pressed({ key: "+", shift: true }, asked)).toBe(true);
    expect(asked).toEqual(["zoom"]);
  });

  it("leave the keys of comments to comments alone", () => {
    for (const id of ["add.comment", "show.comments"]) {
      const command = commandOf(id);
      for (const keys of command.keys) expect(sharing(COMMANDS, {}, command, keys)).toEqual([]);
    }
  });
});

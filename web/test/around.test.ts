// The small graph around a conflict, and what a choice would make of it.

import { describe, expect, it } from "vitest";
import { aroundOf } from "../src/graph/around";
import { GraphDocument } from "../src/graph/document/document";
import type { FileGraph } from "../src/graph/file";
import { wordsOf } from "../src/pages/editor/choice-preview";
import { tryOut } from "../src/state/document/settle";

const far = Array.from({ length: 40 }, (_, n) => ({ id: `far${n}`, type: "note" }));
const doc = () =>
  new GraphDocument({
    nodes: [{ id: "frame", type: "group" }, { id: "a", type: "manual" }, { id: "b", type: "set_fields", parentId: "frame", data: { label: "Mine" } }, { id: "c" }, ...far],
    edges: [{ source: "a", target: "b" }, { id: "bc", source: "b", target: "c" }, { source: "c", target: "far0" }, ...far.map(({ id }) => ({ source: "c", target: id }))],
  } as FileGraph);

describe("what stands around a row", () => {
  it("is a node with what is linked to it and what holds it, and no more", () => {
    const around = aroundOf(doc(), { node: "b" });
    expect(around?.doc.toFile().nodes.map(({ id }) => id).sort()).toEqual(["a", "b", "c", "frame"]);
    expect(around?.doc.toFile().edges.length).toBe(2);
    expect([around?.row, around?.doc.nodes.at(around.slot)?.id]).toEqual([{ node: "b" }, "b"]);
    expect(aroundOf(doc(), { node: "c" })?.doc.nodes.count).toBeLessThanOrEqual(9);
    expect([aroundOf(doc(), { node: "gone" }), aroundOf(doc(), { file: true })]).toEqual([null, null]);
  });

  it("is an edge with its ends, also one without a name", () => {
    const whole = doc();
    const around = aroundOf(whole, { edge: whole.edges.key(0) });
    expect(around?.doc.toFile().edges).toEqual([{ source: "a", target: "b" }]);
    expect(around?.doc.toFile().nodes.map(({ id }) => id).sort()).toEqual(["a", "b", "frame"]);
  });
});

describe("a choice that is tried", () => {
  it("shows what it would do, is taken back whole, and leaves the draft alone", () => {
    const whole = doc();
    const around = aroundOf(whole, { node: "b" });
    if (!around) throw new Error("nothing there");
    const before = around.doc.toFile();
    const conflict = { row: around.row, field: "data/label", base: "Weigh", mine: "Mine", theirs: "Theirs" };
    const undo = tryOut(around.doc, conflict, { how: "theirs" });
    expect(around.doc.nodes.get("b")?.data).toEqual({ label: "Theirs" });
    undo();
    expect(around.doc.toFile()).toEqual(before);
    // A choice of what stands already changes nothing, and takes nothing back.
    tryOut(around.doc, conflict, { how: "mine" })();
    expect(around.doc.toFile()).toEqual(before);
    tryOut(around.doc, { ...conflict, field: null, mine: null, theirs: {} }, { how: "mine" })();
    expect(around.doc.toFile()).toEqual(before);
    expect(whole.canUndo()).toBeNull();
    expect(wordsOf(conflict, { name: "", choice: { how: "theirs" } })).toBe("Label is Theirs");
    expect(wordsOf({ ...conflict, field: null, mine: null }, { name: "", choice: { how: "mine" } })).toBe("it is deleted");
  });
});

// Conflicts as somebody reads them, and what follows from a choice.

import { describe, expect, it } from "vitest";
import { fieldTitle, groupsOf, keyChanges, kindOf, ofBoth, sidesOf, standingOf } from "../src/graph/conflicts";
import type { Conflict } from "../src/graph/document/changes";
import { GraphDocument } from "../src/graph/document/document";
import type { FileEdge, FileGraph } from "../src/graph/file";
import type { Saver } from "../src/state/document/saver";
import { settle } from "../src/state/document/settle";

const doc = () =>
  new GraphDocument({
    name: "Letters",
    nodes: [
      { id: "a", type: "manual", data: { label: "Begin" } },
      { id: "b", type: "set_fields", data: { label: "Mine", limit: 3 } },
      { id: "in", parentId: "b", position: { x: 1, y: 1 } },
    ],
    edges: [{ id: "ab", source: "a", target: "b", label: "then" } as FileEdge],
  } as FileGraph);
const label: Conflict = { row: { node: "b" }, field: "data/label", base: "Weigh", mine: "Mine", theirs: "Theirs", shared: { key: "nodes/b/data~1label@1", by: "Ada", at: 5 } };
const limit: Conflict = { row: { node: "b" }, field: "data/limit", base: 1, mine: 3, theirs: null };

describe("a list of conflicts", () => {
  it("is by node, edge and file, and says what each is", () => {
    const conflicts: Conflict[] = [
      { row: { file: true }, field: "name", base: "L", mine: "Letters", theirs: "Post" },
      { row: { edge: "ab" }, field: "label", base: undefined, mine: "then", theirs: "next" },
      label,
      { row: { node: "gone" }, field: null, base: {}, mine: null, theirs: { id: "gone", type: "delay", data: { label: "Wait" } } },
      limit,
    ];
    const groups = groupsOf(doc(), conflicts, () => null);
    expect(groups.map(({ title, type, isThere, conflicts: all }) => [title, type, isThere, all.length])).toEqual([
      ["Mine", "set_fields", true, 2],
      ["Wait", "delay", false, 1],
      ["Begin → Mine", null, true, 1],
      ["The workflow", null, true, 1],
    ]);
    expect(groups.flatMap((group) => group.conflicts.map(fieldTitle))).toEqual(["Label", "Limit", "Deleted or kept", "Label", "Name"]);
    expect(conflicts.map(kindOf)).toEqual(["text", "text", "text", "row", "value"]);
  });

  it("names both sides from where somebody looks", () => {
    expect(sidesOf(label, "Ada").mine).toEqual({ name: "Your device", choose: "Keep mine", chooseAll: "All mine" });
    expect(sidesOf(label, "Bo").mine).toEqual({ name: "Ada’s device", choose: "Keep Ada’s", chooseAll: "All Ada’s" });
    expect([sidesOf(label, "Ada").theirs.choose, sidesOf(label, "Bo").theirs.choose, sidesOf(limit, "Bo").mine.choose]).toEqual(["Take theirs", "Take the server’s", "Keep mine"]);
    // What a merge on the server found is of no device: the draft's side, and the branch's.
    const merged = sidesOf({ ...label, shared: { key: "k", by: "merge of summer", at: 5 } }, "Bo");
    expect([merged.mine.name, merged.mine.choose, merged.theirs.name, merged.theirs.chooseAll]).toEqual(["The draft", "Keep the draft’s", "“summer”", "All of “summer”"]);
  });

  it("says what stands in the graph now", () => {
    const one = doc();
    const standing = (conflict: Conflict) => standingOf(one, conflict).what;
    expect([standing(label), standing(limit)]).toEqual(["mine", "mine"]);
    one.change("Edit", (edit) => edit.setNode("b", { "data/label": "Theirs", "data/limit": 9 }));
    expect([standing(label), standing(limit)]).toEqual(["theirs", "other"]);
    const deleted: Conflict = { row: { node: "b" }, field: null, base: {}, mine: null, theirs: { id: "b" } };
    expect(standing(deleted)).toBe("theirs");
    one.change("Delete", (edit) => edit.removeNode("b"));
    expect([standing(deleted), standing(label)]).toEqual(["mine", "gone"]);
  });

  it("goes through objects key by key", () => {
    const both = { base: { a: 1, b: 1, c: 1, d: 1 }, mine: { a: 2, b: 2, c: 1, e: 5 }, theirs: { a: 3, b: 1, c: 4, d: 1, __proto__: null } };
    expect(keyChanges(both).map(({ key, by }) => [key, by])).toEqual([["a", "both"], ["b", "mine"], ["c", "theirs"], ["e", "mine"], ["d", "mine"]]);
    expect(ofBoth(both, {})).toEqual({ a: 2, b: 2, c: 4, e: 5 });
    expect(ofBoth(both, { a: "theirs", b: "theirs", e: "theirs", d: "theirs" })).toEqual({ a: 3, b: 1, c: 4, d: 1 });
  });
});

/** A saver that only keeps the list of what is open. */
function session(open: readonly Conflict[]) {
  const one = doc();
  const kept = { open: [...open] };
  const saver = {
    choose(conflicts: readonly Conflict[], _how: string, change: () => void) {
      change();
      kept.open = kept.open.filter((conflict) => !conflicts.includes(conflict));
    },
    reopen: (conflicts: readonly Conflict[]) => void kept.open.push(...conflicts),
  };
  return { doc: one, kept, given: { doc: one, saver: saver as unknown as Saver } };
}
const b = (one: GraphDocument) => one.nodes.get("b")?.data;

describe("a choice", () => {
  it("is one step, with which the conflicts come back and go again", () => {
    const { doc: one, kept, given } = session([label, limit]);
    settle(given, [label, limit], { how: "theirs" });
    // Their limit is null, which is a value: a side without the field would be absent.
    expect([b(one), kept.open]).toEqual([{ label: "Theirs", limit: null }, []]);
    one.undo();
    expect([b(one), kept.open]).toEqual([{ label: "Mine", limit: 3 }, [label, limit]]);
    one.redo();
    expect([b(one), kept.open]).toEqual([{ label: "Theirs", limit: null }, []]);
  });

  it("of what stands already can be taken back too, without an edit", () => {
    const { doc: one, kept, given } = session([label]);
    let heard = 0;
    one.listen(() => (heard += 1));
    settle(given, [label], { how: "mine" });
    expect([kept.open, heard, one.canUndo()]).toEqual([[], 0, "Keep mine"]);
    one.undo();
    expect([kept.open, heard, one.canUndo(), one.canRedo()]).toEqual([[label], 0, null, "Keep mine"]);
  });

  it("stands also where the field was changed since", () => {
    const { doc: one, given } = session([label]);
    one.change("Edit", (edit) => edit.setNode("b", { "data/label": "Later" }));
    settle(given, [label], { how: "mine" });
    expect(b(one)?.["label"]).toBe("Mine");
    one.undo();
    settle(given, [label], { how: "merged", value: "Both" });
    expect(b(one)?.["label"]).toBe("Both");
  });

  it("takes a field away that a side does not have", () => {
    const { doc: one, given } = session([limit]);
    settle(given, [{ ...limit, theirs: undefined }], { how: "theirs" });
    expect(b(one)).toEqual({ label: "Mine" });
  });

  it("deletes a row with its edges, and brings all of it back", () => {
    const deleted: Conflict = { row: { node: "b" }, field: null, base: {}, mine: undefined, theirs: { id: "b" } };
    const { doc: one, kept, given } = session([deleted]);
    settle(given, [deleted], { how: "theirs" });
    expect([one.nodes.count, kept.open]).toEqual([3, []]);
    one.undo();
    settle(given, [deleted], { how: "mine" });
    expect([one.nodes.count, one.edges.count, one.nodes.get("in")?.parentId]).toEqual([2, 0, undefined]);
    one.undo();
    expect([one.nodes.count, one.edges.count, one.nodes.get("in")?.parentId, kept.open]).toEqual([3, 1, "b", [deleted]]);
  });
});

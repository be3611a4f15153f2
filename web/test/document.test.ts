// The document behind the editor: steps and the way back, differences from the base, merges by field.

import { describe, expect, it } from "vitest";
import type { Change } from "../src/graph/document/changes";
import { withoutBase } from "../src/graph/document/changes";
import { confirm, heldBack, rebase, restore, doubt } from "../src/graph/document/elsewhere";
import { GraphDocument } from "../src/graph/document/document";
import { differing, fieldOf, readField, withFields } from "../src/graph/document/fields";
import { Selection } from "../src/graph/document/selection";
import type { FileGraph } from "../src/graph/file";

function file(): FileGraph {
  return {
    name: "Parcels",
    nodes: [
      { id: "a", type: "manual", position: { x: 0, y: 0 }, data: { label: "Start" } },
      { id: "b", type: "set", position: { x: 240, y: 0 }, data: { label: "Weigh", fields: { kg: 1 } } },
      { id: "c", type: "http", position: { x: 480, y: 0 }, data: {} },
    ],
    edges: [
      { id: "ab", source: "a", target: "b" },
      { id: "bc", source: "b", target: "c", sourceHandle: "out" },
    ],
    settings: { timeout: "1m" },
  } as FileGraph;
}

/** What a document says of itself, links checked against its edges on the way. */
function stateOf(doc: GraphDocument): FileGraph {
  for (const [slot, edge] of doc.edges.entries()) {
    const [source, target] = [doc.nodes.slot(edge.source), doc.nodes.slot(edge.target)];
    const living = (at: number | undefined) => (at !== undefined && doc.nodes.at(at) ? at : -1);
    expect([doc.links.source[slot], doc.links.target[slot]]).toEqual([living(source), living(target)]);
  }
  for (const [slot] of doc.nodes.entries()) {
    const out = doc.links.out(slot);
    expect(out.length).toBe(doc.links.outDegree(slot));
    expect(new Set(out)).toEqual(new Set([...doc.edges.entries()].filter(([edge]) => doc.links.source[edge] === slot).map(([edge]) => edge)));
    expect(doc.links.in(slot).length).toBe(doc.links.inDegree(slot));
  }
  return JSON.parse(JSON.stringify(doc.toFile())) as FileGraph;
}

describe("fields", () => {
  it("name parameters one by one, whatever their keys hold", () => {
    const node = { id: "x", data: { "a/b": 1, "~": 2 }, position: { x: 1, y: 2 } };
    const field = `data/${fieldOf("a/b")}`;
    expect(readField(node, field)).toBe(1);
    expect(withFields(node, { [field]: 3, [`data/${fieldOf("~")}`]: undefined }).data).toEqual({ "a/b": 3 });
    expect(differing(node, { ...node, data: { "a/b": 1 }, width: 4 })).toEqual({ width: 4, [`data/${fieldOf("~")}`]: undefined });
  });

  it("are not copied where nothing changes", () => {
    const node = { id: "x", data: { list: [1, { y: 2 }] } };
    expect(withFields(node, { "data/list": [1, { y: 2 }], "data/none": undefined })).toBe(node);
  });

  it("may have any name", () => {
    const node = JSON.parse('{"id":"x","data":{"__proto__":{"a":1}}}') as { id: string; data: object };
    const changed = withFields(node, { "data/__proto__": { a: 2 }, "data/b": 3 });
    expect(JSON.stringify(changed)).toBe('{"id":"x","data":{"__proto__":{"a":2},"b":3}}');
  });

  it("begin parameters where there are none, and replace a data that is no object", () => {
    expect(withFields({ id: "x" }, { "data/url": "u" })).toEqual({ id: "x", data: { url: "u" } });
    expect(withFields({ id: "x", data: 3 }, { "data/url": "u" })).toEqual({ id: "x", data: { url: "u" } });
  });
});

describe("a change", () => {
  it("is one step back and forth", () => {
    const doc = new GraphDocument(file());
    const before = stateOf(doc);
    doc.change("Delete b", (edit) => edit.removeNode("b"));
    expect(doc.edges.count).toBe(0);
    const after = stateOf(doc);
    expect(doc.canUndo()).toBe("Delete b");
    doc.undo();
    expect(stateOf(doc)).toEqual(before);
    expect(doc.isChanged).toBe(false);
    doc.redo();
    expect(stateOf(doc)).toEqual(after);
    expect(doc.undo()?.nodes).toEqual([1]);
    expect(doc.undo()).toBeNull();
  });

  it("that throws has changed nothing", () => {
    const doc = new GraphDocument(file());
    const before = stateOf(doc);
    expect(() =>
      doc.change("Half", (edit) => {
        edit.removeNode("a");
        edit.addNode({ id: "d" });
        edit.setFile({ name: "Other" });
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(stateOf(doc)).toEqual(before);
    expect([doc.isChanged, doc.canUndo()]).toEqual([false, null]);
  });

  it("that changes nothing is no step, and is told to nobody", () => {
    const doc = new GraphDocument(file());
    let heard = 0;
    doc.listen(() => (heard += 1));
    expect(doc.change("Nothing", (edit) => edit.setNode("a", { "data/label": "Start" }))).toBeNull();
    expect([heard, doc.canUndo()]).toEqual([0, null]);
  });

  it("joins the one before it while somebody types, and not after a while", () => {
    let now = 0;
    const doc = new GraphDocument(file(), () => now);
    for (const text of ["W", "We", "Wei"]) {
      now += 100;
      doc.change("Rename", (edit) => edit.setNode("a", { "data/label": text }), { join: "a/label" });
    }
    now += 5_000;
    doc.change("Rename", (edit) => edit.setNode("a", { "data/label": "Weight" }), { join: "a/label" });
    doc.undo();
    expect(doc.nodes.get("a")?.data?.["label"]).toBe("Wei");
    doc.undo();
    expect(doc.nodes.get("a")?.data?.["label"]).toBe("Start");
    expect(doc.undo()).toBeNull();
  });

  it("gives a new id where the wished one is taken, also by a deleted node", () => {
    const doc = new GraphDocument(file());
    let first = "";
    doc.change("Add", (edit) => (first = edit.addNode({ id: "a" })));
    expect(first).toBe("a_2");
    doc.change("Remove", (edit) => edit.removeNode("a_2"));
    let second = "";
    doc.change("Add", (edit) => (second = edit.addNode({ id: "a" })));
    expect(second).toBe("a_3");
  });

  it("of one person is taken back without what another changed in other fields", () => {
    const doc = new GraphDocument(file());
    doc.change("Rename", (edit) => edit.setNode("b", { "data/label": "Scale" }), { origin: "me" });
    doc.change("Move", (edit) => edit.setNode("b", { position: { x: 9, y: 9 } }), { origin: "she" });
    doc.undo("me");
    expect(doc.nodes.get("b")).toMatchObject({ position: { x: 9, y: 9 }, data: { label: "Weigh" } });
    doc.undo("she");
    expect(doc.nodes.get("b")).toEqual(file().nodes[1]);
  });

  it("that added a node takes back the edges others led to it", () => {
    const doc = new GraphDocument(file());
    doc.change("Add", (edit) => edit.addNode({ id: "d" }), { origin: "me" });
    doc.change("Connect", (edit) => edit.addEdge({ id: "cd", source: "c", target: "d" }), { origin: "she" });
    doc.undo("me");
    expect([doc.nodes.get("d"), doc.edges.get("cd")]).toEqual([null, null]);
    stateOf(doc);
    doc.redo("me");
    expect(doc.edges.get("cd")).not.toBeNull();
  });
});

describe("what differs from the base", () => {
  it("is named by field, and nothing once it is saved or taken back", () => {
    const doc = new GraphDocument(file());
    doc.change("Edit", (edit) => {
      edit.setNode("b", { "data/label": "Scale", "data/fields": undefined });
      edit.removeEdge("bc");
      edit.addNode({ id: "d", type: "note" });
      edit.setFile({ name: "Letters", settings: undefined });
    });
    const sent = heldBack(doc);
    expect(doc.changes().map(withoutBase)).toEqual([
      { file: true, set: { name: "Letters" }, unset: ["settings"] },
      { node: "b", set: { "data/label": "Scale" }, unset: ["data/fields"] },
      { node: "d", added: { id: "d", type: "note" } },
      { edge: "bc", removed: true },
    ]);
    doc.change("Later", (edit) => edit.setNode("b", { "data/label": "Balance" }));
    confirm(doc, sent);
    expect(doc.changes().map(withoutBase)).toEqual([{ node: "b", set: { "data/label": "Balance" } }]);
    doc.undo();
    expect(doc.isChanged).toBe(false);
  });

  it("is laid on the same base again after a reload", () => {
    const doc = new GraphDocument(file());
    doc.change("Edit", (edit) => {
      edit.removeNode("c");
      edit.addNode({ id: "d", parentId: "b" });
      edit.addEdge({ id: "bd", source: "b", target: "d" });
      edit.setNode("a", { "data/label": "Begin" });
    });
    const kept = JSON.parse(JSON.stringify(doc.changes())) as Change[];
    const again = new GraphDocument(file());
    expect(restore(again, kept)).toEqual([]);
    expect(stateOf(again)).toEqual(stateOf(doc));
    expect(again.changes()).toEqual(doc.changes());
  });

  it("names rows that have no id of their own by their number", () => {
    const doc = new GraphDocument({ nodes: [{ id: "a" }, { id: "a" }, { id: "#1" }, { id: "" }, { id: "#0" }], edges: [{ source: "a", target: "b" }] });
    const numbers = (table: typeof doc.nodes) => Array.from({ length: table.size }, (_, slot) => table.numberAt(slot));
    expect([numbers(doc.nodes), doc.nodes.numbered(1), doc.nodes.slot("#0"), doc.nodes.slot("#1"), doc.edges.numberAt(0)]).toEqual([[-1, 0, -1, 1, -1], 3, 4, 2, 0]);
    expect(new Set(Array.from({ length: 5 }, (_, slot) => doc.nodes.key(slot))).size).toBe(5);
    const edited = new GraphDocument({ nodes: [{ id: "a" }, { id: "a" }, { id: "" }], edges: [] });
    edited.change("Edit", (edit) => edit.setNode("#1", { "data/x": 1 }));
    // What was number 0 is gone meanwhile; the other keeps its number.
    const again = new GraphDocument({ nodes: [{ id: "a" }, { id: "" }], edges: [] }, undefined, { nodes: [0], edges: [] });
    expect(restore(again, JSON.parse(JSON.stringify(edited.changes())) as Change[])).toEqual([]);
    expect([again.nodes.numbered(0), again.nodes.numbered(1), again.nodes.at(1)?.data]).toEqual([undefined, 1, { x: 1 }]);
  });
});

describe("another base", () => {
  const theirs = (change: (graph: { nodes: Record<string, unknown>[]; edges: Record<string, unknown>[]; name?: string }) => void): FileGraph => {
    const copy = JSON.parse(JSON.stringify(file())) as { nodes: Record<string, unknown>[]; edges: Record<string, unknown>[] };
    change(copy);
    return copy as unknown as FileGraph;
  };

  it("is taken with what is mine on top, field by field", () => {
    const doc = new GraphDocument(file());
    doc.change("Mine", (edit) => edit.setNode("b", { "data/label": "Scale" }));
    const conflicts = rebase(
      doc,
      theirs((graph) => {
        graph.nodes[1] = { ...graph.nodes[1], position: { x: 1, y: 1 } };
        graph.nodes.push({ id: "n", type: "note" });
        graph.nodes.splice(0, 1);
        graph.edges.splice(0, 1);
      }),
    );
    expect(conflicts).toEqual([]);
    expect(doc.nodes.get("b")).toMatchObject({ position: { x: 1, y: 1 }, data: { label: "Scale" } });
    expect([doc.nodes.get("a"), doc.nodes.get("n")?.type, doc.edges.count]).toEqual([null, "note", 1]);
    expect(doc.changes().map(withoutBase)).toEqual([{ node: "b", set: { "data/label": "Scale" } }]);
    doc.undo();
    expect(doc.nodes.get("b")).toMatchObject({ position: { x: 1, y: 1 }, data: { label: "Weigh" } });
    stateOf(doc);
  });

  it("tells where both changed the same, and keeps mine", () => {
    const doc = new GraphDocument(file());
    doc.change("Mine", (edit) => edit.setNode("b", { "data/label": "Scale" }));
    const conflicts = rebase(doc, theirs((graph) => (graph.nodes[1] = { ...graph.nodes[1], data: { label: "Balance" } })));
    expect(conflicts).toEqual([{ row: { node: "b" }, field: "data/label", base: "Weigh", mine: "Scale", theirs: "Balance" }]);
    expect(doc.nodes.get("b")?.data).toEqual({ label: "Scale" });
  });

  it("keeps what one side deleted and the other still works on", () => {
    const edited = new GraphDocument(file());
    edited.change("Mine", (edit) => edit.setNode("c", { "data/url": "x" }));
    const gone = rebase(edited, theirs((graph) => void graph.nodes.splice(2, 1)));
    expect(gone.map(({ row, field, theirs: other }) => [row, field, other])).toEqual([[{ node: "c" }, null, null]]);
    expect(edited.nodes.get("c")?.data).toEqual({ url: "x" });

    const deleted = new GraphDocument(file());
    deleted.change("Mine", (edit) => edit.removeNode("c"));
    const kept = rebase(deleted, theirs((graph) => (graph.nodes[2] = { ...graph.nodes[2], data: { url: "y" } })));
    expect(kept.map(({ row, field, mine }) => [row, field, mine])).toEqual([[{ node: "c" }, null, null]]);
    expect(deleted.nodes.get("c")?.data).toEqual({ url: "y" });
  });

  it("keeps the edges of what one side deleted and the other still works on", () => {
    const all = file().edges.map(({ id }) => id);
    const ofC = file().edges.filter(({ source, target }) => source === "c" || target === "c");
    const without = (graph: FileGraph) => ({ ...graph, nodes: graph.nodes.filter(({ id }) => id !== "c"), edges: graph.edges.filter((edge) => !ofC.some(({ id }) => id === edge.id)) });
    expect(ofC.length).toBeGreaterThan(0);

    const edited = new GraphDocument(file());
    edited.change("Mine", (edit) => edit.setNode("c", { "data/url": "x" }));
    rebase(edited, without(file()));
    expect([...edited.edges.entries()].map(([, { id }]) => id).sort()).toEqual([...all].sort());
    expect(edited.changes().flatMap((change) => ("edge" in change ? [change.edge] : []))).toEqual(ofC.map(({ id }) => id));

    const deleted = new GraphDocument(file());
    deleted.change("Mine", (edit) => {
      edit.removeNode("c");
      for (const { id } of ofC) edit.removeEdge(id as string);
    });
    rebase(deleted, theirs((graph) => (graph.nodes[2] = { ...graph.nodes[2], data: { url: "y" } })));
    expect([...deleted.edges.entries()].map(([, { id }]) => id).sort()).toEqual([...all].sort());
    expect(deleted.isChanged).toBe(false);
  });

  it("holds two things apart that were added under one name", () => {
    const doc = new GraphDocument(file());
    doc.change("Mine", (edit) => {
      edit.addNode({ id: "n", type: "http" });
      edit.addEdge({ id: "an", source: "a", target: "n" });
    });
    rebase(doc, theirs((graph) => void graph.nodes.push({ id: "n", type: "note" })));
    expect([doc.nodes.get("n")?.type, doc.nodes.get("n_2")?.type, doc.edges.get("an")?.target]).toEqual(["note", "http", "n_2"]);
  });

  it("that holds what of mine arrived is no change of somebody else", () => {
    const doc = new GraphDocument(file());
    doc.change("Mine", (edit) => {
      edit.addNode({ id: "n", type: "http" });
      edit.setNode("b", { "data/label": "Scale" });
    });
    confirm(doc, heldBack(doc));
    doc.change("Later", (edit) => {
      edit.setNode("n", { type: "set" });
      edit.setNode("b", { "data/label": "Balance" });
    });
    const saved = theirs((graph) => {
      graph.nodes[1] = { ...graph.nodes[1], data: { label: "Scale", fields: { kg: 1 } } };
      graph.nodes.push({ id: "n", type: "http" });
    });
    expect(rebase(doc, saved)).toEqual([]);
    expect([doc.nodes.count, doc.nodes.get("n")?.type, doc.nodes.get("b")?.data?.["label"]]).toEqual([4, "set", "Balance"]);
    expect(doc.changes().map(withoutBase)).toEqual([
      { node: "n", set: { type: "set" } },
      { node: "b", set: { "data/label": "Balance" } },
    ]);
  });

  it("is told where mine arrived and is not what stands there", () => {
    const doc = new GraphDocument(file());
    doc.change("Before", (edit) => edit.setNode("b", { "data/note": "a text" }));
    confirm(doc, heldBack(doc));
    doc.change("Mine", (edit) => {
      edit.addNode({ id: "n", type: "http" });
      edit.setNode("a", { type: "mine" });
      edit.setNode("b", { "data/note": "a long text" });
    });
    const brought = heldBack(doc);
    confirm(doc, brought);
    const slot = (id: string) => doc.nodes.slot(id);
    const there = (id: string, row: Record<string, unknown>) => ({ list: "nodes" as const, slot: slot(id), row: { id, ...row } });
    doubt(doc, brought, [there("n", { type: "note" }), there("a", { ...doc.nodes.get("a"), type: "theirs" }), there("b", { ...doc.nodes.get("b"), data: { ...doc.nodes.get("b")?.data, note: "a long text of two" } })], doc.file);
    expect(doc.changes().map(withoutBase)).toEqual([
      { node: "n", added: { id: "n", type: "http" } },
      { node: "a", set: { type: "mine" } },
    ]);
    expect(rebase(doc, theirs((graph) => void (graph.nodes[0] = { ...graph.nodes[0], id: "a", type: "theirs" }))).map(({ mine, theirs: other }) => [mine, other])).toEqual([["mine", "theirs"]]);
  });
});

describe("an edge whose end is missing", () => {
  it("waits for it, and is kept when it goes away again elsewhere", () => {
    const doc = new GraphDocument({ nodes: [{ id: "a" }], edges: [{ id: "az", source: "a", target: "z" }, { id: "zy", source: "z", target: "y" }] });
    expect([doc.links.target[0], doc.links.source[1]]).toEqual([-1, -1]);
    doc.change("Add", (edit) => edit.addNode({ id: "z" }));
    stateOf(doc);
    expect([doc.links.out(0), doc.links.in(1), doc.links.source[1]]).toEqual([[0], [0], 1]);
    confirm(doc, heldBack(doc));
    rebase(doc, { nodes: [{ id: "a" }], edges: [{ id: "az", source: "a", target: "z" }] });
    stateOf(doc);
    expect([doc.edges.count, doc.links.out(0), doc.links.target[0]]).toEqual([1, [0], -1]);
  });

  it("gets no new node by its name", () => {
    const doc = new GraphDocument({ nodes: [{ id: "a" }], edges: [{ id: "az", source: "a", target: "http" }] });
    expect(doc.freshId("http")).toBe("http_2");
    doc.change("Remove", (edit) => edit.removeEdge("az"));
    expect(doc.freshId("http")).toBe("http");
    doc.undo();
    expect(doc.freshId("http")).toBe("http_2");
  });
});

describe("a file that is not what it should be", () => {
  it("opens, and comes back as it was", () => {
    const bad = { nodes: [{ id: 7 }, null, "x", { id: "a", data: "text", position: { x: NaN } }, {}, [1]], edges: [{ source: "a" }, { id: null, source: 1, target: {} }, 3] } as unknown as FileGraph;
    const doc = new GraphDocument(bad);
    expect([doc.nodes.count, doc.edges.count, doc.nodes.key(0), doc.links.out(1).length]).toEqual([3, 2, "#0", 1]);
    doc.change("Edit", (edit) => edit.setNode("a", { "data/label": "x" }));
    expect(doc.nodes.get("a")?.data).toEqual({ label: "x" });
    doc.undo();
    expect(doc.nodes.get("a")?.data).toBe("text");
    expect(doc.toFile()).toEqual(bad);
    // What is no node stands where it stood, also in a file that somebody else has saved since.
    rebase(doc, { nodes: ["x", { id: "a" }, 7], edges: [null] } as unknown as FileGraph);
    doc.change("Edit", (edit) => edit.addNode({ id: "b" }));
    expect(doc.toFile()).toEqual({ nodes: ["x", { id: "a" }, 7, { id: "b" }], edges: [null] });
    for (const other of [{}, { nodes: null, edges: 3 }, { nodes: {}, edges: [] }]) expect(new GraphDocument(other as unknown as FileGraph).nodes.count).toBe(0);
  });
});

describe("random edits", () => {
  /** The same numbers for the same seed. */
  const dice = (seed: number) => {
    let state = seed;
    return (sides: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % sides;
    };
  };

  const edit = (doc: GraphDocument, roll: (sides: number) => number) => {
    const nodes = [...doc.nodes.entries()].map(([, node]) => node.id);
    const any = () => nodes[roll(Math.max(1, nodes.length))] ?? "none";
    doc.change("Step", (editing) => {
      for (let n = roll(3); n >= 0; n -= 1) {
        const kind = roll(7);
        if (kind === 0) editing.addNode({ id: `n${roll(30)}`, data: { at: roll(5) } });
        else if (kind === 1) editing.removeNode(any());
        else if (kind === 2) editing.addEdge({ source: any(), target: any() });
        else if (kind === 3) editing.removeEdge(doc.edges.key(roll(Math.max(1, doc.edges.size))));
        else if (kind === 4) editing.setNode(any(), { [`data/k${roll(3)}`]: roll(4) === 0 ? undefined : roll(4) });
        else if (kind === 5) editing.setEdge(doc.edges.key(roll(Math.max(1, doc.edges.size))), { target: any() });
        else editing.setFile({ name: `n${roll(3)}` });
      }
    });
  };

  it.each(Array.from({ length: 40 }, (_, seed) => seed))("are taken back to the file they began from, and made again (seed %i)", (seed) => {
    const roll = dice(seed);
    const doc = new GraphDocument(file());
    const before = stateOf(doc);
    for (let step = 0; step < 40; step += 1) edit(doc, roll);
    const after = stateOf(doc);
    const sorted = (graph: FileGraph) => ({ ...graph, nodes: [...graph.nodes].sort((a, b) => (a.id < b.id ? -1 : 1)), edges: [...graph.edges].sort((a, b) => ((a.id ?? "") < (b.id ?? "") ? -1 : 1)) });
    const again = new GraphDocument(file());
    expect(restore(again, JSON.parse(JSON.stringify(doc.changes())) as Change[])).toEqual([]);
    expect(sorted(stateOf(again))).toEqual(sorted(after));
    while (doc.undo()) stateOf(doc);
    expect(stateOf(doc)).toEqual(before);
    expect(doc.isChanged).toBe(false);
    while (doc.redo());
    expect(stateOf(doc)).toEqual(after);
  });
});

describe("the selection", () => {
  it("counts, remembers the last, and tells of changes", () => {
    const selection = new Selection();
    let heard = 0;
    selection.listen(() => (heard += 1));
    selection.set([3, 5], [1]);
    expect([selection.nodeCount, selection.edgeCount, selection.current, selection.only]).toEqual([2, 1, 5, -1]);
    selection.toggleNode(5);
    expect([selection.nodes(), selection.current]).toEqual([[3], 3]);
    selection.set([7]);
    expect([selection.only, selection.hasEdge(1)]).toEqual([7, false]);
    selection.clear();
    selection.clear();
    expect([heard, selection.isEmpty]).toEqual([4, true]);
  });
});

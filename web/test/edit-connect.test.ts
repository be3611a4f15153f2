// Moving and connecting: which edges may be drawn, where things snap, what a drop changes, and one way back for each.

import { describe, expect, it } from "vitest";
import { GraphDocument } from "../src/graph/document/document";
import { placesOf } from "../src/graph/document/places";
import { addNote } from "../src/graph/edit/add";
import { align, applyLayout, distribute, layoutWish } from "../src/graph/edit/arrange";
import { duplicate } from "../src/graph/edit/clip";
import { connect, insertOnEdge, reconnect, whyNot } from "../src/graph/edit/connect";
import { group } from "../src/graph/edit/frames";
import { holderAt, move, nudge, resize, snapped } from "../src/graph/edit/move";
import { handlesOf, outputsOf } from "../src/graph/edit/ports";
import { remove } from "../src/graph/edit/remove";
import type { FileEdge, FileNode } from "../src/graph/file";

const at = (id: string, type: string, x: number, y: number, more: Partial<FileNode> = {}): FileNode => ({ id, type, position: { x, y }, ...more });
const one = { inputs: ["in"], outputs: ["out"], dynamic_outputs: false };
const KINDS = new Map([
  ["manual", { ...one, inputs: [] }], ["map", one], ["for_each", { ...one, outputs: ["done", "loop"] }], ["condition", { ...one, outputs: ["true", "false"] }], ["switch", { ...one, dynamic_outputs: true }],
  ["note", { ...one, inputs: [], outputs: [] }], ["http", one],
]);

function given(nodes: FileNode[], edges: FileEdge[] = []) {
  const doc = new GraphDocument({ nodes, edges });
  return { doc, places: placesOf(doc), kinds: KINDS };
}

const GRAPH = [
  at("start", "manual", 0, 0), at("a", "map", 300, 0), at("if", "condition", 600, 0), at("loop", "for_each", 900, 0, { width: 600, height: 300 }), at("in", "map", 40, 60, { parentId: "loop" }),
  at("in2", "map", 300, 60, { parentId: "loop" }), at("g", "group", 0, 400, { width: 500, height: 300 }), at("held", "map", 40, 60, { parentId: "g" }), at("note", "note", 0, 900),
];
const EDGES: FileEdge[] = [{ id: "e", source: "start", target: "a" }];
const end = (doc: GraphDocument, id: string, port: string | null = null) => ({ node: doc.nodes.slot(id) ?? -1, port });

describe("edges", () => {
  it.each([
    ["a", null, "if", null], ["a", null, "a", null], ["if", "true", "a", null], ["a", null, "in", null], ["in", null, "in2", null], ["held", null, "a", null], ["loop", "done", "held", null], ["if", null, "start2", "?"],
  ])("from %s (%s) to %s", (source, port, target, expected) => {
    const context = given(GRAPH, EDGES);
    const why = whyNot(context, end(context.doc, source, port), end(context.doc, target));
    if (expected === "?") expect(why).toMatch(/not there/);
    else expect(why).toBeNull();
  });

  it.each([
    ["a", "start", /starts the workflow/], ["note", "a", /Notes/], ["start", "a", /already/], ["in", "a", /leave a container/], ["loop", "in", /inside/], ["in", "loop", /inside/],
  ])("not from %s to %s", (source, target, why) => {
    const context = given(GRAPH, EDGES);
    expect(whyNot(context, end(context.doc, source), end(context.doc, target))).toMatch(why);
    expect(connect(context, end(context.doc, source), end(context.doc, target))).toBeNull();
  });

  it("name a port only where there are several, and are one step back", () => {
    const context = given(GRAPH, EDGES);
    connect(context, end(context.doc, "a", "out"), end(context.doc, "if", "in"));
    connect(context, end(context.doc, "if", "false"), end(context.doc, "a", "in"));
    const rows = [...context.doc.edges.entries()].map(([, { id: _, ...row }]) => row);
    expect(rows.slice(1)).toEqual([{ source: "a", target: "if" }, { source: "if", target: "a", sourceHandle: "false" }]);
    context.doc.undo();
    expect(context.doc.edges.count).toBe(2);
  });

  it("are led elsewhere with their name and what they hold", () => {
    const context = given(GRAPH, [{ id: "e", source: "if", sourceHandle: "true", target: "a", label: "yes" } as FileEdge]);
    reconnect(context, 0, end(context.doc, "a", "out"), end(context.doc, "if", "in"));
    expect(context.doc.edges.at(0)).toEqual({ id: "e", source: "a", target: "if", label: "yes" });
  });

  it("take a node in between", () => {
    const context = given([...GRAPH, at("new", "http", 150, 0)], EDGES);
    expect(insertOnEdge(context, 0, context.doc.nodes.slot("new") ?? -1)).not.toBeNull();
    expect([...context.doc.edges.entries()].map(([, { source, target }]) => `${source}>${target}`)).toEqual(["start>new", "new>a"]);
    expect(insertOnEdge(context, 0, 0)).toBeNull();
  });

  it("leave by the ports that parameters make", () => {
    const kind = { ...one, dynamic_outputs: true };
    expect(outputsOf(at("s", "switch", 0, 0, { data: { cases: [{ output_path: "a" }, { output_path: "a" }, { when: 1 }, { is_default: true }], on_error: "route" } }), kind)).toEqual(["a", "matched", "default", "error"]);
    expect(outputsOf(at("s", "split", 0, 0, { data: { paths: ["x", "", 5, "y"] } }), kind)).toEqual(["x", "y"]);
    expect(outputsOf(at("s", "switch", 0, 0, { data: { cases: "none" } }), kind)).toEqual(["out"]);
  });

  it("name the only port that parameters made, and the ordinary one beside that for failures", () => {
    const context = given([at("s", "switch", 0, 0, { data: { cases: [{ output_path: "big" }] } }), at("h", "http", 0, 0, { data: { on_error: "route" } }), at("a", "map", 0, 0)]);
    connect(context, end(context.doc, "s", "big"), end(context.doc, "a", "in"));
    connect(context, end(context.doc, "h", "out"), end(context.doc, "a", "in"));
    connect(context, end(context.doc, "h", "error"), end(context.doc, "s", "in"));
    expect([...context.doc.edges.entries()].map(([, row]) => row.sourceHandle ?? null)).toEqual(["big", "out", "error"]);
    expect(handlesOf(context.doc.nodes.at(1), KINDS.get("http"))).toEqual([null]);
  });
});

describe("moving", () => {
  it("moves what is outermost, and into or out of a container", () => {
    const { doc, places } = given(GRAPH, EDGES);
    const [g, held, a, loop] = ["g", "held", "a", "loop"].map((id) => doc.nodes.slot(id) ?? -1) as [number, number, number, number];
    move(doc, places, [g, held], { x: 10, y: 20 });
    expect([doc.nodes.get("g")?.position, doc.nodes.get("held")?.position]).toEqual([{ x: 10, y: 420 }, { x: 40, y: 60 }]);
    move(doc, places, [a], { x: 700, y: 100 }, loop);
    expect(doc.nodes.get("a")).toMatchObject({ parentId: "loop", position: { x: 100, y: 100 } });
    expect(places.box(a)).toMatchObject({ x: 1_000, y: 100 });
    move(doc, places, [a], { x: 0, y: 0 }, -1);
    expect(doc.nodes.get("a")).toMatchObject({ position: { x: 1_000, y: 100 } });
    expect(doc.nodes.get("a")).not.toHaveProperty("parentId");
    expect(move(doc, places, [loop], { x: 0, y: 0 }, doc.nodes.slot("in"))).toBeNull();
    expect(move(doc, places, [a], { x: 0, y: 0 })).toBeNull();
  });

  it("a frame that widened to the left moves by its own corner", () => {
    const { doc, places } = given([at("f", "group", 100, 100), at("c", "map", -300, 60, { parentId: "f" })]);
    move(doc, places, [0], { x: 20, y: 0 });
    expect(doc.nodes.get("f")?.position).toEqual({ x: 120, y: 100 });
  });

  it("writes down all places that came from a layout", () => {
    const { doc, places } = given([{ id: "a", type: "map" }, { id: "b", type: "map" }], [{ source: "a", target: "b" }]);
    const before = places.box(1);
    move(doc, places, [0], { x: 5, y: 5 });
    expect(doc.nodes.get("b")?.position).toEqual({ x: before.x, y: before.y });
    expect(places.unwritten()).toEqual([]);
  });

  it.each<[string, (context: ReturnType<typeof given>) => unknown]>([
    ["align", ({ doc, places }) => align(doc, places, [0, 1], "top")],
    ["distribute", ({ doc, places }) => distribute(doc, places, [0, 1, 2], "down")],
    ["nudge", ({ doc, places }) => nudge(doc, places, [2], { x: 1, y: 0 })],
    ["add", ({ doc, places }) => addNote(doc, places, { x: 900, y: 900 })],
    ["delete", ({ doc, places }) => remove(doc, places, { nodes: [3] })],
    ["group", ({ doc, places }) => group(doc, places, [1])],
    ["duplicate", ({ doc, places }) => duplicate(doc, places, [1])],
    ["connect", (context) => connect(context, end(context.doc, "c"), end(context.doc, "d"))],
    ["lay out some", ({ doc, places }) => applyLayout(doc, places, layoutWish(doc, places, [0, 1]), [[0, 0], [0, 300]])],
  ])("%s leaves the rest where a layout put it, also when the file is opened again", (name, act) => {
    const context = given(["a", "b", "c", "d"].map((id) => ({ id, type: "map" })), [{ source: "a", target: "b" }, { source: "b", target: "c" }, { source: "a", target: "d" }]);
    act(context);
    expect(context.places.unwritten()).toEqual([]);
    const again = placesOf(new GraphDocument(context.doc.toFile()));
    for (const id of ["a", "b", "c", "d"]) {
      const [now, then] = [context.doc.nodes.slot(id) ?? -1, again.doc.nodes.slot(id) ?? -1];
      if (context.doc.nodes.at(now)) expect(again.box(then), `${id} after ${name}`).toEqual(context.places.box(now));
    }
    context.doc.undo();
    expect(context.doc.nodes.get("a")).toEqual({ id: "a", type: "map" });
  });

  it("presses of arrows are one step", () => {
    const { doc, places } = given(GRAPH);
    for (let n = 0; n < 3; n += 1) nudge(doc, places, [1], { x: 20, y: 0 });
    nudge(doc, places, [2], { x: 20, y: 0 });
    doc.undo();
    expect([doc.nodes.get("a")?.position, doc.nodes.get("if")?.position]).toEqual([{ x: 360, y: 0 }, { x: 600, y: 0 }]);
    doc.undo();
    expect(doc.nodes.get("a")?.position).toEqual({ x: 300, y: 0 });
  });

  it("resizes without moving what is inside", () => {
    const { doc, places } = given(GRAPH);
    const [g, held] = [doc.nodes.slot("g") ?? -1, doc.nodes.slot("held") ?? -1];
    const before = places.box(held);
    resize(doc, places, g, { x: -100, y: 300, w: 700, h: 10 });
    expect(doc.nodes.get("g")).toMatchObject({ position: { x: -100, y: 300 }, width: 700, height: 40 });
    expect(places.box(held)).toEqual(before);
  });

  it("snaps to neighbours, else to the grid", () => {
    const box = { x: 0, y: 0, w: 208, h: 60 };
    expect(snapped(box, { x: 103, y: 55 }, [])).toEqual({ by: { x: 100, y: 60 }, guides: [] });
    const near = snapped(box, { x: 303, y: 57 }, [{ x: 300, y: 400, w: 208, h: 60 }]);
    expect(near.by).toEqual({ x: 300, y: 60 });
    expect(near.guides).toEqual([{ x0: 300, x1: 300, y0: 60, y1: 460 }]);
  });

  it("falls into the innermost container that is not dragged itself", () => {
    const { doc, places } = given([at("f", "group", 0, 0, { width: 900, height: 900 }), at("i", "for_each", 100, 100, { parentId: "f" }), at("c", "map", 20, 50, { parentId: "i" }), at("a", "map", 2_000, 0)]);
    const all = [0, 1, 2, 3];
    expect(holderAt(doc, places, all, { x: 150, y: 170 }, new Set([3]))).toBe(1);
    expect(holderAt(doc, places, all, { x: 20, y: 800 }, new Set([3]))).toBe(0);
    expect(holderAt(doc, places, all, { x: 150, y: 170 }, new Set([1]))).toBe(0);
    expect(holderAt(doc, places, all, { x: 5_000, y: 0 }, new Set([3]))).toBe(-1);
  });
});

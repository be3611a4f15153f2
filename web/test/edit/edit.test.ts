// Editing as functions over a document: what each does, and that each is one step.

import { describe, expect, it } from "vitest";
import { addAfter, addAt, addNote, addOnEdge, replaceType } from "../../src/graph/edit/add";
import { align, applyLayout, distribute, layoutWish } from "../../src/graph/edit/arrange";
import { reached, sameType } from "../../src/graph/edit/choose";
import { copyText, duplicate, paste, pieceOf } from "../../src/graph/edit/clip";
import { group, moveInto, setCollapsed, ungroup } from "../../src/graph/edit/frames";
import { FreshIds, stemOf } from "../../src/graph/edit/names";
import { outline } from "../../src/graph/edit/order";
import { remove } from "../../src/graph/edit/remove";
import { pin, setDisabled, setId, setLabel } from "../../src/graph/edit/settle";
import { at, documentOf, edge, kindNamed, KINDS, node, placesIn, slot, slots, ways } from "./sample";

const chain = () => documentOf([node("a", 0, 0), node("b", 300, 0), node("c", 600, 0), node("d", 900, 0)], [edge("a", "b"), edge("b", "c"), edge("c", "d")]);
const place = (doc: ReturnType<typeof chain>, id: string) => doc.nodes.get(id)?.position;

describe("names", () => {
  it.each([
    ["Fetch the rows", "fetch_the_rows"],
    ["Größe prüfen", "gro_e_prufen"],
    ["404 page", "node_404_page"],
    ["日本語", "node"],
    ["httpRequest", "http_request"],
  ])("%s becomes %s", (words, stem) => expect(stemOf(words)).toBe(stem));

  it("are counted on where they are taken, also within one batch", () => {
    const fresh = new FreshIds(documentOf([node("fetch"), node("fetch_2")]));
    expect(["fetch", "fetch_2", "fetch", "other", "other"].map((wish) => fresh.take(wish))).toEqual(["fetch_3", "fetch_4", "fetch_5", "other", "other_2"]);
  });
});

describe("adding", () => {
  it("gives a readable id and only what must be there", () => {
    const doc = documentOf([node("http")]);
    const added = addAt(doc, placesIn(doc), kindNamed("http"), at(40.4, 80));
    expect(doc.nodes.at(added.slot)).toEqual({ id: "http_2", type: "http", position: { x: 40, y: 80 }, data: {} });
    expect(doc.nodes.at(addAt(doc, placesIn(doc), kindNamed("operation"), at(0, 0)).slot)?.data).toEqual({ op: "add" });
    expect(doc.canUndo()).toBe("Add Operation");
  });

  it("counts places inside a container from its corner", () => {
    const doc = documentOf([node("outer", 100, 100), node("inner", 50, 50, { parentId: "outer" })]);
    const { slot: added } = addAt(doc, placesIn(doc), kindNamed("http"), at(200, 220), { parent: slot(doc, "inner") });
    expect(doc.nodes.at(added)).toMatchObject({ parentId: "inner", position: { x: 50, y: 70 } });
  });

  it("after a node connects from the first port that is free, beside what stands there", () => {
    const doc = documentOf([node("if", 0, 0, { type: "condition" }), node("yes", 264, 0)], [edge("if", "yes", "true")]);
    const added = addAfter(doc, placesIn(doc), KINDS, slot(doc, "if"), kindNamed("http"));
    expect(ways(doc)).toEqual(["if.true→yes", "if.false→http"]);
    expect(doc.nodes.at(added.slot)?.position).toEqual({ x: 264, y: 96 });
    expect(doc.undo()?.label).toBe("Add HTTP request");
    expect(ways(doc)).toEqual(["if.true→yes"]);
  });

  it("a trigger is not connected to", () => {
    const doc = chain();
    addAfter(doc, placesIn(doc), KINDS, slot(doc, "d"), kindNamed("manual"));
    expect(ways(doc)).toEqual(["a→b", "b→c", "c→d"]);
  });

  it("on an edge keeps both ends' ports and makes room", () => {
    const doc = documentOf([node("if", 0, 0, { type: "condition" }), node("b", 264, 0), node("c", 528, 0), node("other", 264, 300)], [{ ...edge("if", "b", "false"), targetHandle: "second" }, edge("b", "c"), edge("if", "other", "true")]);
    const added = addOnEdge(doc, placesIn(doc), 0, kindNamed("condition"));
    expect(doc.toFile().edges).toEqual([
      { id: "if-bfalse", source: "if", target: added?.id, sourceHandle: "false" },
      edge("b", "c"),
      edge("if", "other", "true"),
      { id: expect.any(String), source: added?.id, sourceHandle: "true", target: "b", targetHandle: "second" },
    ]);
    expect([place(doc, "b")?.x, place(doc, "c")?.x, place(doc, "other")?.x]).toEqual([528, 792, 264]);
    expect(addOnEdge(doc, placesIn(doc), 0, kindNamed("manual"))).toBeNull();
    doc.undo();
    expect(place(doc, "c")).toEqual({ x: 528, y: 0 });
  });

  it("a note has a size and no edges", () => {
    const doc = documentOf([]);
    expect(doc.nodes.at(addNote(doc, placesIn(doc), at(8, 8)).slot)).toEqual({ id: "note", type: "note", position: { x: 8, y: 8 }, width: 208, height: 96, data: { text: "" } });
  });

  it("another type keeps what both know, what is of every node, and the ports by their place", () => {
    const doc = documentOf([node("x", 0, 0, { type: "condition", data: { condition: "input > 1", label: "Big", own: 1 } }), node("y")], [edge("x", "y", "false"), edge("x", "y", "error")]);
    replaceType(doc, KINDS, slots(doc, "x"), kindNamed("for_each"));
    expect(doc.nodes.get("x")).toMatchObject({ type: "for_each", data: { label: "Big", own: 1 } });
    expect(doc.nodes.get("x")?.data).not.toHaveProperty("condition");
    expect(ways(doc)).toEqual(["x.loop→y", "x.error→y"]);
  });
});

describe("deleting", () => {
  it("takes edges along and says how many", () => {
    const doc = chain();
    remove(doc, placesIn(doc), { nodes: slots(doc, "b", "c") });
    expect([ways(doc), doc.canUndo()]).toEqual([[], "Delete 2 nodes"]);
    doc.undo();
    expect(ways(doc)).toEqual(["a→b", "b→c", "c→d"]);
    remove(doc, placesIn(doc), { nodes: [], edges: [1] });
    expect([ways(doc), doc.canUndo()]).toEqual([["a→b", "c→d"], "Delete edge"]);
  });

  it("joins what came before with what comes after, keeps ports, and makes no edge twice or for errors", () => {
    const doc = documentOf(
      ["if", "x", "y", "p", "q", "oops"].map((id) => node(id)),
      [edge("if", "x", "true"), edge("if", "p", "true"), edge("x", "y"), edge("y", "p"), edge("y", "q"), edge("x", "oops", "error")],
    );
    expect(remove(doc, placesIn(doc), { nodes: slots(doc, "x", "y"), reconnect: true })).toBe(true);
    expect(ways(doc)).toEqual(["if.true→p", "if.true→q"]);
  });

  it("says where there were too many ways to join", () => {
    const side = Array.from({ length: 60 }, (_, n) => n);
    const doc = documentOf(
      [node("hub"), ...side.flatMap((n) => [node(`in${n}`), node(`out${n}`)])],
      side.flatMap((n) => [edge(`in${n}`, "hub"), edge("hub", `out${n}`)]),
    );
    expect(remove(doc, placesIn(doc), { nodes: slots(doc, "hub"), reconnect: true })).toBe(false);
  });

  it("leaves what stood in a frame where it was", () => {
    const doc = documentOf([node("outer", 100, 100), node("frame", 10, 20, { type: "group", parentId: "outer" }), node("x", 5, 5, { parentId: "frame" }), node("sub", 1, 1, { parentId: "x" })]);
    remove(doc, placesIn(doc), { nodes: slots(doc, "frame") });
    expect(doc.nodes.get("x")).toMatchObject({ parentId: "outer", position: { x: 15, y: 25 } });
    remove(doc, placesIn(doc), { nodes: slots(doc, "outer", "x") });
    expect(doc.nodes.get("sub")).toEqual(node("sub", 116, 126));
    doc.undo();
    doc.undo();
    expect(doc.nodes.get("x")).toMatchObject({ parentId: "frame", position: { x: 5, y: 5 } });
  });

  it("does not stumble over parents in a circle", () => {
    const doc = documentOf([node("a", 0, 0, { parentId: "b" }), node("b", 0, 0, { parentId: "a" }), node("c", 1, 1, { parentId: "b" })]);
    remove(doc, placesIn(doc), { nodes: slots(doc, "a", "b") });
    expect(doc.nodes.get("c")).not.toHaveProperty("parentId");
  });
});

describe("copying and pasting", () => {
  const frame = () =>
    documentOf(
      [
        node("loop", 100, 100, { type: "for_each" }),
        node("fetch", 40, 60, { type: "http", parentId: "loop", data: { url: "{{ nodes.start.output }}/{{nodes.other.output}}" } }),
        node("start", 0, 0),
        node("show", 300, 0, { data: { label: "Show it", text: "{{ nodes['fetch'].output + inputs.fetch.x + $('Fetch it').item.json }} and nodes.fetch in words" } }),
        node("named", 500, 0, { data: { label: "Fetch it", condition: "nodes?.fetch.output > inputs['fetch#true'] && input.nodes.fetch" } }),
      ],
      [edge("start", "loop"), edge("fetch", "show"), edge("show", "named")],
    );

  it("is React Flow's shape: children keep their parent, others get their place on the canvas, edges stay inside", () => {
    const doc = frame();
    const { nodes, edges } = pieceOf(doc, placesIn(doc), slots(doc, "loop"));
    expect(nodes.map((one) => [one.id, one.parentId, one.position])).toEqual([["loop", undefined, at(100, 100)], ["fetch", "loop", at(40, 60)]]);
    expect(edges).toEqual([]);
    const alone = JSON.parse(copyText(doc, placesIn(doc), slots(doc, "fetch"))) as { nodes: object[] };
    expect(alone.nodes).toEqual([{ id: "fetch", type: "http", position: at(140, 160), data: expect.any(Object) }]);
  });

  it("renames ids, parents, edges and what expressions say of them", () => {
    const doc = frame();
    const pasted = paste(doc, placesIn(doc), pieceOf(doc, placesIn(doc), slots(doc, "loop", "show", "named")));
    const [loop, fetch, show, named] = pasted.nodes.map((one) => doc.nodes.at(one));
    expect([loop?.id, fetch?.id, fetch?.parentId, show?.id]).toEqual(["loop_2", "fetch_2", "loop_2", "show_2"]);
    expect(fetch?.data?.["url"]).toBe("{{ nodes.start.output }}/{{nodes.other.output}}");
    expect(show?.data?.["text"]).toBe("{{ nodes['fetch_2'].output + inputs.fetch_2.x + $('Fetch it 2').item.json }} and nodes.fetch in words");
    expect(named?.data).toEqual({ label: "Fetch it 2", condition: "nodes?.fetch_2.output > inputs['fetch_2#true'] && input.nodes.fetch" });
    expect([loop?.position, fetch?.position]).toEqual([at(124, 124), at(40, 60)]);
    expect(ways(doc).slice(3)).toEqual(["fetch_2→show_2", "show_2→named_2"]);
    expect(doc.canUndo()).toBe("Paste 4 nodes");
  });

  it("goes to the pointer, into a container, or beside earlier copies", () => {
    const doc = chain();
    const piece = pieceOf(doc, placesIn(doc), slots(doc, "a", "b"));
    const places = (slots: number[]) => slots.map((one) => doc.nodes.at(one)?.position);
    expect(places(paste(doc, placesIn(doc), piece, { at: at(1000, 1000) }).nodes)).toEqual([at(746, 970), at(1046, 970)]);
    expect(places(paste(doc, placesIn(doc), piece).nodes)).toEqual([at(24, 24), at(324, 24)]);
    expect(places(paste(doc, placesIn(doc), piece).nodes)).toEqual([at(48, 48), at(348, 48)]);
    const inside = paste(doc, placesIn(doc), piece, { parent: slot(doc, "d") });
    expect(doc.nodes.at(inside.nodes[0] ?? -1)).toMatchObject({ parentId: "d", position: at(-900, 0) });
  });

  it("duplicates into the same frame, a step beside", () => {
    const doc = frame();
    const copy = duplicate(doc, placesIn(doc), slots(doc, "fetch"));
    expect(doc.nodes.at(copy.nodes[0] ?? -1)).toMatchObject({ id: "fetch_2", parentId: "loop", position: at(64, 84) });
    expect(doc.canUndo()).toBe("Duplicate node");
  });

  it("takes what has no places, twice the same id, or parents in a circle", () => {
    const doc = documentOf([]);
    const pasted = paste(doc, placesIn(doc), {
      nodes: [{ id: "a", parentId: "b" }, { id: "b", parentId: "a" }, { id: "c" }, { id: "c", position: { x: Number.NaN, y: 0 } }],
      edges: [{ source: "a", target: "c" }, { source: "a", target: "gone" }],
    });
    const nodes = pasted.nodes.map((one) => doc.nodes.at(one));
    expect(nodes.map((one) => one?.id)).toEqual(["a", "b", "c", "c_2"]);
    expect(nodes.every((one) => Number.isFinite(one?.position?.x) && one?.parentId === undefined)).toBe(true);
    expect(ways(doc)).toEqual(["a→c"]);
  });
});

describe("arranging", () => {
  const three = () => documentOf([node("a", 0, 0), node("b", 300, 50), node("c", 1000, 300, { width: 100, height: 40 })]);
  it.each([
    ["left", [[0, 0], [0, 50], [0, 300]]],
    ["right", [[892, 0], [892, 50], [1000, 300]]],
    ["centre", [[446, 0], [446, 50], [500, 300]]],
    ["top", [[0, 0], [300, 0], [1000, 0]]],
    ["bottom", [[0, 280], [300, 280], [1000, 300]]],
    ["middle", [[0, 140], [300, 140], [1000, 150]]],
  ] as const)("aligns by %s", (side, wanted) => {
    const doc = three();
    align(doc, placesIn(doc), slots(doc, "a", "b", "c"), side);
    expect(["a", "b", "c"].map((id) => [place(doc, id)?.x, place(doc, id)?.y])).toEqual(wanted);
    expect(doc.canUndo()).toBe("Align 3 nodes");
  });

  it("distributes the room between the first and the last", () => {
    const doc = three();
    distribute(doc, placesIn(doc), slots(doc, "a", "b", "c"), "across");
    expect(place(doc, "b")?.x).toBe(500);
    distribute(doc, placesIn(doc), slots(doc, "c", "a", "b"), "down");
    expect(place(doc, "b")?.y).toBe(150);
  });

  it("moves what stands inside only once", () => {
    const doc = documentOf([node("f", 100, 0), node("in", 10, 10, { parentId: "f" }), node("x", 0, 0)]);
    align(doc, placesIn(doc), slots(doc, "f", "in", "x"), "left");
    expect([place(doc, "f"), place(doc, "in")]).toEqual([at(0, 0), at(10, 10)]);
  });

  it("takes a layout over and keeps the middle of a selection", () => {
    const doc = documentOf([node("f", 100, 100, { width: 400, height: 200 }), node("in", 10, 10, { parentId: "f" }), node("x", 700, 100), node("y")], [edge("f", "x"), edge("x", "y")]);
    const wish = layoutWish(doc, placesIn(doc), slots(doc, "f", "x"));
    expect(wish.request).toEqual({ nodes: [{ w: 400, h: 200, x: 100, y: 100 }, { w: 208, h: 60, x: 110, y: 110, parent: 0 }, { w: 208, h: 60, x: 700, y: 100 }], edges: [[0, 2]] });
    applyLayout(doc, placesIn(doc), wish, [[0, 0, 300, 200], [24, 40], [600, 70]]);
    expect([doc.nodes.get("f"), place(doc, "in"), place(doc, "x"), place(doc, "y")]).toMatchObject([{ width: 300, position: at(100, 100) }, at(24, 40), at(700, 170), at(0, 0)]);
    expect(doc.canUndo()).toBe("Lay out 3 nodes");
    applyLayout(doc, placesIn(doc), layoutWish(doc, placesIn(doc), null), [[0, 0], [1, 1], [300, 0], [Number.NaN, 0]]);
    expect([place(doc, "f"), place(doc, "y")]).toEqual([at(0, 0), at(0, 0)]);
  });
});

describe("frames", () => {
  it("are drawn around nodes and taken away again, and nothing moves", () => {
    const doc = documentOf([node("c", 1000, 1000), node("a", 100, 100, { parentId: "c" }), node("b", 400, 200, { parentId: "c" })]);
    const frame = group(doc, placesIn(doc), slots(doc, "a", "b"), "Pair");
    expect(doc.nodes.at(frame)).toEqual({ id: "group", type: "group", parentId: "c", position: at(76, 60), width: 556, height: 224, data: { label: "Pair" } });
    expect(doc.nodes.get("a")).toMatchObject({ parentId: "group", position: at(24, 40) });
    expect(placesIn(doc).box(slot(doc, "b"))).toMatchObject(at(1400, 1200));
    expect(ungroup(doc, placesIn(doc), [frame, slot(doc, "a")])).toEqual(slots(doc, "a", "b"));
    expect(doc.nodes.get("b")).toEqual(node("b", 400, 200, { parentId: "c" }));
  });

  it("collapse, and take nodes in and let them out", () => {
    const doc = documentOf([node("f", 100, 100, { type: "group" }), node("g", 10, 10, { type: "group", parentId: "f" }), node("x", 300, 300)]);
    setCollapsed(doc, slots(doc, "f"), true);
    expect(doc.nodes.get("f")?.data).toEqual({ collapsed: true });
    expect(moveInto(doc, placesIn(doc), slots(doc, "x"), slot(doc, "g"))).toBeNull();
    expect(doc.nodes.get("x")).toMatchObject({ parentId: "g", position: at(190, 190) });
    expect(moveInto(doc, placesIn(doc), slots(doc, "f"), slot(doc, "g"))).toBe("“Group” cannot move into itself");
    moveInto(doc, placesIn(doc), slots(doc, "x"), -1);
    expect(doc.nodes.get("x")).toEqual(node("x", 300, 300));
  });
});

describe("settings and names", () => {
  it("switch off and on, and pin", () => {
    const doc = chain();
    setDisabled(doc, slots(doc, "a", "b"), true);
    expect(doc.nodes.get("b")?.data).toEqual({ disabled: true });
    setDisabled(doc, slots(doc, "b"), false);
    expect(doc.nodes.get("b")?.data).toEqual({});
    pin(doc, slots(doc, "a"), [1]);
    expect(doc.nodes.get("a")?.data).toEqual({ disabled: true, pinned: [1] });
  });

  it("labels are followed by expressions, unless two nodes share one", () => {
    const doc = documentOf([node("a", 0, 0, { data: { label: "Ask" } }), node("b", 0, 0, { data: { "x/y": "{{ $('Ask').item.json.n }}" } })]);
    setLabel(doc, slot(doc, "a"), "It's Ada");
    expect(doc.nodes.get("b")?.data).toEqual({ "x/y": "{{ $('It\\'s Ada').item.json.n }}" });
    doc.undo();
    expect(doc.nodes.get("b")?.data).toEqual({ "x/y": "{{ $('Ask').item.json.n }}" });
    addNote(doc, placesIn(doc), at(0, 0));
    doc.change("x", (editing) => editing.setNode("note", { "data/label": "Ask" }));
    setLabel(doc, slot(doc, "a"), "Other");
    expect(doc.nodes.get("b")?.data).toEqual({ "x/y": "{{ $('Ask').item.json.n }}" });
  });

  it("another id leads edges, children and expressions along, and is refused where it is taken", () => {
    const doc = documentOf([node("a", 0, 0), node("b", 0, 0, { parentId: "a", data: { when: "nodes.a.output == nodes.ab.output" } }), node("c")], [edge("a", "c"), edge("a", "a"), edge("c", "a")]);
    expect(setId(doc, slot(doc, "a"), "c")).toEqual({ refused: "Another node is called c" });
    expect(setId(doc, slot(doc, "a"), "two words")).toHaveProperty("refused");
    const before = doc.toFile();
    expect(setId(doc, slot(doc, "a"), "first")).toEqual({ slot: 3 });
    expect([ways(doc), doc.nodes.get("b")]).toMatchObject([["first→c", "first→first", "c→first"], { parentId: "first", data: { when: "nodes.first.output == nodes.ab.output" } }]);
    doc.undo();
    expect(doc.toFile()).toEqual(before);
  });
});

describe("choosing and reading", () => {
  it("finds what comes after, before, and of one type", () => {
    const doc = chain();
    expect(reached(doc, slots(doc, "b"), "after")).toEqual(slots(doc, "c", "d"));
    expect(reached(doc, slots(doc, "c"), "before")).toEqual(slots(doc, "b", "a"));
    expect(sameType(doc, slots(doc, "a"))).toHaveLength(4);
  });

  it("lists nodes along their edges, with cycles and what stands inside", () => {
    const doc = documentOf(
      [node("end"), node("in2", 0, 0, { parentId: "box" }), node("in1", 0, 0, { parentId: "box" }), node("box"), node("x"), node("y"), node("p", 0, 0, { parentId: "q" }), node("q", 0, 0, { parentId: "p" })],
      [edge("box", "end"), edge("in1", "in2"), edge("x", "y"), edge("y", "x")],
    );
    const names = (closed: number[] = []) => outline(doc, new Set(closed)).map((row) => `${"-".repeat(row.depth)}${doc.nodes.key(row.slot)}`);
    expect(names()).toEqual(["box", "-in1", "-in2", "end", "x", "y", "p", "-q"]);
    expect(names(slots(doc, "box"))).toEqual(["box", "end", "x", "y", "p", "-q"]);
  });
});

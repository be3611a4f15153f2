// Places must follow every change of a document, agree with a fresh build, and survive whatever a file says.

import { describe, expect, it } from "vitest";
import { GraphDocument } from "../src/graph/document/document";
import { misplaced } from "../src/graph/document/misplaced";
import { FRAME, FRAME_HEAD, FRAME_PAD, NODE, NOTE, Places, placesOf } from "../src/graph/document/places";
import { NODE_H, NODE_W, type FileEdge, type FileNode } from "../src/graph/file";

const at = (id: string, x: number, y: number, more: Partial<FileNode> = {}): FileNode => ({ id, type: "number", position: { x, y }, ...more });
const docOf = (nodes: readonly unknown[], edges: readonly FileEdge[] = []) => new GraphDocument({ nodes: nodes as FileNode[], edges });
const slot = (places: Places, id: string) => places.doc.nodes.slot(id) ?? -1;
const boxOf = (places: Places, id: string) => places.box(slot(places, id));

/** What can be seen of places, to compare two of them. */
function told(places: Places): unknown[] {
  return Array.from({ length: places.size }, (_, n) => [n, places.box(n), places.parentOf(n), places.kind[n], places.seenAs[n], places.depth[n]]);
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

describe("places", () => {
  it("count from the parent, and frames cover what they hold", () => {
    const places = placesOf(docOf([at("f", 100, 100, { type: "group", width: 300, height: 200 }), at("a", 500, 50, { parentId: "f" }), at("n", 0, 0, { type: "note", height: 50 })]));
    expect(boxOf(places, "a")).toEqual({ x: 600, y: 150, w: NODE_W, h: NODE_H });
    expect(boxOf(places, "f")).toEqual({ x: 100, y: 100, w: 500 + NODE_W + FRAME_PAD, h: 200 });
    expect([places.kind[0], places.kind[1], places.kind[2]]).toEqual([FRAME, NODE, NOTE]);
    expect(places.bounds()).toEqual({ x: 0, y: 0, w: 600 + NODE_W + FRAME_PAD, h: 300 });
  });

  it("a child left of its frame widens it without moving the others", () => {
    const doc = docOf([at("f", 100, 100, { type: "group" }), at("a", -200, 60, { parentId: "f" }), at("b", 40, 60, { parentId: "f" })]);
    const places = new Places(doc);
    expect(boxOf(places, "f").x).toBe(-100 - FRAME_PAD);
    expect(boxOf(places, "b").x).toBe(140);
    doc.change("Move", (edit) => edit.setNode("a", { position: { x: 10, y: -300 } }));
    expect(boxOf(places, "f")).toMatchObject({ x: 100 - (FRAME_PAD - 10), y: -200 - FRAME_HEAD });
    expect(boxOf(places, "b").x).toBe(140);
  });

  it("a collapsed container is as small as a node and stands for what it hides", () => {
    const doc = docOf([at("f", 0, 0, { type: "for_each", data: { collapsed: true } }), at("g", 50, 50, { type: "group", parentId: "f" }), at("a", 50, 50, { parentId: "g" })]);
    const places = new Places(doc);
    expect(boxOf(places, "f")).toMatchObject({ w: NODE_W, h: NODE_H });
    expect([...places.seenAs].slice(0, 3)).toEqual([0, 0, 0]);
    doc.change("Expand", (edit) => edit.setNode("f", { "data/collapsed": undefined }));
    expect([...places.seenAs].slice(0, 3)).toEqual([0, 1, 2]);
    expect(boxOf(places, "f").w).toBeGreaterThan(NODE_W + 100);
  });

  it("are laid out where the file has none, and say what the file does not know", () => {
    const doc = docOf([{ id: "a" }, { id: "b" }, { id: "c", parentId: "f" }, { id: "f", type: "group" }], [{ source: "a", target: "b" }]);
    const places = new Places(doc);
    expect(boxOf(places, "b").x).toBeGreaterThan(boxOf(places, "a").x + NODE_W);
    expect(places.unwritten()).toHaveLength(4);
    expect(places.problems()).toEqual([]);
    doc.change("Move", (edit) => edit.setNode("a", { position: { x: 7, y: 9 } }));
    expect(boxOf(places, "a")).toMatchObject({ x: 7, y: 9 });
    doc.undo();
    expect(boxOf(places, "b").x).toBeGreaterThan(boxOf(places, "a").x + NODE_W);
  });

  it("puts the few without a place below the rest", () => {
    const places = new Places(docOf([at("a", 0, 0), at("b", 300, 0), at("c", 600, 400), { id: "d", position: { x: Number.NaN, y: 0 } }, { id: "e", position: { x: 1e300, y: 2 } }]));
    expect(boxOf(places, "d").y).toBeGreaterThan(400 + NODE_H);
    expect(boxOf(places, "e").x).toBeGreaterThan(boxOf(places, "d").x + NODE_W);
    expect(places.problems()).toEqual([{ slot: 3, code: "no_place" }, { slot: 4, code: "far_place" }]);
  });

  it("survives circles of parents, missing ones, doubled ids and values of any kind", () => {
    const doc = docOf([
      at("a", 0, 0, { parentId: "b" }), at("b", 10, 10, { parentId: "c" }), at("c", 10, 10, { parentId: "a" }), at("s", 0, 0, { parentId: "s" }),
      at("lost", 5, 5, { parentId: "nobody" }), at("a", 900, 900), { id: 7, position: "here", parentId: 12, width: "wide", data: 5 }, { id: "x", position: { x: 1, y: 2 }, type: 9, data: null }, null, 3,
    ]);
    const places = new Places(doc);
    expect(new Set(places.problems().map((one) => one.code))).toEqual(new Set(["parent_cycle", "missing_parent"]));
    for (let n = 0; n < places.size; n += 1) expect(Object.values(places.box(n)).every(Number.isFinite)).toBe(true);
    doc.change("Break the circle", (edit) => edit.setNode("a", { parentId: undefined }));
    expect(places.problems().map((one) => one.code).filter((code) => code === "parent_cycle")).toHaveLength(1);
    expect(boxOf(places, "b")).toMatchObject({ x: 20, y: 20 });
  });

  it("a holder that goes leaves what it held, one that comes takes it in", () => {
    const doc = docOf([at("f", 100, 100, { type: "group" }), at("a", 20, 50, { parentId: "f" })]);
    const places = new Places(doc);
    doc.change("Delete", (edit) => edit.removeNode("f"));
    expect(places.parentOf(1)).toBe(-1);
    expect(places.problems()).toEqual([{ slot: 1, code: "missing_parent" }]);
    doc.undo();
    expect(places.parentOf(1)).toBe(0);
    expect(boxOf(places, "a")).toMatchObject({ x: 120, y: 150 });
    expect(places.problems()).toEqual([]);
  });

  it("cuts what is nested without end, in any order", () => {
    for (const order of [1, -1]) {
      const nodes = Array.from({ length: 3_000 }, (_, n) => at(`n${n}`, 1, 1, n > 0 ? { parentId: `n${n - 1}` } : {}));
      const places = new Places(docOf(order > 0 ? nodes : nodes.reverse()));
      expect(Math.max(...places.depth)).toBeLessThanOrEqual(256);
      expect(places.problems().length).toBeGreaterThan(5);
    }
  });

  it("after any changes are what a fresh build makes of the file", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const next = random(seed);
      const pick = (most: number) => Math.floor(next() * most);
      const holder = (n: number) => (next() < 0.4 && n > 0 ? { parentId: `n${pick(n)}` } : {});
      const doc = docOf(Array.from({ length: 12 }, (_, n) => at(`n${n}`, pick(500) - 250, pick(500) - 250, { ...holder(n), type: ["number", "group", "for_each"][pick(3)] ?? "" })));
      const places = new Places(doc);
      for (let n = 0; n < 40; n += 1) {
        const id = `n${pick(14)}`;
        doc.change("Change", (edit) => {
          const kind = pick(7);
          if (kind === 0) edit.removeNode(id);
          else if (kind === 1) edit.addNode(at(`n${pick(16)}`, pick(300), pick(300), holder(14)));
          else if (kind === 2) edit.setNode(id, { parentId: next() < 0.3 ? undefined : `n${pick(14)}` });
          else if (kind === 3) edit.setNode(id, { "data/collapsed": next() < 0.5 });
          else if (kind === 4) edit.setNode(id, { width: 100 + pick(600) });
          else edit.setNode(id, { position: { x: pick(900), y: pick(900) } });
        });
        if (next() < 0.3) doc.undo();
      }
      // A circle may be cut at another of its edges by a fresh build: only graphs without one are compared.
      if (places.problems().some((one) => one.code === "parent_cycle")) continue;
      const fresh = new Places(doc);
      expect(told(places), `seed ${seed}`).toEqual(told(fresh));
    }
  });

  it("move with a drag and come back", () => {
    const doc = docOf([at("f", 0, 0, { type: "group" }), at("a", -40, 50, { parentId: "f" }), at("b", 900, 900)]);
    const places = new Places(doc);
    const before = told(places);
    let heard: readonly number[] = [];
    places.listen((slots) => (heard = slots));
    places.shift([0], 30, 40);
    expect([...heard].sort()).toEqual([0, 1]);
    expect(boxOf(places, "a")).toMatchObject({ x: -10, y: 90 });
    places.settle([0]);
    expect(told(places)).toEqual(before);
  });

  it("are there at once for 100,000 nodes", () => {
    const nodes = Array.from({ length: 100_000 }, (_, n) => at(`n${n}`, (n % 316) * 240, Math.floor(n / 316) * 120, n % 50 === 1 ? { parentId: `n${n - 1}` } : {}));
    const doc = docOf(nodes);
    const times = Array.from({ length: 3 }, () => {
      const from = performance.now();
      new Places(doc).close();
      return performance.now() - from;
    });
    console.info(`places of 100,000 nodes: ${Math.min(...times).toFixed(1)} ms`);
    expect(Math.min(...times)).toBeLessThan(300);
  });
});

describe("a place that is none", () => {
  it("is told, with what is too far away, and what has no place at all is not", () => {
    const doc = docOf([at("a", 0, 0), at("far", 1e300, 0), { id: "words", position: { x: "NaN", y: null } }, { id: "odd", position: 7 }, { id: "none" }, { id: "null", position: null }]);
    expect(misplaced(doc).map(({ node, code }) => [node, code])).toEqual([["far", "far_place"], ["words", "bad_place"], ["odd", "bad_place"]]);
    doc.change("Move", (edit) => edit.setNode("far", { position: { x: 1, y: 1 } }));
    expect(misplaced(doc).map(({ node }) => node)).toEqual(["words", "odd"]);
    const many = docOf(Array.from({ length: 5_000 }, (_, n) => ({ id: `n${n}`, position: {} })));
    expect(misplaced(many).length).toBe(1_000);
    const deep = docOf(Array.from({ length: 300 }, (_, n) => ({ id: `n${n}`, type: "frame", position: { x: n, y: 0 }, ...(n > 0 && { parentId: `n${n - 1}` }) })));
    expect(misplaced(deep).map(({ code }) => code)).toContain("too_deep");
  });
});

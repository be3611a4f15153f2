// The layer of the graphics card, as far as it is arithmetic: whether it may draw, what it is told, where its pictures are kept.

import { describe, expect, it } from "vitest";
import { Batch, edgeWord } from "../src/canvas/gl/batch";
import { parsed } from "../src/canvas/gl/colours";
import { Dirty, rangesOf, rectsOf } from "../src/canvas/gl/dirty";
import { bitsOf, CARD_BOX, EdgePack, FRAME_BOX, NO_END, NO_TINT, NodePack, NOTE_BOX, NOTHING_BOX, wordOf } from "../src/canvas/gl/pack";
import { reasonAgainst } from "../src/canvas/gl/probe";
import { Shelves, type Spot } from "../src/canvas/gl/shelves";
import { isNothing } from "../src/canvas/gl/top";
import { NO_OVERLAY } from "../src/canvas/layer";
import { MOUNTED, RUN, Scene, SELECTED } from "../src/canvas/scene";
import type { Pen } from "../src/canvas/pen";
import { GraphDocument } from "../src/graph/document/document";
import { Selection } from "../src/graph/document/selection";
import { NODE_H, NODE_W, type FileEdge, type FileNode } from "../src/graph/file";
import { settingsOf, writeSettings } from "../src/graph/settings";
import { CANVAS_SETTINGS, canvasSettings } from "../src/state/view";

const at = (id: string, x: number, y: number, more: Partial<FileNode> = {}): FileNode => ({ id, type: "http", position: { x, y }, ...more });
const edge = (source: string, target: string): FileEdge => ({ id: `${source}-${target}`, source, target });

function sceneOf(nodes: readonly FileNode[], edges: readonly FileEdge[] = []): Scene {
  const scene = new Scene(new GraphDocument({ nodes: [...nodes], edges: [...edges] }), new Selection());
  scene.setKinds(new Map([["http", { name: "HTTP request", category: "network" }]]));
  scene.open();
  return scene;
}

describe("the trial", () => {
  const fine = { renderer: "ANGLE (NVIDIA, NVIDIA GeForce RTX 3060)", trialMs: 3, losses: 0 };

  it("lets a graphics card draw that is one, is fast, and stays", () => {
    expect(reasonAgainst("auto", fine)).toBeNull();
    expect(reasonAgainst("auto", null)).toBe("there is none that can");
    for (const renderer of ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)))", "llvmpipe (LLVM 15.0.6, 256 bits)", "ANGLE (Microsoft, Microsoft Basic Render Driver)", "Software Rasterizer"]) {
      expect(reasonAgainst("auto", { ...fine, renderer }), renderer).toBe("it is a program");
    }
    expect([12, 12.1, Infinity, Number.NaN].map((trialMs) => reasonAgainst("auto", { ...fine, trialMs }))).toEqual([null, "it is slow", "it is slow", "it is slow"]);
    expect([1, 2].map((losses) => reasonAgainst("auto", { ...fine, losses }))).toEqual([null, "it was lost too often"]);
  });

  it("is overruled by a wish, as far as there is a card", () => {
    expect(reasonAgainst("gl", { renderer: "llvmpipe", trialMs: 500, losses: 9 })).toBeNull();
    expect(reasonAgainst("gl", null)).not.toBeNull();
    expect([settingsOf({ renderer: "gl" }).renderer, settingsOf({ renderer: "vulkan" }).renderer, settingsOf({}).renderer]).toEqual(["gl", "auto", "auto"]);
    expect(writeSettings(settingsOf({ renderer: "2d" }))).toBe('{"renderer":"2d"}');
    expect(canvasSettings(settingsOf({ renderer: "gl" })).renderer).toBe("gl");
  });
});

describe("what changed", () => {
  it("is uploaded in few ranges", () => {
    expect(rangesOf([900, 5, 7, 40])).toEqual([{ from: 5, to: 41 }, { from: 900, to: 901 }]);
    expect(rangesOf([])).toEqual([]);
    expect(rangesOf(Array.from({ length: 100 }, (_, n) => n * 1_000))).toEqual([{ from: 0, to: 99_001 }]);
    const dirty = new Dirty();
    dirty.add(3);
    dirty.all(50);
    dirty.add(7);
    expect([dirty.isEmpty, dirty.take(), dirty.isEmpty, dirty.take()]).toEqual([false, [{ from: 0, to: 50 }], true, []]);
  });

  it("covers each slot of a range once, by rectangles of the texture", () => {
    for (const range of [{ from: 0, to: 1 }, { from: 6, to: 30 }, { from: 8, to: 24 }, { from: 3, to: 5 }, { from: 7, to: 9 }]) {
      const slots = rectsOf(range, 8).flatMap(({ x, y, w, h, from }) => {
        expect(y * 8 + x).toBe(from);
        expect(x + w).toBeLessThanOrEqual(8);
        return Array.from({ length: w * h }, (_, n) => from + n);
      });
      expect(slots).toEqual(Array.from({ length: range.to - range.from }, (_, n) => range.from + n));
    }
    expect(rectsOf({ from: 6, to: 30 }, 8)).toHaveLength(3);
  });
});

describe("the packs", () => {
  it("hold each node's box, kind, look and colour, and tell only what is another now", () => {
    const scene = sceneOf([at("a", 10, 20), at("f", 0, 0, { type: "group", width: 900, height: 400 }), at("n", 5, 6, { type: "note", data: { color: "red" } }), at("b", 70, 80)]);
    const pack = new NodePack(scene);
    pack.load();
    expect([...pack.boxes.slice(0, 4)]).toEqual([10, 20, NODE_W, NODE_H]);
    expect([...pack.words.slice(0, 3)]).toEqual([wordOf(CARD_BOX, 0, false, 3), wordOf(FRAME_BOX, 0, false, NO_TINT), wordOf(NOTE_BOX, 0, false, 6)]);
    expect([pack.dirtyBoxes.take(), pack.dirtyWords.take()]).toEqual([[{ from: 0, to: 4 }], [{ from: 0, to: 4 }]]);
    scene.selection.set([3]);
    pack.patch([0, 1, 2, 3]);
    expect([pack.dirtyBoxes.take(), pack.dirtyWords.take()]).toEqual([[], [{ from: 3, to: 4 }]]);
    expect(pack.words[3]).toBe(wordOf(CARD_BOX, 0, true, 3));
    scene.doc.change("Move", (edit) => {
      edit.setNode("a", { position: { x: 11, y: 20 } });
      edit.removeNode("b");
    });
    pack.patch([0, 3]);
    expect([pack.boxes[0], pack.words[3]]).toEqual([11, wordOf(NOTHING_BOX, 0, false, 0)]);
  });

  it("count from near the view, so that far places stay exact", () => {
    const scene = sceneOf([at("a", 3_900_000.25, -3_900_000.25)]);
    const pack = new NodePack(scene);
    pack.load();
    pack.dirtyBoxes.take();
    expect(pack.near(100, 100)).toBe(false);
    expect(pack.near(3_900_100, -3_900_000)).toBe(true);
    expect([(pack.boxes[0] ?? 0) + pack.origin.x, (pack.boxes[1] ?? 0) + pack.origin.y]).toEqual([3_900_000.25, -3_900_000.25]);
    expect(pack.dirtyBoxes.isEmpty).toBe(false);
    expect(pack.near(3_900_000, -3_900_100)).toBe(false);
  });

  it("lead edges by slots, so that what moves takes them along", () => {
    const scene = sceneOf([at("a", 0, 0), at("b", 400, 0)], [edge("a", "b"), edge("a", "nobody")]);
    const pack = new EdgePack(scene);
    pack.load();
    expect([...pack.ends.slice(0, 8)]).toEqual([0, 1, bitsOf(NODE_H / 2), bitsOf(NODE_H / 2), NO_END, NO_END, 0, 0]);
    pack.dirty.take();
    scene.doc.change("Move", (edit) => edit.setNode("b", { position: { x: 500, y: 90 } }));
    pack.patch([0, 1]);
    expect(pack.dirty.isEmpty).toBe(true);
    scene.doc.change("Remove", (edit) => edit.removeNode("b"));
    pack.patch([0]);
    expect([pack.dirty.take(), pack.ends[1]]).toEqual([[{ from: 0, to: 1 }], NO_END]);
  });
});

describe("the lists of a picture", () => {
  const penFor = (scene: Scene) =>
    ({ scene, level: "dense", view: { x: 0, y: 0, zoom: 0.1, width: 100, height: 100, ratio: 1 }, draw: { settings: CANVAS_SETTINGS, overlay: { ...NO_OVERLAY, hovered: 1 }, isDomShown: true, lifted: null, now: 0 } }) as unknown as Pen;

  it("go from what lies below to what lies above, without what the page shows", () => {
    const scene = sceneOf([at("a", 0, 0), at("n", 0, 0, { type: "note" }), at("in", 0, 0, { type: "group", parentId: "f" }), at("f", 0, 0, { type: "group" }), at("b", 0, 0)], [edge("a", "b"), edge("b", "a"), edge("a", "in"), edge("a", "n")]);
    scene.flags[4] = MOUNTED;
    scene.edgeLook[0] = RUN;
    scene.edgeFlags[2] = SELECTED;
    const batch = new Batch();
    batch.build(penFor(scene), { nodes: [0, 1, 2, 3, 4], edges: [0, 1, 2, 3] }, {} as never);
    expect([...batch.boxes.slice(0, batch.count)]).toEqual([3, 2, 1, 0]);
    expect([batch.frames, batch.notes, batch.hasMounted, batch.hasRunning, batch.isSimple]).toEqual([2, 1, true, true, true]);
    expect([...batch.edges.slice(0, batch.edgeCount)]).toEqual([edgeWord(3, 0), edgeWord(0, RUN), edgeWord(1, 5), edgeWord(2, 4)]);
    expect(edgeWord(3, 5)).toBe(0x5000_0003);
  });
});

describe("the atlas", () => {
  it("gives room that nothing else has, on shelves as high as what stands on them", () => {
    const shelves = new Shelves(100, 64);
    shelves.begin();
    const spots = [shelves.take(40, 10), shelves.take(50, 12), shelves.take(20, 12), shelves.take(60, 20), shelves.take(101, 5), shelves.take(5, 65)];
    expect(spots.map((spot) => spot && [spot.x, spot.y])).toEqual([[0, 0], [40, 0], [0, 12], [0, 24], null, null]);
  });

  it("lets go of what was not used for the longest, and never of what this picture uses", () => {
    const shelves = new Shelves(100, 40);
    const take = (w: number, h: number) => shelves.take(w, h) as Spot;
    shelves.begin();
    const [old, kept] = [take(100, 20), take(100, 20)];
    shelves.begin();
    expect(shelves.isThere(kept)).toBe(true);
    const fresh = take(100, 20);
    expect([fresh.y, shelves.isThere(old), shelves.isThere(kept), shelves.isThere(fresh)]).toEqual([0, false, true, true]);
    expect(shelves.take(1, 20)).toBeNull();
    shelves.begin();
    // A higher one takes the place of several, and what is left over is used too.
    expect([take(100, 28).y, shelves.take(100, 12)?.y]).toEqual([0, 28]);
    expect([shelves.isThere(kept), shelves.isThere(fresh)]).toEqual([false, false]);
    shelves.clear();
    expect(take(1, 40).y).toBe(0);
  });
});

describe("small things", () => {
  it("reads colours as tokens are written", () => {
    expect(parsed("#2fd3b51f").map((part) => Math.round(part * 255))).toEqual([0x2f, 0xd3, 0xb5, 0x1f]);
    expect(parsed("#fff")).toEqual([1, 1, 1, 1]);
    expect(parsed("rgb(1 2 3)")).toEqual([0.5, 0.5, 0.5, 1]);
  });

  it("shows the surface above only when something is on it", () => {
    expect(isNothing({ ...NO_OVERLAY, hovered: 4, into: 2 })).toBe(true);
    expect(isNothing({ ...NO_OVERLAY, focused: 0 })).toBe(false);
    expect(isNothing({ ...NO_OVERLAY, ports: [{ x: 0, y: 0 }] })).toBe(false);
    expect(isNothing({ ...NO_OVERLAY, marquee: { x: 0, y: 0, w: 1, h: 1 } })).toBe(false);
  });
});

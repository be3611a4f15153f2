// The scene behind the canvas: what lies where after every change, what is under a point, how finely it is drawn.

import { curveOf, flattened, mayCross } from "../src/graph/curve";
import { describe, expect, it } from "vitest";
import { Zap } from "lucide-react";
import { BoxIndex, loadTree } from "../src/canvas/box-index";
import { cardOf } from "../src/canvas/card";
import { islandsOf } from "../src/canvas/islands";
import { alongEdge, first, neighbour } from "../src/canvas/interaction/keys";
import { levelOf } from "../src/canvas/layer";
import { Mounts } from "../src/canvas/mounts";
import { mixed } from "../src/canvas/palette";
import { RUN, Scene, SELECTED } from "../src/canvas/scene";
import { shapesOf } from "../src/canvas/sprites";
import type { NodeKind, Statuses } from "../src/canvas/types";
import { wordsFor } from "../src/canvas/words";
import { GraphDocument } from "../src/graph/document/document";
import { Selection } from "../src/graph/document/selection";
import { NODE_H, NODE_W, type FileEdge, type FileNode } from "../src/graph/file";
import { CANVAS_SETTINGS } from "../src/state/view";

const at = (id: string, x: number, y: number, more: Partial<FileNode> = {}): FileNode => ({ id, type: "http", position: { x, y }, ...more });
const edge = (source: string, target: string, more: Partial<FileEdge> = {}): FileEdge => ({ id: `${source}-${target}`, source, target, ...more });
const KINDS: ReadonlyMap<string, NodeKind> = new Map([
  ["http", { name: "HTTP request", category: "network", inputs: ["in"], outputs: ["out"], dynamic_outputs: false }],
  ["condition", { name: "Condition", category: "logic", inputs: ["in"], outputs: ["true", "false"], dynamic_outputs: false }],
]);

function sceneOf(nodes: readonly unknown[], edges: readonly unknown[] = []): Scene {
  const scene = new Scene(new GraphDocument({ nodes: nodes as FileNode[], edges: edges as FileEdge[] }), new Selection());
  scene.setKinds(KINDS);
  scene.open();
  return scene;
}

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

describe("the index of boxes", () => {
  it("finds what looking at everything finds, through moves and rebuilds", async () => {
    await loadTree();
    const next = random(5);
    const boxes = Array.from({ length: 3_000 }, () => [next() * 10_000, next() * 10_000] as [number, number]);
    const gone = new Set<number>();
    const index = new BoxIndex((slot, out) => {
      const box = boxes[slot];
      if (!box || gone.has(slot)) return false;
      out.set([box[0], box[1], box[0] + 200, box[1] + 60]);
      return true;
    });
    index.reset(boxes.length);
    for (let round = 0; round < 6; round += 1) {
      if (round % 2 === 1) index.build();
      for (let n = 0; n < 300; n += 1) {
        const slot = Math.floor(next() * boxes.length);
        if (next() < 0.2) gone.add(slot);
        else {
          gone.delete(slot);
          boxes[slot] = [next() * 10_000, next() * 10_000];
        }
        index.touch(slot);
      }
      boxes.push([next() * 10_000, 5]);
      index.touch(boxes.length - 1);
      const [x, y] = [next() * 9_000, next() * 9_000];
      const expected = boxes.flatMap(([bx, by], slot) => (!gone.has(slot) && bx <= x + 900 && bx + 200 >= x && by <= y + 700 && by + 60 >= y ? [slot] : []));
      // The tree rounds: it may find what is a unit away.
      const found = index.search(x, y, x + 900, y + 700);
      expect(expected.filter((slot) => !found.includes(slot)), `round ${round}`).toEqual([]);
      expect(found.length - expected.length).toBeLessThan(8);
    }
  });
});

describe("the scene", () => {
  it("leads edges from port to port, and to what stands for a hidden node", () => {
    const scene = sceneOf([at("c", 0, 0, { type: "condition" }), at("a", 400, 0), at("f", 800, 0, { type: "for_each", data: { collapsed: true } }), at("i", 30, 50, { parentId: "f" }), at("j", 300, 50, { parentId: "f" })], [
      edge("c", "a", { sourceHandle: "false" }), edge("a", "i"), edge("i", "j"), edge("a", "nobody"),
    ]);
    expect(scene.runOf(0)).toMatchObject({ x0: NODE_W, y0: 40, x1: 400, y1: NODE_H / 2 });
    expect([scene.to[1], scene.to[2], scene.to[3]]).toEqual([2, -1, -1]);
    scene.doc.change("Expand", (edit) => edit.setNode("f", { "data/collapsed": false }));
    expect([scene.to[1], scene.from[2], scene.to[2]]).toEqual([3, 3, 4]);
    expect(scene.labelOf(0)).toBe("false");
  });

  it("picks nodes above notes above frames, and edges within six pixels of the screen", () => {
    const scene = sceneOf([at("f", 0, 0, { type: "group", width: 900, height: 400 }), at("n", 10, 50, { type: "note", width: 300, height: 200 }), at("a", 20, 60), at("b", 600, 60)], [edge("a", "b")]);
    expect([scene.nodeAt(30, 70), scene.nodeAt(15, 200), scene.nodeAt(500, 300), scene.nodeAt(5_000, 0)]).toEqual([2, 1, 0, -1]);
    expect([scene.edgeAt(400, 94, 1), scene.edgeAt(400, 98, 1), scene.edgeAt(400, 98, 0.5)]).toEqual([0, -1, 0]);
    scene.doc.change("Move", (edit) => edit.setNode("b", { position: { x: 600, y: 360 } }));
    expect(scene.edgeAt(400, 94, 1)).toBe(-1);
  });

  it("follows selection and statuses, told by slots", () => {
    const scene = sceneOf([at("a", 0, 0), at("b", 400, 0)], [edge("a", "b")]);
    let listener: (nodes: readonly number[]) => void = () => {};
    let isRunning = false;
    const statuses: Statuses = { look: (node) => (node === 1 && isRunning ? "running" : "rest"), edge: () => (isRunning ? "run" : "rest"), line: () => null, badge: () => null, listen: (one) => ((listener = one), () => {}) };
    scene.setStatuses(statuses);
    const heard: number[][] = [];
    scene.listen((patch) => heard.push([...patch.nodes], [...patch.edges]));
    isRunning = true;
    listener([1]);
    expect([scene.look[1], scene.edgeLook[0], scene.runningEdges]).toEqual([1, RUN, 1]);
    scene.selection.set([0], [0]);
    expect([scene.flags[0], scene.flags[1], scene.edgeFlags[0]]).toEqual([SELECTED, 0, SELECTED]);
    expect(heard).toEqual([[1], [0], [0], [0]]);
    scene.close();
    scene.selection.clear();
    expect(heard).toHaveLength(4);
  });

  it("opens what a bad file holds, says what it can, and draws numbers only", () => {
    const scene = sceneOf(
      [at("a", 0, 0, { parentId: "a", data: { label: "x".repeat(1_000_000) } }), { id: "a" }, { id: "<img src=x onerror=alert(1)>", type: 7, position: { x: "1", y: null }, data: "text" }, at("h", 1e300, Number.NaN, { width: -5 }), at("n", 0, 0, { type: "note", data: { text: 12 } as never }), {}, null, "node"],
      [edge("a", "nobody"), edge("a", "a"), { source: 1, target: {} }, edge("a", "h", { sourceHandle: 3 as never }), null],
    );
    for (let slot = 0; slot < scene.doc.nodes.size; slot += 1) {
      expect(Object.values(scene.places.box(slot)).every(Number.isFinite)).toBe(true);
      expect(cardOf(scene, slot).title.length).toBeLessThanOrEqual(120);
      expect(wordsFor(scene, slot)).toMatch(/./);
      scene.portsOf(slot);
    }
    for (let slot = 0; slot < scene.doc.edges.size; slot += 1) expect(scene.curve(slot)?.every(Number.isFinite) ?? true).toBe(true);
    expect(scene.edgesIn(scene.places.bounds() ?? { x: 0, y: 0, w: 0, h: 0 }).length).toBeGreaterThan(0);
    expect(scene.places.problems()).toEqual([{ slot: 0, code: "parent_cycle" }]);
  });

  it("tells what a node is in words", () => {
    const scene = sceneOf([at("a", 0, 0, { data: { label: "Classify" } }), at("b", 400, 0)], [edge("a", "b")]);
    scene.setProblems(new Map([[0, "error"]]));
    expect(wordsFor(scene, 0)).toBe("Classify, HTTP request, has an error, 0 in, 1 out");
  });
});

describe("walking by keys", () => {
  const scene = sceneOf([at("a", 0, 0), at("b", 300, 200), at("c", 300, -100), at("d", 9_000, 40)], [edge("a", "b"), edge("a", "c")]);
  it("goes along the uppermost edge, and back", () => {
    expect([alongEdge(scene, 0, true), alongEdge(scene, 2, false), alongEdge(scene, 1, true)]).toEqual([2, 0, 3]);
  });
  it("goes over the plane however far the next is", () => {
    expect([neighbour(scene, 2, 0, 1), neighbour(scene, 1, 1, 0), neighbour(scene, 3, 1, 0)]).toEqual([1, 3, -1]);
    expect(first(scene)).toBe(0);
  });
});

describe("levels of detail", () => {
  it.each([
    ["near", 1, 200, 900, 0], ["mid", 1, 1_200, 5_000, 0], ["mid", 0.5, 400, 5_000, 0], ["flat", 0.5, 1_001, 5_000, 0], ["flat", 0.2, 900, 5_000, 0],
    ["dense", 0.2, 2_000, 5_000, 0.02], ["far", 0.03, 0, 100_000, 0.027], ["mid", 0.1, 400, 400, 0.2], ["flat", 0.1, 900, 1_500, 0.2],
  ] as const)("%s at zoom %d with %d of %d in view", (level, zoom, inView, total, density) => {
    expect(levelOf(zoom, inView, total, density, CANVAS_SETTINGS)).toBe(level);
  });

  it("are as the settings say", () => {
    expect(levelOf(0.5, 10, 900, 0, { ...CANVAS_SETTINGS, lodMedium: 0.4 })).toBe("near");
    expect(levelOf(1, 60, 900, 0, { ...CANVAS_SETTINGS, maxVisibleNodes: 50 })).toBe("mid");
  });
});

describe("what is mounted", () => {
  const scene = sceneOf(Array.from({ length: 2_500 }, (_, n) => at(`n${n}`, (n % 50) * 240, Math.floor(n / 50) * 120)));
  const view = { x: -2_000, y: -2_000, zoom: 1, width: 1_280, height: 800, ratio: 1 };

  it("comes a handful at a time, never more than 300, those ahead first", () => {
    const mounts = new Mounts(scene);
    expect(mounts.step(view, true, { x: -10, y: 0 }, [])).toBe(true);
    expect(mounts.slots.length).toBe(24);
    const middle = mounts.slots.reduce((sum, slot) => sum + (scene.places.x[slot] ?? 0), 0) / 24;
    expect(middle).toBeGreaterThan(2_640);
    let rounds = 1;
    while (mounts.step(view, true, { x: 0, y: 0 }, [])) rounds += 1;
    expect(rounds).toBeLessThan(14);
    expect(mounts.slots.length).toBeLessThanOrEqual(300);
    mounts.step({ ...view, zoom: 0.2 }, false, { x: 0, y: 0 }, []);
    expect(mounts.slots).toEqual([]);
  });

  it("asks for nothing while the view stays within what it asked for, and keeps what is chosen", () => {
    const mounts = new Mounts(scene);
    while (mounts.step(view, true, { x: 0, y: 0 }, [2_400])) continue;
    const before = mounts.slots;
    mounts.step({ ...view, x: view.x - 60 }, true, { x: -60, y: 0 }, [2_400]);
    expect(mounts.slots).toBe(before);
    expect(before).toContain(2_400);
  });
});

describe("far away", () => {
  it("what lies together is one island with its count, frames by themselves", () => {
    const cluster = (name: string, x: number) => Array.from({ length: 40 }, (_, n) => at(`${name}${n}`, x + (n % 8) * 240, Math.floor(n / 8) * 120));
    const scene = sceneOf([...cluster("a", 0), ...cluster("b", 30_000), at("g", 60_000, 0, { type: "group" }), ...cluster("c", 0).map((node) => ({ ...node, parentId: "g" }))]);
    const found = islandsOf(scene, scene.places.bounds() ?? { x: 0, y: 0, w: 1, h: 1 });
    expect(found.map((island) => [island.nodes, island.frame >= 0])).toEqual(expect.arrayContaining([[40, true], [40, false], [40, false]]));
    expect(found).toHaveLength(3);
  });

  it("icons have shapes to draw, and colours can be mixed", () => {
    expect(shapesOf(Zap).some(([tag, attributes]) => tag === "path" && String(attributes["d"]).length > 5)).toBe(true);
    expect(mixed("#000000", "#ffffff", 0.5)).toBe("#808080");
    expect(mixed("#000", "#fff", 0.5)).toBe("#808080");
    expect(mixed("#fff", "#8250df", 0)).toBe("#ffffff");
  });
});

describe("names of ports", () => {
  const SEVERAL: ReadonlyMap<string, NodeKind> = new Map([...KINDS, ["switch", { name: "Switch", category: "logic", inputs: ["in"], outputs: ["out"], dynamic_outputs: true }], ["join", { name: "Join", category: "logic", inputs: ["a", "b"], outputs: ["out"], dynamic_outputs: false }]]);

  it("stand at the node where it has several and no edge tells them", () => {
    const scene = sceneOf(
      [at("if", 0, 0, { type: "condition" }), at("h", 300, 0), at("r", 300, 200, { data: { on_error: "route" } }), at("s", 0, 400, { type: "switch", data: { cases: [{ output_path: "one" }, { output_path: "two" }] } }), at("j", 600, 0, { type: "join" }), at("x", 900, 0, { type: "unknown" })],
      [edge("if", "h", { sourceHandle: "true" }), edge("h", "j", { targetHandle: "b" })],
    );
    scene.setKinds(SEVERAL);
    expect([0, 1, 2, 3, 4, 5].map((slot) => scene.openPorts(slot))).toEqual([
      { inputs: [], outputs: ["false"] }, { inputs: [], outputs: [] }, { inputs: [], outputs: ["error"] }, { inputs: [], outputs: ["one", "two"] }, { inputs: ["a"], outputs: [] }, { inputs: [], outputs: [] },
    ]);
    scene.doc.change("x", (editing) => editing.removeEdge("if-h"));
    expect(scene.openPorts(0).outputs).toEqual(["true", "false"]);
  });
});

describe("long edges", () => {
  const box = { x: 0, y: 0, w: 100, h: 60 };
  const run = (x0: number, y0: number, x1: number, y1: number) => ({ x0, y0, x1, y1, high: 60, bottom: Math.max(y0, y1) + 60 });

  it("are seen where they run through the view, and nowhere else", () => {
    for (const isStraight of [true, false]) {
      expect(mayCross(run(-4000, -3000, 4100, 3060), box, isStraight, 0)).toBe(true);
      // Its box holds all of the view, and it passes below and beside it.
      expect(mayCross(run(-4000, 100, 4000, 9000), box, isStraight, 0)).toBe(false);
      expect(mayCross(run(-4000, -9000, 200, 9000), box, isStraight, 0)).toBe(false);
      expect(mayCross(run(-4000, 30, 4000, 30), box, isStraight, 0)).toBe(true);
      expect(mayCross(run(-4000, 64, 4000, 64), box, isStraight, 0)).toBe(false);
      expect(mayCross(run(-4000, 64, 4000, 64), box, isStraight, 8)).toBe(true);
    }
  });

  it("are never missed where they lead on, and seldom kept where they pass by", () => {
    const next = random(11);
    const view = { x: 0, y: 0, w: 900, h: 700 };
    let [seen, kept] = [0, 0];
    for (let round = 0; round < 4_000; round += 1) {
      const [x0, y0] = [-3_000 + next() * 3_000, -3_000 + next() * 6_000];
      const one = run(x0, y0, x0 + 8 + next() ** 2 * 6_000, -3_000 + next() * 6_000);
      const points = flattened(curveOf(one), 400);
      let isSeen = false;
      for (let n = 0; n + 1 < points.length; n += 2) isSeen ||= Math.abs((points[n] ?? 0) - 450) <= 450 && Math.abs((points[n + 1] ?? 0) - 350) <= 350;
      const isKept = mayCross(one, view, false, 0);
      if (isSeen) expect(isKept, JSON.stringify(one)).toBe(true);
      seen += Number(isSeen);
      kept += Number(isKept);
    }
    expect(seen).toBeGreaterThan(100);
    expect(kept).toBeLessThan(1.3 * seen);
  });

  it("that lead back are seen on the way around", () => {
    const back = { x0: 4000, y0: -500, x1: -4000, y1: 560, high: 60, bottom: 620 };
    expect(mayCross(back, box, false, 0)).toBe(true);
    expect(mayCross(back, { ...box, y: 2000 }, false, 0)).toBe(false);
  });
});

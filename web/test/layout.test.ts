// A layout must run left to right, keep nodes apart, and take any graph, also with cycles and doubled edges.

import { describe, expect, it } from "vitest";
import { fit, reveal, viewOf, zoomAt } from "../src/graph/camera";
import { NODE_H, NODE_W, type FileNode } from "../src/graph/file";
import { placeGraph, type PlacedNode } from "../src/graph/placed";
import { edgePath, graphBox, midpoint, neighbour, overlaps, pathBox, portY } from "../src/graph/geometry";
import { layoutLayered, type Spot } from "../src/graph/layout";

const SIZE = { w: NODE_W, h: NODE_H };

function apart(spots: ReadonlyMap<string, Spot>): boolean {
  const list = [...spots.values()];
  return list.every((a, at) => list.slice(at + 1).every((b) => Math.abs(a.x - b.x) >= SIZE.w || Math.abs(a.y - b.y) >= SIZE.h));
}

/** Numbers that are the same at every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

describe("layered layout", () => {
  it("places a chain in a row", () => {
    const spots = layoutLayered(["a", "b", "c"], [{ source: "a", target: "b" }, { source: "b", target: "c" }], SIZE);
    expect([...spots.values()].map((spot) => spot.y)).toEqual([0, 0, 0]);
    expect((spots.get("b")?.x ?? 0) - (spots.get("a")?.x ?? 0)).toBeGreaterThan(SIZE.w);
  });

  it("keeps the middle of a fork level with its start", () => {
    const edges = ["b", "c", "d"].map((target) => ({ source: "a", target }));
    const spots = layoutLayered(["a", "b", "c", "d"], edges, SIZE);
    expect(spots.get("a")?.y).toBe(spots.get("c")?.y);
    expect(apart(spots)).toBe(true);
  });

  it("takes cycles, self edges, doubled edges and unknown ends", () => {
    const edges = [
      { source: "a", target: "b" }, { source: "b", target: "c" }, { source: "c", target: "b" }, { source: "a", target: "a" },
      { source: "a", target: "b" }, { source: "nowhere", target: "b" },
    ];
    const spots = layoutLayered(["a", "b", "c"], edges, SIZE);
    expect(spots.get("a")?.x).toBeLessThan(spots.get("b")?.x ?? 0);
    expect(spots.get("b")?.x).toBeLessThan(spots.get("c")?.x ?? 0);
  });

  it("never lets nodes overlap, and leads forward, in random graphs", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const next = numbers(seed);
      const ids = Array.from({ length: 2 + Math.floor(next() * 60) }, (_, at) => `n${at}`);
      const edges = ids.flatMap((target, at) =>
        at === 0 ? [] : Array.from({ length: Math.floor(next() * 3) }, () => ({ source: `n${Math.floor(next() * at)}`, target })),
      );
      const spots = layoutLayered(ids, edges, SIZE);
      expect(apart(spots), `seed ${seed}`).toBe(true);
      for (const { source, target } of edges) expect(spots.get(source)?.x ?? 0, `seed ${seed}`).toBeLessThan(spots.get(target)?.x ?? 0);
    }
  });

  it("takes a chain of 20,000 without recursion", () => {
    const ids = Array.from({ length: 20_000 }, (_, at) => `n${at}`);
    const edges = ids.slice(1).map((target, at) => ({ source: `n${at}`, target }));
    expect(layoutLayered(ids, edges, SIZE).size).toBe(20_000);
  });
});

describe("placing a file", () => {
  it("keeps the places of the file and counts children from their parent", () => {
    const graph = placeGraph({
      nodes: [
        { id: "box", type: "group", position: { x: 100, y: 100 }, width: 400, height: 200 },
        { id: "in", position: { x: 30, y: 40 }, parentId: "box" },
        { id: "out", position: { x: 800, y: 0 } },
      ],
      edges: [{ source: "in", target: "out", sourceHandle: "yes" }, { source: "in", target: "gone" }],
    });
    expect(graph.byId.get("in")).toMatchObject({ x: 130, y: 140, ports: ["yes"], hasOutput: true, hasInput: false });
    expect(graph.byId.get("box")).toMatchObject({ frame: true, x: 100, y: 100, w: 400, h: 200 });
    expect(graph.edges).toHaveLength(1);
  });

  it("lays out a file without places, and one whose parents run in a circle", () => {
    const edges = [{ source: "a", target: "b" }];
    expect(placeGraph({ nodes: [{ id: "a" }, { id: "b" }], edges }).byId.get("b")?.x).toBeGreaterThan(NODE_W);
    const circle = placeGraph({ nodes: [{ id: "a", position: { x: 1, y: 1 }, parentId: "b" }, { id: "b", position: { x: 9, y: 1 }, parentId: "a" }], edges });
    expect(circle.nodes).toHaveLength(2);
  });
});

describe("a file without places", () => {
  const inside = (outer: PlacedNode, node: PlacedNode) => node.x >= outer.x && node.y >= outer.y && node.x + node.w <= outer.x + outer.w && node.y + node.h <= outer.y + outer.h;

  it("keeps what a container holds inside of it, and all else out", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const next = numbers(seed);
      const nodes: FileNode[] = Array.from({ length: 3 + Math.floor(next() * 30) }, (_, at) => ({
        id: `n${at}`,
        type: next() < 0.1 ? "note" : "map",
        parentId: at > 0 && next() < 0.5 ? `n${Math.floor(next() * at)}` : null,
      }));
      const edges = nodes.slice(1).map((node, at) => ({ source: `n${Math.floor(next() * (at + 1))}`, target: node.id }));
      const graph = placeGraph({ nodes, edges });
      const parents = new Map(nodes.map((node) => [node.id, node.parentId ?? null]));
      const holds = (outer: string, id: string): boolean => {
        for (let at = parents.get(id) ?? null; at !== null; at = parents.get(at) ?? null) if (at === outer) return true;
        return false;
      };
      for (const a of graph.nodes) {
        for (const b of graph.nodes) {
          if (holds(a.id, b.id)) expect(inside(a, b), `seed ${seed}: ${b.id} in ${a.id}`).toBe(true);
          else if (a.id < b.id && !holds(b.id, a.id)) expect(overlaps(a, b), `seed ${seed}: ${a.id} apart from ${b.id}`).toBe(false);
        }
      }
    }
  });
});

describe("geometry", () => {
  const graph = placeGraph({
    nodes: [{ id: "a", position: { x: 0, y: 0 } }, { id: "b", position: { x: 300, y: 0 } }, { id: "c", position: { x: 300, y: 200 } }],
    edges: [{ source: "a", target: "b", sourceHandle: "true" }, { source: "a", target: "c", sourceHandle: "false" }, { source: "c", target: "a" }],
  });
  const [first, second, third] = graph.edges;

  it("shares a side between its ports", () => {
    if (!first || !second) throw new Error("two edges are expected");
    expect(portY(first.source, "true")).toBe(20);
    expect(portY(second.source, "false")).toBe(40);
    expect(portY(first.source, null)).toBe(30);
  });

  it("draws from side to side, and a way back around the nodes", () => {
    if (!first || !third) throw new Error("three edges are expected");
    const path = edgePath(first);
    expect(path.slice(0, 2)).toEqual([NODE_W, 20]);
    expect(path.slice(-2)).toEqual([300, 30]);
    expect(midpoint(path).x).toBeCloseTo((NODE_W + 300) / 2);
    expect(edgePath(third).length).toBe(14);
    expect(pathBox(edgePath(third)).x).toBeLessThan(0);
  });

  it("walks to the nearest node in a direction", () => {
    const a = graph.byId.get("a");
    if (!a) throw new Error("node a is expected");
    expect(neighbour(graph, a, 1, 0)?.id).toBe("b");
    expect(neighbour(graph, a, 0, 1)?.id).toBe("c");
    expect(neighbour(graph, a, -1, 0)).toBeNull();
  });

  it("fits, zooms around a point, and reveals with the least move", () => {
    const box = graphBox(graph);
    const camera = fit(box, 400, 400);
    const view = viewOf(camera, 400, 400);
    expect(view.x).toBeLessThanOrEqual(box.x);
    expect(view.x + view.w).toBeGreaterThanOrEqual(box.x + box.w);
    const zoomed = zoomAt({ x: 10, y: 20, zoom: 1 }, 2, 110, 120);
    expect((110 - zoomed.x) / zoomed.zoom).toBe(100);
    expect(reveal({ x: 0, y: 0, zoom: 1 }, { x: 100, y: 100, w: 50, h: 50 }, 400, 400)).toEqual({ x: 0, y: 0, zoom: 1 });
    expect(reveal({ x: 0, y: 0, zoom: 1 }, { x: 500, y: 100, w: 50, h: 50 }, 400, 400).x).toBe(-190);
  });
});

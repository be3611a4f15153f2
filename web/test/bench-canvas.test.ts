// The script that measures the canvas: its graphs are the ones it speaks of, and its figures say what frames were.

import { describe, expect, it, vi } from "vitest";
import { piece } from "../../bench/canvas/edits.mjs";
import { bestOf, framesBetween, judged, row } from "../../bench/canvas/figures.mjs";
import { isQuiet } from "../../bench/canvas/floor.mjs";
import { BOX, CELL, grid, uneven, UNEVEN } from "../../bench/canvas/graphs.mjs";

interface Made {
  nodes: { id: string; type: string; position: { x: number; y: number }; width: number; height: number }[];
  edges: { id: string; source: string; target: string }[];
}

function wellFormed({ nodes, edges }: Made) {
  const ids = new Set(nodes.map((node) => node.id));
  expect(ids.size).toBe(nodes.length);
  expect(new Set(edges.map((edge) => edge.id)).size).toBe(edges.length);
  expect(edges.every((edge) => ids.has(edge.source) && ids.has(edge.target))).toBe(true);
}

describe("the graphs", () => {
  it.each([1_000, 10_000])("of %i nodes are a grid with 1.2 edges each, the same every time", (count) => {
    const made: Made = grid(count);
    wellFormed(made);
    expect(made.nodes).toHaveLength(count);
    expect(made.edges.length / count).toBeGreaterThan(1.18);
    expect(made.edges.length / count).toBeLessThanOrEqual(1.2);
    expect(made.nodes.every(({ position, width, height }) => position.x % CELL.w === 0 && position.y % CELL.h === 0 && width === BOX.w && height === BOX.h)).toBe(true);
    expect(grid(count)).toEqual(made);
  });

  it("uneven has hubs, cycles and as many notes as it says, and nothing overlaps in a row", () => {
    const parts = { nodes: 5_600, notes: 2_000, hubs: 2, edgesOfHub: 500, cycleEach: 500 };
    const made: Made = uneven(parts);
    wellFormed(made);
    expect(made.nodes.filter((node) => node.type === "note")).toHaveLength(parts.notes);
    const notes = new Set(made.nodes.filter((node) => node.type === "note").map((node) => node.id));
    expect(made.edges.some((edge) => notes.has(edge.source) || notes.has(edge.target))).toBe(false);
    const degree = new Map<string, number>();
    for (const { source, target } of made.edges) for (const id of [source, target]) degree.set(id, (degree.get(id) ?? 0) + 1);
    expect([...degree.values()].filter((count) => count >= parts.edgesOfHub)).toHaveLength(parts.hubs);
    const number = (id: string) => Number(id.slice(1));
    expect(made.edges.slice(0, -parts.hubs * parts.edgesOfHub).some((edge) => number(edge.target) < number(edge.source))).toBe(true);
    for (const [at, node] of made.nodes.entries()) {
      const next = made.nodes[at + 1];
      if (next && next.position.y === node.position.y) expect(next.position.x).toBeGreaterThanOrEqual(node.position.x + node.width);
    }
    expect(new Set(made.nodes.map((node) => node.width)).size).toBeGreaterThan(100);
  });

  it("are as large as the bars say", () => {
    expect(UNEVEN).toMatchObject({ nodes: 112_000, notes: 40_000, edgesOfHub: 5_000 });
    expect(JSON.parse(piece(1_000)).nodes).toHaveLength(1_000);
  });
});

describe("the figures", () => {
  it("do not hide a stall among short frames", () => {
    const times = [0, ...Array.from({ length: 60 }, (_, at) => 2_000 + at * 16)];
    const { fps, worst, p95 } = judged(framesBetween(times, 0, 3_000));
    expect(worst).toBe(2_000);
    expect(fps).toBeLessThan(21);
    expect(p95).toBe(16);
  });

  it("count a page that drew nothing as one long frame", () => {
    expect(judged(framesBetween([5], 100, 1_100))).toMatchObject({ frames: 1, worst: 1_000, fps: 1 });
  });

  it("take a frame for the phase in which it ended", () => {
    expect(framesBetween([0, 16, 32, 48], 16, 40)).toEqual([16]);
  });

  it("are the best of each over several runs, however deep", () => {
    const run = (fps: number, p95: number, moved: boolean | null) => ({ fps, p95, heap: p95, drag: { p95, moved } });
    expect(bestOf([run(50, 20, false), run(58, 33, true)])).toEqual({ fps: 58, p95: 20, heap: 20, drag: { p95: 20, moved: true } });
    expect(bestOf([run(50, 20, null), run(50, 20, null)]).drag.moved).toBe(null);
  });

  it("are the worst where something may go wrong in no run", () => {
    expect(bestOf([{ applied: 100, needless: 0, wrong_cards: 0 }, { applied: 99.9, needless: 2, wrong_cards: 1 }])).toEqual({ applied: 99.9, needless: 2, wrong_cards: 1 });
  });

  it("of a row are the best of the runs that got through, and say why where none did", async () => {
    const lines = vi.spyOn(console, "log").mockReturnValue(undefined);
    const into: Record<string, object> = {};
    const runs = [() => ({ fps: 50, p95: 20 }), () => Promise.reject(new Error("Timeout\nand more")), () => ({ fps: 58, p95: 33 })];
    await row(into, "some", 3, async () => runs.shift()?.());
    await row(into, "none", 2, () => Promise.reject(new Error("Timeout\nand more")));
    await row(into, "own", 1, async () => ({ fps: 60 }), ({ fps }: Record<string, unknown>) => `${fps} a second`);
    expect(into).toEqual({ some: { ok: true, runs: 2, fps: 58, p95: 20 }, none: { ok: false, why: "Timeout" }, own: { ok: true, runs: 1, fps: 60 } });
    expect(lines.mock.calls.flat().map((line) => line.split(/ {2,}/))).toEqual([["some", "fps 58 · p95 20"], ["none", "failed: Timeout"], ["own", "60 a second"]]);
    lines.mockRestore();
  });

  it("judge nothing on a busy machine", () => {
    const floor = (dom: number, flat: number) => ({ dom: { fps: dom }, "2d": { fps: flat }, webgl: { fps: 20 } });
    expect(isQuiet(floor(60, 58))).toBe(true);
    expect(isQuiet(floor(57.9, 60))).toBe(false);
    expect(isQuiet(floor(60, 57.9))).toBe(false);
  });
});

// What a canvas draws of types and of many edges: the same icon as in lists, and fewer, straight lines far out.

import { describe, expect, it } from "vitest";
import { drawEdges } from "../src/canvas/draw-edges";
import type { Level } from "../src/canvas/layer";
import { NO_OVERLAY } from "../src/canvas/layer";
import type { Pen } from "../src/canvas/pen";
import { Mounts } from "../src/canvas/mounts";
import { Scene } from "../src/canvas/scene";
import { GraphDocument } from "../src/graph/document/document";
import { Selection } from "../src/graph/document/selection";
import { CANVAS_SETTINGS } from "../src/state/view";
import { categoryOf, iconFor, isKnownIcon } from "../src/ui/node-icon";
import "../src/ui/more-icons";
import { nodeTypes } from "./node-types";

describe("the icon of a type", () => {
  it.each(nodeTypes.map((type) => [type.id, type.icon ?? null] as const))("%s names one that is there (%s)", (_, icon) => {
    expect(icon === null || isKnownIcon(icon)).toBe(true);
  });

  it("is the same wherever its type is known, whatever name a file has for it", () => {
    for (const type of nodeTypes) {
      const own = iconFor(type.id, type.icon, categoryOf(type.category, type.id));
      for (const alias of type.aliases ?? []) expect(iconFor(alias, type.icon, categoryOf(type.category, alias)), `${alias} of ${type.id}`).toBe(type.icon ? own : iconFor(alias, null, categoryOf(type.category, alias)));
    }
  });
});

/** Counts what is drawn. */
function penOver(scene: Scene, level: Level, simplifyEdges: boolean): { pen: Pen; drawn: { lines: number; curves: number } } {
  const drawn = { lines: 0, curves: 0 };
  const ctx = new Proxy({} as Record<string, unknown>, {
    get: (known, name: string) => (name in known ? known[name] : name === "lineTo" || name === "fillRect" ? () => (drawn.lines += 1) : name === "bezierCurveTo" ? () => (drawn.curves += 1) : () => undefined),
    set: (known, name: string, value) => ((known[name] = value), true),
  });
  const palette = { edge: 1.5, edgeRun: 2, dash: 6 };
  const view = { x: 0, y: 0, zoom: 0.2, width: 1_000, height: 800, ratio: 1 };
  const draw = { now: 0, settings: { ...CANVAS_SETTINGS, simplifyEdges }, overlay: NO_OVERLAY, lifted: null, isDomShown: true };
  return { pen: { ctx, view, scene, palette, level, draw } as unknown as Pen, drawn };
}

describe("edges far out", () => {
  const count = 12_000;
  const nodes = Array.from({ length: count + 1 }, (_, n) => ({ id: `n${n}`, type: "map", position: { x: n * 300, y: (n % 2) * 200 } }));
  const scene = new Scene(new GraphDocument({ nodes, edges: Array.from({ length: count }, (_, n) => ({ id: `e${n}`, source: `n${n}`, target: `n${n + 1}` })) }), new Selection());
  scene.open();
  const all = Array.from({ length: count }, (_, n) => n);

  it("are straight, and thinned out where they are too many; the same ones in every frame", () => {
    const first = penOver(scene, "flat", true);
    drawEdges(first.pen, all);
    expect(first.drawn.curves).toBe(0);
    expect(first.drawn.lines).toBeGreaterThan(1_500);
    expect(first.drawn.lines).toBeLessThanOrEqual(5_000);
    const second = penOver(scene, "flat", true);
    drawEdges(second.pen, all);
    expect(second.drawn).toEqual(first.drawn);
  });

  it("are curves, and all of them, where somebody wants it so", () => {
    const { pen, drawn } = penOver(scene, "flat", false);
    drawEdges(pen, all);
    expect(drawn.curves).toBeGreaterThanOrEqual(count);
  });

  it("are never left out where they are selected", () => {
    scene.selection.set([], all.slice(0, 6_000));
    const { pen, drawn } = penOver(scene, "flat", true);
    drawEdges(pen, all);
    expect(drawn.lines).toBeGreaterThanOrEqual(6_000);
  });
});

describe("elements of nodes", () => {
  it("hear only of changes to their own node", () => {
    const scene = new Scene(new GraphDocument({ nodes: [{ id: "a" }, { id: "b" }], edges: [] }), new Selection());
    const mounts = new Mounts(scene);
    const heard: string[] = [];
    mounts.listenTo(0, () => heard.push("a"));
    mounts.listenTo(1, () => heard.push("b"));
    mounts.patch([1]);
    expect([heard, mounts.versionOf(0), mounts.versionOf(1)]).toEqual([["b"], 0, 1]);
  });
});

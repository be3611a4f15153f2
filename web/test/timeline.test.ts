// The timeline: rows under their containers and loops, what is zoomed, and where moments stand on a slider.

import { describe, expect, it } from "vitest";
import { countAtPlace, placesOf } from "../src/graph/pace";
import { indicesOf, panWindow, rowsOfTimeline, stepsIn, tickOf, timelineOf, zoomWindow, type TimelineItem, type TimelineStep } from "../src/graph/timeline";

const step = (address: string, status = "succeeded", node = address.split("@")[0] ?? ""): TimelineStep => ({ address, node, status, attempts: 1 });
const show = (items: readonly TimelineItem<TimelineStep>[]): unknown[] =>
  items.map((item) => {
    const name = item.kind === "step" ? (item.step?.address ?? "") : item.kind === "round" ? `#${item.index}` : `${item.node} ×${item.count}`;
    return item.children.length > 0 ? [name, ...show(item.children)] : name;
  });
const inside = (parents: Record<string, string>) => (node: string) => parents[node] ?? null;

describe("rows of a timeline", () => {
  it("stand flat where nothing iterates", () => {
    expect(show(timelineOf([step("a"), step("b")], () => null).roots)).toEqual(["a", "b"]);
  });

  it("gather what a loop of the graph ran several times, and leave alone what ran once", () => {
    const { roots } = timelineOf([step("start"), step("ask@0"), step("ready@0"), step("ask@1"), step("read@0")], () => null);
    expect(show(roots)).toEqual(["start", ["ask ×2", "ask@0", "ask@1"], "ready@0", "read@0"]);
  });

  it("stand under their container, by its iterations", () => {
    const { roots } = timelineOf([step("each"), step("call@0"), step("save@0"), step("call@1", "failed"), step("save@1", "running")], inside({ call: "each", save: "each" }));
    expect(show(roots)).toEqual([["each", ["#0", "call@0", "save@0"], ["#1", "call@1", "save@1"]]]);
    expect(roots[0]).toMatchObject({ count: 4, failed: 1, running: 1, depth: 0 });
    expect(roots[0]?.children[1]).toMatchObject({ count: 2, depth: 1 });
  });

  it("leave out the only iteration of a container, and a container without indices is no level of iterations", () => {
    expect(show(timelineOf([step("each"), step("call@0")], inside({ call: "each" })).roots)).toEqual([["each", "call@0"]]);
    expect(show(timelineOf([step("try"), step("call")], inside({ call: "try" })).roots)).toEqual([["try", "call"]]);
  });

  it("nest containers in containers, and loops in iterations", () => {
    const steps = [step("outer"), step("inner@0"), step("inner@1"), step("x@0.0"), step("x@0.1"), step("x@1.0"), step("again@0.0"), step("again@0.1")];
    const { roots } = timelineOf(steps, inside({ inner: "outer", x: "inner", again: "outer" }));
    expect(show(roots)).toEqual([["outer", ["#0", ["inner@0", ["#0", "x@0.0"], ["#1", "x@0.1"]], ["again ×2", "again@0.0", "again@0.1"]], ["#1", ["inner@1", "x@1.0"]]]]);
  });

  it("pass over containers that have no step, and parents in a circle", () => {
    expect(show(timelineOf([step("a"), step("b")], inside({ a: "frame", b: "a" })).roots)).toEqual([["a", "b"]]);
    expect(show(timelineOf([step("b")], inside({ b: "c", c: "b" })).roots)).toEqual(["b"]);
  });

  it("know an address by its node, also where the node's id has an @ in it", () => {
    expect(indicesOf({ address: "a@b@3.0", node: "a@b" })).toEqual(["3", "0"]);
    expect(indicesOf({ address: "a@b", node: "a@b" })).toEqual([]);
  });

  it("are closed where there are many, and open as asked", () => {
    const many = [step("each"), ...Array.from({ length: 1_000 }, (_, at) => step(`call@${at}`))];
    const tree = timelineOf(many, inside({ call: "each" }));
    expect(rowsOfTimeline(tree, new Set()).map((row) => row.key)).toEqual(["each"]);
    expect(rowsOfTimeline(tree, new Set(["each"]))).toHaveLength(1_001);
    expect([...stepsIn(tree.roots[0] as TimelineItem<TimelineStep>)]).toHaveLength(1_001);
    const few = timelineOf(many.slice(0, 4), inside({ call: "each" }));
    expect(rowsOfTimeline(few, new Set())).toHaveLength(7);
    expect(rowsOfTimeline(few, new Set(["each"]))).toHaveLength(1);
  });

  it("are made of a hundred thousand steps at once", () => {
    const many = [step("each"), ...Array.from({ length: 100_000 }, (_, at) => step(`n${at % 3}@${Math.floor(at / 3)}`))];
    const begun = performance.now();
    const tree = timelineOf(many, inside({ n0: "each", n1: "each", n2: "each" }));
    expect(tree.roots[0]).toMatchObject({ count: 100_000 });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe("the part that is looked at", () => {
  const whole = { from: 100, to: 200 };

  it("zooms around a point that stays where it is, and never leaves the whole", () => {
    expect(zoomWindow(whole, whole, 2, 0.25)).toEqual({ from: 112.5, to: 162.5 });
    expect(zoomWindow({ from: 100, to: 110 }, whole, 0.5, 0.9)).toEqual({ from: 100, to: 120 });
    expect(zoomWindow({ from: 150, to: 151 }, whole, 1e-9, 0.5)).toEqual(whole);
    const least = zoomWindow(whole, whole, 1e12, 0.5);
    expect(least.to - least.from).toBeGreaterThan(0);
  });

  it("moves until the edge", () => {
    expect(panWindow({ from: 110, to: 120 }, whole, -50)).toEqual({ from: 100, to: 110 });
    expect(panWindow({ from: 110, to: 120 }, whole, 500)).toEqual({ from: 190, to: 200 });
  });

  it("has marks at round distances", () => {
    expect([0.0003, 0.3, 7, 450, 700, 1_200, 14_000, 50_000, 100_000, 4_000_000].map(tickOf)).toEqual([0.0005, 0.5, 10, 500, 1_000, 2_000, 15_000, 60_000, 120_000, 7_200_000]);
  });
});

describe("moments on a slider", () => {
  it("keep their order, and shorten what nobody wants to wait for", () => {
    const places = placesOf([0, 1, 2, 3, 3_600_000, 3_600_001]);
    expect([...places]).toEqual([...places].sort((a, b) => a - b));
    expect([places[0], places.at(-1)]).toEqual([0, 1]);
    expect((places[4] ?? 0) - (places[3] ?? 0)).toBeLessThan(0.75);
    expect((places[1] ?? 0) - (places[0] ?? 0)).toBeGreaterThan(0.05);
  });

  it("stand apart where all happened at once, and where no time is known", () => {
    expect([...placesOf([5, 5, 5])]).toEqual([0, 0.5, 1]);
    expect([...placesOf([-Infinity, -Infinity, 5])]).toEqual([0, 0.5, 1]);
    expect([...placesOf([])]).toEqual([]);
    expect([...placesOf([7])]).toEqual([0]);
  });

  it("tell how many events have happened there", () => {
    const places = placesOf([0, 10, 20, 30]);
    expect([0, 0.2, 0.34, 0.999, 1].map((place) => countAtPlace(places, place))).toEqual([1, 1, 2, 3, 4]);
    for (let at = 0; at < places.length; at += 1) expect(countAtPlace(places, places[at] ?? 0)).toBe(at + 1);
  });
});

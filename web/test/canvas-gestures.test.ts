// What presses and drags mean, told by events alone: no page, no time.

import { describe, expect, it } from "vitest";
import { paceAt } from "../src/canvas/interaction/auto-pan";
import { Gestures, NOTHING, type Hands, type Hit, type Press } from "../src/canvas/interaction/gestures";
import { meaningOf } from "../src/canvas/interaction/wheel";

/** Hands that write down what they are told to do. */
function recorder(options: { hit?: Partial<Hit>; isEditable?: boolean; isSelecting?: boolean; isSelected?: boolean; refuses?: boolean } = {}) {
  const done: string[] = [];
  const note = (name: string) => (...given: unknown[]) => void done.push([name, ...given.filter((one) => typeof one !== "object").map(String)].join(" "));
  const begin = (name: string) => () => {
    if (!options.refuses) done.push(name);
    return !options.refuses;
  };
  const hands: Hands = {
    isEditable: () => options.isEditable ?? true,
    isSelecting: () => options.isSelecting ?? true,
    isSelected: () => options.isSelected ?? false,
    hit: () => ({ ...NOTHING, ...options.hit }),
    pan: (by) => void done.push(`pan ${by.x} ${by.y}`),
    zoom: (factor) => void done.push(`zoom ${factor.toFixed(2)}`),
    click: note("click"), open: note("open"), menu: note("menu"), beginMove: begin("move"), moveTo: (at) => void done.push(`moveTo ${at.x} ${at.y}`), endMove: note("endMove"),
    beginMarquee: (_, isMore) => void done.push(`marquee ${isMore}`), marqueeTo: note("marqueeTo"), endMarquee: note("endMarquee"), beginWire: begin("wire"), wireTo: note("wireTo"),
    endWire: (at) => void done.push(at ? "endWire" : "dropWire"), beginResize: begin("resize"), resizeTo: note("resizeTo"), endResize: note("endResize"), cursor: () => {},
  };
  return { done, gestures: new Gestures(hands) };
}

const press = (x: number, y: number, more: Partial<Press> = {}): Press => ({ id: 1, at: { x, y }, button: 0, isTouch: false, shift: false, command: false, alt: false, count: 1, ...more });
const NODE: Partial<Hit> = { kind: "node", node: 3 };

function drag(gestures: Gestures, more: Partial<Press> = {}): void {
  gestures.down(press(0, 0, more));
  gestures.move(1, { x: 2, y: 0 }, { alt: false });
  gestures.move(1, { x: 30, y: 10 }, { alt: false });
  gestures.up(1, { x: 30, y: 10 });
}

describe("gestures", () => {
  it("a press that hardly moves is a click, the second one opens", () => {
    const { done, gestures } = recorder({ hit: NODE });
    gestures.down(press(0, 0));
    gestures.move(1, { x: 2, y: 2 }, { alt: false });
    gestures.up(1, { x: 2, y: 2 });
    gestures.down(press(0, 0, { count: 2 }));
    gestures.up(1, { x: 0, y: 0 });
    expect(done).toEqual(["click", "open"]);
  });

  it.each([
    ["a node", { hit: NODE }, {}, ["move", "moveTo 30 10", "endMove true"]],
    ["the canvas", {}, {}, ["marquee false", "marqueeTo", "endMarquee true"]],
    ["the canvas with Shift", {}, { shift: true }, ["marquee true", "marqueeTo", "endMarquee true"]],
    ["the canvas with the middle button", {}, { button: 1 }, ["pan 28 10"]],
    ["the canvas where drags pan", { isSelecting: false }, {}, ["pan 28 10"]],
    ["a node that may not be changed", { hit: NODE, isEditable: false, isSelecting: false }, {}, ["pan 28 10"]],
    ["a port", { hit: { kind: "port", node: 3 } }, {}, ["wire", "wireTo", "endWire"]],
    ["an end of an edge", { hit: { kind: "end", edge: 3 } }, {}, ["wire", "wireTo", "endWire"]],
    ["the corner of a note", { hit: { kind: "corner", node: 3 } }, {}, ["resize", "resizeTo false", "endResize true"]],
    ["a node by a finger", { hit: NODE }, { isTouch: true }, ["pan 28 10"]],
    ["a selected node by a finger", { hit: NODE, isSelected: true }, { isTouch: true }, ["move", "moveTo 30 10", "endMove true"]],
    ["a node nobody may move", { hit: NODE, refuses: true }, {}, ["marquee false", "marqueeTo", "endMarquee true"]],
  ] as const)("a drag of %s", (_, options, more, expected) => {
    const { done, gestures } = recorder(options);
    drag(gestures, more);
    expect(done).toEqual(expected);
    expect(gestures.isBusy).toBe(false);
  });

  it("repeats a drag where the view moves below the pointer, and nothing else", () => {
    const { done, gestures } = recorder({ hit: NODE });
    gestures.again();
    gestures.down(press(0, 0));
    gestures.again();
    expect(done).toEqual([]);
    gestures.move(1, { x: 30, y: 10 }, { alt: true });
    gestures.again();
    expect([done, gestures.drag]).toEqual([["move", "moveTo 30 10", "moveTo 30 10"], { from: { x: 0, y: 0 }, at: { x: 30, y: 10 } }]);
    gestures.up(1, { x: 30, y: 10 });
    gestures.again();
    expect([done.length, gestures.drag]).toEqual([4, null]);
  });

  it("with Space held every drag pans, and lets go of nothing else", () => {
    const { done, gestures } = recorder({ hit: NODE });
    gestures.isSpaceHeld = true;
    drag(gestures);
    expect(done).toEqual(["pan 28 10"]);
  });

  it("Escape takes a drag back", () => {
    for (const [hit, undone] of [[NODE, "endMove false"], [{}, "endMarquee false"], [{ kind: "port", node: 1 }, "dropWire"], [{ kind: "corner", node: 1 }, "endResize false"]] as const) {
      const { done, gestures } = recorder({ hit });
      gestures.down(press(0, 0));
      gestures.move(1, { x: 50, y: 0 }, { alt: false });
      expect(gestures.cancel()).toBe(true);
      expect(done.at(-1)).toBe(undone);
      gestures.move(1, { x: 90, y: 0 }, { alt: false });
      gestures.up(1, { x: 90, y: 0 });
      expect(done.at(-1)).toBe(undone);
      expect(gestures.cancel()).toBe(false);
    }
  });

  it("a second finger makes a drag a pinch, and the one that stays pans on", () => {
    const { done, gestures } = recorder({ hit: NODE, isSelected: true });
    gestures.down(press(0, 0, { isTouch: true }));
    gestures.move(1, { x: 40, y: 0 }, { alt: false });
    gestures.down(press(140, 0, { isTouch: true, id: 2 }));
    gestures.move(2, { x: 240, y: 0 }, { alt: false });
    gestures.up(2, { x: 240, y: 0 });
    gestures.move(1, { x: 40, y: 30 }, { alt: false });
    gestures.up(1, { x: 40, y: 30 });
    expect(done).toEqual(["move", "moveTo 40 0", "endMove false", "pan 50 0", "zoom 2.00", "pan 0 30"]);
  });

  it("a finger held in place opens the menu, one that moves does not", () => {
    const { done, gestures } = recorder({ hit: NODE });
    gestures.down(press(0, 0, { isTouch: true }));
    gestures.held();
    gestures.up(1, { x: 0, y: 0 });
    gestures.down(press(0, 0, { isTouch: true }));
    gestures.move(1, { x: 50, y: 0 }, { alt: false });
    gestures.held();
    expect(done).toEqual(["menu", "pan 50 0"]);
  });

  it("a wire that was begun by a key hangs at the pointer until a press", () => {
    const { done, gestures } = recorder();
    gestures.wire({ ...NOTHING, kind: "port", node: 1, port: "out", isOutput: true });
    gestures.move(1, { x: 9, y: 9 }, { alt: false });
    gestures.down(press(20, 20));
    gestures.up(1, { x: 20, y: 20 });
    expect(done).toEqual(["wire", "wireTo", "endWire"]);
  });
});

describe("the wheel", () => {
  it.each([
    ["a mouse zooms", { dx: 0, dy: 120, mode: 0, control: false, shift: false }, "zoom"],
    ["lines zoom", { dx: 0, dy: 3, mode: 1, control: false, shift: false }, "zoom"],
    ["a trackpad pans", { dx: 3, dy: 7, mode: 0, control: false, shift: false }, "pan"],
    ["pinching zooms", { dx: 0, dy: -4, mode: 0, control: true, shift: false }, "zoom"],
    ["Shift pans aside", { dx: 0, dy: 120, mode: 0, control: false, shift: true }, "pan"],
  ] as const)("%s", (_, wheel, expected) => {
    expect(Object.keys(meaningOf(wheel))).toEqual([expected]);
  });

  it("no turn zooms by more than a half", () => {
    const meaning = meaningOf({ dx: 0, dy: 1e9, mode: 0, control: false, shift: false });
    expect("zoom" in meaning && meaning.zoom).toBeCloseTo(Math.exp(-0.48));
  });
});

describe("the view at the edge of a drag", () => {
  const size = { width: 1_000, height: 600 };
  const middle = { x: 500, y: 300 };

  it("stays while the pointer is inside, and goes faster the nearer it is to the edge", () => {
    expect(paceAt({ x: 900, y: 100 }, middle, size)).toEqual({ x: 0, y: 0 });
    const [near, nearer, out] = [970, 990, 1_400].map((x) => paceAt({ x, y: 300 }, middle, size).x) as [number, number, number];
    expect(near).toBeGreaterThan(0);
    expect(nearer).toBeGreaterThan(2 * near);
    expect(out).toBe(1_100);
    expect(paceAt({ x: 10, y: 590 }, middle, size)).toEqual({ x: -paceAt({ x: 990, y: 300 }, middle, size).x, y: paceAt({ x: 500, y: 590 }, middle, size).y });
  });

  it("stays where what is dragged stood at that edge already, until it is brought nearer", () => {
    expect(paceAt({ x: 990, y: 300 }, { x: 995, y: 300 }, size)).toEqual({ x: 0, y: 0 });
    expect(paceAt({ x: 990, y: 300 }, { x: 985, y: 300 }, size).x).toBeGreaterThan(0);
  });

  it("leaves room to rest in a small view", () => {
    expect(paceAt({ x: 50, y: 50 }, { x: 60, y: 60 }, { width: 100, height: 100 })).toEqual({ x: 0, y: 0 });
  });
});

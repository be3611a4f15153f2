// Others on the canvas: where they are drawn, how they glide, and going along with one of them.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CanvasCamera } from "../../src/canvas/camera";
import { PeopleLayer } from "../../src/canvas/people";
import type { Stage } from "../../src/canvas/stage";
import { GraphDocument } from "../../src/graph/document/document";
import { placesOf } from "../../src/graph/document/places";
import { fieldOf } from "../../src/graph/people";
import { People } from "../../src/state/document/presence";
import { Hub } from "./hub";

const ADA = { user: { name: "Ada", color: "#c2410c" }, view: { x: 1_000, y: 1_000, width: 400, height: 300 }, pointer: null as { x: number; y: number } | null, selection: { nodes: [] as string[], edges: [] as string[] }, field: null as string | null };

type Drawn = [name: string, ...numbers: unknown[]];

/** A surface that writes down what is drawn on it. */
function surface() {
  const drawn: Drawn[] = [];
  const ctx = new Proxy({} as Record<string, unknown>, {
    get: (own, name: string) => (name === "measureText" ? () => ({ width: 20 }) : (own[name] ?? ((...given: unknown[]) => void drawn.push([name, ...given])))),
  });
  return { drawn, ctx, width: 0, height: 0, getContext: () => ctx };
}

let frames: ((now: number) => void)[] = [];
let now = 0;

/** The next frame, after so many ms. */
function frame(ms = 16): void {
  now += ms;
  const due = frames;
  frames = [];
  for (const run of due) run(now);
}

beforeEach(() => {
  [frames, now] = [[], 0];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("requestAnimationFrame", (run: (now: number) => void) => frames.push(run));
  vi.stubGlobal("cancelAnimationFrame", () => (frames = []));
  vi.stubGlobal("getComputedStyle", () => ({ fontFamily: "sans-serif" }));
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("OffscreenCanvas", class {
    constructor(readonly width: number, readonly height: number) {}
    getContext = () => surface().ctx;
  });
  vi.spyOn(performance, "now").mockImplementation(() => now);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function stageOf(doc: GraphDocument): Stage {
  const camera = new CanvasCamera(() => undefined, () => true, () => null);
  camera.resize(800, 600, 1);
  camera.put({ x: 0, y: 0, zoom: 1 });
  return { camera, above: new Set(), scene: { doc, places: placesOf(doc), runOf: () => null } } as unknown as Stage;
}

function begin() {
  const doc = new GraphDocument({ nodes: [{ id: "near", type: "a", position: { x: 100, y: 100 } }, { id: "far", type: "a", position: { x: 9_000, y: 100 } }], edges: [] });
  const [hub, people, stage, canvas] = [new Hub(), new People(), stageOf(doc), surface()];
  people.connect(hub.join());
  const layer = new PeopleLayer(stage, canvas as unknown as HTMLCanvasElement, people);
  const named = (name: string) => canvas.drawn.filter(([what]) => what === name).map(([, ...rest]) => rest.map((one) => (typeof one === "number" ? Math.round(one) : one)));
  const fresh = () => {
    canvas.drawn.length = 0;
  };
  return { doc, hub, people, stage, layer, named, fresh };
}

/** Where pointers were drawn: an arrow begins at its tip, and its first line leads to its right. */
const tips = (moves: unknown[][]) => moves.map(([x, y]) => [x, y]);

describe("pointers", () => {
  it("stand where they were seen first, and glide to where they are seen next", () => {
    const { hub, named, fresh } = begin();
    hub.put(9, { ...ADA, pointer: { x: 100, y: 50 } });
    frame();
    expect(tips(named("moveTo"))).toEqual([[100, 50]]);
    frame(1_000);
    hub.put(9, { ...ADA, pointer: { x: 200, y: 50 } });
    frame();
    fresh();
    frame(45);
    expect(tips(named("moveTo"))).toEqual([[150, 50]]);
    fresh();
    frame(60);
    expect(tips(named("moveTo"))).toEqual([[200, 50]]);
  });

  it("have a name for a while, and cost no frame once they rest", () => {
    const { hub, named, fresh } = begin();
    hub.put(9, { ...ADA, pointer: { x: 100, y: 50 } });
    frame();
    frame(100);
    expect(named("drawImage").length).toBeGreaterThan(0);
    expect(frames).toEqual([]);
    fresh();
    now += 4_000;
    vi.advanceTimersByTime(4_000);
    frame();
    expect([named("moveTo").length, named("drawImage").length]).toEqual([1, 0]);
    expect(frames).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(frames).toEqual([]);
  });

  it("are not drawn where nobody sees them, nor after they are gone", () => {
    const { hub, named, fresh } = begin();
    hub.put(9, { ...ADA, pointer: { x: 5_000, y: 50 } });
    frame();
    hub.put(9, { ...ADA, pointer: { x: 100, y: 50 } });
    frame(200);
    fresh();
    hub.put(9, ADA);
    frame();
    expect(named("moveTo")).toEqual([]);
  });
});

describe("what others have selected", () => {
  it("has an outline where it is in view and there", () => {
    const { doc, hub, named, fresh } = begin();
    hub.put(9, { ...ADA, selection: { nodes: ["near", "far", "nowhere"], edges: ["none"] } });
    frame();
    expect(named("roundRect").map(([x, y]) => [x, y])).toEqual([[97, 97]]);
    fresh();
    doc.change("Delete", (edit) => edit.removeNode("near"));
    frame();
    expect(named("roundRect")).toEqual([]);
  });

  it("follows a node that comes after it was selected", () => {
    const { doc, hub, named, fresh } = begin();
    hub.put(9, { ...ADA, selection: { nodes: ["late"], edges: [] } });
    frame();
    expect(named("roundRect")).toEqual([]);
    fresh();
    doc.change("Add", (edit) => edit.addNode({ id: "late", type: "a", position: { x: 300, y: 300 } }));
    frame();
    expect(named("roundRect").map(([x, y]) => [x, y])).toEqual([[297, 297]]);
  });

  it("is named where they type", () => {
    const { hub, named } = begin();
    hub.put(9, { ...ADA, field: fieldOf("near", "url") });
    hub.put(10, { ...ADA, field: fieldOf("far", "url") });
    hub.put(11, { ...ADA, field: "nodes/#0/data/url" });
    frame();
    expect(named("drawImage").map(([, x, y]) => [x, y])).toEqual([[100, 76]]);
  });
});

describe("following", () => {
  const middle = ({ camera: { view } }: Stage) => [view.width / 2, view.height / 2].map((half, at) => Math.round((half - (at === 0 ? view.x : view.y)) / view.zoom));

  it("comes to what somebody sees, goes along, and rests there", () => {
    const { hub, stage, layer } = begin();
    hub.put(9, ADA);
    layer.follow(9);
    for (let at = 0; at < 200; at += 1) frame();
    expect(middle(stage)).toEqual([1_200, 1_150]);
    expect(stage.camera.view.zoom).toBeCloseTo(2, 1);
    expect(frames).toEqual([]);
    hub.put(9, { ...ADA, view: { x: 0, y: 0, width: 800, height: 600 } });
    for (let at = 0; at < 200; at += 1) frame();
    expect(middle(stage)).toEqual([400, 300]);
  });

  it("ends when they leave", () => {
    const { hub, layer } = begin();
    const ended = vi.fn();
    layer.onFollowed = ended;
    hub.put(9, ADA);
    layer.follow(9);
    frame();
    hub.put(9, null);
    frame();
    expect(ended).toHaveBeenCalledOnce();
  });

  it("tells others what is followed: two who follow each other stand still", () => {
    const { hub, people, layer } = begin();
    const tell = vi.spyOn(people, "tell");
    frame();
    expect(tell).toHaveBeenLastCalledWith({ view: { x: 0, y: 0, width: 800, height: 600 } });
    hub.put(9, ADA);
    layer.follow(9);
    for (let at = 0; at < 100; at += 1) frame();
    expect(tell).toHaveBeenLastCalledWith({ view: ADA.view });
  });
});

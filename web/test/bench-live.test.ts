// The run that is measured while the canvas moves: what its script expects of nodes and edges is what the page makes of the same
// events; and what counts React's commits counts what was rendered, and nothing else.

import { afterEach, describe, expect, it } from "vitest";
import { grid } from "../../bench/canvas/graphs.mjs";
import { countCommits } from "../../bench/canvas/recorder.mjs";
import { expected, storyOf } from "../../bench/canvas/story.mjs";
import type { Event } from "../src/api/types";
import { looksOf } from "../src/canvas/frame-times";
import { Scene } from "../src/canvas/scene";
import { statusesOf } from "../src/canvas/statuses";
import { GraphDocument } from "../src/graph/document/document";
import { Selection } from "../src/graph/document/selection";
import type { FileEdge, FileNode } from "../src/graph/file";
import { fold } from "../src/state/execution/fold";
import { emptyExecution } from "../src/state/execution/state";

const graph = grid(1_000) as { nodes: FileNode[]; edges: FileEdge[] };
const AROUND = { x: 2_000, y: 1_000, w: 2_000, h: 1_500 };

describe("the story of a run", () => {
  const story = storyOf(graph, { execution: "x", around: AROUND, changes: 1_200 });
  const events = [...story.before, ...story.changes] as unknown as Event[];

  it("is as long as wanted, in the order of its seq", () => {
    expect(story.changes).toHaveLength(1_200);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(new Set(story.changes.map(({ type }) => type))).toEqual(new Set(["step_started", "step_finished"]));
  });

  it.each([
    ["half a run", story.before as unknown as Event[]],
    ["all of it", events],
  ])("says how %s looks, as the canvas shows it", (_, told) => {
    const doc = new GraphDocument(structuredClone(graph));
    const scene = new Scene(doc, new Selection());
    const statuses = statusesOf(doc);
    scene.setStatuses(statuses);
    scene.open();
    let state = emptyExecution("x");
    for (let at = 0; at < told.length; at += 37) {
      state = fold(state, told.slice(at, at + 37));
      statuses.show(state.nodes, false);
    }
    const want = expected(graph, told) as { looks: Record<string, number>; badges: Map<string, string> };
    expect(looksOf(scene)).toEqual(want.looks);
    expect(want.looks["node ok"]).toBeGreaterThan(400);
    for (const [id, badge] of want.badges) expect(statuses.badge(doc.nodes.slot(id) ?? -1), id).toBe(badge);
  });
});

/** As much of React's tree as the counter looks at. */
interface Fiber {
  type: unknown;
  tag: number;
  flags: number;
  memoizedProps: Record<string, unknown>;
  stateNode: { outerHTML: string };
  alternate: Fiber | null;
  child: Fiber | null;
  sibling: Fiber | null;
}

const fiber = (more: Partial<Fiber>): Fiber => ({ type: () => null, tag: 0, flags: 0, memoizedProps: {}, stateNode: { outerHTML: "" }, alternate: null, child: null, sibling: null, ...more });
const card = (node: string, more: Partial<Fiber> = {}) => fiber({ tag: 15, child: fiber({ type: "div", tag: 5, memoizedProps: { "data-node": node }, stateNode: { outerHTML: "as it was" } }), ...more });
/** The tree after a commit that left `before` behind it. */
const next = (before: Fiber, more: Partial<Fiber>): Fiber => fiber({ ...before, flags: 0, alternate: before, ...more });

describe("the counter of commits", () => {
  afterEach(() => void Reflect.deleteProperty(globalThis, "__REACT_DEVTOOLS_GLOBAL_HOOK__"));

  it("tells which cards a commit mounted and rendered, and leaves out those that only stand there", () => {
    const bench = { commits: [] as number[], cards: [] as { node: string; isNew: boolean; isSame: boolean }[] };
    Object.assign(globalThis, { __bench: bench });
    countCommits();
    const hook = Reflect.get(globalThis, "__REACT_DEVTOOLS_GLOBAL_HOOK__") as { onCommitFiberRoot: (id: number, root: { current: Fiber }) => void };
    const still = card("still", { flags: 1 });
    const told = card("told", { flags: 1, sibling: still });
    const first = fiber({ tag: 3, child: told });
    hook.onCommitFiberRoot(1, { current: first });
    expect(bench.cards.map(({ node, isNew }) => [node, isNew])).toEqual([["told", true], ["still", true]]);
    bench.cards.length = 0;

    // What was not rendered is copied, with the same children.
    const second = next(first, { child: next(told, { flags: 1, child: next(told.child ?? fiber({}), {}), sibling: next(still, {}) }) });
    hook.onCommitFiberRoot(1, { current: second });
    expect(bench.cards.map(({ node, isNew }) => [node, isNew])).toEqual([["told", false]]);
    bench.cards.length = 0;

    hook.onCommitFiberRoot(1, { current: next(second, {}) });
    expect(bench.cards).toEqual([]);
    expect(bench.commits).toHaveLength(3);
  });

  it("tells whether a card that was rendered is another one", () => {
    const bench = { commits: [] as number[], cards: [] as { isSame: boolean }[] };
    Object.assign(globalThis, { __bench: bench });
    countCommits();
    const hook = Reflect.get(globalThis, "__REACT_DEVTOOLS_GLOBAL_HOOK__") as { onCommitFiberRoot: (id: number, root: { current: Fiber }) => void };
    const told = card("told");
    let tree = fiber({ tag: 3, child: told });
    hook.onCommitFiberRoot(1, { current: tree });
    for (const outerHTML of ["as it was", "running", "running"]) {
      const element = tree.child?.child ?? fiber({});
      element.stateNode.outerHTML = outerHTML;
      tree = next(tree, { child: next(tree.child ?? fiber({}), { flags: 1, child: next(element, {}) }) });
      hook.onCommitFiberRoot(1, { current: tree });
    }
    expect(bench.cards.map(({ isSame }) => isSame)).toEqual([false, true, false, true]);
  });
});

// What the editor's page puts together: the execution on show, and the way from a problem to its place.

import { describe, expect, it } from "vitest";
import { GraphDocument } from "../src/graph/document/document";
import { statusesOf } from "../src/canvas/statuses";
import { placeOf } from "../src/pages/editor/jump";
import { stateOf } from "../src/state/execution";
import { emptyExecution } from "../src/state/execution";

describe("the execution on show", () => {
  it("is none while the store holds another, or has not heard of it yet", () => {
    const left = { ...emptyExecution("of-another-workflow"), seq: 9 };
    expect(stateOf(left, "mine")).toBeNull();
    expect(stateOf(left, null)).toBeNull();
    expect(stateOf(emptyExecution("mine"), "mine")).toBeNull();
    const mine = { ...emptyExecution("mine"), seq: 1 };
    expect(stateOf(mine, "mine")).toBe(mine);
  });
});

describe("a problem in the list", () => {
  const doc = new GraphDocument({ nodes: [{ id: "a", type: "http" }, { id: "b" }], edges: [{ id: "e", source: "a", target: "b" }] });

  it("leads to the field of its node, each time it is asked anew", () => {
    const first = placeOf(doc, { node: "a", path: "data.cases[0].when" });
    const second = placeOf(doc, { node: "a", path: "cases[0].when" });
    expect(first).toMatchObject({ node: "a", asked: { node: "a", path: "cases[0].when" } });
    expect(second).toMatchObject({ asked: { path: "cases[0].when" } });
    expect(second).not.toEqual(first);
  });

  it("leads to the node or the edge where no field is named, and nowhere when they are gone", () => {
    expect(placeOf(doc, { node: "a" })).toEqual({ node: "a", asked: null });
    expect(placeOf(doc, { node: "a", edge: "e" })).toEqual({ edge: 0 });
    expect(placeOf(doc, { node: "gone", path: "url" })).toBeNull();
    expect(placeOf(doc, { edge: "gone" })).toBeNull();
  });
});

describe("a run that is over", () => {
  it("says of nodes that it never came to them, and nothing of what is only drawn", () => {
    const doc = new GraphDocument({ nodes: [{ id: "a", type: "http" }, { id: "g", type: "group" }, { id: "n", type: "note" }], edges: [] });
    const statuses = statusesOf(doc);
    statuses.show(new Map(), true);
    expect([0, 1, 2].map((slot) => [statuses.look(slot), statuses.line(slot)])).toEqual([["skipped", "not reached"], ["rest", null], ["rest", null]]);
  });
});

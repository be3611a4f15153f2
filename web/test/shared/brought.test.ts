// What somebody brings from being apart, as long as others may change the same: what meets, what was told, and what is built on after.

import { describe, expect, it } from "vitest";
import type { Conflict } from "../../src/graph/document/changes";
import { GraphDocument } from "../../src/graph/document/document";
import { takeOver, type Arrival, type Went } from "../../src/graph/document/elsewhere";
import type { FileGraph } from "../../src/graph/file";
import { met } from "../../src/state/document/brought";

const before = { id: "a", data: { label: "Start" } };
const mine = { id: "a", data: { label: "Mine" } };
const labelled = (label: string): Arrival[] => [{ list: "nodes", slot: 0, row: { id: "a", data: { label } } }];
const none = { file: null, told: [] as Conflict[], own: [] as Conflict[] };

/** A document in which I have renamed a node and the file, and what I brought with that. */
function renamed(): { doc: GraphDocument; brought: Went } {
  const doc = new GraphDocument({ name: "My graph", nodes: [mine], edges: [] } as FileGraph);
  return { doc, brought: { nodes: new Map([[0, { before, after: mine }]]), edges: new Map(), file: { before: { name: "Graph" }, after: { name: "My graph" } } } };
}

describe("what I brought", () => {
  it("is laid on again where somebody changed the same, and builds on theirs from then on", () => {
    const { doc, brought } = renamed();
    const found = met(doc, brought, { ...none, arrivals: labelled("Theirs") });
    expect(found?.changes).toMatchObject([{ node: "a", set: { "data/label": "Mine" }, was: { "data/label": "Start" } }]);
    expect(found?.rest.nodes.get(0)?.before).toEqual({ id: "a", data: { label: "Theirs" } });
  });

  it("is left where an entry of theirs has both, and is not fought for when somebody goes on from there", () => {
    const { doc, brought } = renamed();
    const told: Conflict[] = [{ row: { node: "a" }, field: "data/label", base: "Start", mine: "Theirs", theirs: "Mine" }];
    const first = met(doc, brought, { ...none, arrivals: labelled("Theirs"), told });
    expect(first?.changes).toEqual([]);
    takeOver(doc, labelled("Theirs"), doc.file);
    const second = met(doc, first?.rest ?? brought, { ...none, arrivals: labelled("Later") });
    expect(second?.changes ?? []).toEqual([]);
  });

  it("is told of another value than mine all the same", () => {
    const { doc, brought } = renamed();
    const told: Conflict[] = [{ row: { node: "a" }, field: "data/label", base: "Start", mine: "Theirs", theirs: "Somebody's" }];
    expect(met(doc, brought, { ...none, arrivals: labelled("Theirs"), told })?.changes).toHaveLength(1);
  });

  it("is of the file only where that very key is another now", () => {
    const { doc, brought } = renamed();
    expect(met(doc, brought, { ...none, arrivals: [], file: { name: "My graph" } })).toBeNull();
    const told: Conflict[] = [{ row: { file: true }, field: "name", base: "Graph", mine: "Theirs", theirs: "My graph" }];
    const first = met(doc, brought, { ...none, arrivals: [], file: { name: "Theirs" }, told });
    expect(first?.changes).toEqual([]);
    takeOver(doc, [], { name: "Theirs" });
    expect(met(doc, first?.rest ?? brought, { ...none, arrivals: [], file: { name: "Later" } })?.changes ?? []).toEqual([]);
  });

  it("is none of what somebody else changed beside it, also where the next change of theirs meets mine", () => {
    const { doc, brought } = renamed();
    const beside = met(doc, brought, { ...none, arrivals: [], file: { name: "My graph", tag: "x" } });
    expect(beside?.changes).toEqual([]);
    takeOver(doc, [], { name: "My graph", tag: "x" });
    const found = met(doc, beside?.rest ?? brought, { ...none, arrivals: [], file: { name: "Theirs", tag: "y" } });
    expect(found?.changes).toMatchObject([{ file: true, set: { name: "My graph" }, was: { name: "Graph" } }]);
    expect(found?.changes[0]).not.toHaveProperty("set.tag");
  });

  it("is a change and nothing added, where what I changed was taken out and is laid on again", () => {
    const { doc, brought } = renamed();
    const found = met(doc, brought, { ...none, arrivals: [{ list: "nodes", slot: 0, row: null }] });
    expect(found?.changes).toHaveLength(1);
    const again = met(doc, found?.rest ?? brought, { ...none, arrivals: labelled("Theirs") });
    expect([again?.added, again?.changes.length]).toEqual([[], 1]);
  });

  it("is added under another id where somebody added one of that name, also where theirs is gone again", () => {
    for (const row of [{ id: "a", data: { label: "Theirs" } }, null]) {
      const { doc } = renamed();
      const brought: Went = { nodes: new Map([[0, { before: null, after: mine }]]), edges: new Map(), file: null };
      const found = met(doc, brought, { ...none, arrivals: [{ list: "nodes", slot: 0, row }] });
      expect(found?.added).toEqual([mine]);
      expect(found?.rest.nodes.has(0)).toBe(false);
    }
  });
});

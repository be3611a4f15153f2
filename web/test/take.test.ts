// Taking in a text: all of its notes with their nodes, and what is too large for a layout in the page.

import { describe, expect, it, vi } from "vitest";
import { placesOf } from "../src/graph/document/places";
import { Selection } from "../src/graph/document/selection";
import type { Context, Host } from "../src/graph/commands/registry";
import { cornersOf } from "../src/pages/editor/use-layout";
import { takeText } from "../src/panels/editor/take";
import { documentOf, KINDS, node } from "./edit/sample";

function given(layout: Host["layout"] = () => Promise.reject(new Error("no server"))) {
  const doc = documentOf([]);
  const told: string[] = [];
  const host = { place: () => ({ x: 0, y: 0 }), frameAt: () => -1, reveal: vi.fn(), tell: (text: string) => void told.push(text), layout: vi.fn(layout) };
  const context = { doc, where: placesOf(doc), kinds: KINDS, selection: new Selection(), host: host as unknown as Host } satisfies Context;
  return { doc, told, host, context };
}

const N8N = JSON.stringify({
  nodes: [
    { id: "1", name: "Start", type: "n8n-nodes-base.manualTrigger", position: [0, 0], parameters: {} },
    { id: "2", name: "Odd one", type: "vendor.oddThing", position: [200, 0], parameters: { a: 1 } },
    { id: "3", name: "Odder", type: "vendor.odderThing", position: [400, 0], parameters: {} },
  ],
  connections: { Start: { main: [[{ node: "Odd one", type: "main", index: 0 }, { node: "Gone", type: "main", index: 0 }]] } },
});

describe("notes of an import", () => {
  it("are all told, each with the node it is about, also where that got another id", async () => {
    const { doc, told, context } = given();
    await takeText(context, N8N);
    const again = await takeText(context, N8N);
    expect(again.source).toBe("n8n");
    expect(again.notes.length).toBeGreaterThanOrEqual(3);
    const about = again.notes.filter(({ slot }) => slot >= 0);
    expect(about.length).toBeGreaterThanOrEqual(3);
    expect(about.every(({ slot }) => again.nodes.includes(slot) && doc.nodes.at(slot))).toBe(true);
    expect(told.at(-1)).toContain(`${again.notes.length} things in it are not as they were`);
  });
});

describe("what has no places", () => {
  const many = (count: number) => JSON.stringify({ nodes: Array.from({ length: count }, (_, n) => ({ id: `n${n}`, type: "no_op", data: {} })), edges: Array.from({ length: count - 1 }, (_, n) => ({ id: `e${n}`, source: `n${n}`, target: `n${n + 1}` })) });

  it("is laid out by the server where it is large, as one step with pasting it", async () => {
    const { doc, host, context } = given(({ nodes }) => Promise.resolve(nodes.map((_, at) => [at * 300, 50] as const)));
    const taken = await takeText(context, many(2_500));
    expect(taken.isGrid).toBe(true);
    expect(host.layout).toHaveBeenCalledTimes(1);
    expect(doc.nodes.get("n7")?.position).toEqual({ x: 2_100, y: 50 });
    expect(host.reveal).toHaveBeenCalledTimes(2);
    doc.undo();
    expect(doc.nodes.count).toBe(0);
  });

  it("stands in rows where the server cannot, and says so; no two at one place", async () => {
    const { doc, told, context } = given();
    await takeText(context, many(2_500));
    expect(told[0]).toContain("the server could not lay it out (no server)");
    expect(new Set([...doc.nodes.entries()].map(([, { position }]) => `${position?.x} ${position?.y}`)).size).toBe(2_500);
  });

  it("does not move what somebody moved while it was laid out", async () => {
    const { doc, told, context } = given(({ nodes }) => {
      doc.change("Move", (editing) => editing.setNode("n3", { position: { x: -50, y: -50 } }));
      return Promise.resolve(nodes.map(() => [9, 9] as const));
    });
    await takeText(context, many(2_500));
    expect(doc.nodes.get("n3")?.position).toEqual({ x: -50, y: -50 });
    expect(doc.nodes.get("n4")?.position).not.toEqual({ x: 9, y: 9 });
    expect(told[0]).toContain("changed while it was laid out");
  });

  it("is laid out at once where it is small; a few without places stand below the others", async () => {
    const { doc, host, context } = given();
    await takeText(context, many(30));
    expect([host.layout.mock.calls.length, doc.nodes.get("n29")?.position?.x]).toEqual([0, 29 * (208 + 88)]);
    const other = given();
    await takeText(other.context, JSON.stringify({ nodes: [node("a", 40, 40), node("b", 400, 40), { id: "c", type: "no_op", data: {} }], edges: [] }));
    expect(["a", "b", "c"].map((id) => other.doc.nodes.get(id)?.position)).toEqual([{ x: 40, y: 40 }, { x: 400, y: 40 }, { x: 0, y: 160 }]);
  });

  it("counts from parents as the server tells it, and from the canvas for whoever draws it", () => {
    const parent = new Map([[1, 0], [2, 1]]);
    const corners = cornersOf({ parentOf: (slot) => parent.get(slot) ?? -1 }, new Map([[2, { x: 1, y: 1 }], [1, { x: 10, y: 10 }], [0, { x: 100, y: 100 }], [3, { x: 5, y: 5 }]]));
    expect([0, 1, 2, 3].map((slot) => corners.get(slot))).toEqual([{ x: 100, y: 100 }, { x: 110, y: 110 }, { x: 111, y: 111 }, { x: 5, y: 5 }]);
  });
});

// Taking nodes out into a workflow of their own: what it becomes, and when it is refused.

import { describe, expect, it } from "vitest";
import { extract, type Extraction } from "../../src/graph/edit/extract";
import { documentOf, edge, KINDS, node, placesIn, slots, ways } from "./sample";

const base = () =>
  documentOf(
    [
      node("hook", 0, 0, { type: "webhook" }),
      node("fetch", 300, 0, { type: "http", data: { label: "Fetch", url: "{{ inputs.hook.url }}" } }),
      node("shape", 600, 0, { type: "set_fields", data: { fields: { a: "{{ nodes.fetch.output.a }}" } } }),
      node("show", 900, 0, { type: "visualization", data: { label: "Show", text: "{{ nodes.shape.output.a }}" } }),
    ],
    [edge("hook", "fetch"), edge("fetch", "shape"), edge("shape", "show")],
    { name: "All", variables: { limit: 3 } },
  );

function done(found: Extraction | { refused: string }): Extraction {
  if ("refused" in found) throw new Error(found.refused);
  return found;
}
const refusal = (doc: ReturnType<typeof base>, ...ids: string[]) => {
  const found = extract(doc, placesIn(doc), KINDS, slots(doc, ...ids), "Part");
  return "refused" in found ? found.refused : null;
};

describe("extracting", () => {
  it("makes a workflow with a start and an end, and a node that runs it", () => {
    const doc = base();
    const before = doc.toFile();
    const found = done(extract(doc, placesIn(doc), KINDS, slots(doc, "fetch", "shape"), "Get shape"));
    expect(found.graph).toMatchObject({ name: "Get shape", variables: { limit: 3 } });
    expect(found.graph.nodes.map((one) => [one.id, one.type])).toEqual([["start", "manual"], ["fetch", "http"], ["shape", "set_fields"], ["result", "return"]]);
    expect(found.graph.edges.map((one) => `${one.source}→${one.target}`)).toEqual(["start→fetch", "fetch→shape", "shape→result"]);
    expect(found.graph.nodes[1]?.data?.["url"]).toBe("{{ inputs.start.url }}");
    expect(found.notes).toEqual([]);
    const at = found.apply("wf_1");
    expect(doc.nodes.at(at)).toMatchObject({ id: "get_shape", type: "sub_workflow", data: { label: "Get shape", workflow: "wf_1" } });
    expect(ways(doc)).toEqual(["get_shape→show", "hook→get_shape"]);
    expect(doc.nodes.get("show")?.data?.["text"]).toBe("{{ nodes.get_shape.output.a }}");
    expect(doc.canUndo()).toBe("Extract 2 nodes to a workflow");
    doc.undo();
    expect(doc.toFile()).toEqual(before);
  });

  it("refuses what would not do the same, and says why", () => {
    const doc = base();
    expect(refusal(doc, "hook", "fetch")).toBe("“Webhook” is a trigger: it starts this workflow and cannot move into another");
    expect(refusal(doc, "shape")).toBe("“Set fields” reads “fetch”, which is not selected. Pass it on as input first");
    expect(refusal(doc)).toContain("Select nodes");
    doc.change("x", (editing) => editing.setNode("show", { "data/text": "{{ $('Fetch').item.json }}" }));
    expect(refusal(doc, "fetch", "shape")).toBe("“Show” reads “Fetch”, which would be in the new workflow");
    doc.change("x", (editing) => editing.setNode("show", { "data/text": "{{ trigger.body }}" }));
    expect(refusal(doc, "show")).toBe("“Show” reads “trigger”, which the new workflow would not have");
  });

  it.each([
    [[edge("a", "x"), edge("b", "x")], ["x"], "2 outputs lead into the selection"],
    [[edge("x", "a"), edge("y", "a")], ["x", "y"], "lead out of the selection, and a workflow has one output"],
    [[edge("if", "a", "true")], ["if"], "chooses where to go on"],
    [[edge("x", "a", "error")], ["x"], "An edge for errors"],
    [[], ["x", "inner"], "different frames"],
    [[], ["count"], "shares the counter"],
    [[], ["back"], "ends what is around it"],
  ])("refuses edges %j", (edges, ids, why) => {
    const doc = documentOf(
      [node("a"), node("b"), node("x"), node("y"), node("if", 0, 0, { type: "condition" }), node("box"), node("inner", 0, 0, { parentId: "box" }), node("count", 0, 0, { type: "counter" }), node("count2", 0, 0, { type: "counter" }), node("back", 0, 0, { type: "return" })],
      edges,
    );
    expect(refusal(doc, ...ids)).toContain(why);
  });

  it("tells what is different where a branch inside may lead past the end", () => {
    const doc = documentOf(
      [node("if", 0, 0, { type: "condition", data: { label: "Big" } }), node("x"), node("y"), node("after")],
      [edge("if", "x", "true"), edge("x", "y"), edge("y", "after")],
    );
    const found = done(extract(doc, placesIn(doc), KINDS, slots(doc, "if", "x", "y"), "Part"));
    expect(found.notes).toEqual([expect.stringContaining("“Big” leads past the end")]);
    expect(found.graph.edges[0]).toMatchObject({ source: "start", target: "if" });
  });

  it("takes a way for failures as a branch like any other", () => {
    const doc = documentOf([node("x", 0, 0, { data: { on_error: "route" } }), node("y"), node("after")], [edge("x", "y", "out"), edge("y", "after")]);
    expect(refusal(doc, "x")).toContain("chooses where to go on");
    expect(done(extract(doc, placesIn(doc), KINDS, slots(doc, "x", "y"), "Part")).notes).toEqual([expect.stringContaining("leads past the end")]);
  });
});

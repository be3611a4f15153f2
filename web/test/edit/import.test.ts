// Files of other tools: what each becomes, and what is said about what could not be taken over.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { recognise } from "../../src/graph/import/recognise";
import { paste } from "../../src/graph/edit/clip";
import { documentOf, KINDS, placesIn, ways } from "./sample";

const base = (name: string, type: string, parameters: object = {}, more: object = {}) => ({ id: `${name}-uuid`, name, type: `n8n-nodes-base.${type}`, typeVersion: 1, position: [100, 200], parameters, ...more });
const only = (type: string, parameters: object, more: object = {}) => {
  const found = recognise({ nodes: [base("It", type, parameters, more)], connections: {} }, KINDS);
  return { node: found?.nodes[0], notes: found?.notes.filter((note) => note.node !== null).map((note) => note.message) ?? [] };
};
const main = (...outputs: string[][]) => ({ main: outputs.map((names) => names.map((node) => ({ node, type: "main", index: 0 }))) });

describe("n8n", () => {
  it("takes over names, places, edges by output, settings and pins", () => {
    const found = recognise(
      {
        name: "Orders",
        nodes: [
          base("When clicked", "manualTrigger"),
          base("Is it big?", "if", { conditions: { combinator: "and", options: { caseSensitive: true }, conditions: [{ leftValue: "={{ $json.total }}", rightValue: 100, operator: { type: "number", operation: "gt" } }] } }, { typeVersion: 2.2, disabled: true, notes: "Why" }),
          base("Loop", "splitInBatches", { batchSize: 5 }, { typeVersion: 3 }),
          base("Slack", "slack", { text: "=Hi {{ $json.name }}" }, { credentials: { slackApi: { id: "1", name: "Me" } } }),
        ],
        connections: { "When clicked": main(["Is it big?"]), "Is it big?": main(["Loop"], ["Slack"]), Loop: main(["Slack"], ["Loop"]), Gone: main(["Slack"]), Slack: main(["Nobody"]) },
        pinData: { "When clicked": [{ json: { a: 1 } }] },
      },
      KINDS,
    );
    expect([found?.source, found?.file]).toEqual(["n8n", { name: "Orders" }]);
    expect(found?.nodes).toEqual([
      { id: "when_clicked", type: "manual", position: { x: 100, y: 200 }, data: { label: "When clicked", pinned: { a: 1 } } },
      { id: "is_it_big", type: "condition", position: { x: 100, y: 200 }, data: { label: "Is it big?", notes: "Why", disabled: true, rules: { combine: "and", rules: [{ left: "{{ $json.total }}", type: "number", operator: "greater", right: 100 }] } } },
      { id: "loop", type: "for_each", position: { x: 100, y: 200 }, data: { label: "Loop", batch_size: 5 } },
      { id: "slack", type: "n8n-nodes-base.slack", position: { x: 100, y: 200 }, data: { label: "Slack", text: "Hi {{ $json.name }}", n8n: { typeVersion: 1, credentials: { slackApi: { id: "1", name: "Me" } } } } },
    ]);
    expect(found?.edges.map((one) => `${one.source}.${one.sourceHandle ?? ""}→${one.target}`)).toEqual(["when_clicked.→is_it_big", "is_it_big.true→loop", "is_it_big.false→slack", "loop.done→slack", "loop.loop→loop"]);
    expect(found?.notes.map((note) => note.message.slice(0, 30))).toEqual(["There is no equal of n8n's “sl", "An edge led to a node that is ", "n8n runs a node once for each "]);
  });

  it.each([
    ["httpRequest", { method: "POST", url: "=https://x/{{ $json.id }}", sendBody: true, specifyBody: "json", jsonBody: "={{ $json }}", sendHeaders: true, headerParameters: { parameters: [{ name: "X-A", value: "={{ $env.A }}" }] } }, { method: "POST", url: "https://x/{{ $json.id }}", headers: { "X-A": "{{ env.A }}" }, body: "{{ $json }}" }],
    ["set", { assignments: { assignments: [{ name: "a", value: "={{ $('When').item.json.b }}", type: "string" }] } }, { fields: { a: "{{ $('When').item.json.b }}" } }],
    ["set", { keepOnlySet: true, values: { number: [{ name: "n", value: 3 }] } }, { fields: { n: 3 }, include_input: false }],
    ["wait", { amount: 5, unit: "minutes" }, { duration: "5m" }],
    ["code", { jsCode: "return 1" }, { code: "return 1" }],
    ["webhook", { path: "orders", httpMethod: "POST", responseMode: "responseNode" }, { path: "orders", method: "POST", respond: "by_node" }],
    ["if", { conditions: { string: [{ value1: "={{ $json.kind }}", operation: "contains", value2: "a" }] }, combineOperation: "any" }, { rules: { combine: "or", rules: [{ left: "{{ $json.kind }}", type: "text", operator: "contains", right: "a" }] } }],
    ["switch", { rules: { values: [{ outputKey: "big", conditions: { conditions: [{ leftValue: "={{ $json.n }}", rightValue: 5, operator: { type: "number", operation: "gte" } }] } }] }, options: { fallbackOutput: "extra" } }, { cases: [{ when: "$json.n >= 5", output_path: "big" }, { is_default: true, output_path: "otherwise" }] }],
    ["splitOut", { fieldToSplitOut: "rows" }, { field: "rows" }],
    ["limit", { maxItems: 3, keep: "lastItems" }, { count: 3, from: "last" }],
    ["sort", { sortFieldsUi: { sortField: [{ fieldName: "age", order: "descending" }] } }, { field: "age", order: "desc" }],
    ["executeWorkflow", { workflowId: { value: "12", cachedResultName: "Bill" }, options: {} }, { workflow: "Bill" }],
    ["stopAndError", { errorMessage: "no" }, { message: "no" }],
    ["merge", { mode: "combine", combineBy: "combineByPosition" }, { mode: "by_position" }],
  ])("%s has an equal: %j", (type, parameters, data) => {
    const { node } = only(type, parameters, { typeVersion: type === "set" && "assignments" in parameters ? 3.2 : 1 });
    expect(node?.data).toEqual({ label: "It", ...data });
  });

  it("keeps what is left over, and says so", () => {
    const { node, notes } = only("httpRequest", { url: "https://x", authentication: "genericCredentialType", options: { timeout: 5 } }, { credentials: { basic: { id: "1" } }, retryOnFail: true, onError: "continueErrorOutput" });
    expect(node?.data).toEqual({
      label: "It", method: "GET", url: "https://x", retry: { max_attempts: 3, backoff_strategy: "constant", initial_delay: 1_000 }, on_error: "route",
      n8n: { type: "n8n-nodes-base.httpRequest", typeVersion: 1, parameters: { authentication: "genericCredentialType", options: { timeout: 5 } }, credentials: { basic: { id: "1" } } },
    });
    expect(notes).toEqual(["Not taken over: authentication, options, credentials. It is kept under “n8n”"]);
  });

  it("half a condition is no equal", () => {
    const { node, notes } = only("if", { conditions: { conditions: [{ leftValue: 1, rightValue: 2, operator: { type: "array", operation: "lengthGt" } }] } });
    expect([node?.type, notes]).toEqual(["n8n-nodes-base.if", ["There is no equal of n8n's “if”: the node keeps all it has and cannot run"]]);
  });

  it("notes become notes, and other ways of connecting keep their name", () => {
    const found = recognise({ nodes: [base("Note", "stickyNote", { content: "# Hi", color: 4, width: 300 }), base("Model", "lm", {}), base("Agent", "agent", {})], connections: { Model: { ai_languageModel: [[{ node: "Agent", type: "ai_languageModel", index: 0 }]] } } }, KINDS);
    expect(found?.nodes[0]).toEqual({ id: "note", type: "note", position: { x: 100, y: 200 }, width: 300, height: 160, data: { text: "# Hi", color: "green" } });
    expect(found?.edges).toEqual([{ id: "e1", source: "model", target: "agent", sourceHandle: "ai_languageModel", targetHandle: "ai_languageModel" }]);
  });

  it("survives nonsense", () => {
    const found = recognise({ nodes: [null, {}, { parameters: 3, position: "x", name: 7, type: 9 }, base("A", "set", { assignments: { assignments: "x" }, values: { string: 3 } })], connections: { A: { main: [null, [{}, null]] }, 7: 1 } }, KINDS);
    expect(found?.nodes.map((one) => one.id)).toEqual(["node_1", "node_7", "a"]);
    expect(found?.edges).toEqual([]);
  });
});

describe("React Flow and Thaiyyal", () => {
  it("leaves out what React Flow keeps while it runs, and knows its own types", () => {
    const found = recognise({ nodes: [{ id: 1, type: "input", position: { x: 1, y: 2 }, data: { label: "Go" }, selected: true, measured: { width: 3 } }, { id: "2", position: { x: 0, y: 0 }, data: {}, parentNode: "1", style: { width: 3 } }, { id: "3", type: "fancy", data: { a: 1 } }], edges: [{ id: "e", source: 1, target: 2, animated: true, selected: false }, { source: "1" }], viewport: { zoom: 2 } }, KINDS);
    expect(found).toEqual({
      source: "react_flow",
      file: { viewport: { zoom: 2 } },
      nodes: [
        { id: "1", type: "manual", position: { x: 1, y: 2 }, data: { label: "Go" } },
        { id: "2", type: "no_op", position: { x: 0, y: 0 }, parentId: "1", data: {}, style: { width: 3 } },
        { id: "3", type: "fancy", data: { a: 1 } },
      ],
      edges: [{ id: "e", source: "1", target: "2", animated: true }],
      notes: [{ node: "3", message: "There is no node type “fancy”: the node keeps all it has and cannot run" }],
    });
  });

  it("a bare list of nodes, and what servers wrap a graph in, is a graph; other values are none", () => {
    const node = { id: "a", type: "http", position: { x: 0, y: 0 }, data: {} };
    expect(recognise([node, { ...node, id: "b" }], KINDS)?.nodes).toHaveLength(2);
    expect(recognise({ name: "W", definition: { nodes: [node], edges: [] } }, KINDS)).toMatchObject({ source: "workflow", file: { name: "W" }, nodes: [node] });
    for (const other of [null, 3, "nodes", [], {}, { nodes: 3 }, { nodes: [1] }, [1, 2], { a: { b: [] } }]) expect(recognise(other, KINDS)).toBeNull();
    expect(() => recognise({ nodes: Array.from({ length: 200_001 }, () => ({})) }, KINDS)).toThrow("200000 can be taken over");
  });

  it("finds the type of what Thaiyyal leaves unnamed", () => {
    const found = recognise({ nodes: [{ id: "1", data: { value: 3 } }, { id: "2", data: { op: "add" } }, { id: "3", type: "conditionNode", data: {} }], edges: [{ source: "1", target: "2" }] }, KINDS);
    expect([found?.source, found?.nodes.map((one) => one.type), found?.notes]).toEqual(["thaiyyal", ["number", "operation", "conditionNode"], []]);
  });

  const unplaced = (...types: string[]) => types.map((type, n) => ({ id: `n${n}`, type, data: {} }));
  const inARow = (count: number) => Array.from({ length: count - 1 }, (_, n) => ({ id: `e${n}`, source: `n${n}`, target: `n${n + 1}` }));
  it.each([
    ["with a trigger", { nodes: unplaced("manual", "http", "visualization"), edges: inARow(3) }],
    ["of types that both have", { nodes: unplaced("http", "delay", "http"), edges: inARow(3) }],
    ["that says what only ours do", { samples: [], nodes: unplaced("number", "operation", "visualization"), edges: inARow(3) }],
    ["with some places", { nodes: [{ ...unplaced("number")[0], position: { x: 0, y: 0 } }, ...unplaced("number", "operation", "visualization").slice(1)], edges: inARow(3) }],
  ])("a graph of our own without places is one of ours, and laid out: %s", (_, graph) => {
    const found = recognise(graph, KINDS);
    expect([found?.source, found?.notes]).toEqual(["workflow", []]);
    const doc = documentOf([]);
    paste(doc, placesIn(doc), found ?? { nodes: [], edges: [] });
    const spots = [...doc.nodes.entries()].map(([, { position }]) => position ?? { x: NaN, y: NaN });
    expect(spots.map(({ x }) => x)).toEqual(spots.map(({ x }) => x).sort((a, b) => a - b)); // along its edges
    expect(new Set(spots.map(({ x }) => x)).size).toBe(3);
  });

  // Beside the repository there may be more of Thaiyyal's own examples; then they are taken too.
  const folder = fileURLToPath(new URL("../../../../shared/data/thaiyyal", import.meta.url));
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => !name.includes("expected")) : [];
  const ages = {
    name: "Ages",
    description: "Whether somebody is of age, and which group that is",
    nodes: [
      { id: "age", type: "number", data: { value: 25, label: "Age" } },
      { id: "adult", type: "condition", data: { condition: ">=18", label: "Adult?" } },
      { id: "group", type: "switch", data: { cases: [{ when: "input >=65", output_path: "senior" }, { when: "default", is_default: true, output_path: "other" }] } },
      { id: "shown", type: "visualization", data: { mode: "json", label: "Result" } },
      { id: "child", type: "visualization", data: { mode: "json" } },
    ],
    edges: [{ id: "e1", source: "age", target: "adult" }, { id: "e2", source: "adult", target: "group", sourceHandle: "true" }, { id: "e3", source: "adult", target: "child", sourceHandle: "false" }, { id: "e4", source: "group", target: "shown" }],
  };
  const examples: [string, unknown][] = [["ages", ages], ...files.map((name): [string, unknown] => [name, JSON.parse(readFileSync(`${folder}/${name}`, "utf8"))])];
  it.each(examples)("its example graphs are pasted whole: %s", (_, graph) => {
    const found = recognise(graph, KINDS);
    expect(found?.source).toBe("thaiyyal");
    expect([found?.nodes.length, found?.edges.length]).toEqual([(graph as typeof ages).nodes.length, (graph as typeof ages).edges.length]);
    const doc = documentOf([]);
    paste(doc, placesIn(doc), found ?? { nodes: [], edges: [] });
    expect([doc.nodes.count, ways(doc).length]).toEqual([found?.nodes.length, found?.edges.length]);
    expect(new Set(doc.toFile().nodes.map((one) => JSON.stringify(one.position))).size).toBe(doc.nodes.count);
  });
});

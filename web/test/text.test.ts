// What people type: where a JSON text is wrong, and what a form's fields become.

import { describe, expect, it } from "vitest";
import { losesDigits, readJson, shareUnchanged } from "../src/api/exact";
import { asksForInput, fieldFault, fieldsOf, inputSchema, inputText, samplesOf, textsOf } from "../src/graph/form";
import { jsonFault } from "../src/graph/json-text";
import { parametersOf } from "../src/graph/parameters";
import { summaryOf, titleOf, words } from "../src/graph/summary";
import { webhooksOf } from "../src/graph/webhooks";

it.each([
  ["9007199254740993", true],
  ["9007199254740992", false],
  ["1e400", true],
  ["1e-400", true],
  ["0.1", false],
  ["0.1000000000000000055511151231257827", true],
  ["1.50", false],
  ["100000000000000000000", false],
  ["-0.0", false],
])("%s loses digits: %s", (source, loses) => {
  expect(losesDigits(Number(source), source)).toBe(loses);
});

it("reads JSON as JSON, however long its numbers", () => {
  expect(JSON.stringify(readJson('{"a":[1,2.5,"12345678901234567890"]}'))).toBe('{"a":[1,2.5,"12345678901234567890"]}');
  expect(() => readJson("{")).toThrow();
});

it("keeps the identity of what did not change", () => {
  const before = { a: [1, { b: 2 }], c: { d: 1 }, gone: 1 };
  const after = shareUnchanged(before, { a: [1, { b: 2 }], c: { d: 2 } }) as typeof before;
  expect(after).toEqual({ a: [1, { b: 2 }], c: { d: 2 } });
  expect(after.a).toBe(before.a);
  expect(after.c).not.toBe(before.c);
  expect(shareUnchanged(before, structuredClone(before))).toBe(before);
  expect(shareUnchanged([1, 2], [1])).toEqual([1]);
  expect(shareUnchanged({ x: undefined }, { y: undefined })).toEqual({ y: undefined });
});

describe("a JSON text", () => {
  it("that is right has no fault", () => {
    for (const text of ["{}", "[]", ' {"a": [1, -2.5e3, true, null, "x\\u00e9"]} ', "1", '"text"']) expect(jsonFault(text)).toBeNull();
  });

  it.each([
    ['{\n  "a": 1,\n}', 3, 1, "a comma stands before }"],
    ['{"a" 1}', 1, 6, "expected a colon"],
    ["{a: 1}", 1, 2, "double quotes"],
    ["{'a': 1}", 1, 2, "double quotes"],
    ['{"a": [1, 2}', 1, 12, "expected a comma or ]"],
    ['{"a": 1', 1, 8, "ends before its closing }"],
    ['{"a":\n "b}', 2, 2, "has no end"],
    ["{} {}", 1, 4, "more follows"],
    ['{"a": undefined}', 1, 7, "expected a value"],
    ['{"a": 1\n"b": 2}', 2, 1, "expected a comma or }"],
    ["", 1, 1, "nothing here yet"],
  ])("%j is told by line %i, column %i", (text, line, column, message) => {
    const fault = jsonFault(text);
    expect(fault?.message).toContain(message);
    expect(fault).toMatchObject({ line, column });
  });
});

describe("an input form", () => {
  const schema = {
    type: "object",
    required: ["name", "size"],
    properties: {
      name: { type: "string", title: "Name" },
      size: { type: "number", default: 3 },
      count: { type: "integer" },
      kind: { enum: ["a", "b"] },
      vip: { type: "boolean" },
      extra: { type: "object" },
    },
  };
  const fields = fieldsOf(schema) ?? [];

  it("comes from the trigger's schema", () => {
    const nodes = [
      { id: "later", data: { schema: { type: "object", properties: { wrong: {} } } } },
      { id: "start", type: "manual", data: { schema } },
      { id: "other", data: { schema } },
    ];
    expect(inputSchema({ nodes, edges: [{ source: "start", target: "later" }] })).toBe(schema);
    expect(inputSchema({ nodes: [{ id: "plain", data: { schema: "text" } }], edges: [] })).toBeNull();
    expect(fields.map((field) => field.kind)).toEqual(["text", "number", "integer", "choice", "boolean", "json"]);
    expect(fieldsOf({ type: "string" })).toBeNull();
  });

  it("sends numbers as typed and leaves empty optional fields out", () => {
    const texts = new Map([["name", 'say "hi"'], ["size", "12345678901234567890.5"], ["kind", "a"], ["extra", '{"x":1}']]);
    expect(inputText(fields, texts)).toBe('{"name":"say \\"hi\\"","size":12345678901234567890.5,"kind":"a","vip":false,"extra":{"x":1}}');
    expect(inputText(fields, new Map([["vip", "true"]]))).toBe('{"name":"","size":3,"vip":true}');
  });

  it("shows a sample in its fields when they can hold all of it", () => {
    const sample = { name: "Ada", size: 1.5, kind: "b", vip: true, extra: { x: [1] } };
    const texts = textsOf(fields, sample);
    expect(JSON.parse(inputText(fields, texts!))).toEqual(sample);
    expect(JSON.parse(inputText(fields, textsOf(fields, { name: "Ada", size: 2 })!))).toEqual({ name: "Ada", size: 2, vip: false });
    for (const other of [{ more: 1 }, { name: 1 }, { size: "1" }, { count: 1.5 }, { kind: "c" }, { vip: null }, [1], null]) {
      expect(textsOf(fields, other), JSON.stringify(other)).toBeNull();
    }
  });

  it("is asked for when an empty object would not do, or there are samples", () => {
    const asks = (start: unknown, samples?: unknown) => asksForInput({ nodes: [{ id: "start", type: "manual", data: { schema: start } }], edges: [], samples });
    expect([asks(schema), asks({ type: "array" }), asks({ required: ["x"] })]).toEqual([true, true, true]);
    expect([asks({ type: "object", required: [] }), asks({}), asks("text"), asks({}, []), asks({}, "x")]).toEqual([false, false, false, false, false]);
    expect(asks({}, [{}])).toBe(true);
    expect(samplesOf({ nodes: [], edges: [], samples: [1] })).toEqual([1]);
  });

  it("says what is wrong with a field", () => {
    const fault = (name: string, text: string) => fieldFault(fields.find((field) => field.name === name) ?? fields[0]!, text);
    expect(fault("size", "")).toBe("needed");
    expect(fault("size", "1,5")).toContain("number");
    expect(fault("count", "1.5")).toContain("whole");
    expect(fault("count", "")).toBeNull();
    expect(fault("extra", "{")).toContain("JSON");
    expect(fault("name", "")).toBeNull();
  });
});

it("knows the addresses of webhooks", () => {
  const hook = (id: string, data: { [key: string]: unknown }) => ({ id, type: "webhook", data });
  const nodes = [hook("a", { path: "/orders/", method: "put" }), hook("b", {}), hook("c", { path: "x", methods: ["get", "post"] }), hook("d", { disabled: true }), { id: "e", type: "manual" }];
  expect(webhooksOf({ nodes, edges: [] }, "wf").map(({ node, method, path }) => `${node} ${method} ${path}`)).toEqual(["a PUT /hooks/orders", "b POST /hooks/wf", "c GET, POST /hooks/x"]);
});

it("names nodes and says what they do", () => {
  expect(words("text_input")).toBe("Text input");
  expect(titleOf({ id: "n1", type: "http", data: { label: " Page " } }, "HTTP request")).toBe(" Page ");
  expect(titleOf({ id: "n1", type: "http", data: {} }, "HTTP request")).toBe("HTTP request");
  expect(titleOf({ id: "n1", type: "text_input", data: { label: "  " } })).toBe("Text input");
  expect(titleOf({ id: "n1", data: "no record" })).toBe("n1");
  expect(summaryOf({ id: "n", type: "http", data: { method: "post", url: "https://a" } }, null)).toBe("POST https://a");
  expect(summaryOf({ id: "n", type: "switch", data: { cases: [{}, {}] } }, null)).toBe("2 cases");
});

it("lists the parameters of a schema", () => {
  const list = parametersOf({ required: ["a"], properties: { a: { type: "array", items: { type: "string" } }, b: { enum: ["x", "y"], default: "x" }, c: { anyOf: [{ type: "string" }, { type: "number" }] } } });
  expect(list.map(({ type }) => type)).toEqual(["list of string", "x | y", "string or number"]);
  expect(list[0]).toMatchObject({ required: true, fallback: null });
  expect(list[1]).toMatchObject({ fallback: '"x"' });
});

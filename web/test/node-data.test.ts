// Expressions are tried on what they read, and asked for again only when that is another value.

import { describe, expect, it } from "vitest";
import { durationInWords, readDuration } from "../src/graph/parameter/duration";
import { findIn, shapeOf } from "../src/graph/shape";
import { dataFor, evaluateData, filled, sameParts, shortened, tried, withInput } from "../src/panels/node/against";
import type { NodeData } from "../src/panels/node/types";

const rows = [{ n: 1 }, { n: 2 }];
const data: NodeData = {
  input: { rows, label: "urgent" }, inputs: { a: 1, b: 2 }, vars: { region: "eu" }, trigger: { by: "hand" }, source: null,
  nodes: [{ id: "classify", label: "Classify it", type: "http", output: { label: "x" } }, { id: "http-2", label: "Second", type: "http", output: [1] }, { id: "later", label: "Later", type: "http" }],
};

describe("what an expression is tried on", () => {
  it("is what it reads, and no more", () => {
    expect(evaluateData("{{ input.label }}", data)).toEqual({ input: data.input });
    expect(evaluateData("{{ $json.label + vars.region }}", data)).toEqual({ input: data.input, vars: data.vars });
    expect(evaluateData("nodes.classify.output.label", data)).toEqual({ nodes: { classify: { label: "x" } } });
    expect(evaluateData('nodes["http-2"].output[0]', data)).toEqual({ nodes: { "http-2": [1] } });
    expect(evaluateData("$('Classify it').item.json.label", data)).toEqual({ nodes: { "Classify it": { label: "x" } } });
    expect(evaluateData("Object.keys(nodes)", data)).toEqual({ nodes: { classify: { label: "x" }, "http-2": [1] } });
    expect(evaluateData(">= 18", data)).toEqual({ input: data.input });
    expect(evaluateData("1 + 1", data)).toEqual({});
    expect(evaluateData("my.input.x", data)).toEqual({});
  });

  it("is the first item where items are read", () => {
    const help = "`item` (also `input`) is the item, `index` its place";
    expect(dataFor({ help }, { items: "{{ input.rows }}" }, data)).toMatchObject({ item: { n: 1 }, input: { n: 1 }, index: 0 });
    expect(dataFor({ help }, {}, { ...data, input: rows })).toMatchObject({ item: { n: 1 }, input: { n: 1 } });
    expect(dataFor({ help }, {}, data)).toBe(data);
    expect(dataFor({ help: "" }, { items: "{{ input.rows }}" }, data)).toBe(data);
    const folds = "`accumulator` (also `acc` and `input`) is the value so far, `item` the item";
    expect(dataFor({ help: folds }, { initial_value: 7 }, { ...data, input: rows })).toMatchObject({ item: { n: 1 }, input: 7 });
    expect(tried({ help: folds }, "accumulator + acc.x + item.acc + 'acc'")).toBe("input + input.x + item.acc + 'acc'");
  });

  it("is the same while its values are, whatever object holds them", () => {
    expect(sameParts(evaluateData("input.a", data), evaluateData("input.a", { ...data }))).toBe(true);
    expect(sameParts(evaluateData("nodes.classify.x", data), evaluateData("nodes.classify.x", { ...data, nodes: [...data.nodes] }))).toBe(true);
    expect(sameParts(evaluateData("input.a", data), evaluateData("input.a", { ...data, input: { rows, label: "urgent" } }))).toBe(false);
    expect(sameParts(evaluateData("input.a", data), evaluateData("input.a + vars.b", data))).toBe(false);
  });

  it("is what the edges would bring where the step has not run", () => {
    expect(withInput({ nodes: [], source: null, inputs: { a: 1 } }).input).toBe(1);
    expect(withInput({ nodes: [], source: null, inputs: { a: 1, b: 2 } }).input).toEqual({ a: 1, b: 2 });
    expect(withInput({ nodes: [], source: null, inputs: {} }).input).toBeUndefined();
    expect(withInput({ ...data, input: 5 }).input).toBe(5);
  });

  it("is made whole where values were shortened", () => {
    const cut = { input: { big: { $elided: true, preview: "[1,", bytes: 9, ref: "a/1" }, small: 1 } };
    expect(shortened(cut)).toEqual(["a/1"]);
    expect(filled(cut, new Map([["a/1", [1, 2]]]))).toEqual({ input: { big: [1, 2], small: 1 } });
    expect(filled(cut, new Map())).toEqual(cut);
  });
});

describe("spans of time", () => {
  it.each([
    ["0", 0], [250, 250], ["250", 250], [" 500ms ", 500], ["0s", 0], ["5s", 5_000], ["2m", 120_000], ["1.5h", 5_400_000], ["1h30m", 5_400_000], ["1h 30m 10s", 5_410_000], ["1m30.5s", 90_500],
    ["2 minutes", 120_000], ["10 sec", 10_000], ["1d", 86_400_000], ["2 weeks", 1_209_600_000], ["PT5S", 5_000], ["P1DT1H", 90_000_000], ["36500 days", 3_153_600_000_000],
  ] as const)("%s is %d ms, as the server reads it", (text, ms) => expect(readDuration(text)).toBe(ms));

  it.each([null, true, -1, 1e300, [1], {}, "", " ", "s", "5x", "-5s", "5s ago", "1..5", "1 month", "1y", "101000 days", "5s5s", "soon", "{{ input }}", "36500 days 1s"])("%j is none", (value) => expect(readDuration(value)).toBeNull());

  it("are told in words", () => {
    expect([0, 30_000, 5_430_000, 90_061_001].map(durationInWords)).toEqual(["no time", "30 seconds", "1 hour 30 minutes 30 seconds", "1 day 1 hour 1 minute 1 second 1 millisecond"]);
  });
});

describe("values", () => {
  it("have a shape, lists as one item of all", () => {
    const { rows: shape, more } = shapeOf({ list: [{ a: 1, b: "x" }, { a: null }], name: "n" }, "input");
    expect(more).toBe(false);
    expect(shape.map((row) => [row.path, row.type, row.seen?.times ?? null])).toEqual([
      ["input", "object", null], ["input.list", "list of 2", null], ["input.list[0]", "object", null], ["input.list[0].a", "number or null", 2], ["input.list[0].b", "text", 1], ["input.name", "text", null],
    ]);
    expect(shapeOf(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`k${n}`, n])), "x").more).toBe(true);
  });

  it("are searched by key and value, and huge ones in part", () => {
    expect(findIn(data.input, "input", "URGENT").finds.map((one) => one.path)).toEqual(["input.label"]);
    expect(findIn(data.input, "input", "n").finds.map((one) => one.path)).toEqual(["input.rows[0].n", "input.rows[1].n", "input.label"]);
    const huge = Array.from({ length: 300_000 }, (_, n) => n);
    expect(findIn(huge, "input", "nothing")).toEqual({ finds: [], all: false });
  });
});

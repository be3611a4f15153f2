// Paths must be what an expression would say, and rows what is open, no more.

import { describe, expect, it } from "vitest";
import { fileHref } from "../src/api/client";
import { childPath, PART, rowsOf, type Openness } from "../src/graph/tree";
import { brief, elided, fileOf } from "../src/graph/values";

const shut: Openness = { toggled: new Set(), depth: 1, shown: new Map(), fetched: new Map() };

/** Reads a path back, the way JavaScript would. */
function at(root: unknown, path: string): unknown {
  return new Function("input", `return ${path}`)(root);
}

describe("paths", () => {
  it("are written as expressions write them", () => {
    expect(childPath("input", "name")).toBe("input.name");
    expect(childPath("input.items", 0)).toBe("input.items[0]");
    expect(childPath("input", "first name")).toBe('input["first name"]');
    expect(childPath("input", 'a"b\\c')).toBe('input["a\\"b\\\\c"]');
    expect(childPath("input", "")).toBe('input[""]');
    expect(childPath("input", "0")).toBe('input["0"]');
  });

  it("lead to the value they stand for, whatever the names", () => {
    const root = { a: [{ "b c": { 'd"': 1, "ünï": 2, "": [null, true] } }], "0": "zero", $x: { class: 3 } };
    for (const row of rowsOf(root, "input", { ...shut, depth: 9 })) expect(at(root, row.path)).toBe(row.value);
  });
});

describe("files", () => {
  it("are what names a hash, and are saved from the execution that has them", () => {
    const hash = "0123456789abcdef".repeat(4);
    const file = fileOf({ $file: hash, name: "a & b.pdf", type: "application/pdf", size: 70_000 });
    expect(file).toEqual({ hash, name: "a & b.pdf", type: "application/pdf", size: 70_000 });
    expect(file && fileHref("01ab", file)).toBe(`/api/v1/executions/01ab/files/${hash}?name=a+%26+b.pdf&type=application%2Fpdf`);
    expect(fileOf({ $file: hash })).toEqual({ hash, name: "", type: "", size: 0 });
    for (const other of [null, "x", { $file: "../../x" }, { $file: hash.toUpperCase() }, { file: hash }]) expect(fileOf(other)).toBeNull();
  });
});

describe("rows", () => {
  const root = { list: [1, 2], deep: { x: { y: 1 } } };

  it("open down to a depth, and what was toggled", () => {
    expect(rowsOf(root, "input", shut).map((row) => row.path)).toEqual(["input", "input.list", "input.deep"]);
    const toggled = new Set(["input.list"]);
    expect(rowsOf(root, "input", { ...shut, toggled }).map((row) => row.path)).toEqual(["input", "input.list", "input.list[0]", "input.list[1]", "input.deep"]);
    expect(rowsOf(root, "input", { ...shut, toggled: new Set(["input"]) })).toHaveLength(1);
  });

  it("show a long list in parts", () => {
    const long = Array.from({ length: PART + 50 }, (_, n) => n);
    const rows = rowsOf(long, "input", shut);
    expect(rows).toHaveLength(1 + PART + 1);
    expect(rows.at(-1)).toMatchObject({ kind: "more", count: 50 });
    expect(rowsOf(long, "input", { ...shut, shown: new Map([["input", PART * 2]]) })).toHaveLength(1 + PART + 50);
  });

  it("put a fetched value in the place of the elided one", () => {
    const big = { $elided: true, preview: "[1,2", bytes: 4096, ref: "v1" };
    expect(rowsOf({ big }, "input", shut)[1]).toMatchObject({ kind: "elided", count: 0 });
    const fetched = new Map([["v1", [1, 2, 3]]]);
    expect(rowsOf({ big }, "input", { ...shut, fetched })[1]).toMatchObject({ kind: "array", count: 3, path: "input.big" });
    expect(elided({ $elided: "yes", ref: "v1" })).toBeNull();
  });

  it("take a value nested 5,000 deep", () => {
    let value: unknown = 1;
    for (let n = 0; n < 5_000; n += 1) value = [value];
    expect(rowsOf(value, "input", { ...shut, depth: 9_999 })).toHaveLength(5_001);
  });
});

it("says a value in one line", () => {
  expect(brief({ label: "urgent", score: 0.94, list: [] })).toBe("label: urgent · score: 0.94 · list");
  expect(brief([1])).toBe("1 item");
  expect(brief("a\n  b")).toBe("a b");
  expect(brief("x".repeat(99), 10)).toHaveLength(10);
  expect(brief(null)).toBe("null");
});

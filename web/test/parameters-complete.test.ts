// Autocompletion offers what is really there, and what expressions can really call.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chainBefore, complete, holes, valueOf } from "../src/graph/parameter/complete";
import { GLOBALS, METHODS, NAMES, NAMESPACES, OWN } from "../src/graph/parameter/functions";

const known = {
  input: { items: [{ name: "Ada", tags: ["a"], price: 3 }], "first name": "x", label: "urgent", nothing: null },
  nodes: { classify: { output: { label: "urgent" } }, "http-2": { output: [1, 2] } },
  vars: {},
};
/** Options at the bar. */
function at(text: string, asked = false) {
  const place = text.indexOf("|");
  return complete(text.replace("|", ""), place, known, asked);
}
const labels = (text: string, asked = false) => at(text, asked)?.options.map((one) => one.label) ?? [];

describe("the list of functions", () => {
  const docs = readFileSync(fileURLToPath(new URL("../../docs/expressions.md", import.meta.url)), "utf8");
  const section = (name: string) => [...(new RegExp(`### ${name}\\n([^\\n]+)`).exec(docs)?.[1] ?? "").matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? "");

  it.each(["string", "array", "number", "boolean", "object", "date", "regex"] as const)("of %s is that of the documentation", (receiver) => {
    const documented = section(receiver);
    expect(documented.length).toBeGreaterThan(1);
    expect(METHODS[receiver].filter((one) => one.takes !== null).map((one) => one.name).sort()).toEqual(documented.sort());
  });

  it("of functions and constants is that of the documentation", () => {
    const inside = Object.entries(NAMESPACES).flatMap(([space, list]) => list.map((one) => `${space}.${one.name}`));
    expect([...GLOBALS.map((one) => one.name), ...inside].sort()).toEqual([...section("function"), ...section("constant")].sort());
  });

  it("says of each what it takes, gives and does", () => {
    const all = [...Object.values(METHODS).flat(), ...OWN.values(), ...GLOBALS, ...Object.values(NAMESPACES).flat()];
    expect(all.filter((one) => one.help === "" || one.gives === "")).toEqual([]);
    for (const name of OWN.keys()) expect(Object.values(METHODS).flat().some((one) => one.name === name), name).toBe(true);
  });

  it("begins with the names of the documentation", () => {
    for (const [name] of NAMES) expect(docs, name).toContain(`\`${name}`);
  });
});

describe("options", () => {
  it("are the keys of the real value, and its methods", () => {
    expect(labels("input.|").slice(0, 4)).toEqual(["items", "first name", "label", "nothing"]);
    expect(at("input.|")?.options.find((one) => one.label === "first name")?.insert).toBe('["first name"]');
    expect(labels("input.items.|")).toContain("filter");
    expect(labels("input.items.|")).not.toContain("toUpperCase");
    expect(labels("input.label.to|")).toContain("toUpperCase");
    expect(labels("nodes.classify.output.|")[0]).toBe("label");
    expect(at("nodes.|")?.options.find((one) => one.label === "http-2")?.insert).toBe('["http-2"]');
    expect(labels("1 + input.items[0].|").slice(0, 3)).toEqual(["name", "tags", "price"]);
    expect(labels("input.nothing.|")).toEqual([]);
  });

  it("know the arguments of functions", () => {
    expect(labels("input.items.filter(p => p.|").slice(0, 3)).toEqual(["name", "tags", "price"]);
    expect(labels("input.items.filter((p, at) => p.tags.|")).toContain("join");
    expect(labels("input.items.reduce((sum, one) => sum + one.|, 0)")[0]).toBe("name");
    expect(labels("input.items.map(p => |", true)[0]).toBe("p");
    expect(labels("input.items.map(p => p.name).concat(|", true)).not.toContain("p");
    expect(labels("input.items.filter(p => p.price).first().|")[0]).toBe("name");
  });

  it("are places of lists and keys in brackets", () => {
    expect(at("input.items[|")?.options).toMatchObject([{ label: "0", insert: "0]", detail: "3 fields" }]);
    expect(labels("input[|")).toContain("first name");
    expect(labels("[|", true)).toContain("input");
  });

  it("begin with names, and are none inside of texts", () => {
    expect(labels("in|").slice(0, 2)).toEqual(["input", "inputs"]);
    expect(labels("Math.|")).toContain("floor");
    expect(labels("Math.fl|")).toContain("floor");
    expect(at("'input.|")).toBeNull();
    expect(at("|")).toBeNull();
    expect(labels("|", true)).toContain("nodes");
    expect(at("12|")).toBeNull();
  });
});

describe("paths", () => {
  it("are found before the cursor", () => {
    for (const [text, chain] of [["a + input.b", "input.b"], ["f(input.a[0]", "input.a[0]"], ["x.filter(a => a.b)", "x.filter(a => a.b)"], ["!input?.a", "input?.a"], ["(a).b", "(a).b"]]) {
      expect(chainBefore(text ?? "", (text ?? "").length), text).toBe(chain);
    }
  });

  it("lead to values without running anything", () => {
    expect(valueOf("input.items[0].name", known)).toBe("Ada");
    expect(valueOf('input["first name"]', known)).toBe("x");
    expect(valueOf("input.label.length", known)).toBe(6);
    expect(valueOf("input.constructor", known)).toBeUndefined();
    expect(valueOf("input.items.map(x => x)", known)).toEqual([]);
    expect(valueOf("input.items[", known)).toBeUndefined();
  });
});

describe("templates", () => {
  it("hold expressions between braces, which may hold braces", () => {
    const parts = (text: string) => holes(text).map(({ from, to }) => text.slice(from, to));
    expect(parts("Hello {{ input.name }}, {{ input.n }}")).toEqual([" input.name ", " input.n "]);
    expect(parts("{{ {a: {b: 1}} }}")).toEqual([" {a: {b: 1}} "]);
    expect(parts("{{ '}}' }}")).toEqual([" '}}' "]);
    expect(parts("{{ input.")).toEqual([" input."]);
    expect(parts("{{ input.f( }} x {{ 2 }}")).toEqual([" input.f( ", " 2 "]);
    expect(parts("plain } }")).toEqual([]);
  });
});

// Conditions go into the builder and come out saying the same, in both forms that node types take.

import { describe, expect, it } from "vitest";
import { readCondition, writeCondition } from "../src/graph/parameter/condition-text";
import { changeAt, fitRight, NEW_RULE, newGroup, OPERATORS, operatorsFor, readRules, RULE_TYPES, writeRules } from "../src/graph/parameter/rules";
import { nodeType, nodeTypes } from "./node-types";

const defs = (nodeType("condition").schema as unknown as { $defs: { rule: { properties: { operator: { enum: string[] }; type: { enum: string[] } } } } }).$defs.rule.properties;

describe("rules", () => {
  it("know the operators and types that the node type takes, and no others", () => {
    expect(OPERATORS.map((operator) => operator.name).sort()).toEqual([...defs.operator.enum].sort());
    expect([...RULE_TYPES]).toEqual(defs.type.enum);
  });

  it.each([
    [{ combine: "or", rules: [{ left: "{{ input.a }}", operator: "greater", right: 5 }, { combine: "and", rules: [{ left: "{{ input.b }}", operator: "is_true" }, { left: "{{ input.a }}", operator: "less", right: 0 }] }] }],
    [{ combine: "and", rules: [{ operator: "equals", right: "ADA", ignore_case: true }] }],
    [[{ operator: "equals", right: { b: 1, a: [2] } }, { operator: "empty", left: "{{ input.x }}", note: "kept" }]],
    [{ combine: "and", rules: [], since: "kept" }],
    [{ combine: "and", rules: [{ operator: "less", right: "2026-11-21", type: "date" }] }],
    [{ combine: "or", rules: [{ operator: "contains", right: null }] }],
  ])("come out as they went in: %j", (value) => {
    const tree = readRules(value);
    expect(tree).not.toBeNull();
    expect(tree && writeRules(tree)).toEqual(value);
  });

  it("leave what they cannot show alone", () => {
    for (const value of ["input.x", { rules: "x" }, { combine: "xor", rules: [] }, [{ operator: "resembles" }], [{ operator: "equals", type: "colour" }], [3], { rules: [{ combine: "and", rules: 3 }] }]) {
      expect(readRules(value), JSON.stringify(value)).toBeNull();
    }
    let deep: unknown = { operator: "empty" };
    for (let n = 0; n < 40; n += 1) deep = { rules: [deep] };
    expect(readRules(deep)).toBeNull();
  });

  it("offer each type what means something for it", () => {
    expect(operatorsFor("object").map((one) => one.name)).toContain("contains");
    expect(operatorsFor("object").map((one) => one.name)).not.toContain("greater");
    expect(operatorsFor("number").map((one) => one.name)).not.toContain("starts_with");
    expect([fitRight("3", "number"), fitRight("{{ input.n }}", "number"), fitRight("true", "boolean"), fitRight(3, "text"), fitRight("x", "number")]).toEqual([3, "{{ input.n }}", true, "3", "x"]);
  });

  it("change at a place and nowhere else", () => {
    const tree = newGroup([NEW_RULE, newGroup([NEW_RULE, { ...NEW_RULE, operator: "empty" }])]);
    const changed = changeAt(tree, [1, 0], (entry) => ({ ...entry, operator: "exists" }) as typeof NEW_RULE);
    expect(writeRules(changed)).toEqual({ combine: "and", rules: [{ operator: "equals", right: "" }, { combine: "and", rules: [{ operator: "exists" }, { operator: "empty" }] }] });
    expect(writeRules(changeAt(changed, [1], () => null))).toEqual({ combine: "and", rules: [{ operator: "equals", right: "" }] });
    expect(changed.entries[0]).toBe(tree.entries[0]);
  });
});

describe("conditions as text", () => {
  it.each([
    "input.total > 100 && input.paid",
    "input.total > 100 && (input.paid || input.vip == true)",
    "input.name.startsWith(\"A\")",
    "!input.tags.includes(\"spam\")",
    "input.next != null",
    "input.next == null",
    "isEmpty(input.rows)",
    "!isEmpty(input.rows)",
    "input.kind === \"a\"",
    "input.kind !== \"a\"",
    "item.price * 2 >= input.limit - 1",
    "input.rows.filter(row => row.open && row.mine).length > 0",
    "input['a b'] == \"say 'hi' && go\"",
    "nodes.classify.output.label == 'a \"b\"'",
    "!input.done",
    "!input.tags?.includes(\"spam\")",
    "input.a || input.b || input.c",
    "(input.a && input.b) || (input.c && input.d)",
    "/^a|b&&c/.test(input.x) && input.y == 2",
    "input.n == -1.5",
  ])("come out as they went in: %s", (text) => {
    const tree = readCondition(text);
    expect(tree).not.toBeNull();
    expect(tree && writeCondition(tree)).toBe(text);
  });

  it("may begin with a comparison", () => {
    const tree = readCondition(">= 18");
    expect(tree && writeCondition(tree, true)).toBe(">= 18");
    expect(tree && writeCondition(tree)).toBe("input >= 18");
    expect(tree?.entries).toMatchObject([{ operator: "greater_or_equal", right: 18 }]);
  });

  it("stay text where a tree would say something else", () => {
    for (const text of ["input.a ? 1 : 2", "a => a", "input.a > 1 > 0", "input.a &&", "(input.a", "x = 3", "input.a ?? input.b", "!(input.a && input.b)", "input.a == ", "'open", "a, b", "input.a > 1 == !input.b"]) {
      expect(readCondition(text), text).toBeNull();
    }
    expect(readCondition(true)).toBeNull();
  });

  it("read values as what they are, and all else as code", () => {
    const rules = (text: string) => readCondition(text)?.entries;
    expect(rules("input.a == 'x'")).toMatchObject([{ left: { code: "input.a" }, right: "x" }]);
    expect(rules("input.a == input.b")).toMatchObject([{ right: { code: "input.b" } }]);
    expect(rules("input.a == 007")).toMatchObject([{ right: { code: "007" } }]);
    expect(rules("{{ input.a > 3 }}")).toMatchObject([{ right: 3 }]);
    expect(rules("input.list?.includes(3)")).toMatchObject([{ left: { code: "input.list" }, operator: "contains", right: 3 }]);
  });

  it("agree with every condition of the node types' examples", () => {
    const texts = nodeTypes.flatMap((type) => {
      const properties = (type.schema as unknown as { properties?: Record<string, { format?: string; examples?: unknown[] }> }).properties ?? {};
      return Object.values(properties).flatMap((part) => (part.format === "condition" ? (part.examples ?? []) : []));
    });
    expect(texts.length).toBeGreaterThan(4);
    for (const text of texts) {
      const tree = readCondition(text);
      expect(tree && writeCondition(tree, true), String(text)).toBe(text);
    }
  });
});

// Every node type's schema makes a form in which each parameter can be set, and what is typed there is what the type takes.

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { NodeType, Problem } from "../src/api/types";
import { misfits, problemPath, problemsAt, problemsElsewhere, valueFault } from "../src/graph/parameter/check";
import { counts, fieldsOfType, otherKeys, type ParameterField } from "../src/graph/parameter/fields";
import { isExpression, toExpression, toFixed, wholeHole, withPath } from "../src/graph/parameter/mode";
import { pairsOf, pairsValue } from "../src/graph/parameter/pairs";
import { ofKind, rowsOfSchema, schemaOfRows } from "../src/graph/parameter/schema-rows";
import { settingsOf, unreadKeys } from "../src/graph/parameter/settings";
import { fieldsOf } from "../src/graph/form";
import { NodePanel } from "../src/panels/node/node-panel";
import { dataPath, type NodePanelProps, type PanelTab } from "../src/panels/node/types";
import { nodeType, nodeTypes } from "./node-types";

function field(type: string, key: string): ParameterField {
  const found = fieldsOfType(nodeType(type)).find((one) => one.key === key);
  if (!found) throw new Error(`${type} has no ${key}`);
  return found;
}

function draw(type: NodeType | undefined, data: { [key: string]: unknown }, more: Partial<NodePanelProps> = {}): string {
  const props: NodePanelProps = {
    node: { id: "n", type: type?.id ?? "unknown", data }, type, problems: [], data: { nodes: [], source: null }, set: () => undefined, evaluate: () => Promise.reject(new Error("not here")),
    wide: false, onWide: () => undefined, onClose: () => undefined, neighbours: { previous: [], next: [] }, onStep: () => undefined, ...more,
  };
  return renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <NodePanel {...props} />
    </QueryClientProvider>,
  );
}

/** What is drawn of one parameter, up to the next one: their places have neither dots nor brackets. */
function place(html: string, path: string): string {
  const from = html.indexOf(`data-path="${path}"`);
  if (from < 0) return "";
  const rest = html.slice(from + 1);
  const to = rest.search(/data-path="[^".[]+"|aria-label="Last input"/);
  return to < 0 ? rest : rest.slice(0, to);
}

const all = nodeTypes.flatMap((type) => fieldsOfType(type).map((one) => [type.id, one.key, type, one] as const));

describe("the choice of a workflow", () => {
  it("offers those that were found by name, and says which one runs", () => {
    const html = draw(nodeType("sub_workflow"), { workflow: "w2" }, { workflows: [{ id: "w1", name: "Orders" }, { id: "w2", name: "Bills & more" }] });
    expect(html).toContain('<option value="w1" label="Orders">');
    expect(html).toMatch(/Runs <a [^>]*href="\/editor\/w2"[^>]*>Bills &amp; more<\/a>/);
    expect(draw(nodeType("sub_workflow"), { workflow: "w9" }, { workflows: [{ id: "w1", name: "Orders" }] })).not.toContain("Runs <a");
  });
});

describe("forms of node types", () => {
  it("there are parameters to set", () => {
    expect(nodeTypes.length).toBeGreaterThan(60);
    expect(all.length).toBeGreaterThan(180);
  });

  it.each(all)("%s: %s can be set", (_type, key, type, one) => {
    const data = one.only ? { [one.only.key]: one.only.values[0] } : one.deprecated ? { [key]: null } : {};
    const html = draw(type, one.deprecated ? { [key]: "x" } : data, { reveal: { path: key, key: 1 } });
    const drawn = place(html, key);
    expect(drawn, "it has a row").not.toBe("");
    expect(drawn).toMatch(/<(?:input(?![^>]*type="radio")|select|textarea)\b|role="switch"|<button[^>]*>(?:<svg.*?<\/svg>)? ?(?:Add|Read)/);
    expect(drawn).toContain(one.label.replaceAll("&", "&amp;"));
  });

  it.each(all)("%s: the default, choices and examples of %s fit it", (_type, key, _all, one) => {
    const values = [one.fallback, ...one.examples, ...one.choices.map((choice) => choice.value)].filter((value) => value !== undefined && value !== null);
    for (const value of values) {
      expect(valueFault({ ...one, unique: false }, value), `${key} = ${JSON.stringify(value)}`).toBeNull();
      if (!isExpression(value) && one.others.length === 0) expect(misfits(one, value), `${key} = ${JSON.stringify(value)}`).toBe(false);
    }
  });

  it("the examples of all types are without fault", () => {
    for (const type of nodeTypes) {
      const nodes = (type.example as { nodes?: { type: string; data?: { [key: string]: unknown } }[] } | null)?.nodes ?? [];
      for (const node of nodes) {
        const of = nodeTypes.find((other) => other.id === node.type);
        for (const one of of ? fieldsOfType(of) : []) expect(valueFault(one, node.data?.[one.key]), `${type.id}: ${node.type}.${one.key}`).toBeNull();
        expect(of ? otherKeys(node.data ?? {}, fieldsOfType(of)) : [], `${type.id}: ${node.type}`).toEqual([]);
      }
    }
  });
});

describe("widgets", () => {
  it.each([
    ["http", "method", "choice"], ["http", "url", "text"], ["http", "headers", "pairs"], ["http", "body", "value"], ["http", "token", "password"], ["http", "ok_statuses", "list"], ["http", "cache", "duration"],
    ["http", "page_size", "number"], ["http", "follow_redirects", "boolean"], ["switch", "cases", "cases"], ["condition", "rules", "rules"], ["delay", "duration", "duration"], ["javascript", "code", "code"],
    ["manual", "schema", "schema"], ["sort", "by", "table"], ["set_fields", "fields", "pairs"], ["set_fields", "remove", "list"], ["join", "join_strategy", "suggest"], ["visualization", "mode", "suggest"],
    ["date_input", "date_value", "date"], ["datetime_input", "datetime_value", "datetime"], ["text_input", "text", "long"], ["note", "text", "markdown"], ["sub_workflow", "workflow", "workflow"],
    ["wait_until", "zone", "zone"], ["number", "value", "number"], ["retry", "initial_delay", "duration"], ["wait_for_signal", "timeout", "duration"], ["context_variable", "context_values", "table"], ["zip", "arrays", "json"],
  ] as const)("%s.%s is set by %s", (type, key, widget) => {
    expect(field(type, key).widget).toBe(widget);
  });

  it("know how texts are read", () => {
    expect(field("filter", "condition").reading).toBe("condition");
    expect(field("map", "expression").reading).toBe("expression");
    expect([field("filter", "items").reading, field("filter", "items").prefersExpression]).toEqual(["template", true]);
    expect(field("retry", "max_attempts").reading).toBe("fixed");
    expect(field("webhook", "path").reading).toBe("fixed");
    expect(field("http", "url").reading).toBe("template");
    expect(field("sort", "by").parts.map((part) => part.reading)).toEqual(["fixed", "fixed"]);
    expect(field("switch", "cases").parts.find((part) => part.key === "when")?.reading).toBe("condition");
  });

  it("show what counts, and not what does not", () => {
    const fields = fieldsOfType(nodeType("http"));
    const shown = (data: { [key: string]: unknown }) => fields.filter((one) => one.only !== null && counts(one, fields, data)).map((one) => one.key);
    expect(shown({})).toEqual([]);
    expect(shown({ auth: "basic" })).toEqual(["username", "password"]);
    expect(shown({ pagination: "page_number" })).toEqual(["items", "max_pages", "page_size", "size_param", "page_param", "first_page"]);
    expect(fields.find((one) => one.key === "offset_param")?.help).not.toContain("Of offset");
    const html = draw(nodeType("http"), { token: "t" });
    expect(place(html, "token")).toContain("without effect now");
    expect(place(draw(nodeType("http"), {}), "token")).toBe("");
  });
});

describe("values", () => {
  it("are told where they are wrong", () => {
    const rows: [string, string, unknown, RegExp | null][] = [
      ["http", "url", "", /needed/], ["http", "url", undefined, /needed/], ["http", "page_size", 0, /at least 1/], ["http", "page_size", 1.5, /whole number/], ["http", "page_size", "{{ input.n }}", /before a run/],
      ["chunk", "size", "{{ input.n }}", null], ["chunk", "size", "ten", /whole number/], ["delay", "duration", "soon", /duration/], ["delay", "duration", "{{ input.s }}s", null], ["delay", "duration", 500, null],
      ["split", "paths", ["a", "a"], /once/], ["sort", "order", "up", /one of asc, desc/], ["date_input", "date_value", "tomorrow", /2026/], ["join", "join_strategy", "3", null], ["join", "join_strategy", 2, null],
      ["boolean_input", "boolean_value", "yes", /true or false/], ["http", "cache", { ttl: "1h", signed_in: true }, null], ["condition", "condition", null, null],
    ];
    for (const [type, key, value, fault] of rows) {
      const found = valueFault(field(type, key), value);
      if (fault === null) expect(found, `${type}.${key} = ${JSON.stringify(value)}`).toBeNull();
      else expect(found, `${type}.${key} = ${JSON.stringify(value)}`).toMatch(fault);
    }
  });

  it("turn into expressions and back", () => {
    expect([toExpression("a"), toExpression(3), toExpression([1]), toExpression(undefined)]).toEqual(["a", "{{ 3 }}", "{{ [1] }}", ""]);
    const number = field("chunk", "size");
    expect([toFixed(number, "{{ 3 }}"), toFixed(number, "{{ input.n }}"), toFixed(number, "3"), toFixed(field("http", "url"), "{{ 'x' }}"), toFixed(field("http", "url"), "plain")]).toEqual([3, undefined, undefined, "x", "plain"]);
    expect([wholeHole("{{ a }}"), wholeHole("{{ a }}{{ b }}"), wholeHole("x {{ a }}")]).toEqual([" a ", null, null]);
  });

  it("take paths where they are dropped", () => {
    expect(withPath("", 0, "input.a", false)).toEqual({ text: "{{ input.a }}", cursor: 13 });
    expect(withPath("{{ x +  }}", 7, "input.a", false).text).toBe("{{ x + input.a }}");
    expect(withPath("Hi !", 3, "input.a", false).text).toBe("Hi {{ input.a }}!");
    expect(withPath("x > ", 4, "input.a", true).text).toBe("x > input.a");
  });

  it("of names keep their form", () => {
    const object = { a: 1, b: "{{ input.x }}" };
    expect(pairsValue(pairsOf(object), false, true, false)).toEqual(object);
    const list = [{ name: "a", value: 1, note: "kept" }, { name: "a", value: 2 }];
    expect(pairsValue(pairsOf(list), true, true, false)).toEqual(list);
    expect(pairsValue([...pairsOf({ a: 1 }), { name: "a", value: 2, rest: {} }], false, true, false)).toEqual([{ name: "a", value: 1 }, { name: "a", value: 2 }]);
    expect(pairsValue([{ name: "", value: 1, rest: {} }], false, true, true)).toBeUndefined();
    expect(JSON.stringify(pairsValue(pairsOf(JSON.parse('{"__proto__": 1}')), false, true, false))).toBe('{"__proto__":1}');
  });
});

describe("the panel", () => {
  it("shows keys that nobody knows, and loses none", () => {
    const html = draw(nodeType("delay"), { duration: "5s", from_elsewhere: { deep: true } }, { reveal: { path: "from_elsewhere", key: 1 } });
    expect(html).toContain("Other · 1");
    expect(place(html, "from_elsewhere")).toContain("deep");
  });

  it("shows a node of an unknown type as JSON", () => {
    const html = draw(undefined, { a: [1] }, { node: { id: "n", type: "quantum", data: { a: [1] } } });
    expect(html).toContain("no node type “quantum”");
    expect(html).toContain("&quot;a&quot;");
  });

  it("puts problems beside their fields, and the others above", () => {
    const problems: Problem[] = [
      { code: "x", severity: "error", path: "data.url", message: "not an address" },
      { code: "y", severity: "warning", path: null, message: "varies" },
      { code: "z", severity: "error", path: "retry.max_attempts", message: "too many" },
    ];
    const html = draw(nodeType("http"), { url: "x" }, { problems });
    expect(place(html, "url")).toContain("Not an address.");
    expect(html.indexOf("Varies.")).toBeLessThan(html.indexOf('data-path="method"'));
    expect(html).not.toContain("Too many.");
    expect(draw(nodeType("http"), { url: "x" }, { problems, tab: "settings", reveal: { path: "retry", key: 1 } })).toContain("Too many.");
    expect([problemPath("$.data.a[0]"), problemPath("cases[1].when"), problemPath(null)]).toEqual(["a[0]", "cases[1].when", ""]);
    expect(problemsAt(problems, "retry")).toHaveLength(1);
    expect(problemsAt([{ severity: "error", message: "", path: "urls" }], "url")).toHaveLength(0);
    expect(problemsElsewhere(problems, ["url", "retry"]).map((one) => one.code)).toEqual(["y"]);
  });

  it("writes nothing that is markup", () => {
    const evil = '<img src=x onerror="alert(1)">';
    for (const tab of ["parameters", "settings", "input", "output", "docs"] satisfies PanelTab[]) {
      const html = draw(nodeType("text_input"), { label: evil, text: evil, notes: evil, pinned: evil, [evil]: evil }, { tab, data: { input: { [evil]: evil }, output: evil, nodes: [], source: null, error: { code: "x", message: evil } } });
      expect(html, tab).not.toContain("<img");
    }
  });

  it("holds odd nodes without a fall", () => {
    const odd: { [key: string]: unknown }[] = [
      { cases: "x" }, { cases: [null, 3, { when: { a: 1 } }] }, { cases: { "0": 1 } }, { label: 3 }, { label: { a: 1 } }, { retry: "often" }, { retry: { max_attempts: "many", retry_on_errors: "x" } }, { limits: [] }, { pinned: 0 }, { timeout: {} },
    ];
    for (const data of odd) {
      for (const tab of ["parameters", "settings", "output"] satisfies PanelTab[]) expect(() => draw(nodeType("switch"), data, { tab }), JSON.stringify(data)).not.toThrow();
    }
    for (const type of nodeTypes) {
      const strange = Object.fromEntries(fieldsOfType(type).map((one, at) => [one.key, [null, 1, "x", [], {}, true, [{}], "{{ }}"][at % 8]]));
      expect(() => draw(type, strange), type.id).not.toThrow();
    }
    expect(() => draw(nodeType("http"), {}, { node: { id: "n", type: "http" } })).not.toThrow();
  });
});

describe("settings", () => {
  const keys = (id: string) => settingsOf(nodeType(id), fieldsOfType(nodeType(id))).map((one) => one.key);
  it("are those that a type reads", () => {
    expect(keys("http")).toEqual(["disabled", "notes", "on_error", "retry", "timeout", "on_uncertain", "limits", "max_iterations"]);
    expect(keys("manual")).toEqual(["disabled", "notes"]);
    expect(keys("map")).toEqual(["disabled", "notes", "on_error", "retry", "timeout", "max_iterations"]);
    expect(keys("timeout")).not.toContain("timeout");
    expect(keys("join")).not.toContain("timeout");
    expect(keys("for_each")).not.toContain("max_iterations");
    expect(keys("note")).toEqual(["notes"]);
    const own = fieldsOfType(nodeType("map"));
    expect(unreadKeys({ limits: {}, cache: { ttl: "1h" }, retry: {}, label: "x" }, settingsOf(nodeType("map"), own), own)).toEqual(["cache", "limits"]);
  });

  it("are addressed as the document addresses them", () => {
    expect([dataPath("a"), dataPath("a/b~c")]).toEqual(["data/a", "data/a~1b~0c"]);
  });
});

describe("fields of an input", () => {
  const schema = {
    type: "object", $id: "order", additionalProperties: false, required: ["size"],
    properties: { size: { enum: ["s", "m"], type: "string", title: "Size" }, note: { type: "string", format: "multiline", maxLength: 80, description: "For us" }, mail: { type: "string", format: "textarea" }, any: {} },
  };

  it("are rows and back, and lose nothing", () => {
    const rows = rowsOfSchema(schema);
    expect(rows?.map(({ name, kind, required }) => [name, kind, required])).toEqual([["size", "choice", true], ["note", "long", false], ["mail", "long", false], ["any", "json", false]]);
    expect(schemaOfRows(rows ?? [], schema)).toEqual(schema);
    expect(rowsOfSchema(undefined)).toEqual([]);
    expect(schemaOfRows([], undefined)).toBeUndefined();
  });

  it.each([[true], [{ type: ["object", "null"] }], [{ type: "array" }], [{ properties: { a: { type: ["string", "null"] } } }], [{ properties: { a: { enum: [1, 2] } } }], [{ properties: { a: true } }], [{ required: ["gone"] }]])(
    "that no rows could hold stay JSON: %j",
    (odd) => expect(rowsOfSchema(odd)).toBeNull(),
  );

  it("leave what held for another kind behind, and wait for a name", () => {
    const [size, note] = rowsOfSchema(schema) ?? [];
    if (!size || !note) throw new Error("no rows");
    expect(schemaOfRows([ofKind(note, "number"), { ...size, name: "" }], undefined)).toEqual({ type: "object", properties: { note: { type: "number", description: "For us" } } });
    expect(ofKind(note, "long")).toBe(note);
  });

  it("are what the form to run with shows", () => {
    expect(fieldsOf(schema)?.map(({ name, kind, required }) => [name, kind, required])).toEqual([["size", "choice", true], ["note", "long", false], ["mail", "long", false], ["any", "json", false]]);
    expect(draw(nodeType("manual"), { schema })).toContain('aria-label="Kind of note"');
    expect(draw(nodeType("manual"), { schema: true })).not.toContain("Kind of");
  });
});

// Graphs, node types and past executions for the mock: enough of each kind to look at every page.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SHARED = fileURLToPath(new URL("../../../shared/data/thaiyyal", import.meta.url));

/** A small generator of numbers, the same at every start. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const node = (id, type, x, y, data) => ({ id, type, position: { x, y }, data });
const edge = (source, target, sourceHandle) => (sourceHandle ? { id: `${source}-${sourceHandle}-${target}`, source, target, sourceHandle } : { id: `${source}-${target}`, source, target });

export const TICKETS = {
  name: "Ticket triage",
  description: "Reads a support ticket, decides how urgent it is and who should see it.",
  tags: ["support"],
  nodes: [
    node("ticket", "manual", 0, 120, {
      label: "New ticket",
      schema: {
        type: "object",
        required: ["subject", "score"],
        properties: {
          subject: { type: "string", title: "Subject", default: "Invoice shows the wrong total" },
          score: { type: "number", title: "Urgency", description: "From 0 to 1.", default: 0.94 },
          label: { type: "string", title: "Label", enum: ["urgent", "billing", "question"], default: "urgent" },
          vip: { type: "boolean", title: "Known customer", default: false },
        },
      },
    }),
    node("classify", "extract", 280, 120, { label: "Classify", field: "label" }),
    node("route", "switch", 560, 120, {
      label: "Route by urgency",
      cases: [
        { when: "input == 'urgent'", output_path: "urgent" },
        { when: "input == 'billing'", output_path: "billing" },
        { when: "default", output_path: "later", is_default: true },
      ],
    }),
    node("oncall", "http", 880, 0, { label: "Page on-call", method: "post", url: "https://pager.example/v2/alerts" }),
    node("finance", "set", 880, 120, { label: "Hand to finance", value: "finance queue" }),
    node("later", "text_input", 880, 240, { label: "Reply later", text: "We will answer within two days." }),
    node("store", "variable", 1160, 120, { label: "Remember the decision", var_name: "decision", var_op: "set" }),
    node("show", "visualization", 1440, 120, { label: "Show", mode: "json" }),
  ],
  edges: [
    edge("ticket", "classify"), edge("classify", "route"), edge("route", "oncall", "urgent"), edge("route", "finance", "billing"),
    edge("route", "later", "later"), edge("oncall", "store"), edge("finance", "store"), edge("later", "store"), edge("store", "show"),
  ],
};

export const RETRY = {
  name: "Poll until the report is ready",
  description: "Asks again until the answer says done, at most ten times.",
  tags: ["reports"],
  nodes: [
    node("start", "manual", 0, 0, { label: "Start" }),
    node("ask", "http", 280, 0, { label: "Ask for the report", method: "get", url: "https://reports.example/{{ input.id }}" }),
    node("ready", "condition", 560, 0, { label: "Ready?", condition: "input.done" }),
    node("wait", "delay", 420, 160, { label: "Wait a little", duration: "500ms" }),
    node("read", "map", 840, 0, { label: "Read the lines", expression: "item.total" }),
  ],
  edges: [edge("start", "ask"), edge("ask", "ready"), edge("ready", "read", "true"), edge("ready", "wait", "false"), edge("wait", "ask")],
};

export const FAILING = {
  name: "Nightly price import",
  description: "Fails on purpose: the list it expects is one object.",
  tags: ["prices", "nightly"],
  nodes: [
    node("start", "manual", 0, 60, { label: "Every night" }),
    node("fetch", "http", 280, 60, { label: "Fetch prices", method: "get", url: "https://prices.example/today" }),
    node("each", "map", 560, 0, { label: "Convert to euro", expression: "item.price * 0.92" }),
    node("sum", "reduce", 840, 0, { label: "Sum up", expression: "acc + item" }),
    node("log", "text_input", 560, 140, { label: "Note the time", text: "prices read" }),
  ],
  edges: [edge("start", "fetch"), edge("fetch", "each"), edge("each", "sum"), edge("fetch", "log")],
};

export const BIG_VALUE = {
  name: "A very long name that says far more than a name should, so that we see what gives way on a narrow page and what does not",
  description: "Carries a list of two thousand rows, more than travels with an event. عنوان طويل من اليمين إلى اليسار",
  tags: [],
  nodes: [node("rows", "range", 0, 0, { label: "صفوف", start: 1, end: 2000 }), node("keep", "filter", 280, 0, { label: "Keep the even ones", condition: "item % 2 == 0" })],
  edges: [edge("rows", "keep")],
};

export const EACH = {
  name: "Update every customer",
  description: "Goes through a list, two at a time, with a call and a pause for each.",
  tags: ["customers"],
  nodes: [
    node("start", "manual", 0, 90, { label: "Start" }),
    { ...node("each", "for_each", 280, 0, { label: "For each customer", items: 40 }), width: 760, height: 240 },
    { ...node("pause", "delay", 40, 80, { label: "Keep the pace", duration: "100ms" }), parentId: "each" },
    { ...node("call", "http", 280, 80, { label: "Update the customer", method: "put", url: "https://crm.example/customers" }), parentId: "each" },
    { ...node("note", "set", 520, 80, { label: "Note it", value: "updated" }), parentId: "each" },
    node("report", "visualization", 1120, 90, { label: "Report", mode: "json" }),
  ],
  edges: [edge("start", "each"), edge("pause", "call"), edge("call", "note"), edge("each", "report")],
};

/** A layered graph of `count` nodes without places, so that the page lays it out. */
export function large(count) {
  const next = random(count);
  const types = ["number", "condition", "map", "text_operation", "join", "filter", "http"];
  const nodes = Array.from({ length: count }, (_, at) => ({ id: `n${at}`, type: types[Math.floor(next() * types.length)], data: { label: `Node ${at}`, value: at } }));
  const edges = [];
  const width = Math.ceil(Math.sqrt(count));
  for (let at = width; at < count; at += 1) {
    const row = Math.floor(at / width) - 1;
    edges.push({ source: `n${row * width + Math.floor(next() * width)}`, target: `n${at}` });
    if (next() < 0.2) edges.push({ source: `n${row * width + Math.floor(next() * width)}`, target: `n${at}` });
  }
  return { name: `Large graph, ${count} nodes`, description: "For looking at many nodes at once.", tags: ["large"], nodes, edges };
}

export function thaiyyal() {
  if (!existsSync(SHARED)) return [];
  return readdirSync(SHARED)
    .filter((name) => name.endsWith(".json") && !name.endsWith(".expected.json"))
    .map((name) => ({ tags: ["thaiyyal"], ...JSON.parse(readFileSync(join(SHARED, name), "utf8")) }));
}

const type = (id, name, category, summary, icon, more = {}) => ({
  id,
  aliases: [],
  name,
  category,
  summary,
  icon,
  effect: "pure",
  inputs: ["in"],
  outputs: ["out"],
  dynamic_outputs: false,
  schema: { type: "object", properties: {} },
  example: { id: id.replace(/\W/g, "_"), type: id, data: {} },
  ...more,
});
const schema = (properties, required = []) => ({ type: "object", properties, required });
const text = (description, more = {}) => ({ type: "string", description, ...more });

/** The example of a type as the server gives it: a small graph that runs. */
function exampleOf(item) {
  if (Array.isArray(item.example?.nodes)) return item;
  const own = item.example?.id ? item.example : { id: item.id, type: item.id, data: {} };
  if (item.category === "trigger") return { ...item, example: { nodes: [own, { id: "show", type: "visualization", data: {} }], edges: [{ source: own.id, target: "show" }] } };
  const start = { id: "start", type: "number", data: { value: 20 } };
  const show = { id: "show", type: "visualization", data: {} };
  return { ...item, example: { nodes: [start, own, show], edges: [{ source: "start", target: own.id }, { source: own.id, target: "show" }] } };
}

export const NODE_TYPES = [
  type("manual", "Manual start", "trigger", "Starts an execution by hand, with an input.", "play", { inputs: [], aliases: ["manual_trigger"], schema: schema({ schema: { type: "object", description: "JSON Schema of the input; the page makes a form of it." } }) }),
  type("webhook", "Webhook", "trigger", "Starts an execution for each request to its address.", "webhook", { inputs: [], schema: schema({ method: { enum: ["GET", "POST", "PUT"], default: "POST" }, path: text("Below /hooks/."), respond: { enum: ["immediately", "when_finished", "by_node"], default: "immediately", description: "When the caller gets its answer." } }, ["path"]) }),
  type("schedule", "Schedule", "trigger", "Starts executions at times given by a cron line.", "clock", { inputs: [], schema: schema({ cron: text("Five or six fields."), zone: text("An IANA zone.", { default: "UTC" }) }, ["cron"]) }),
  type("number", "Number", "data", "A fixed number.", "hash", { inputs: [], schema: schema({ value: { type: "number", description: "The number.", default: 0 } }, ["value"]), example: { id: "age", type: "number", data: { value: 25 } } }),
  type("text_input", "Text", "data", "A fixed text; with an input it passes when the input comes.", "type", { schema: schema({ text: text("The text.") }, ["text"]), example: { id: "hello", type: "text_input", data: { text: "Hello" } } }),
  type("range", "Range", "data", "A list of numbers from start to end.", "list", { inputs: [], schema: schema({ start: { type: "number", default: 0 }, end: { type: "number" }, step: { type: "number", default: 1 } }, ["end"]) }),
  type("set", "Set fields", "data", "Makes an object from named expressions.", "braces"),
  type("extract", "Extract", "data", "Takes one field out of the input.", "braces", { schema: schema({ field: text("A name or a path.") }, ["field"]) }),
  type("map", "Map", "data", "Computes a new item for each item of a list.", "list", { schema: schema({ expression: text("May use item and index.") }, ["expression"]), example: { id: "totals", type: "map", data: { expression: "item.price * item.count" } } }),
  type("filter", "Filter", "data", "Keeps the items of a list that meet a condition.", "filter", { schema: schema({ condition: text("May use item and index.") }, ["condition"]) }),
  type("reduce", "Reduce", "data", "Folds a list into one value.", "list"),
  type("text_operation", "Text operation", "data", "Changes a text: case, concatenation, repetition.", "type", { schema: schema({ text_op: { enum: ["uppercase", "lowercase", "titlecase", "camelcase", "inversecase", "concat", "repeat"] }, separator: text("Between the parts."), repeat_n: { type: "integer", default: 1 } }, ["text_op"]) }),
  type("condition", "Condition", "logic", "Leaves by true or false.", "diamond", { outputs: ["true", "false"], aliases: ["if"], schema: schema({ condition: text("A bare expression; `>= 18` means `input >= 18`.") }, ["condition"]), example: { id: "adult", type: "condition", data: { condition: ">= 18" } } }),
  type("switch", "Switch", "logic", "Leaves by the port of the first case that holds.", "split", { outputs: [], dynamic_outputs: true, schema: schema({ cases: { type: "array", items: { type: "object" }, description: "Each with when and output_path; one may be the default." } }, ["cases"]), example: { id: "route", type: "switch", data: { cases: [{ when: "input == 200", output_path: "success" }, { when: "default", output_path: "other", is_default: true }] } } }),
  type("for_each", "For each", "logic", "Runs the nodes inside for each item of a list.", "repeat", { outputs: ["done"] }),
  type("join", "Join", "logic", "Waits for its incoming edges: all, any, the first, or N.", "combine"),
  type("delay", "Delay", "time", "Waits for a while; costs nothing while it waits.", "timer", { schema: schema({ duration: text("Such as 500ms, 2s, 1h.") }, ["duration"]) }),
  type("http", "HTTP request", "network", "Calls an address and gives its answer.", "globe", { effect: "write", aliases: ["http_request"], outputs: ["success", "error"], schema: schema({ method: { enum: ["GET", "POST", "PUT", "PATCH", "DELETE"], default: "GET" }, url: text("The address; may hold expressions."), headers: { type: "object" }, body: { description: "Any value; objects go out as JSON." } }, ["url"]) }),
  type("javascript", "JavaScript", "code", "Runs a function in a locked-down worker.", "code"),
  type("expression", "Expression", "code", "Computes one value.", "code", { schema: schema({ expression: text("JavaScript expression.") }, ["expression"]) }),
  type("variable", "Variable", "storage", "Reads or sets a value that other nodes see.", "variable"),
  type("visualization", "Show", "show", "Shows its input: text, JSON, table or chart.", "chart-column", { aliases: ["renderer"], schema: schema({ mode: { enum: ["auto", "text", "json", "table", "csv", "xml", "bar_chart", "line_chart", "pie_chart", "image", "markdown"], default: "auto" } }) }),
  type("mock", "Mock", "test", "Stands in for a call: a constant, a failure, a delay.", "flask"),
].map(exampleOf);

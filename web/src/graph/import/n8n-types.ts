// Node types of n8n that have an honest equal here, each with its parameters put into ours. What is left over is kept and told.

import { bare, expression, expressionsIn } from "./n8n-words";
import { rulesOf } from "./n8n-rules";
import { isRow, textOf, type Row } from "./row";

export interface Foreign {
  row: Row;
  /** `n8n-nodes-base.httpRequest`, and `httpRequest` of it. */
  type: string;
  short: string;
  version: number;
  name: string;
  parameters: Row;
}

export interface Mapped {
  type: string;
  data: Row;
  /** The port of each output, by its index. */
  ports: (string | null)[];
  /** The port of outputs beyond those, where errors leave. */
  rest: string | null;
  /** Parameters without an equal. */
  left: Row;
  notes: string[];
}

type Mapping = (foreign: Foreign) => Mapped | null;

const row = (value: unknown): Row => (isRow(value) ? value : {});
const rows = (value: unknown): Row[] => (Array.isArray(value) ? value.map(row) : []);
const text = textOf;

/** What remains of the parameters when some are taken over. Empty ones say nothing. */
function without(parameters: Row, taken: readonly string[]): Row {
  const isEmpty = (value: unknown) => value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(parameters).filter(([key, value]) => !taken.includes(key) && !isEmpty(value)).map(([key, value]) => [key, expressionsIn(value)]));
}

function mapped(foreign: Foreign, type: string, data: Row, taken: readonly string[], more: Partial<Mapped> = {}): Mapped {
  return { type, data, ports: [], rest: "error", left: without(foreign.parameters, taken), notes: [], ...more };
}

const simple = (type: string, names: Readonly<Record<string, string>> = {}): Mapping => (foreign) => {
  const data: Row = {};
  for (const [theirs, ours] of Object.entries(names)) if (foreign.parameters[theirs] !== undefined) data[ours] = expressionsIn(foreign.parameters[theirs]);
  return mapped(foreign, type, data, Object.keys(names));
};

/** Names and values in the shapes of several versions: `{values: {string: [{name, value}]}}`, `{assignments: {assignments: […]}}`. */
function setFields(foreign: Foreign): Mapped {
  const { parameters: given } = foreign;
  if (given["mode"] === "raw") {
    return mapped(foreign, "expression", { expression: `parseJson(${bare(given["jsonOutput"])})` }, ["mode", "jsonOutput"], { notes: ["The fields of a raw JSON text are read by an expression: check it"] });
  }
  const fields: Row = {};
  for (const one of rows(row(given["assignments"])["assignments"])) fields[text(one["name"])] = expressionsIn(one["value"]);
  for (const list of Object.values(row(given["values"]))) for (const one of rows(list)) fields[text(one["name"])] = expressionsIn(one["value"]);
  for (const one of rows(row(given["fields"])["values"])) fields[text(one["name"])] = expressionsIn(one["stringValue"] ?? one["numberValue"] ?? one["booleanValue"] ?? one["arrayValue"] ?? one["objectValue"]);
  const isOnly = given["keepOnlySet"] === true || (foreign.version >= 3.3 ? given["includeOtherFields"] !== true : given["include"] === "none");
  return mapped(foreign, "set_fields", { fields, ...(isOnly && { include_input: false }) }, ["mode", "assignments", "values", "fields", "keepOnlySet", "includeOtherFields", "include", "duplicateItem"]);
}

function condition(foreign: Foreign): Mapped | null {
  const rules = rulesOf(foreign.parameters);
  if (!rules) return null;
  return mapped(foreign, "condition", { rules }, ["conditions", "combineOperation", "combinator"], { ports: ["true", "false"] });
}

function filter(foreign: Foreign): Mapped | null {
  const rules = rulesOf(foreign.parameters);
  if (!rules) return null;
  // Whether one object goes on: n8n's filter lets each item through or not.
  return mapped(foreign, "condition", { rules }, ["conditions", "combineOperation", "combinator"], { ports: ["true"], notes: ["A filter of items is a condition on the whole input here"] });
}

/** Each case of a switch becomes a condition of its own; outputs are told apart by their number where they have no name. */
function choice(foreign: Foreign): Mapped | null {
  const { parameters: given } = foreign;
  const list = rows(row(given["rules"])["values"] ?? row(given["rules"])["rules"]);
  if (given["mode"] === "expression" || list.length === 0) return null;
  const cases: Row[] = [];
  const names = new Set<string>();
  for (const [at, one] of list.entries()) {
    const when = rulesAsText(one, given);
    if (when === null) return null;
    let port = text(one["outputKey"]) || text(one["output"]) || `case_${at + 1}`;
    if (names.has(port) || /^\d+$/.test(port)) port = `case_${at + 1}`;
    names.add(port);
    cases.push({ when, output_path: port });
  }
  const ports: (string | null)[] = cases.map((one) => text(one["output_path"]));
  if (row(given["options"])["fallbackOutput"] === "extra" || given["fallbackOutput"] === "extra") {
    cases.push({ is_default: true, output_path: "otherwise" });
    ports.push("otherwise");
  }
  return mapped(foreign, "switch", { cases }, ["rules", "mode", "dataType", "value1", "options", "fallbackOutput"], { ports });
}

const SIGNS: Readonly<Record<string, string>> = { equals: "==", not_equals: "!=", greater: ">", greater_or_equal: ">=", less: "<", less_or_equal: "<=" };

/** One case as an expression, where its rules are comparisons. */
function rulesAsText(one: Row, given: Row): string | null {
  const conditions = one["conditions"] ?? { conditions: [{ leftValue: given["value1"], rightValue: one["value2"], operator: { operation: one["operation"] ?? "equals" } }] };
  const rules = rulesOf({ conditions });
  if (!rules) return null;
  const parts = rules.rules.map((rule) => {
    const left = bareField(rule["left"]);
    const right = bareField(rule["right"]);
    const sign = SIGNS[text(rule["operator"])];
    if (sign !== undefined) return `${left} ${sign} ${right}`;
    switch (rule["operator"]) {
      case "contains":
        return `${left}.includes(${right})`;
      case "starts_with":
        return `${left}.startsWith(${right})`;
      case "ends_with":
        return `${left}.endsWith(${right})`;
      case "exists":
        return `${left} != null`;
      case "not_exists":
        return `${left} == null`;
      case "is_true":
        return `${left} === true`;
      case "is_false":
        return `${left} === false`;
      default:
        return null;
    }
  });
  return parts.includes(null) ? null : parts.join(rules.combine === "or" ? " || " : " && ");
}

/** A field that is one `{{ }}` as a bare expression; other texts are literals. */
function bareField(value: unknown): string {
  return typeof value === "string" && value.includes("{{") ? bare(`=${value}`) : JSON.stringify(value ?? null);
}

function wait(foreign: Foreign): Mapped | null {
  const { parameters: given } = foreign;
  const { resume = "timeInterval", amount = 1, unit = "hours" } = given;
  if (resume === "webhook") return mapped(foreign, "wait_for_signal", { by: "webhook" }, ["resume"], { ports: ["received"] });
  if (resume === "specificTime") return mapped(foreign, "wait_until", { datetime: expressionsIn(given["dateTime"]) }, ["resume", "dateTime"]);
  const short = ({ seconds: "s", minutes: "m", hours: "h", days: "d" } as Record<string, string>)[text(unit)];
  if (resume !== "timeInterval" || short === undefined || typeof amount !== "number") return null;
  return mapped(foreign, "delay", { duration: `${amount}${short}` }, ["resume", "amount", "unit"]);
}

function http(foreign: Foreign): Mapped {
  const { parameters: given } = foreign;
  const pairs = (key: string) => Object.fromEntries(rows(row(given[key])["parameters"]).filter((one) => text(one["name"]) !== "").map((one) => [text(one["name"]), expressionsIn(one["value"])]));
  const [query, headers, form] = [pairs("queryParameters"), pairs("headerParameters"), pairs("bodyParameters")];
  const json = given["jsonBody"] ?? given["bodyParametersJson"];
  const isForm = given["contentType"] === "form-urlencoded";
  const body = json !== undefined ? expressionsIn(json) : Object.keys(form).length > 0 ? form : undefined;
  const data: Row = {
    method: text(given["method"] ?? given["requestMethod"]) || "GET",
    url: expression(text(given["url"])),
    ...(Object.keys(query).length > 0 && { query }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(body !== undefined && { body }),
    ...(isForm && { body_type: "form" }),
  };
  const taken = ["method", "requestMethod", "url", "queryParameters", "headerParameters", "bodyParameters", "jsonBody", "bodyParametersJson", "sendBody", "sendQuery", "sendHeaders", "specifyBody", "specifyQuery", "specifyHeaders"];
  if (isForm || given["contentType"] === "json" || given["contentType"] === undefined) taken.push("contentType");
  if (given["authentication"] === "none") taken.push("authentication");
  return mapped(foreign, "http", data, taken);
}

function merge(foreign: Foreign): Mapped | null {
  const { mode = "append", combineBy, combinationMode, fieldsToMatchString } = foreign.parameters;
  const how = text(combineBy ?? combinationMode);
  if (mode === "append") return mapped(foreign, "merge", { mode: "append" }, ["mode", "numberInputs"]);
  if (mode === "combine" && (how === "combineByPosition" || how === "mergeByPosition")) return mapped(foreign, "merge", { mode: "by_position" }, ["mode", "combineBy", "combinationMode", "numberInputs"]);
  if (mode === "combine" && text(fieldsToMatchString) !== "" && !text(fieldsToMatchString).includes(",")) {
    return mapped(foreign, "merge", { mode: "by_key", key: text(fieldsToMatchString) }, ["mode", "combineBy", "fieldsToMatchString", "numberInputs"]);
  }
  return null;
}

/** Outputs changed their order with version 3. */
function batches(foreign: Foreign): Mapped {
  const size = foreign.parameters["batchSize"];
  return mapped(foreign, "for_each", { ...(typeof size === "number" && size > 1 && { batch_size: size }) }, ["batchSize"], { ports: foreign.version >= 3 ? ["done", "loop"] : ["loop", "done"], rest: null });
}

function code(foreign: Foreign): Mapped | null {
  const { parameters: given } = foreign;
  const language = text(given["language"]) || "javaScript";
  const source = text(given["jsCode"] ?? given["functionCode"]);
  if (language !== "javaScript" || source === "") return null;
  return mapped(foreign, "javascript", { code: source }, ["jsCode", "functionCode", "language", "mode"], {
    notes: /\$input|\$\(|\$node|\bitems\b|\$json/.test(source) ? ["The code uses n8n's names: here it gets `input` and returns the output itself"] : [],
  });
}

function webhook(foreign: Foreign): Mapped {
  const { parameters: given } = foreign;
  const respond = ({ onReceived: "immediately", lastNode: "when_finished", responseNode: "by_node" } as Record<string, string>)[text(given["responseMode"])] ?? "immediately";
  return mapped(foreign, "webhook", { path: text(given["path"]), method: text(given["httpMethod"]) || "GET", respond }, ["path", "httpMethod", "responseMode"]);
}

function runWorkflow(foreign: Foreign): Mapped | null {
  const id = foreign.parameters["workflowId"];
  const name = text(row(id)["cachedResultName"]) || text(row(id)["value"]) || text(id);
  if (name === "") return null;
  const waits = row(foreign.parameters["options"])["waitForSubWorkflow"] !== false;
  return mapped(foreign, "sub_workflow", { workflow: expression(name), ...(!waits && { wait: false }) }, ["workflowId", "source", "mode"], { notes: ["The workflow it runs is named as in n8n: it must be imported too"] });
}

function sorted(foreign: Foreign): Mapped | null {
  const fields = rows(row(foreign.parameters["sortFieldsUi"])["sortField"]);
  const [first] = fields;
  if (fields.length !== 1 || !first) return null;
  return mapped(foreign, "sort", { field: text(first["fieldName"]), ...(first["order"] === "descending" && { order: "desc" }) }, ["sortFieldsUi", "type"]);
}

/** By the last part of the type's name. */
export const TYPES: ReadonlyMap<string, Mapping> = new Map<string, Mapping>([
  ["manualTrigger", simple("manual")],
  ["start", simple("manual")],
  ["executeWorkflowTrigger", (foreign) => mapped(foreign, "manual", {}, [])],
  ["webhook", webhook],
  ["noOp", simple("no_op")],
  ["set", setFields],
  ["if", condition],
  ["filter", filter],
  ["switch", choice],
  ["merge", merge],
  ["splitInBatches", batches],
  ["code", code],
  ["function", code],
  ["wait", wait],
  ["httpRequest", http],
  ["executeWorkflow", runWorkflow],
  ["stopAndError", simple("stop", { errorMessage: "message" })],
  ["respondToWebhook", (foreign) => mapped(foreign, "respond", { ...(foreign.parameters["responseBody"] !== undefined && { value: expressionsIn(foreign.parameters["responseBody"]) }) }, ["responseBody", "respondWith"])],
  ["splitOut", simple("flat_map", { fieldToSplitOut: "field" })],
  ["limit", (foreign) => mapped(foreign, "limit", { count: typeof foreign.parameters["maxItems"] === "number" ? foreign.parameters["maxItems"] : 1, ...(foreign.parameters["keep"] === "lastItems" && { from: "last" }) }, ["maxItems", "keep"])],
  ["sort", sorted],
  ["removeDuplicates", (foreign) => (foreign.parameters["compare"] === undefined || foreign.parameters["compare"] === "allFields" ? mapped(foreign, "unique", {}, ["compare", "operation"]) : null)],
  ["stickyNote", (foreign) => mapped(foreign, "note", { text: text(foreign.parameters["content"]), ...noteColour(foreign.parameters["color"]) }, ["content", "color", "width", "height"])],
]);

const COLOURS = ["", "yellow", "orange", "red", "green", "blue", "purple", "grey"];
function noteColour(value: unknown): Row {
  const name = typeof value === "number" ? COLOURS[value] : undefined;
  return name ? { color: name } : {};
}

// The JSON Schema of a node type as fields of a form: which widget sets a parameter, what it may hold, when it counts.

import { isFixed } from "./fixed";

export type Widget =
  | "text" | "long" | "markdown" | "password" | "number" | "boolean" | "choice" | "suggest" | "date" | "datetime" | "duration" | "cron" | "zone" | "color"
  | "workflow" | "pairs" | "list" | "table" | "cases" | "object" | "rules" | "code" | "schema" | "json" | "value" | "file";

/** How a text of the parameter is read: with `{{ }}` in it, as a bare expression, as a condition, or as it stands. `inside`: its parts say. */
export type Reading = "template" | "expression" | "condition" | "fixed" | "inside";

export interface Choice {
  value: string | number | boolean | null;
  label: string;
}

export interface ParameterField {
  key: string;
  label: string;
  help: string;
  required: boolean;
  /** What holds when it is not set; undefined when the schema does not say. */
  fallback: unknown;
  examples: readonly unknown[];
  widget: Widget;
  reading: Reading;
  /** Names of JSON types it may have; empty for any. */
  types: readonly string[];
  choices: readonly Choice[];
  /** Widgets that fit other forms of the same parameter, where it has several. */
  others: readonly Widget[];
  minimum: number | null;
  maximum: number | null;
  minLength: number;
  maxItems: number | null;
  pattern: string | null;
  unique: boolean;
  /** Parts: of an object, or of each entry of a list of objects. */
  parts: readonly ParameterField[];
  /** What each entry of a plain list is. */
  item: ParameterField | null;
  /** Counts only where another parameter has one of these values. */
  only: { key: string; values: readonly string[] } | null;
  deprecated: boolean;
  /** Where nothing is set yet, an expression is what is wanted. */
  prefersExpression: boolean;
}

/** A field of which nothing is known: any value will do. */
export const ANY_FIELD: ParameterField = {
  key: "", label: "", help: "", required: false, fallback: undefined, examples: [], widget: "value", reading: "template", types: [], choices: [], others: [], minimum: null, maximum: null,
  minLength: 0, maxItems: null, pattern: null, unique: false, parts: [], item: null, only: null, deprecated: false, prefersExpression: false,
};

export type Schema = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields of a node type, in the order of its schema. */
export function fieldsOfType(type: { id: string; category: string; schema: unknown }): ParameterField[] {
  const root = isObject(type.schema) ? type.schema : {};
  const fields = propertiesOf(root, root, 0);
  return fields.map((field) => {
    const only = onlyOf(field, fields);
    return { ...(isFixed(type, field.key) ? fixedField(field) : field), only, help: only === null ? field.help : withoutOnly(field.help) };
  });
}

/** The field with no expression in it or its parts. */
export function fixedField(field: ParameterField): ParameterField {
  const reading = field.reading === "template" ? "fixed" : field.reading;
  return { ...field, reading, parts: field.parts.map(fixedField), item: field.item ? fixedField(field.item) : null };
}

const DEPTH = 6;

function propertiesOf(schema: Schema, root: Schema, depth: number): ParameterField[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = list(schema["required"]);
  return Object.entries(properties).map(([key, part]) => fieldOf(key, resolved(part, root), required.includes(key), root, depth));
}

/** A part of the schema, with what its `$ref` leads to. */
function resolved(part: unknown, root: Schema): Schema {
  if (!isObject(part)) return {};
  const ref = part["$ref"];
  const name = typeof ref === "string" ? /^#\/\$defs\/([^/]+)$/.exec(ref)?.[1] : undefined;
  const defs = isObject(root["$defs"]) ? root["$defs"] : {};
  const target = name === undefined ? undefined : defs[name];
  return isObject(target) ? { ...target, ...part } : part;
}

function fieldOf(key: string, part: Schema, required: boolean, root: Schema, depth: number): ParameterField {
  const types = typesOf(part);
  const choices = choicesOf(part);
  const items = part["items"] === undefined ? null : resolved(part["items"], root);
  const inner = depth < DEPTH;
  const nested = inner && isObject(part["properties"]) && part["format"] !== "rules" ? propertiesOf(part, root, depth + 1) : [];
  const entry = inner && items !== null && isObject(items["properties"]) && part["format"] !== "rules" ? propertiesOf(items, root, depth + 1) : [];
  const [widget, ...others] = widgetsOf(key, part, types, choices, nested, entry);
  return {
    key,
    label: text(part["title"]) || words(key),
    help: text(part["description"]),
    required,
    fallback: part["default"],
    examples: list(part["examples"]),
    widget: widget ?? "value",
    reading: readingOf(part, types, widget ?? "value"),
    types,
    choices,
    others,
    minimum: number(part["minimum"]) ?? null,
    maximum: number(part["maximum"]) ?? null,
    minLength: number(part["minLength"]) ?? 0,
    maxItems: number(part["maxItems"]) ?? null,
    pattern: typeof part["pattern"] === "string" ? part["pattern"] : null,
    unique: part["uniqueItems"] === true,
    parts: entry.length > 0 ? entry : nested,
    item: inner && items !== null && entry.length === 0 ? fieldOf("", items, false, root, depth + 1) : null,
    only: null,
    deprecated: part["deprecated"] === true,
    prefersExpression: part["format"] === "expression",
  };
}

function typesOf(part: Schema): string[] {
  const named = [...list(part["type"]), part["type"]].filter((type) => typeof type === "string");
  if (named.length > 0) return named;
  const branches = [...list(part["anyOf"]), ...list(part["oneOf"])].filter(isObject);
  const found = branches.flatMap((branch) => (Array.isArray(branch["enum"]) ? branch["enum"].map(typeName) : typesOf(branch)));
  if (found.length > 0) return [...new Set(found)];
  return Array.isArray(part["enum"]) ? [...new Set(part["enum"].map(typeName))] : [];
}

/** The JSON type of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return "number";
  return typeof value === "object" ? "object" : typeof value;
}

function choicesOf(part: Schema): Choice[] {
  const branches = [part, ...list(part["anyOf"]), ...list(part["oneOf"])].filter(isObject);
  const values = branches.flatMap((branch) => (Array.isArray(branch["enum"]) ? branch["enum"] : branch["const"] === undefined ? [] : [branch["const"]]));
  const plain = values.filter((value) => value === null || ["string", "number", "boolean"].includes(typeof value)) as Choice["value"][];
  return plain.map((value) => ({ value, label: value === "" ? "none" : typeof value === "string" ? choiceLabel(value) : String(value) }));
}

/** `by_position` reads as "by position"; `GET` stays. */
function choiceLabel(value: string): string {
  return /^[a-z][a-z0-9_]*$/.test(value) ? value.replaceAll("_", " ") : value;
}

const BY_FORMAT: Record<string, Widget> = {
  multiline: "long", textarea: "long", markdown: "markdown", password: "password", date: "date", "date-time": "datetime", javascript: "code", "json-schema": "schema",
  json: "json", fields: "pairs", rules: "rules", cron: "cron", timezone: "zone", duration: "duration", file: "file", color: "color", workflow: "workflow", number: "number",
};
const DURATION_KEYS = /(?:^|_)(?:timeout|delay|duration|ttl|interval|deadline|per|wait_for)$/;
/** So many examples of one word each are what the parameter may be. */
const SUGGESTIONS = 5;

/** The widget for a parameter's first form, then those for its others. */
function widgetsOf(key: string, part: Schema, types: readonly string[], choices: readonly Choice[], nested: readonly ParameterField[], entry: readonly ParameterField[]): Widget[] {
  const format = text(part["format"]);
  if (format === "condition" || format === "expression") return [types.length === 0 || types.includes("array") ? "value" : "text"];
  const own = BY_FORMAT[format];
  if (own === "json" && types.includes("array")) return ["json"];
  if (own) return [own];
  if (choices.length > 0) return types.length > 1 || list(part["anyOf"]).length > 1 ? ["suggest"] : ["choice"];
  if (types.includes("string") && types.includes("number")) {
    const time = DURATION_KEYS.test(key) || /\bduration\b/i.test(text(part["description"])) || key === "cache";
    const first: Widget = time ? "duration" : "text";
    return nested.length > 0 ? [first, "object"] : [first];
  }
  if (entry.length > 0) return [entry.some((one) => one.reading === "condition") && entry.some((one) => one.key === "output_path") ? "cases" : "table"];
  if (types.includes("array")) return types.includes("string") ? ["list", "text"] : ["list"];
  if (nested.length > 0) return ["object"];
  if (types.includes("object")) return ["json"];
  return [scalar(key, part, types)];
}

function scalar(key: string, part: Schema, types: readonly string[]): Widget {
  if (types.includes("boolean") && types.length === 1) return "boolean";
  if (types.includes("integer") || types.includes("number")) return types.includes("string") ? "text" : "number";
  if (!types.includes("string")) return "value";
  if (key === "cron") return "cron";
  if (key === "zone" || key === "tz" || key === "timezone") return "zone";
  if (key === "color") return "color";
  if (key === "workflow") return "workflow";
  if (DURATION_KEYS.test(key)) return "duration";
  const examples = list(part["examples"]);
  if (examples.length >= SUGGESTIONS && examples.every((one) => typeof one === "string" && /^\w+$/.test(one))) return "suggest";
  return Number(part["maxLength"] ?? 0) > 200 ? "long" : "text";
}

const PUT_TOGETHER: readonly Widget[] = ["cases", "table", "rules", "object", "pairs"];

function readingOf(part: Schema, types: readonly string[], widget: Widget): Reading {
  if (PUT_TOGETHER.includes(widget) && !types.includes("string")) return "inside";
  if (part["format"] === "condition") return "condition";
  // `{{ input.rows }}` leads to a list: that is a field like others. Where only a text will do, it is the expression itself.
  if (part["format"] === "expression") return types.length === 1 && types[0] === "string" ? "expression" : "template";
  if (part["format"] === "javascript" || part["format"] === "json-schema" || part["format"] === "password") return "fixed";
  return "template";
}

/** "Of basic: …" says that a parameter counts where another one is `basic`. */
function onlyOf(field: ParameterField, fields: readonly ParameterField[]): ParameterField["only"] {
  const named = /^Of (\w+(?:(?:, | and | or )\w+)*)(?=[.:,]|$)/.exec(field.help)?.[1];
  if (named === undefined) return null;
  const wanted = named.split(/, | and | or /);
  for (const other of fields) {
    const values = other.choices.map((choice) => choice.value);
    if (other.key === field.key || values.length === 0) continue;
    if (wanted.every((word) => values.includes(word))) return { key: other.key, values: wanted };
    // "Of pages" is said of whatever turns the choice `Pages` on.
    if (wanted.length === 1 && wanted[0] === other.label.toLowerCase() && values.includes("none")) {
      return { key: other.key, values: values.filter((value): value is string => typeof value === "string" && value !== "none") };
    }
  }
  return null;
}

/** What is shown where it counts does not have to say when it does. */
function withoutOnly(help: string): string {
  const rest = help.replace(/^Of \w+(?:(?:, | and | or )\w+)*[.:,]?\s*/, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Whether a field counts, given the node's parameters. */
export function counts(field: ParameterField, fields: readonly ParameterField[], data: { readonly [key: string]: unknown }): boolean {
  const { only } = field;
  if (only === null) return true;
  const other = fields.find((one) => one.key === only.key);
  const value = data[only.key] ?? other?.fallback;
  return (typeof value === "string" && value.includes("{{")) || only.values.includes(String(value));
}

/** Keys of `node.data` that no node type has as a parameter of its own. */
export const RESERVED = ["label", "notes", "disabled", "retry", "timeout", "on_error", "on_uncertain", "cache", "pinned", "limits", "max_iterations"] as const;

/** Keys of the node's data that neither its type nor the settings know. */
export function otherKeys(data: { readonly [key: string]: unknown }, fields: readonly ParameterField[]): string[] {
  const known = new Set<string>([...RESERVED, ...fields.map((field) => field.key)]);
  return Object.keys(data).filter((key) => !known.has(key));
}

/** Keys and names as words: `retry_on_errors` → "Retry on errors". */
export function words(key: string): string {
  const spaced = key.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_-]+/g, " ").trim();
  return spaced === "" ? key : spaced.charAt(0).toUpperCase() + spaced.slice(1).toLowerCase();
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

// The JSON Schema of an input as rows, one for each field, and back. What rows do not speak of stays as it was written.

import type { FieldKind } from "../form";
import { isObject } from "./fields";

/** One field of the input. */
export interface SchemaRow {
  name: string;
  kind: FieldKind;
  required: boolean;
  /** What people read instead of the name, and below it; empty where there is none. */
  label: string;
  help: string;
  /** What may be chosen, for `choice`. */
  choices: readonly string[];
  /** Keys of its schema that no row speaks of. */
  rest: { readonly [key: string]: unknown };
}

type Schema = { readonly [key: string]: unknown };

const LONG = ["multiline", "textarea"];

/** Null where rows could not hold what the schema says: then it is edited as JSON. Nothing set is no rows. */
export function rowsOfSchema(schema: unknown): SchemaRow[] | null {
  if (schema === undefined) return [];
  if (!isObject(schema) || (schema["type"] !== undefined && schema["type"] !== "object")) return null;
  const { properties = {}, required = [] } = schema;
  if (!isObject(properties) || !isTexts(required) || required.some((name) => !Object.hasOwn(properties, name))) return null;
  const rows = Object.entries(properties).map(([name, part]) => (isObject(part) ? rowOf(name, part, required.includes(name)) : null));
  return rows.every((row) => row !== null) ? rows : null;
}

function rowOf(name: string, part: Schema, required: boolean): SchemaRow | null {
  const { title = "", description = "", ...other } = part;
  const kind = kindOf(other);
  if (typeof title !== "string" || typeof description !== "string" || kind === null) return null;
  const { type: _type, enum: choices, ...rest } = other;
  return { name, kind, required, label: title, help: description, choices: isTexts(choices) ? choices : [], rest };
}

/** Null for what no kind is: several types, choices that are no texts. */
function kindOf({ type, enum: choices, format }: Schema): FieldKind | null {
  if (choices !== undefined) return isTexts(choices) && (type === undefined || type === "string") ? "choice" : null;
  switch (type) {
    case undefined:
      return "json";
    case "string":
      return LONG.includes(String(format)) ? "long" : "text";
    case "number":
    case "integer":
    case "boolean":
      return type;
    default:
      return null;
  }
}

/** The schema that has these rows; rows without a name are left out, of a name that comes twice the last counts. */
export function schemaOfRows(rows: readonly SchemaRow[], before: unknown): Schema | undefined {
  const named = rows.filter((row) => row.name !== "");
  const { properties: _properties, required: _required, ...rest } = isObject(before) ? before : {};
  if (named.length === 0 && Object.keys(rest).every((key) => key === "type")) return undefined;
  const properties = Object.fromEntries(named.map((row) => [row.name, partOf(row)]));
  const required = [...new Set(named.filter((row) => row.required).map((row) => row.name))];
  return { type: "object", ...rest, properties, ...(required.length > 0 && { required }) };
}

function partOf({ kind, label, help, choices, rest }: SchemaRow): Schema {
  return { ...TYPES[kind], ...(kind === "choice" && choices.length > 0 && { enum: choices }), ...(label !== "" && { title: label }), ...(help !== "" && { description: help }), ...rest };
}

const TYPES: { readonly [kind in FieldKind]: Schema } = {
  text: { type: "string" },
  long: { type: "string", format: "multiline" },
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean" },
  choice: { type: "string" },
  json: {},
};

/** A row of another kind: what was said of the old kind's values (`default`, `maxLength`, …) does not hold for the new one. */
export function ofKind(row: SchemaRow, kind: FieldKind): SchemaRow {
  return row.kind === kind ? row : { ...row, kind, rest: {} };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

// The input form of a workflow, read from its trigger's JSON Schema, and the JSON text its fields make.

import type { FileGraph, FileNode } from "./file";

export type FieldKind = "text" | "long" | "number" | "integer" | "boolean" | "choice" | "json";

export interface Field {
  name: string;
  label: string;
  help: string;
  kind: FieldKind;
  required: boolean;
  choices: readonly string[];
  /** What the field shows at first, as typed. */
  initial: string;
}

type Schema = { [key: string]: unknown };

const NAMES = ["schema", "input_schema", "inputSchema"];

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The trigger to start by hand: a manual one first, else any node nothing leads to that says what it takes. */
export function inputSchema(graph: FileGraph): Schema | null {
  const targets = new Set(graph.edges.map((edge) => edge.target));
  const starts = graph.nodes.filter((node) => !targets.has(node.id));
  const manual = (node: FileNode) => Number(/manual/.test(node.type ?? ""));
  for (const node of [...starts].sort((a, b) => manual(b) - manual(a))) {
    for (const name of NAMES) {
      const schema = node.data?.[name];
      if (isObject(schema) && (isObject(schema["properties"]) || schema["type"] === "object")) return schema;
    }
  }
  return null;
}

/** Null when the schema asks for something else than an object of known fields: then a JSON editor serves better. */
export function fieldsOf(schema: Schema | null): Field[] | null {
  const properties = schema?.["properties"];
  if (!isObject(properties)) return null;
  const required = Array.isArray(schema?.["required"]) ? (schema["required"] as unknown[]) : [];
  return Object.entries(properties).map(([name, part]) => fieldOf(name, isObject(part) ? part : {}, required.includes(name)));
}

function fieldOf(name: string, part: Schema, required: boolean): Field {
  const choices = Array.isArray(part["enum"]) ? part["enum"].filter((choice) => typeof choice === "string") : [];
  const kind = kindOf(part, choices.length > 0);
  const initial = part["default"] ?? (Array.isArray(part["examples"]) ? part["examples"][0] : undefined);
  return {
    name,
    label: typeof part["title"] === "string" ? part["title"] : name,
    help: typeof part["description"] === "string" ? part["description"] : "",
    kind,
    required,
    choices,
    initial: initialText(initial, kind),
  };
}

function kindOf(part: Schema, hasChoices: boolean): FieldKind {
  if (hasChoices) return "choice";
  switch (part["type"]) {
    case "string":
      return part["format"] === "textarea" || part["format"] === "multiline" || Number(part["maxLength"] ?? 0) > 200 ? "long" : "text";
    case "number":
    case "integer":
    case "boolean":
      return part["type"];
    default:
      return "json";
  }
}

function initialText(value: unknown, kind: FieldKind): string {
  if (value === undefined) return kind === "boolean" ? "false" : "";
  return typeof value === "string" && kind !== "json" ? value : JSON.stringify(value);
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;

/** What is wrong with one field, in words; null when it may be sent. */
export function fieldFault(field: Field, text: string): string | null {
  const empty = text.trim() === "";
  if (empty) return field.required && field.kind !== "text" && field.kind !== "long" ? "needed" : null;
  if (field.kind === "number" && !NUMBER.test(text.trim())) return "a number is expected";
  if (field.kind === "integer" && !INTEGER.test(text.trim())) return "a whole number is expected";
  if (field.kind === "json") {
    try {
      JSON.parse(text);
    } catch {
      return "this is not JSON yet";
    }
  }
  return null;
}

/** The input as JSON text. Numbers go out as typed, so none loses digits; empty optional fields are left out. */
export function inputText(fields: readonly Field[], texts: ReadonlyMap<string, string>): string {
  const parts: string[] = [];
  for (const field of fields) {
    const text = texts.get(field.name) ?? field.initial;
    if (text.trim() === "" && !(field.required && (field.kind === "text" || field.kind === "long"))) continue;
    const isText = field.kind === "text" || field.kind === "long" || field.kind === "choice";
    parts.push(`${JSON.stringify(field.name)}:${isText ? JSON.stringify(text) : text.trim()}`);
  }
  return `{${parts.join(",")}}`;
}

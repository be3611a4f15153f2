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

/** What the trigger to start by hand takes, where that is an object of fields; anything else is written as JSON. */
export function inputSchema(graph: FileGraph): Schema | null {
  return schemasOf(graph).find((schema) => isObject(schema["properties"]) || schema["type"] === "object") ?? null;
}

/** Whether an empty object would not do as input, or the file has better ones to offer. */
export function asksForInput(graph: FileGraph): boolean {
  if (samplesOf(graph).length > 0) return true;
  return schemasOf(graph).some((schema) => (schema["type"] ?? "object") !== "object" || (Array.isArray(schema["required"]) && schema["required"].length > 0));
}

/** Inputs that the file gives to try it with. */
export function samplesOf(graph: FileGraph): readonly unknown[] {
  return Array.isArray(graph.samples) ? graph.samples : [];
}

/** Schemas of the nodes nothing leads to: manual triggers first. */
function schemasOf(graph: FileGraph): Schema[] {
  const targets = new Set(graph.edges.map((edge) => edge.target));
  const starts = graph.nodes.filter((node) => !targets.has(node.id));
  const manual = (node: FileNode) => Number(/manual/.test(node.type ?? ""));
  return starts.sort((a, b) => manual(b) - manual(a)).flatMap((node) => NAMES.map((name) => node.data?.[name]).filter(isObject));
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

/** What the fields show for an input; null when it says something that no field does. */
export function textsOf(fields: readonly Field[], input: unknown): ReadonlyMap<string, string> | null {
  if (!isObject(input)) return null;
  const byName = new Map(fields.map((field) => [field.name, field]));
  const texts = new Map(fields.map((field) => [field.name, field.kind === "boolean" ? "false" : ""]));
  for (const [name, value] of Object.entries(input)) {
    const field = byName.get(name);
    if (!field || !holds(field, value)) return null;
    texts.set(name, typeof value === "string" && field.kind !== "json" ? value : JSON.stringify(value, null, 2));
  }
  return texts;
}

function holds(field: Field, value: unknown): boolean {
  switch (field.kind) {
    case "json":
      return true;
    case "choice":
      return typeof value === "string" && field.choices.includes(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
    case "boolean":
      return typeof value === field.kind;
    default:
      return typeof value === "string";
  }
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

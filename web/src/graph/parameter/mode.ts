// A parameter as a fixed value and as an expression, each made of the other where that is possible.

import { holes } from "./complete";
import type { ParameterField } from "./fields";

/** Whether a value is written as an expression: a text with `{{ }}`. */
export function isExpression(value: unknown): value is string {
  return typeof value === "string" && value.includes("{{");
}

/** Longer values are not turned into source. */
const LONGEST = 10_000;

/** The text that says the same as a fixed value. */
export function toExpression(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  const text = JSON.stringify(value);
  return text.length > LONGEST ? "" : `{{ ${text} }}`;
}

/** The fixed value that says the same as a text; undefined where there is none. */
export function toFixed(field: ParameterField, text: string): unknown {
  const takes = (value: unknown) => field.types.length === 0 || field.types.includes(typeof value === "number" && Number.isInteger(value) && !field.types.includes("number") ? "integer" : typeName(value));
  const whole = wholeHole(text);
  if (whole === null) return text !== "" && !text.includes("{{") && takes(text) ? text : undefined;
  const literal = parsed(whole);
  return literal !== undefined && takes(literal) ? literal : undefined;
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim()) as unknown;
  } catch {
    return /^'[^'\\]*'$/.test(text.trim()) ? text.trim().slice(1, -1) : undefined;
  }
}

/** The expression of a text that is one `{{ }}` and nothing else. */
export function wholeHole(text: string): string | null {
  const found = holes(text);
  const [only] = found;
  if (found.length !== 1 || !only || text.slice(0, only.from - 2).trim() !== "" || text.slice(only.to + 2).trim() !== "") return null;
  return text.slice(only.from, only.to);
}

/** A path put into a text at a place: in an expression as it is, in a text between braces. */
export function withPath(text: string, at: number, path: string, bareText: boolean): { text: string; cursor: number } {
  const inside = bareText || holes(text).some((hole) => at >= hole.from && at <= hole.to);
  const written = inside ? path : `{{ ${path} }}`;
  return { text: text.slice(0, at) + written + text.slice(at), cursor: at + written.length };
}

/** What to type to read a value from another place than the one it is shown at: names of loops are the editor's own. */
export function spoken(path: string): string {
  return path.replace(/^node\./, "nodes.");
}

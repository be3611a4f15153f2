// What is wrong with a parameter's value, told beside its field before anybody asks the server.

import { readDuration } from "./duration";
import { typeName, type ParameterField } from "./fields";

/** Whether a `{{ }}` stands somewhere in a value: it is not known yet. */
export function holdsExpression(value: unknown): boolean {
  if (typeof value === "string") return value.includes("{{");
  if (Array.isArray(value)) return value.some(holdsExpression);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsExpression);
}

const TYPE_WORDS: Record<string, string> = { string: "a text", number: "a number", integer: "a whole number", boolean: "true or false", array: "a list", object: "an object", null: "null" };

/** In words; null when nothing is wrong, or an expression will tell. Null counts as absent. */
export function valueFault(field: ParameterField, value: unknown): string | null {
  if (value === undefined || value === null) return field.required && field.fallback === undefined ? "this is needed" : null;
  if (field.reading === "fixed" && field.widget !== "code" && field.widget !== "schema" && field.widget !== "password" && holdsExpression(value)) return "this is read before a run: an expression in it is not evaluated";
  if (holdsExpression(value)) return null;
  if (field.widget === "suggest" && typeof value === "string" && field.pattern === null) return null;
  if (field.types.length > 0 && !field.types.some((type) => isOf(value, type))) return `expected ${field.types.map((type) => TYPE_WORDS[type] ?? type).join(" or ")}`;
  if (field.widget === "choice" && !field.choices.some((choice) => choice.value === value)) return `expected one of ${field.choices.map((choice) => String(choice.value)).join(", ")}`;
  if (field.widget === "duration" && typeof value !== "object" && readDuration(value) === null) return "expected a duration such as 500ms, 5s, 2m or 1h30m";
  if (typeof value === "number") return numberFault(field, value);
  if (typeof value === "string") return textFault(field, value);
  if (Array.isArray(value)) return listFault(field, value);
  return null;
}

function isOf(value: unknown, type: string): boolean {
  if (type === "integer") return Number.isInteger(value) || typeName(value) === "object" && isWhole(value);
  if (type === "number") return typeof value === "number" || isWhole(value);
  return typeName(value) === type;
}

/** A number that JavaScript cannot hold is a raw JSON object. */
function isWhole(value: unknown): boolean {
  return (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(value) ?? false;
}

function numberFault(field: ParameterField, value: number): string | null {
  if (field.minimum !== null && value < field.minimum) return `expected at least ${field.minimum}`;
  if (field.maximum !== null && value > field.maximum) return `expected at most ${field.maximum}`;
  return null;
}

function textFault(field: ParameterField, value: string): string | null {
  if (value.length < field.minLength) return field.minLength === 1 ? "this is needed" : `expected at least ${field.minLength} characters`;
  if (field.pattern !== null && field.choices.every((choice) => choice.value !== value) && !matches(field.pattern, value)) return "this has not the form that is expected here";
  if (field.widget === "date" && !/^\d{4}-\d{2}-\d{2}$/.test(value)) return "expected a date such as 2026-11-21";
  return null;
}

function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

function listFault(field: ParameterField, value: readonly unknown[]): string | null {
  if (field.maxItems !== null && value.length > field.maxItems) return `expected at most ${field.maxItems} entries`;
  if (field.unique && new Set(value.map((one) => JSON.stringify(one))).size < value.length) return "each entry may stand here once";
  return null;
}

export interface PathProblem {
  path?: string | null;
  severity: "error" | "warning";
  message: string;
  suggestion?: string | null;
}

/** A problem's path from the parameter on: `data.cases[0].when` and `cases[0].when` are the same place. */
export function problemPath(path: string | null | undefined): string {
  return (path ?? "").replace(/^\$?\.?data\./, "").replace(/^\$\./, "");
}

/** The problems of a place and of what stands inside of it. */
export function problemsAt<P extends PathProblem>(problems: readonly P[], path: string): P[] {
  return problems.filter((problem) => {
    const at = problemPath(problem.path);
    return at === path || (at.startsWith(path) && /^[.[]/.test(at.slice(path.length)));
  });
}

/** Problems that stand at none of these places. */
export function problemsElsewhere<P extends PathProblem>(problems: readonly P[], paths: readonly string[]): P[] {
  const placed = new Set(paths.flatMap((path) => problemsAt(problems, path)));
  return problems.filter((problem) => !placed.has(problem));
}

const SINGLE = new Set(["text", "long", "markdown", "password", "date", "datetime", "duration", "cron", "zone", "color", "workflow", "suggest"]);
const LISTS = new Set(["list", "table", "cases"]);

/** Whether a value cannot be shown by the widget of its field. */
export function misfits(field: ParameterField, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  const isObject = typeof value === "object";
  const exact = (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(value) ?? false;
  if (SINGLE.has(field.widget)) return (isObject && !exact) || typeof value === "boolean";
  if (field.widget === "number") return (isObject && !exact) || typeof value === "boolean" || (typeof value === "string" && !/^-?[\d.]*$/.test(value));
  if (field.widget === "boolean") return typeof value !== "boolean";
  if (LISTS.has(field.widget)) return !Array.isArray(value);
  if (field.widget === "object") return !isObject || Array.isArray(value);
  if (field.widget === "pairs") return !isObject;
  return false;
}

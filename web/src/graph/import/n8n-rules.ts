// Conditions of n8n, in the shapes of both of its versions, as the rules of a condition here.

import { expressionsIn } from "./n8n-words";
import { isRow, type Row } from "./row";

export interface Rules {
  combine: "and" | "or";
  rules: Row[];
}

const OPERATORS: Readonly<Record<string, string>> = {
  equals: "equals", equal: "equals", notEquals: "not_equals", notEqual: "not_equals",
  gt: "greater", larger: "greater", after: "greater", gte: "greater_or_equal", largerEqual: "greater_or_equal", afterOrEquals: "greater_or_equal",
  lt: "less", smaller: "less", before: "less", lte: "less_or_equal", smallerEqual: "less_or_equal", beforeOrEquals: "less_or_equal",
  contains: "contains", notContains: "not_contains", startsWith: "starts_with", notStartsWith: "not_starts_with", endsWith: "ends_with",
  notEndsWith: "not_ends_with", regex: "matches", notRegex: "not_matches", exists: "exists", notExists: "not_exists", empty: "empty", isEmpty: "empty",
  notEmpty: "not_empty", isNotEmpty: "not_empty", true: "is_true", false: "is_false",
};
const TYPES: Readonly<Record<string, string>> = { string: "text", number: "number", boolean: "boolean", dateTime: "date", array: "list", object: "object" };
const ALONE = new Set(["exists", "not_exists", "empty", "not_empty", "is_true", "is_false"]);

/** Null where one of them has no equal: half a condition would be another condition. */
export function rulesOf(parameters: Row): Rules | null {
  const { conditions } = parameters;
  if (!isRow(conditions)) return null;
  const isNew = Array.isArray(conditions["conditions"]);
  const combine = (isNew ? conditions["combinator"] : parameters["combineOperation"] === "any" ? "or" : "and") === "or" ? "or" : "and";
  const found = isNew ? (conditions["conditions"] as unknown[]).map(newRule) : Object.entries(conditions).flatMap(([type, list]) => (Array.isArray(list) ? list.map((one: unknown) => oldRule(type, one)) : []));
  if (found.length === 0 || found.some((rule) => rule === null)) return null;
  const ignores = isNew && isRow(conditions["options"]) && conditions["options"]["caseSensitive"] === false;
  return { combine, rules: found.map((rule) => ({ ...rule, ...(ignores && rule?.["type"] === "text" && { ignore_case: true }) })) };
}

function newRule(value: unknown): Row | null {
  if (!isRow(value) || !isRow(value["operator"])) return null;
  const { type, operation } = value["operator"];
  return rule(String(type ?? ""), String(operation ?? "equals"), value["leftValue"], value["rightValue"]);
}

function oldRule(type: string, value: unknown): Row | null {
  if (!isRow(value)) return null;
  const usual = type === "number" ? "smaller" : type === "dateTime" ? "after" : "equal";
  return rule(type, String(value["operation"] ?? usual), value["value1"], value["value2"]);
}

function rule(type: string, operation: string, left: unknown, right: unknown): Row | null {
  const operator = OPERATORS[operation];
  if (operator === undefined) return null;
  const kind = TYPES[type];
  return { left: expressionsIn(left ?? null), ...(kind !== undefined && { type: kind }), operator, ...(!ALONE.has(operator) && { right: expressionsIn(right ?? null) }) };
}

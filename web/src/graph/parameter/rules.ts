// Conditions as a tree of rules and groups: read from the parameter `rules` or made of an expression, and written back.

import { isObject } from "./fields";

export type Combine = "and" | "or";

export interface RuleGroup {
  kind: "group";
  combine: Combine;
  entries: readonly RuleEntry[];
  /** Keys that no form shows, kept. */
  rest: { readonly [key: string]: unknown };
  /** A group written as a plain list stays one. */
  plain: boolean;
}

export interface Rule {
  kind: "rule";
  /** undefined: the input itself. */
  left: unknown;
  operator: string;
  right: unknown;
  type: string;
  ignoreCase: boolean;
  rest: { readonly [key: string]: unknown };
}

export type RuleEntry = RuleGroup | Rule;

export interface Operator {
  name: string;
  /** As it reads between its sides. */
  words: string;
  /** Whether something stands to its right. */
  binary: boolean;
  /** Types of values that it means something for; none for all. */
  types: readonly string[];
}

const ORDERED = ["any", "text", "number", "date", "list", "boolean"];
const TEXTS = ["any", "text"];

export const OPERATORS: readonly Operator[] = [
  { name: "equals", words: "is", binary: true, types: [] },
  { name: "not_equals", words: "is not", binary: true, types: [] },
  { name: "greater", words: "is greater than", binary: true, types: ORDERED },
  { name: "greater_or_equal", words: "is at least", binary: true, types: ORDERED },
  { name: "less", words: "is less than", binary: true, types: ORDERED },
  { name: "less_or_equal", words: "is at most", binary: true, types: ORDERED },
  { name: "contains", words: "contains", binary: true, types: ["any", "text", "list", "object"] },
  { name: "not_contains", words: "does not contain", binary: true, types: ["any", "text", "list", "object"] },
  { name: "starts_with", words: "starts with", binary: true, types: TEXTS },
  { name: "not_starts_with", words: "does not start with", binary: true, types: TEXTS },
  { name: "ends_with", words: "ends with", binary: true, types: TEXTS },
  { name: "not_ends_with", words: "does not end with", binary: true, types: TEXTS },
  { name: "matches", words: "matches the pattern", binary: true, types: TEXTS },
  { name: "not_matches", words: "does not match the pattern", binary: true, types: TEXTS },
  { name: "exists", words: "exists", binary: false, types: [] },
  { name: "not_exists", words: "does not exist", binary: false, types: [] },
  { name: "empty", words: "is empty", binary: false, types: [] },
  { name: "not_empty", words: "is not empty", binary: false, types: [] },
  { name: "is_true", words: "is true", binary: false, types: ["any", "boolean"] },
  { name: "is_false", words: "is false", binary: false, types: ["any", "boolean"] },
];

export const RULE_TYPES = ["any", "text", "number", "boolean", "date", "list", "object"] as const;

/** Words of an operator for values of a type: dates are after, not greater; lists count by their length. */
export function operatorWords(operator: Operator, type: string): string {
  const dates: Record<string, string> = { greater: "is after", greater_or_equal: "is not before", less: "is before", less_or_equal: "is not after" };
  const lists: Record<string, string> = { greater: "has more entries than", greater_or_equal: "has as many entries or more as", less: "has fewer entries than", less_or_equal: "has as many entries or fewer as" };
  return (type === "date" ? dates[operator.name] : type === "list" ? lists[operator.name] : undefined) ?? operator.words;
}

export function operatorsFor(type: string): Operator[] {
  return OPERATORS.filter((operator) => operator.types.length === 0 || operator.types.includes(type));
}

const BY_NAME = new Map(OPERATORS.map((operator) => [operator.name, operator]));

export function operatorNamed(name: string): Operator | undefined {
  return BY_NAME.get(name);
}

export const NEW_RULE: Rule = { kind: "rule", left: undefined, operator: "equals", right: "", type: "any", ignoreCase: false, rest: {} };

export function newGroup(entries: readonly RuleEntry[] = [NEW_RULE], combine: Combine = "and"): RuleGroup {
  return { kind: "group", combine, entries, rest: {}, plain: false };
}

const DEEPEST = 20;

/** The parameter `rules` as a tree; null where it says something that no form shows. */
export function readRules(value: unknown, depth = 0): RuleGroup | null {
  if (value === undefined || value === null) return newGroup([]);
  if (depth > DEEPEST) return null;
  const plain = Array.isArray(value);
  const source = plain ? {} : value;
  if (!isObject(source)) return null;
  const { combine = "and", rules, ...rest } = source;
  const list: unknown = plain ? value : rules;
  if (!Array.isArray(list) || (combine !== "and" && combine !== "or")) return null;
  const entries: RuleEntry[] = [];
  for (const entry of list) {
    const read = readEntry(entry, depth + 1);
    if (read === null) return null;
    entries.push(read);
  }
  return { kind: "group", combine, entries, rest, plain };
}

function readEntry(value: unknown, depth: number): RuleEntry | null {
  if (!isObject(value)) return null;
  if (value["rules"] !== undefined) return readRules(value, depth);
  const { left, operator, right, type = "any", ignore_case: ignoreCase = false, ...rest } = value;
  const named = type === "string" ? "text" : type;
  if (typeof operator !== "string" || !BY_NAME.has(operator) || typeof ignoreCase !== "boolean") return null;
  if (typeof named !== "string" || !(RULE_TYPES as readonly string[]).includes(named)) return null;
  return { kind: "rule", left, operator, right, type: named, ignoreCase, rest };
}

/** The tree as the node type reads it. What says nothing new is left out. */
export function writeRules(group: RuleGroup): unknown {
  const rules = group.entries.map((entry) => (entry.kind === "group" ? writeRules({ ...entry, plain: false }) : writeRule(entry)));
  if (group.plain && group.combine === "and") return rules;
  return { ...group.rest, combine: group.combine, rules };
}

function writeRule(rule: Rule): { [key: string]: unknown } {
  const written: { [key: string]: unknown } = { ...rule.rest };
  if (rule.left !== undefined) written["left"] = rule.left;
  written["operator"] = rule.operator;
  if (operatorNamed(rule.operator)?.binary === true && rule.right !== undefined) written["right"] = rule.right;
  if (rule.type !== "any") written["type"] = rule.type;
  if (rule.ignoreCase) written["ignore_case"] = true;
  return written;
}

/** What a rule's right side becomes when its type is chosen: `"3"` is 3 for numbers. */
export function fitRight(right: unknown, type: string): unknown {
  if (typeof right === "string" && right.includes("{{")) return right;
  if (type === "number" && typeof right === "string" && right.trim() !== "" && Number.isFinite(Number(right))) return Number(right);
  if (type === "boolean" && (right === "true" || right === "false")) return right === "true";
  if (type === "text" && (typeof right === "number" || typeof right === "boolean")) return String(right);
  return right;
}

/** An entry changed, added or removed at a place: indexes from the outermost group on. */
export function changeAt(group: RuleGroup, path: readonly number[], change: (entry: RuleEntry) => RuleEntry | null): RuleGroup {
  const [at, ...inner] = path;
  if (at === undefined) {
    const changed = change(group);
    return changed?.kind === "group" ? changed : newGroup([]);
  }
  const entries = group.entries.flatMap((entry, index) => {
    if (index !== at) return [entry];
    if (inner.length > 0 && entry.kind === "group") return [changeAt(entry, inner, change)];
    const changed = change(entry);
    return changed === null ? [] : [changed];
  });
  return { ...group, entries };
}

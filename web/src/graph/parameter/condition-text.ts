// A condition written as an expression, as a tree of rules and back: `input.total > 100 && (input.paid || input.vip)`.
// What the tree cannot say stays text; sides are kept as they were written.

import { newGroup, operatorNamed, type Rule, type RuleEntry, type RuleGroup } from "./rules";

/** A side that is an expression instead of a plain value. */
export interface Code {
  readonly code: string;
}

export function isCode(value: unknown): value is Code {
  return typeof value === "object" && value !== null && typeof (value as Code).code === "string" && Object.keys(value).length === 1;
}

/** Operators that a condition can be written with. */
export const CONDITION_OPERATORS = [
  "holds", "not_holds", "equals", "not_equals", "greater", "greater_or_equal", "less", "less_or_equal", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with",
  "not_ends_with", "exists", "not_exists", "empty", "not_empty",
] as const;

const COMPARE: Record<string, string> = { "===": "equals", "==": "equals", "!==": "not_equals", "!=": "not_equals", ">": "greater", ">=": "greater_or_equal", "<": "less", "<=": "less_or_equal" };
const SIGNS: Record<string, string> = { equals: "==", not_equals: "!=", greater: ">", greater_or_equal: ">=", less: "<", less_or_equal: "<=" };
const METHODS: Record<string, string> = { includes: "contains", startsWith: "starts_with", endsWith: "ends_with" };
const LONGEST = 4_000;

interface Token {
  text: string;
  from: number;
  to: number;
  /** Open brackets around it. */
  depth: number;
}

/** Null where no tree says the same. */
export function readCondition(source: unknown): RuleGroup | null {
  if (typeof source !== "string" || source.length > LONGEST) return null;
  const text = bare(source).trim().replace(/;$/, "").trim();
  if (text === "") return newGroup([]);
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  const whole = /^(?:===?|!==?|>=?|<=?)(?!=)/.test(text) ? `input ${text}` : text;
  const entry = readEntry(whole, 0);
  if (entry === null) return null;
  return entry.kind === "group" ? entry : newGroup([entry]);
}

/** A condition may stand in `{{ }}` as a whole. */
function bare(source: string): string {
  return /^\s*\{\{([\s\S]*)\}\}\s*$/.exec(source)?.[1] ?? source;
}

function readEntry(text: string, depth: number): RuleEntry | null {
  if (depth > 20) return null;
  const inner = unwrapped(text);
  if (inner !== null) return readEntry(inner, depth + 1);
  const tokens = tokensOf(text);
  if (tokens === null || tokens.length === 0) return null;
  const top = tokens.filter((token) => token.depth === 0);
  // Ternaries, functions, lists and assignments are no rules.
  if (top.some((token) => ["?", "??", "=>", ",", "=", ":", ";"].includes(token.text))) return null;
  for (const [sign, combine] of [["||", "or"], ["&&", "and"]] as const) {
    const cuts = top.filter((token) => token.text === sign);
    if (cuts.length === 0) continue;
    const parts = between(text, cuts).map((part) => readEntry(part, depth + 1));
    if (parts.some((part) => part === null)) return null;
    return newGroup(parts as RuleEntry[], combine);
  }
  return readRule(text, top);
}

function readRule(text: string, top: readonly Token[]): Rule | null {
  const signs = top.filter((token) => COMPARE[token.text] !== undefined);
  if (signs.length > 1) return null;
  const [sign] = signs;
  if (sign) {
    const left = text.slice(0, sign.from).trim();
    const right = text.slice(sign.to).trim();
    if (left === "" || right === "") return null;
    const operator = COMPARE[sign.text] ?? "equals";
    if (/^(?:null|undefined)$/.test(right) && (sign.text === "!=" || sign.text === "==")) return rule(left, sign.text === "!=" ? "exists" : "not_exists");
    return rule(left, operator, sideOf(right), sign.text.length === 3);
  }
  return readCall(text, top);
}

/** `!isEmpty(x)`, `x.includes(y)`, `!x`, or a value that is true or not. */
function readCall(text: string, top: readonly Token[]): Rule | null {
  const not = /^!(?!=)\s*/.exec(text);
  if (not) {
    const rest = text.slice(not[0].length);
    const inner = unwrapped(rest) ?? rest;
    const innerTop = tokensOf(inner)?.filter((token) => token.depth === 0) ?? [];
    if (inner !== rest && innerTop.some((token) => /^(?:&&|\|\||\?\??|[=!<>]=?=?)$/.test(token.text))) return null;
    const found = readCall(inner, innerTop);
    const opposite = found === null ? undefined : oppositeOf(found.operator);
    return found === null || opposite === undefined ? null : { ...found, operator: opposite };
  }
  if (top.some((token) => token.text === "!")) return null;
  const empty = /^isEmpty\(/.test(text) && text.endsWith(")") ? unwrapped(text.slice("isEmpty".length)) : null;
  if (empty !== null && !hasComma(empty)) return rule(empty, "empty");
  const call = /\.(includes|startsWith|endsWith)\(/g;
  let last: RegExpExecArray | null = null;
  for (let found = call.exec(text); found; found = call.exec(text)) if (depthAt(text, found.index) === 0) last = found;
  const argument = last && text.endsWith(")") ? unwrapped(text.slice(last.index + last[0].length - 1)) : null;
  if (last && argument !== null && argument !== "" && !hasComma(argument)) {
    const before = text.slice(0, last.index);
    const found = rule(before.replace(/\?$/, ""), METHODS[last[1] ?? ""] ?? "contains", sideOf(argument));
    return before.endsWith("?") ? { ...found, rest: { optional: true } } : found;
  }
  return rule(text, "holds");
}

function rule(left: string, operator: string, right: unknown = undefined, strict = false): Rule {
  return { kind: "rule", left: { code: left.trim() }, operator, right, type: "any", ignoreCase: false, rest: strict ? { strict: true } : {} };
}

function oppositeOf(operator: string): string | undefined {
  const other = operator.startsWith("not_") ? operator.slice(4) : `not_${operator}`;
  return (CONDITION_OPERATORS as readonly string[]).includes(other) ? other : undefined;
}

/** A literal as its value, all else as code. */
function sideOf(text: string): unknown {
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && String(Number(text)) === text) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  const single = /^'((?:[^'\\]|\\['"\\])*)'$/.exec(text)?.[1];
  if (single !== undefined) return single.replaceAll(/\\(['"\\])/g, "$1");
  if (/^"(?:[^"\\]|\\.)*"$/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return { code: text };
    }
  }
  return { code: text };
}

/** The tree as a condition. A single comparison of the input begins with its sign, as people write it. */
export function writeCondition(group: RuleGroup, short = false): string {
  const [only, ...more] = group.entries;
  if (!only) return "";
  if (more.length === 0) {
    const text = writeEntry(only, false);
    return short && only.kind === "rule" && codeOf(only.left) === "input" && SIGNS[only.operator] !== undefined ? text.replace(/^input /, "") : text;
  }
  return writeEntry(group, false);
}

function writeEntry(entry: RuleEntry, inside: boolean): string {
  if (entry.kind === "rule") return writeRule(entry);
  if (entry.entries.length === 0) return entry.combine === "and" ? "true" : "false";
  if (entry.entries.length === 1) return writeEntry(entry.entries[0] as RuleEntry, inside);
  const text = entry.entries.map((one) => writeEntry(one, true)).join(entry.combine === "and" ? " && " : " || ");
  return inside ? `(${text})` : text;
}

function writeRule(one: Rule): string {
  const left = guarded(codeOf(one.left) || "input");
  const right = codeOf(one.right);
  const sign = SIGNS[one.operator];
  if (sign !== undefined) return `${left} ${sign}${one.rest["strict"] === true && sign.length === 2 && /[=!]=/.test(sign) && !/[<>]/.test(sign) ? "=" : ""} ${right}`;
  const not = one.operator.startsWith("not_");
  const name = not ? one.operator.slice(4) : one.operator;
  switch (name) {
    case "exists":
      return `${left} ${not ? "==" : "!="} null`;
    case "empty":
      return `${not ? "!" : ""}isEmpty(${codeOf(one.left) || "input"})`;
    case "holds":
      return not ? `!${/^[\w$.[\]"'()?]+$/.test(left) ? left : `(${left})`}` : left;
    default: {
      const method = Object.entries(METHODS).find(([, word]) => word === name)?.[0] ?? "includes";
      return `${not ? "!" : ""}${/^[\w$.[\]"'()?]+$/.test(left) ? left : `(${left})`}${one.rest["optional"] === true ? "?" : ""}.${method}(${right})`;
    }
  }
}

/** A side that would fall apart between other operators stands in brackets. */
function guarded(code: string): string {
  const top = tokensOf(code)?.filter((token) => token.depth === 0) ?? [];
  return top.some((token) => /^(?:&&|\|\||\?\??|=>|[=!<>]=?=?|,)$/.test(token.text) && token.text !== "!") && unwrapped(code) === null ? `(${code})` : code;
}

/** A side as source text. */
export function codeOf(side: unknown): string {
  if (side === undefined) return "";
  if (isCode(side)) return side.code;
  return typeof side === "string" ? (side.includes('"') && !/['\\\n]/.test(side) ? `'${side}'` : JSON.stringify(side)) : JSON.stringify(side);
}

/** Whether an operator of a rule wants a right side. */
export function wantsRight(operator: string): boolean {
  return operatorNamed(operator)?.binary ?? false;
}

function hasComma(text: string): boolean {
  return tokensOf(text)?.some((token) => token.depth === 0 && token.text === ",") ?? true;
}

function between(text: string, cuts: readonly Token[]): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const cut of cuts) {
    parts.push(text.slice(from, cut.from).trim());
    from = cut.to;
  }
  return [...parts, text.slice(from).trim()];
}

/** What stands in brackets that hold the whole text; null without such. */
function unwrapped(text: string): string | null {
  const whole = text.trim();
  if (!whole.startsWith("(") || !whole.endsWith(")")) return null;
  const tokens = tokensOf(whole);
  const end = tokens?.find((token, at) => at > 0 && token.text === ")" && token.depth === 0);
  return end && end.to === whole.length ? whole.slice(1, -1).trim() : null;
}

function depthAt(text: string, at: number): number {
  return tokensOf(text)?.find((token) => token.from >= at)?.depth ?? 0;
}

const TOKEN = /\s+|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|\?\.(?!\d)|=>|===|!==|==|!=|<=|>=|&&|\|\||\?\?|\*\*|[^\s]/y;

/** Tokens of an expression; null where brackets do not close. A bracket counts as outside of itself. */
function tokensOf(text: string): Token[] | null {
  const tokens: Token[] = [];
  let depth = 0;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const regex = regexAt(text, from, tokens.at(-1)?.text);
    const end = regex ?? (TOKEN.test(text) ? TOKEN.lastIndex : -1);
    if (end < 0) return null;
    TOKEN.lastIndex = end;
    const token = text.slice(from, end);
    if (token.trim() === "") continue;
    if (/^[)\]}]$/.test(token)) depth -= 1;
    if (depth < 0 || token === "`" || token === '"' || token === "'") return null;
    tokens.push({ text: token, from, to: end, depth });
    if (/^[([{]$/.test(token)) depth += 1;
  }
  return depth === 0 ? tokens : null;
}

/** Where a regular expression ends that begins here; null where a slash divides. */
function regexAt(text: string, from: number, before: string | undefined): number | null {
  if (text[from] !== "/" || (before !== undefined && /[\w$)\]}"'`]$/.test(before))) return null;
  const found = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
  found.lastIndex = from;
  return found.test(text) ? found.lastIndex : null;
}

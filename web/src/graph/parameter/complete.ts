// What may stand at the cursor of an expression: names, keys and places of the real last data, methods of what is there.

import { childPath } from "../tree";
import { kindOf } from "../values";
import { GLOBALS, METHODS, NAMES, NAMESPACES, OWN, type Callable, type Receiver } from "./functions";

/** What expressions read, by name. */
export interface Known {
  readonly [name: string]: unknown;
}

export interface Option {
  label: string;
  /** What is written in its place. */
  insert: string;
  kind: "name" | "key" | "item" | "method" | "function" | "value";
  /** A short look at the value, or the signature. */
  detail: string;
  help: string;
}

export interface Completion {
  /** Where the word begins that the choice replaces. */
  from: number;
  options: Option[];
  /** The dot or bracket before the word goes too, where the key needs another one. */
  replaces: number;
}

const KEYS_MOST = 200;
const LOOK = 40;

/** Where expressions stand in a template: from after `{{` to before its `}}`, or to the end. */
export function holes(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let open = text.indexOf("{{"); open >= 0; ) {
    const to = holeEnd(text, open + 2);
    found.push({ from: open + 2, to });
    open = text.indexOf("{{", to);
  }
  return found;
}

/** The `}}` outside of texts and brackets; the first one where brackets do not close. */
function holeEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (sign === '"' || sign === "'" || sign === "`") at = skipText(text, at, sign);
    else if (/[([{]/.test(sign)) depth += 1;
    else if (sign === "}" && depth === 0 && text[at + 1] === "}") return at;
    else if (/[)\]}]/.test(sign)) depth = Math.max(0, depth - 1);
  }
  const first = text.indexOf("}}", from);
  return first < 0 ? text.length : first;
}

function skipText(text: string, from: number, sign: string): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === sign) return at;
    else if (text[at] === "\n" && sign !== "`") return from;
  }
  return from;
}

/** The options at a place of an expression's text; null where nothing can be said. */
export function complete(text: string, at: number, known: Known, asked = false): Completion | null {
  const before = text.slice(0, at);
  if (inText(before)) return null;
  const word = /[\w$\u0080-\uffff]*$/.exec(before)?.[0] ?? "";
  const from = at - word.length;
  const dot = /(\?\.|\.)\s*$/.exec(before.slice(0, from));
  if (dot) return members(text, from, dot[0].length, known);
  const bracket = /(?:\?\.)?\[\s*$/.exec(before.slice(0, from));
  if (bracket && /[\w$)\]"']\s*$/.test(before.slice(0, bracket.index))) return places(text, from, bracket, known);
  if (/^\d/.test(word) || (word === "" && !asked)) return null;
  return { from, replaces: 0, options: names(before.slice(0, from), known) };
}

/** Whether the text is open at its end. */
function inText(before: string): boolean {
  let sign = "";
  for (let at = 0; at < before.length; at += 1) {
    const one = before[at] ?? "";
    if (sign !== "") {
      if (one === "\\") at += 1;
      else if (one === sign) sign = "";
    } else if (one === '"' || one === "'" || one === "`") sign = one;
  }
  return sign === '"' || sign === "'";
}

function members(text: string, from: number, dot: number, known: Known): Completion {
  const chain = chainBefore(text, from - dot);
  const namespace = NAMESPACES[chain.trim()];
  if (namespace) return { from, replaces: dot, options: namespace.map((one) => called(one, "function")) };
  const value = valueOf(chain, known, text.slice(0, from));
  const options: Option[] = [];
  if (kindOf(value) === "object") {
    for (const [key, part] of Object.entries(value as object).slice(0, KEYS_MOST)) {
      const path = childPath("", key);
      options.push({ label: key, insert: path.startsWith(".") ? path.slice(1) : path, kind: "key", detail: look(part), help: "" });
    }
  }
  const receiver = receiverOf(value);
  for (const one of receiver ? METHODS[receiver] : value === undefined ? everyMethod() : []) options.push(called(one, "method"));
  return { from, replaces: dot, options };
}

function places(text: string, from: number, bracket: RegExpExecArray, known: Known): Completion {
  const value = valueOf(chainBefore(text, bracket.index), known, text.slice(0, from));
  const options: Option[] = [];
  if (Array.isArray(value)) {
    for (let at = 0; at < Math.min(value.length, 20); at += 1) options.push({ label: String(at), insert: `${at}]`, kind: "item", detail: look(value[at]), help: "" });
  } else if (kindOf(value) === "object") {
    for (const [key, part] of Object.entries(value as object).slice(0, KEYS_MOST)) options.push({ label: key, insert: `${JSON.stringify(key)}]`, kind: "key", detail: look(part), help: "" });
  }
  return { from, replaces: 0, options };
}

function names(before: string, known: Known): Option[] {
  const options: Option[] = parametersIn(before).map((one) => ({ label: one.name, insert: one.name, kind: "name", detail: look(itemOf(one, known, before)), help: "An argument of the function around" }));
  for (const name of Object.keys(known)) {
    if (!NAMES.some(([one]) => one === name)) options.push({ label: name, insert: name, kind: "name", detail: look(known[name]), help: "" });
  }
  for (const [name, help] of NAMES) options.push({ label: name, insert: name, kind: "name", detail: name in known ? look(known[name]) : "", help });
  for (const one of OWN.values()) options.push(called(one, "function"));
  for (const one of GLOBALS) options.push(called(one, "function"));
  for (const name of Object.keys(NAMESPACES)) if (!GLOBALS.some((one) => one.name === name)) options.push({ label: name, insert: name, kind: "name", detail: "", help: "Functions of JavaScript" });
  for (const word of ["true", "false", "null"]) options.push({ label: word, insert: word, kind: "value", detail: "", help: "" });
  return options;
}

function called(one: Callable, kind: "method" | "function"): Option {
  if (one.takes === null) return { label: one.name, insert: one.name, kind: "value", detail: one.gives, help: one.help };
  return { label: one.name, insert: one.takes === "" ? `${one.name}()` : `${one.name}(`, kind, detail: `(${one.takes}): ${one.gives}`, help: one.help };
}

let every: Callable[] | null = null;

/** Methods of whatever the value may be, each name once. */
function everyMethod(): Callable[] {
  every ??= [...new Map([...METHODS.array, ...METHODS.string, ...METHODS.number, ...METHODS.object].map((one) => [one.name, one])).values()];
  return every;
}

function receiverOf(value: unknown): Receiver | null {
  if (value instanceof Date) return "date";
  const kind = kindOf(value);
  return kind === "string" || kind === "number" || kind === "array" || kind === "object" || kind === "boolean" ? kind : null;
}

/** A value in a few characters. */
export function look(value: unknown): string {
  if (value === undefined) return "";
  if (value instanceof Date) return "date";
  const kind = kindOf(value);
  if (kind === "array") return `${(value as unknown[]).length} items`;
  if (kind === "object") return `${Object.keys(value as object).length} fields`;
  if (kind === "elided") return "large";
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, LOOK)) : String(value);
  return text.length > LOOK ? `${text.slice(0, LOOK)}…` : text;
}

/** The path that ends at a place: `input.items[0].tags.filter(t => t)`. */
export function chainBefore(text: string, to: number): string {
  let at = to;
  for (;;) {
    const start = at;
    const head = text.slice(0, at);
    if (/[)\]]\s*$/.test(head)) {
      const open = openingOf(text, head.trimEnd().length - 1);
      if (open < 0) return text.slice(at, to);
      at = open;
      if (/[\w$)\]]$/.test(text.slice(0, at)) || /\?\.$/.test(text.slice(0, at))) {
        at -= /\?\.$/.test(text.slice(0, at)) ? 2 : 0;
        continue;
      }
    } else {
      at -= /[\w$\u0080-\uffff]*$/.exec(head)?.[0].length ?? 0;
    }
    const dot = /(?:\?\.|\.)\s*$/.exec(text.slice(0, at));
    if (!dot || start === at) return text.slice(at, to);
    at -= dot[0].length;
  }
}

function openingOf(text: string, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (/[)\]}]/.test(text[at] ?? "")) depth += 1;
    else if (/[([{]/.test(text[at] ?? "")) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

interface Argument {
  name: string;
  method: string;
  receiver: string;
  place: number;
}

const EACH = "map|filter|find|findLast|findIndex|findLastIndex|some|every|flatMap|count|groupBy|keyBy|sortBy|sum|avg|min|max|unique|reduce|reduceRight|sort|toSorted|forEach";

/** Arguments of functions that are open before the cursor, innermost first. */
function parametersIn(before: string): Argument[] {
  const found: Argument[] = [];
  const call = new RegExp(`\\.(${EACH})\\(\\s*(?:([A-Za-z_$][\\w$]*)|\\(([^()]*)\\))\\s*=>`, "g");
  for (let one = call.exec(before); one; one = call.exec(before)) {
    const open = before.indexOf("(", one.index);
    if (openAt(before, open) === false) continue;
    const receiver = chainBefore(before, one.index);
    const args = (one[2] ?? one[3] ?? "").split(",").map((name) => name.trim());
    args.forEach((name, place) => {
      if (/^[A-Za-z_$][\w$]*$/.test(name)) found.unshift({ name, method: one?.[1] ?? "", receiver, place });
    });
  }
  return found;
}

/** Whether the bracket at a place is still open at the end. */
function openAt(text: string, open: number): boolean {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (/[([{]/.test(text[at] ?? "")) depth += 1;
    else if (/[)\]}]/.test(text[at] ?? "")) depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}

function itemOf(one: Argument, known: Known, before: string): unknown {
  const list = valueOf(one.receiver, known, before.slice(0, before.lastIndexOf(one.receiver)));
  if (!Array.isArray(list)) return undefined;
  const folds = one.method.startsWith("reduce");
  if (folds) return one.place === 1 ? list[0] : undefined;
  if (one.method === "sort" || one.method === "toSorted") return list[0];
  return one.place === 0 ? list[0] : one.place === 1 ? 0 : list;
}

/** The value that a path leads to in the known data; undefined where that cannot be said. Nothing is executed. */
export function valueOf(chain: string, known: Known, before = ""): unknown {
  const head = /^\s*(?:([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))/.exec(chain);
  if (!head) return undefined;
  let rest = chain.slice(head[0].length);
  let value: unknown;
  if (head[2] !== undefined) value = head[2].slice(1, -1);
  else {
    const name = head[1] ?? "";
    const argument = parametersIn(before).find((one) => one.name === name);
    value = argument ? itemOf(argument, known, before) : name === "now" ? new Date(0) : name in known ? known[name] : undefined;
    if (name === "$" && rest.startsWith("(")) return undefined;
  }
  for (let guard = 0; rest.trim() !== "" && guard < 64; guard += 1) {
    const step = /^\s*(?:\?\.)?\s*(?:\.\s*)?(?:\[\s*(?:(-?\d+)|("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)')\s*\]|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*))/.exec(rest);
    if (!step) return undefined;
    rest = rest.slice(step[0].length);
    const name = step[4];
    if (name !== undefined && rest.startsWith("(")) {
      const close = closingOf(rest);
      if (close < 0) return undefined;
      value = answer(value, name);
      rest = rest.slice(close + 1);
    } else {
      const key = name ?? (step[2] !== undefined ? (JSON.parse(step[2]) as string) : (step[3] ?? Number(step[1])));
      value = partOf(value, key);
    }
  }
  return value;
}

function closingOf(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (/[([{]/.test(text[at] ?? "")) depth += 1;
    else if (/[)\]}]/.test(text[at] ?? "")) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function partOf(value: unknown, key: string | number): unknown {
  if (typeof value === "string" || Array.isArray(value)) return key === "length" ? value.length : value[key as number];
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as { [key: string]: unknown })[key] : undefined;
}

/** What a call would answer, as far as its kind goes: a filtered list has items like the list's own. */
function answer(value: unknown, method: string): unknown {
  if (Array.isArray(value)) {
    if (/^(?:filter|slice|sort|toSorted|sortBy|reverse|toReversed|unique|compact|concat|flat)$/.test(method)) return value;
    if (/^(?:find|findLast|first|at|pop|shift)$/.test(method)) return value[0];
    if (method === "last") return value.at(-1);
    if (method === "groupBy" || method === "keyBy") return {};
  }
  const receiver = receiverOf(value);
  const gives = receiver ? METHODS[receiver].find((one) => one.name === method)?.gives : undefined;
  const samples: Record<string, unknown> = { text: "", number: 0, list: [], object: {}, "true or false": true, date: new Date(0) };
  return gives === undefined ? undefined : samples[gives];
}

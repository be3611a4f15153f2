// What an expression is tried on: the names it uses out of the last data, no more than it needs.

import { valueOf, type Known } from "../../graph/parameter/complete";
import { isExpression, wholeHole } from "../../graph/parameter/mode";
import type { ParameterField } from "../../graph/parameter/fields";
import { elided } from "../../graph/values";
import type { EvaluateData, NodeData } from "./types";

/** Where the step's own input is not known: what the edges would bring, as expressions call it. */
export function withInput(data: NodeData): NodeData {
  const inputs = data.inputs === undefined ? [] : Object.values(data.inputs);
  if (data.input !== undefined || inputs.length === 0) return data;
  return { ...data, input: inputs.length === 1 ? inputs[0] : data.inputs };
}

/** Names and values of expressions in a node, for autocompletion. */
export function knownOf(data: NodeData): Known {
  const nodes = Object.fromEntries(data.nodes.map((node) => [node.id, node.output === undefined ? {} : { output: node.output }]));
  const known: { [name: string]: unknown } = { nodes };
  const given = { input: data.input, inputs: data.inputs, item: data.item, index: data.index, trigger: data.trigger, vars: data.vars, const: data.constants, context: data.context };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) known[name] = value;
  return known;
}

/** Whether a parameter is read for each item of a list. */
export function readsItems(field: Pick<ParameterField, "help">): boolean {
  return field.help.includes("`item`");
}

/** The data as a field sees it: where it is read for each item, `item` and `input` are the first one. */
export function dataFor(field: Pick<ParameterField, "help">, parameters: { readonly [key: string]: unknown }, data: NodeData): NodeData {
  if (!readsItems(field)) return data;
  const items = parameters["items"];
  const path = isExpression(items) ? wholeHole(items) : null;
  const list = path === null ? (Array.isArray(items) ? items : data.input) : valueOf(path.trim(), knownOf(data));
  if (!Array.isArray(list) || list.length === 0) return data;
  const folds = field.help.includes("`accumulator`");
  return { ...data, item: list[0] as unknown, index: 0, input: folds ? (parameters["initial_value"] ?? 0) : (list[0] as unknown) };
}

/** An expression over what is reduced says `accumulator` for what is tried as `input`. */
export function tried(field: Pick<ParameterField, "help">, text: string): string {
  return field.help.includes("`accumulator`") ? text.replaceAll(/(?<![\w$.'"])(?:accumulator|acc)(?![\w$'"])/g, "input") : text;
}

/** The part of the data that a text reads. */
export function evaluateData(text: string, data: NodeData): EvaluateData {
  const says = (name: string) => new RegExp(`(?<![\\w$.])${name}(?![\\w$])`).test(text);
  const needed: { [key: string]: unknown } = {};
  const add = (key: string, value: unknown, wanted: boolean) => {
    if (wanted && value !== undefined) needed[key] = value;
  };
  // A condition may begin with its sign: it compares the input.
  add("input", data.input, says("input") || says("\\$json") || /^\s*[<>=!]=?/.test(text));
  add("inputs", data.inputs, says("inputs"));
  add("item", data.item, says("item"));
  add("index", data.index, says("index"));
  add("trigger", data.trigger, says("trigger"));
  add("vars", data.vars, says("vars") || says("variables"));
  add("context", data.context, says("context"));
  add("const", data.constants, says("const") || says("constants"));
  const nodes: { [id: string]: unknown } = {};
  const all = /(?<![\w$.])nodes?(?!\s*(?:\.|\[))(?![\w$])/.test(text);
  for (const node of data.nodes) {
    if (node.output === undefined) continue;
    if (all || mentions(text, node.id)) nodes[node.id] = node.output;
    if (node.label !== node.id && labelled(text, node.label)) nodes[node.label] = node.output;
  }
  if (Object.keys(nodes).length > 0) needed["nodes"] = nodes;
  return needed;
}

/** Whether both hold the very same values under the same names, those of nodes included. */
export function sameParts(a: EvaluateData, b: EvaluateData): boolean {
  return sameKeys({ ...a, nodes: null }, { ...b, nodes: null }) && sameKeys(a.nodes ?? {}, b.nodes ?? {});
}

function sameKeys(a: object, b: object): boolean {
  const before = Object.entries(a);
  const after = new Map(Object.entries(b));
  return before.length === after.size && before.every(([key, value]) => after.has(key) && Object.is(after.get(key), value));
}

function mentions(text: string, id: string): boolean {
  return text.includes(`.${id}`) || text.includes(JSON.stringify(id)) || text.includes(`'${id}'`);
}

function labelled(text: string, label: string): boolean {
  return /\$(?:\(|node)/.test(text) && (text.includes(JSON.stringify(label)) || text.includes(`'${label}'`));
}

/** References of values that are not wholly here. Gives up on huge values: they are then taken for whole. */
export function shortened(root: unknown, most = 50_000): string[] {
  const refs: string[] = [];
  const stack: unknown[] = [root];
  for (let visits = 0; stack.length > 0 && visits < most; visits += 1) {
    const at = stack.pop();
    if (typeof at !== "object" || at === null) continue;
    const stand = elided(at);
    if (stand) refs.push(stand.ref);
    else stack.push(...Object.values(at));
  }
  return refs;
}

/** The same value with others in the place of those that were shortened. */
export function filled(root: unknown, values: ReadonlyMap<string, unknown>): unknown {
  const stand = elided(root);
  if (stand) return values.has(stand.ref) ? values.get(stand.ref) : root;
  if (Array.isArray(root)) return root.map((part) => filled(part, values));
  if (typeof root !== "object" || root === null || (JSON as { isRawJSON?: (value: unknown) => boolean }).isRawJSON?.(root)) return root;
  return Object.fromEntries(Object.entries(root).map(([key, part]) => [key, filled(part, values)]));
}

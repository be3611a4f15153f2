// Stands in for the part of the server that tries expressions and reads cron lines, well enough to look at the pages.

import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";

/** The node types as the server answers them, dumped once. */
export const REAL_TYPES = JSON.parse(readFileSync(new URL("./node-types.json", import.meta.url), "utf8")).items;

const OWN = `
const sum = (list, key) => (list ?? []).reduce((all, one) => all + (key ? one[key] : one), 0);
const first = (list) => list?.[0], last = (list) => list?.at(-1), isEmpty = (value) => value == null || Object.keys(value).length === 0;
`;

export function evaluate(body) {
  const nodes = Object.fromEntries(Object.entries(body.nodes ?? {}).map(([id, output]) => [id, { output }]));
  const names = { input: body.input, $json: body.input, inputs: body.inputs, item: body.item, index: body.index, nodes, node: nodes, trigger: body.trigger, vars: body.vars ?? {}, constants: body.const ?? {}, context: body.context ?? {}, now: new Date() };
  const run = (source) => runInContext(`${OWN}(${source})`, createContext(structuredClone(names)), { timeout: 200 });
  const holes = (text) => {
    const whole = /^\s*\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
    return whole ? run(whole[1]) : text.replaceAll(/\{\{(.*?)\}\}/gs, (_, source) => textOf(run(source)));
  };
  const fill = (value) => (typeof value === "string" ? holes(value) : Array.isArray(value) ? value.map(fill) : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fill(part)])) : value);
  try {
    const value = body.expression !== undefined ? run(body.expression) : body.condition !== undefined ? Boolean(run(/^\s*[<>=!]=?/.test(body.condition) ? `input ${body.condition}` : body.condition)) : fill(body.template);
    return { ok: true, value: value === undefined ? null : value, error: null };
  } catch (error) {
    const compile = error?.name === "SyntaxError";
    return { ok: false, value: null, error: { code: compile ? "compile" : String(error?.name ?? "Error"), message: compile ? "$: syntax: unexpected token" : String(error?.message ?? error) } };
  }
}

const textOf = (value) => (value == null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** The next times of five fields, in UTC: minute by minute, for at most a year. */
export function nextTimes(cron, count) {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const sets = fields.map((field, at) => setOf(field, [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]][at]));
  if (sets.includes(null)) return null;
  const times = [];
  const at = new Date(Math.ceil(Date.now() / 60_000) * 60_000);
  for (let n = 0; n < 366 * 1440 && times.length < count; n += 1, at.setTime(at.getTime() + 60_000)) {
    const parts = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
    if (parts.every((part, place) => sets[place].has(part) || (place === 4 && part === 0 && sets[4].has(7)))) times.push(at.toISOString());
  }
  return times;
}

function setOf(field, [low, high]) {
  const found = new Set();
  for (const part of field.split(",")) {
    const one = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!one) return null;
    const from = one[1] === undefined ? low : Number(one[1]);
    const to = one[1] === undefined ? high : one[2] === undefined ? (one[3] ? high : from) : Number(one[2]);
    if (from < low || to > high) return null;
    for (let n = from; n <= to; n += Number(one[3] ?? 1)) found.add(n);
  }
  return found;
}

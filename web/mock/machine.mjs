// Plays executions: a rough walk over a graph that emits the events of the contract. It is not the engine;
// it exists so that the pages have something to show.

import { random } from "./samples.mjs";

const LIMIT = 2048;
const MOST_EVENTS = 20_000;
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
let counter = 0;

export function newId(at = Date.now()) {
  counter += 1;
  let rest = BigInt(at) * 32n ** 4n + BigInt((counter * 7919) % 32 ** 4);
  let id = "";
  for (let n = 0; n < 13; n += 1) {
    id = ALPHABET[Number(rest % 32n)] + id;
    rest /= 32n;
  }
  return id;
}

/** What a node gives, and by which port. */
function compute(node, input, turn) {
  const { data = {} } = node;
  switch (node.type) {
    case "manual":
      return { output: input };
    case "number":
      return { output: data.value };
    case "text_input":
      return { output: data.text };
    case "extract":
      return { output: input?.[data.field] ?? input };
    case "range":
      return { output: Array.from({ length: (data.end ?? 10) - (data.start ?? 0) + 1 }, (_, at) => (data.start ?? 0) + at) };
    case "filter":
      return { output: Array.isArray(input) ? input.filter((item) => item % 2 === 0) : input };
    case "condition": {
      const number = Number(/-?\d+/.exec(data.condition ?? "")?.[0] ?? NaN);
      const yes = /done/.test(data.condition ?? "") ? turn >= 2 : /</.test(data.condition ?? "") ? input < number : input > number || input === number;
      return { output: input, ports: [yes ? "true" : "false"] };
    }
    case "switch": {
      const hit = (data.cases ?? []).find((one) => one.when?.includes(`'${input}'`) || one.when?.endsWith(`== ${input}`)) ?? data.cases?.find((one) => one.is_default);
      return { output: input, ports: [hit?.output_path ?? "default"] };
    }
    case "http":
      return { output: { status: 200, body: { id: 48213, label: "urgent", score: 0.94, customer: "Nordlys AS", done: turn >= 2 } }, ports: ["success"] };
    case "map":
    case "reduce":
      return Array.isArray(input)
        ? { output: input }
        : { error: { code: "not_a_list", message: `the input of a ${node.type} must be a list, but it is an object with 2 fields` } };
    case "set":
      return { output: { queue: data.value, input } };
    default:
      return { output: input ?? data.value ?? null };
  }
}

/** All events of one run with the time after its start at which each is due, computed at once. */
export function plan(execution, graph, input, seed, pace, outputs = new Map()) {
  const walk = setOut({ execution, graph, input, pace, outputs, next: random(seed) });
  walk.emit(0, { type: "accepted", input: elide(execution, input), trigger: "manual" });
  while (walk.queue.length > 0 && walk.events.length < MOST_EVENTS) {
    walk.queue.sort((a, b) => a.at - b.at);
    visit(walk, walk.queue.shift());
  }
  if (!walk.asks) conclude(walk);
  return walk.events.sort((a, b) => a.after - b.after).map((one, at) => ({ after: one.after, event: { ...one.event, seq: at + 1 } }));
}

/** A walk before its first node: what it was given, what stands in line, and what it gathers on its way. */
function setOut({ input, ...given }) {
  const { execution, graph } = given;
  const events = [];
  const emit = (after, event) => events.push({ after, event: { execution: execution.id, seq: events.length + 1, ...event } });
  const entered = new Set(graph.edges.map((edge) => edge.target));
  const queue = graph.nodes.filter((node) => !entered.has(node.id) && !node.parentId).map((node) => ({ node, at: 1, input }));
  if (queue.length === 0 && graph.nodes[0]) queue.push({ node: graph.nodes[0], at: 1, input });
  return { ...given, events, emit, queue, turns: new Map(), free: new Map(), end: 1, failure: null, last: null, asks: false };
}

/** One step: when it runs and for how long, and which kind of step it is. */
function visit(walk, { node, at, input }) {
  const { graph, pace, next, turns } = walk;
  const turn = turns.get(node.id) ?? 0;
  turns.set(node.id, turn + 1);
  const looped = turn > 0 || /delay/.test(node.type) || reaches(graph, node.id);
  const address = looped ? `${node.id}@${turn}` : node.id;
  const began = Math.max(at, walk.free.get(node.id) ?? 0);
  const outside = /http|delay/.test(node.type);
  const lasts = (outside ? 300 + next() * 900 : 0.2 + next() * 4) * pace;
  const attempts = outside && next() < 0.2 ? 2 : 1;
  walk.end = Math.max(walk.end, began + lasts);
  const step = { node, input, turn, address, began, lasts, attempts };
  const children = graph.nodes.filter((one) => one.parentId === node.id);
  if (node.type === "for_each" && children.length > 0) return playContainer(walk, step, children);
  emitAttempts(walk, step);
  if (node.data?.on_uncertain === "ask") {
    // As after a crash in the middle of its call.
    walk.emit(began + lasts, { type: "step_waiting", address, node: node.id, until: null, signal: `uncertain:${address}`, child: null });
    walk.asks = true;
    return;
  }
  finish(walk, step);
}

function playContainer(walk, { node, input, address, began }, children) {
  const { execution, graph, pace, next, emit } = walk;
  const items = Array.isArray(input) ? input : Array.from({ length: node.data.items ?? 3 }, (_, item) => item);
  const done = playInside({ node, children, items, began, pace, next, emit });
  walk.end = Math.max(walk.end, done.end);
  walk.last = done.outputs;
  emit(done.end, { type: "step_finished", address, node: node.id, status: "succeeded", output: elide(execution, done.outputs), ports: ["done"], error: null, attempts: 1, duration_ms: done.end - began, startedAfter: began });
  for (const child of children) walk.turns.set(child.id, items.length);
  for (const edge of graph.edges.filter((one) => one.source === node.id)) walk.queue.push({ node: graph.nodes.find((one) => one.id === edge.target), at: done.end, input: done.outputs });
}

function emitAttempts({ emit }, { node, address, began, lasts, attempts }) {
  emit(began, { type: "step_started", address, node: node.id, attempt: 1 });
  if (attempts === 1) return;
  const again = began + lasts * 0.6;
  emit(began + lasts * 0.3, { type: "step_retried", address, node: node.id, attempt: 1, error: { code: "http_status", message: "the other side answered 503", node: address }, wakeAfter: again });
  emit(again, { type: "step_started", address, node: node.id, attempt: 2 });
}

/** What a step gives, or why it failed. */
function finish(walk, { node, input, turn, address, began, lasts, attempts }) {
  const { execution, outputs, emit } = walk;
  const result = outputs.has(address) ? { output: outputs.get(address) } : compute(node, input, turn);
  const finished = { type: "step_finished", address, node: node.id, attempts, duration_ms: lasts, startedAfter: began };
  execution.inputs.set(address, elide(execution, input));
  walk.free.set(node.id, began + lasts);
  if (result.error) {
    walk.failure = { ...result.error, node: address };
    emit(began + lasts, { ...finished, status: "failed", output: null, ports: [], error: walk.failure });
    return;
  }
  walk.last = result.output;
  emit(began + lasts, { ...finished, status: "succeeded", output: elide(execution, result.output), ports: result.ports ?? ["out"], error: null });
  follow(walk, node, result, began + lasts);
}

/** Puts in line what the edges of the chosen ports lead to. */
function follow({ graph, queue, turns }, node, result, at) {
  for (const edge of graph.edges.filter((one) => one.source === node.id)) {
    const chosen = !edge.sourceHandle || !result.ports || result.ports.includes(edge.sourceHandle);
    const target = graph.nodes.find((one) => one.id === edge.target);
    if (!target || !chosen || queue.some((one) => one.node === target)) continue;
    if (!reaches(graph, target.id) && turns.has(target.id)) continue;
    queue.push({ node: target, at, input: result.output });
  }
}

/** What no edge led to was skipped; then it is over. */
function conclude({ execution, graph, turns, emit, end, failure, last }) {
  for (const node of graph.nodes) if (!turns.has(node.id)) emit(end, { type: "step_skipped", address: node.id, node: node.id, status: "skipped" });
  emit(end, { type: "finished", status: failure ? "failed" : "succeeded", output: failure ? null : elide(execution, last), error: failure, duration_ms: end });
}

/** The items of a container, two at a time, each through its nodes in order. */
function playInside({ node, children, items, began, pace, next, emit }) {
  emit(began, { type: "scope_opened", address: node.id, node: node.id, items: items.length });
  const lanes = [began, began];
  const outputs = [];
  items.forEach((item, at) => {
    const lane = lanes[0] <= lanes[1] ? 0 : 1;
    for (const child of children) {
      const lasts = (/http/.test(child.type) ? 20 + next() * 60 : 1 + next() * 4) * pace;
      const from = lanes[lane];
      const waits = child.type === "delay" ? lasts * 4 : 0;
      if (waits > 0) emit(from, { type: "step_waiting", address: `${child.id}@${at}`, node: child.id, untilAfter: from + waits, signal: null, child: null });
      else if (/http/.test(child.type)) emit(from, { type: "step_started", address: `${child.id}@${at}`, node: child.id, attempt: 1 });
      lanes[lane] = from + waits + lasts;
      emit(lanes[lane], { type: "step_finished", address: `${child.id}@${at}`, node: child.id, status: "succeeded", output: { item }, ports: ["out"], error: null, attempts: 1, duration_ms: lasts, startedAfter: from + waits });
    }
    outputs.push({ item });
  });
  return { outputs, end: Math.max(...lanes) };
}

const loops = new WeakMap();

/** Whether a node lies on a cycle. */
function reaches(graph, id) {
  if (!loops.has(graph)) loops.set(graph, new Map());
  const known = loops.get(graph);
  if (known.has(id)) return known.get(id);
  const seen = new Set();
  const stack = [id];
  let found = false;
  while (stack.length > 0 && !found) {
    const at = stack.pop();
    for (const edge of graph.edges) {
      if (edge.source !== at) continue;
      if (edge.target === id) found = true;
      if (!seen.has(edge.target)) {
        seen.add(edge.target);
        stack.push(edge.target);
      }
    }
  }
  known.set(id, found);
  return found;
}

function elide(execution, value) {
  const json = JSON.stringify(value ?? null);
  if (json.length <= LIMIT) return value ?? null;
  const ref = `v${execution.values.size + 1}`;
  execution.values.set(ref, value);
  return { $elided: true, preview: json.slice(0, 120), bytes: json.length, ref };
}

/** Puts real times on a planned event. */
export function dated(started, { after, event }) {
  const { startedAfter, wakeAfter, untilAfter, ...rest } = event;
  const time = (ms) => new Date(started + ms).toISOString();
  const at = time(after);
  if (wakeAfter !== undefined) rest.wake_at = time(wakeAfter);
  if (rest.type === "step_waiting") rest.until = untilAfter === undefined ? null : time(untilAfter);
  if (rest.type === "step_finished") return { ...rest, started_at: new Date(started + startedAfter).toISOString() };
  return rest.type === "step_skipped" || rest.type === "step_canceled" ? rest : { ...rest, at };
}

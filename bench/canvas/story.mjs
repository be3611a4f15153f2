// What happens in a run that is measured: its events in the server's own format, and how nodes and edges look after them.
// Everything follows from the graph: the same events each time.

import { numbers } from "./graphs.mjs";

/** Steps under way at a time. */
const AT_ONCE = 40;
/** So many nodes have run before, but no more than this part of all. */
const BEFORE_MOST = 5_000;
const BEFORE_PART = 0.5;
/** Each how many-th step fails of those that are no part of the loop. */
const FAILS_EACH = 25;
const FRESH_MS = 100;
const BEGIN = Date.parse("2026-01-05T08:00:00Z");

const time = (ms) => new Date(ms).toISOString().replace("Z", "000Z");
const isIn = ({ x, y, w, h }) => ({ position, width, height }) => position.x < x + w && position.x + width > x && position.y < y + h && position.y + height > y;

/** So many events of these steps, one each `everyMs`: as soon as there are enough under way, the first of them ends before another begins. */
function told(steps, count, from, everyMs, execution, seq) {
  const events = [];
  const open = [];
  let next = 0;
  while (events.length < count) {
    const isFull = open.length >= AT_ONCE || next >= steps.length;
    const at = from + events.length * everyMs;
    const place = { execution, seq: seq + events.length };
    if (isFull && open.length > 0) {
      const { address, node, fails, startedAt } = open.shift();
      const error = fails ? { code: "http_500", message: "The service answered 500: it is overloaded.", node: address } : null;
      const output = fails ? { error } : { order: address, total: 118.5, paid: true };
      events.push({ ...place, type: "step_finished", address, node, status: fails ? "failed" : "succeeded", output, ports: fails ? [] : ["main"], error, attempts: 1, started_at: time(startedAt), duration_ms: at - startedAt });
    } else if (next < steps.length) {
      const step = steps[next];
      next += 1;
      open.push({ ...step, startedAt: at });
      events.push({ ...place, type: "step_started", address: step.address, node: step.node, at: time(at), attempt: 1 });
    } else break;
  }
  return events;
}

/**
 * A run that is half through, and then so many changes: half of them steps of a loop over the nodes in and near `around`, half of them
 * one step each of nodes anywhere.
 */
export function storyOf(graph, { execution, around, changes }) {
  const next = numbers(changes);
  const steps = graph.nodes.filter((node) => node.type !== "note" && !node.parentId);
  const near = steps.filter(isIn(around)).map((node) => node.id);
  if (near.length <= AT_ONCE) throw new Error(`only ${near.length} nodes are where the view goes`);
  const isNear = new Set(near);
  const others = steps.filter((node) => !isNear.has(node.id)).map((node) => node.id);
  const done = others.splice(0, Math.min(BEFORE_MOST, Math.floor(steps.length * BEFORE_PART))).map((node) => ({ address: node, node, fails: false }));
  const wanted = Math.ceil((changes + AT_ONCE) / 2);
  const then = [];
  for (let at = 0; then.length < wanted; at += 1) {
    const node = near[at % near.length];
    then.push({ address: `${node}@${Math.floor(at / near.length)}`, node, fails: false });
    const [other] = others.splice(Math.floor(next() * others.length), 1);
    if (other !== undefined) then.push({ address: other, node: other, fails: at % FAILS_EACH === 0 });
  }
  const accepted = { execution, seq: 1, type: "accepted", at: time(BEGIN), input: {} };
  const before = [accepted, ...told(done, 2 * done.length, BEGIN, 1, execution, 2)];
  const from = BEGIN + 2 * done.length + 1_000;
  return { before, changes: told(then, changes, from, 2, execution, 2 + 2 * done.length) };
}

/** How nodes and edges look after these events, as counts, and what the cards of nodes say. What did not run looks as at rest. */
export function expected(graph, events) {
  const runs = new Map();
  for (const event of events) {
    if (event.node === undefined) continue;
    const run = runs.get(event.node) ?? { count: 0, running: 0, failed: 0, startedAt: 0, lasted: 0, last: "" };
    if (event.type === "step_started") {
      Object.assign(run, { count: run.count + 1, running: run.running + 1, startedAt: Date.parse(event.at), last: "running" });
    } else {
      const failed = run.failed + Number(event.status === "failed");
      Object.assign(run, { running: run.running - 1, failed, startedAt: Date.parse(event.started_at), lasted: event.duration_ms, last: event.status });
    }
    runs.set(event.node, run);
  }
  const looks = {};
  const count = (key) => (looks[key] = (looks[key] ?? 0) + 1);
  const badges = new Map();
  for (const [id, run] of runs) {
    const look = run.running > 0 ? "running" : run.failed > 0 ? "failed" : "ok";
    count(`node ${look}`);
    badges.set(id, look === "failed" ? "failed" : run.count > 1 ? `${run.count} steps` : look === "running" ? "running" : `${run.lasted} ms`);
  }
  for (const { source, target } of graph.edges) {
    const look = lookOf(runs.get(source), runs.get(target));
    if (look !== "rest") count(`edge ${look}`);
  }
  return { looks, badges };
}

function lookOf(from, to) {
  if (!from || from.running > 0) return "rest";
  if (from.last === "failed") return "dead";
  const isOld = to && to.count > 1 && from.startedAt + from.lasted < to.startedAt - FRESH_MS;
  if (to && to.running > 0 && !isOld) return "run";
  return to ? "ok" : "rest";
}

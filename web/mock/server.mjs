// A stand-in for the server while pages are built and looked at: plain Node, the HTTP contract, nothing kept.
//   node mock/server.mjs [--port 8090] [--items 30] [--signed-out] [--dist FOLDER]
// Serves `dist` beside the API under the same strict Content-Security-Policy as the product.

import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { controls } from "./control.mjs";
import { filteredWorkflows, listRoutes, previewOf } from "./lists.mjs";
import { evaluate, nextTimes, REAL_TYPES } from "./expressions.mjs";
import { dated, newId, plan } from "./machine.mjs";
import { savingFigures } from "./saving.mjs";
import { BIG_VALUE, EACH, FAILING, large, NODE_TYPES, random, RETRY, thaiyyal, TICKETS } from "./samples.mjs";

/** How a server as delivered wants graphs to be drawn. */
const RENDERING = { lod_threshold_low: 0.3, lod_threshold_medium: 0.7, max_visible_nodes: 1000, virtual_scrolling: true };
const { values: flags } = parseArgs({
  options: { port: { type: "string", default: "8090" }, items: { type: "string", default: "30" }, "signed-out": { type: "boolean", default: false }, dist: { type: "string", default: "../dist" } },
});
const ITEMS = Number(flags.items);
const DIST = fileURLToPath(new URL(flags.dist, flags.dist.startsWith("/") ? "file:" : import.meta.url));
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".webmanifest": "application/manifest+json" };
/** The real node types, and those of the samples that the server does not have yet. */
const ALL_TYPES = [...REAL_TYPES, ...NODE_TYPES.filter((type) => !REAL_TYPES.some((real) => real.id === type.id))];
const OVER = new Set(["succeeded", "failed", "canceled"]);

const workflows = new Map();
const executions = new Map();
let signedIn = !flags["signed-out"];
/** Counts changes of workflows, so that lists are sorted anew only after one. */
let revision = 0;

function addWorkflow(body, ago = 0) {
  const graph = body.definition ?? { nodes: body.nodes ?? [], edges: body.edges ?? [] };
  const at = new Date(Date.now() - ago).toISOString();
  const workflow = {
    id: newId(Date.now() - ago), name: body.name, description: body.description ?? "", tags: body.tags ?? [], folder: body.folder ?? "", active: body.active ?? true, node_count: graph.nodes.length,
    edge_count: graph.edges.length, created_at: at, updated_at: at, rev: 1, version: newId(), graph, last: null,
  };
  workflows.set(workflow.id, workflow);
  revision += 1;
  return workflow;
}

function start(workflow, input, { pace = 1, ago = 0, seed = executions.size + 7, trigger = "manual", origin = null, given = new Map() } = {}) {
  const started = Date.now() - ago;
  const execution = {
    trigger, origin, seed,
    id: newId(started), workflow, started, graph: workflow.graph, input, inputs: new Map(), values: new Map(), events: [], status: "queued",
    finished: null, duration: null, output: null, error: null, listeners: new Set(), timer: null,
  };
  executions.set(execution.id, execution);
  workflow.last = execution;
  revision += 1;
  execution.todo = plan(execution, workflow.graph, input, seed, pace, given);
  control.changed(execution);
  advance(execution);
  return execution;
}

/** Publishes every planned event whose time has come. */
function advance(execution) {
  clearTimeout(execution.timer);
  while (execution.todo.length > 0) {
    const due = execution.started + execution.todo[0].after - Date.now();
    if (due > 0) {
      execution.timer = setTimeout(() => advance(execution), due);
      return;
    }
    publish(execution, dated(execution.started, execution.todo.shift()));
  }
}

function publish(execution, event) {
  execution.events.push(event);
  const before = execution.status;
  if (event.type === "step_started") execution.status = "running";
  if (event.type === "step_waiting" && execution.status !== "paused") execution.status = "waiting";
  if (event.type === "finished") {
    Object.assign(execution, { status: event.status, finished: event.at, duration: event.duration_ms, output: event.output, error: event.error });
  }
  if (execution.status !== before || event.type === "reopened") control.changed(execution);
  for (const listener of execution.listeners) listener(event);
}

function listItem(execution) {
  return {
    id: execution.id, workflow: { id: execution.workflow.id, name: execution.workflow.name }, version: execution.workflow.version, status: execution.status,
    trigger: execution.trigger, origin: execution.origin, started_at: new Date(execution.started).toISOString(), finished_at: execution.finished, duration_ms: execution.duration, error: execution.error,
  };
}

function stepsOf(execution) {
  const steps = new Map();
  for (const event of execution.events) {
    if (!event.address) continue;
    const node = execution.graph.nodes.find((one) => one.id === event.node);
    const before = steps.get(event.address) ?? { address: event.address, node: event.node, type: node.type, label: node.data?.label ?? null, output: null, ports: null, error: null, attempts: 0, started_at: null, duration_ms: null };
    const input = execution.inputs.get(event.address) ?? null;
    const status = { step_started: "running", step_skipped: "skipped", step_canceled: "canceled" }[event.type] ?? event.status;
    const { output = before.output, ports = before.ports, error = before.error, attempts = 1, started_at = event.at, duration_ms = before.duration_ms } = event;
    steps.set(event.address, { ...before, input, status, output, ports, error, attempts, started_at, duration_ms });
  }
  return [...steps.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

function seedData() {
  if (ITEMS === 0) return;
  const next = random(1);
  const real = ITEMS === 1 ? [TICKETS] : [TICKETS, FAILING, RETRY, EACH, BIG_VALUE, large(300), large(1000), ...thaiyyal()];
  const made = real.map((body, at) => addWorkflow(body, at * 3_700_000));
  for (let at = made.length; at < ITEMS; at += 1) {
    const graph = at % 2 === 0 ? FAILING : RETRY;
    const folder = ["", "Finance", "Finance/Invoices", "Shop"][at % 4];
    addWorkflow({ definition: graph, description: graph.description, folder, active: at % 7 !== 0, name: `Sync ${["orders", "stock", "prices", "users", "invoices"][at % 5]} ${at}`, tags: at % 3 === 0 ? ["nightly"] : [] }, at * 900_000);
  }
  const all = [...workflows.values()];
  const small = made.filter((one) => one.graph.nodes.length < 100);
  for (let at = ITEMS === 1 ? 3 : Math.min(ITEMS * 2, 20_000); at > 0; at -= 1) {
    const workflow = at < 60 || all.length < 60 ? small[Math.floor(next() * small.length)] : all[Math.floor(next() * all.length)];
    const trigger = ["manual", "schedule", "webhook", "manual", "api"][at % 5];
    start(workflow, { subject: "Invoice shows the wrong total", label: ["urgent", "billing", "question"][at % 3], score: 0.94 }, { ago: 60_000 + at * 421_000, seed: at, trigger });
  }
}

function problemsOf(graph) {
  const names = new Set(ALL_TYPES.flatMap((type) => [type.id, ...type.aliases]));
  const ids = new Set(graph.nodes.map((node) => node.id));
  const problems = [];
  for (const node of graph.nodes) {
    if (!names.has(node.type)) problems.push({ code: "unknown_type", severity: "error", node: node.id, edge: null, path: "type", message: `there is no node type "${node.type}"`, suggestion: "did you mean \"number\"?" });
    if (node.type === "map" && graph.edges.some((edge) => edge.target === node.id)) problems.push({ code: "input_shape_varies", severity: "warning", node: node.id, edge: null, path: "data.expression", message: "the input may be an object where a list is expected", suggestion: "lead the list into it, for example input.body.rows" });
  }
  for (const edge of graph.edges) if (!ids.has(edge.target)) problems.push({ code: "dangling_edge", severity: "error", node: null, edge: edge.id, path: null, message: `an edge leads to "${edge.target}", which does not exist`, suggestion: null });
  return problems;
}

const paged = (items, url, of = (item) => item) => {
  const from = Number(url.searchParams.get("cursor") ?? url.searchParams.get("skip") ?? 0);
  const limit = Number(url.searchParams.get("limit") ?? 50);
  const slice = items.slice(from, from + limit).map(of);
  const total = url.searchParams.get("total") === "true" ? { total: items.length } : {};
  return { items: slice, next_cursor: from + limit < items.length ? String(from + limit) : null, ...total };
};
const newest = () => [...executions.values()].sort((a, b) => b.started - a.started);
const need = (map, id, what) => map.get(id) ?? fail(404, "not_found", `There is no such ${what}`, `no ${what} has the id ${id}`);

class Problem extends Error {
  constructor(status, code, title, detail) {
    super(title);
    Object.assign(this, { status, body: { type: "about:blank", title, status, code, detail } });
  }
}
function fail(status, code, title, detail) {
  throw new Problem(status, code, title, detail);
}

const control = controls({ executions, newest, listItem, publish, start, advance, fail });

const routes = [
  ["GET", /^\/session$/, () => (signedIn ? { rendering: RENDERING, signed_in: true, tenant: "default" } : fail(401, "signed_out", "Not signed in", "open the link from the terminal"))],
  ["POST", /^\/session$/, ({ body }) => (body.token === "good" ? ((signedIn = true), { rendering: RENDERING, signed_in: true, tenant: "default" }) : fail(403, "bad_token", "This token is not valid", "it was used already"))],
  ["DELETE", /^\/session$/, ({ response }) => ((signedIn = false), (response.statusCode = 204), undefined)],
  ...listRoutes({ workflows, executions, changed: () => (revision += 1), revision: () => revision, whole: (workflow) => whole(workflow, true), fail, stats: () => stats() }),
  ["GET", /^\/dashboard\/stats$/, () => stats()],
  ["GET", /^\/dashboard\/recent-executions$/, ({ url }) => ({ items: newest().slice(0, Number(url.searchParams.get("limit") ?? 10)).map(listItem) })],
  ["GET", /^\/workflows$/, ({ url }) => paged(searched(url), url, url.searchParams.get("preview") === "true" ? (one) => ({ ...workflowItem(one), preview: previewOf(one.graph) }) : workflowItem)],
  ["POST", /^\/workflows$/, ({ body, text, response }) => ((response.statusCode = 201), whole(Object.assign(addWorkflow(body), { text })))],
  ["POST", /^\/workflows\/validate$/, ({ body }) => ({ valid: problemsOf(body).every((one) => one.severity !== "error"), problems: problemsOf(body) })],
  ["GET", /^\/workflows\/([^/]+)$/, ({ id }) => whole(need(workflows, id, "workflow"))],
  ["DELETE", /^\/workflows\/([^/]+)$/, ({ id, response }) => {
    need(workflows, id, "workflow");
    workflows.delete(id);
    revision += 1;
    response.statusCode = 204;
  }],
  ["POST", /^\/workflows\/([^/]+)\/execute$/, ({ id, body, response }) => {
    const execution = start(need(workflows, id, "workflow"), body.input ?? {}, { pace: 3 });
    response.statusCode = 202;
    return { execution_id: execution.id, status: execution.status };
  }],
  ["GET", /^\/executions$/, ({ url }) => control.list(url, paged)],
  ["POST", /^\/executions\/bulk$/, ({ body, response }) => ((response.statusCode = 202), control.bulk(body))],
  ["GET", /^\/executions\/bulk\/([^/]+)$/, ({ id }) => control.bulkOf(id)],
  ["GET", /^\/executions\/([^/]+)$/, ({ id }) => {
    const execution = need(executions, id, "execution");
    return { ...listItem(execution), input: execution.input, output: execution.output, graph: execution.graph };
  }],
  ["GET", /^\/executions\/([^/]+)\/steps$/, ({ id }) => ({ items: stepsOf(need(executions, id, "execution")) })],
  ["GET", /^\/executions\/([^/]+)\/values\/([^/]+)$/, ({ id, rest }) => need(need(executions, id, "execution").values, rest, "value")],
  ["POST", /^\/executions\/([^/]+)\/(cancel|pause|resume|retry)$/, ({ id, rest, response }) => ((response.statusCode = 202), control.ask(id, rest))],
  ["POST", /^\/executions\/([^/]+)\/fork$/, ({ id, body, response }) => ((response.statusCode = 201), control.fork(id, body))],
  ["POST", /^\/executions\/([^/]+)\/replay$/, ({ id, response }) => ((response.statusCode = 201), control.replay(id))],
  ["POST", /^\/executions\/([^/]+)\/signals\/([^/]+)$/, ({ id, rest, body }) => {
    const execution = need(executions, id, "execution");
    const signal = decodeURIComponent(rest);
    const waiting = execution.events.find((one) => one.type === "step_waiting" && one.signal === signal) ?? fail(404, "not_found", "Nobody waits for it", signal);
    const failed = body.decision === "fail";
    const error = failed ? { code: "uncertain", message: "the call may have been made", node: waiting.address } : null;
    const ends = { status: failed ? "failed" : "succeeded", output: body.output ?? null, error };
    const seq = execution.events.length;
    publish(execution, { execution: id, seq: seq + 1, type: "step_finished", address: waiting.address, node: waiting.node, attempts: 1, ports: ["out"], duration_ms: 1, ...ends });
    publish(execution, { execution: id, seq: seq + 2, type: "finished", at: new Date().toISOString(), duration_ms: Date.now() - execution.started, ...ends });
    return { id, status: execution.status };
  }],
  ["GET", /^\/performance\/documents$/, ({ url }) => savingFigures(Number(url.searchParams.get("minutes") ?? 60))],
  ["POST", /^\/reports$/, ({ response }) => void (response.statusCode = 204)],
  ["GET", /^\/node-types$/, () => ({ items: ALL_TYPES })],
  ["POST", /^\/expressions\/evaluate$/, ({ body }) => evaluate(body)],
  ["GET", /^\/schedules\/next$/, ({ url }) => ({ times: nextTimes(url.searchParams.get("cron") ?? "", Number(url.searchParams.get("count") ?? 5)) ?? fail(422, "bad_cron", "Not a cron line", "a cron line has five fields: minute, hour, day, month, weekday") })],
];

function stats() {
  const all = [...executions.values()];
  const completed = all.filter((one) => one.status === "succeeded").length;
  const failed = all.filter((one) => one.status === "failed").length;
  const running = all.filter((one) => !OVER.has(one.status)).length;
  const times = all.filter((one) => one.duration !== null);
  return {
    total_workflows: workflows.size, active_workflows: [...workflows.values()].filter((one) => one.active).length, running_executions: running,
    success_rate: completed + failed === 0 ? null : Math.round((completed / (completed + failed)) * 1e4) / 100, total: all.length, running, completed, failed,
    average_time_ms: times.length === 0 ? null : times.reduce((sum, one) => sum + one.duration, 0) / times.length,
  };
}

function workflowItem({ graph: _graph, text: _text, last, ...item }) {
  return { ...item, last_execution: last ? { id: last.id, status: last.status, started_at: new Date(last.started).toISOString(), duration_ms: last.duration } : null };
}
/** A graph that was sent comes back as it was written, digit for digit. */
const whole = (workflow, parsed = false) => (workflow.text && !parsed ? { ...workflowItem(workflow), $graph: workflow.text } : { ...workflowItem(workflow), graph: workflow.graph });

function searched({ searchParams: asked }) {
  const filter = Object.fromEntries(["q", "folder", "active", "sort"].flatMap((key) => (asked.has(key) ? [[key, asked.get(key)]] : [])));
  return filteredWorkflows(workflows, revision, { ...filter, tag: asked.getAll("tag") });
}

function stream(request, response, ids, after) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const stops = ids.map((id) => {
    const execution = executions.get(id);
    if (!execution) return () => undefined;
    const write = (event) => response.write(`id: ${id}:${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    for (const event of execution.events) if (event.seq > after) write(event);
    execution.listeners.add(write);
    return () => execution.listeners.delete(write);
  });
  const beat = setInterval(() => response.write(":\n\n"), 15_000);
  request.on("close", () => {
    clearInterval(beat);
    for (const stop of stops) stop();
  });
}

async function readBody(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return { text, body: text === "" ? {} : JSON.parse(text) };
}

async function answerApi(request, response, url, path) {
  const method = request.method ?? "GET";
  if (!signedIn && path !== "/session") fail(401, "signed_out", "Not signed in", "open the link from the terminal");
  const events = /^\/executions(?:\/([^/]+))?\/events$/.exec(path);
  if (events) {
    const ids = events[1] ? [events[1]] : (url.searchParams.get("ids") ?? "").split(",");
    const resumed = Number(String(request.headers["last-event-id"] ?? "").split(":")[1] ?? 0);
    return stream(request, response, ids, Number(url.searchParams.get("after") ?? 0) || resumed || (events[1] ? 0 : Infinity));
  }
  for (const [verb, rule, answer] of routes) {
    const found = verb === method ? rule.exec(path) : null;
    if (!found) continue;
    const { body, text } = method === "GET" ? { body: null, text: "" } : await readBody(request);
    const result = answer({ url, body, text, response, id: found[1], rest: found[2] });
    if (result === undefined) return response.end();
    if (result?.$text) return response.setHeader("content-type", "text/plain"), response.end(result.$text);
    response.setHeader("content-type", "application/json");
    const $graph = result?.$graph;
    const json = JSON.stringify(result);
    return response.end($graph ? `${json.slice(0, -1)},"graph":${$graph}}` : json);
  }
  return fail(404, "not_found", "Nothing at this address", path);
}

function answerFile(response, path) {
  const wanted = normalize(join(DIST, path));
  const file = wanted.startsWith(DIST) && extname(wanted) !== "" && existsSync(wanted) ? wanted : join(DIST, "index.html");
  if (!existsSync(file)) {
    response.statusCode = 404;
    return response.end("Build the pages first: npm run build\n");
  }
  response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
  response.setHeader("content-security-policy", CSP);
  return createReadStream(file).pipe(response);
}

seedData();
createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://mock");
  const api = /^\/api(?:\/v1)?(\/.*)$/.exec(url.pathname);
  if (!api) return answerFile(response, url.pathname);
  return answerApi(request, response, url, api[1]).catch((error) => {
    response.statusCode = error.status ?? 500;
    response.setHeader("content-type", "application/problem+json");
    response.end(JSON.stringify(error.body ?? { title: "The mock failed", status: 500, code: "mock", detail: String(error) }));
  });
}).listen(Number(flags.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${flags.port} with ${workflows.size} workflows, ${executions.size} executions`));

// The parts of the mock behind the lists: windows of workflows, tags, folders, bulk actions, previews, templates, history, metrics.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NODE_TYPES } from "./samples.mjs";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const CATEGORY = new Map(NODE_TYPES.flatMap((type) => [type.id, ...type.aliases].map((id) => [id, type.category])));
const BOXES = 60;
const LINES = 80;
const W = 208;
const H = 60;

const previews = new WeakMap();

/** As the server draws it: at most 60 boxes and 80 lines, integers, from the corner of the graph. Nodes without places stand in columns. */
export function previewOf(graph) {
  const known = previews.get(graph);
  if (known) return known;
  const placed = graph.nodes.some((node) => node.position);
  const depth = new Map(graph.nodes.map((node) => [node.id, 0]));
  for (let round = 0; !placed && round < Math.min(40, graph.nodes.length); round += 1) {
    for (const edge of graph.edges) if ((depth.get(edge.source) ?? 0) + 1 > (depth.get(edge.target) ?? 0)) depth.set(edge.target, Math.min(30, depth.get(edge.source) + 1));
  }
  const rows = new Map();
  const at = new Map();
  for (const node of graph.nodes) {
    const column = depth.get(node.id);
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    const parent = at.get(node.parentId) ?? { x: 0, y: 0 };
    const { x, y } = placed ? (node.position ?? { x: 0, y: 0 }) : { x: column * 280, y: row * 100 };
    at.set(node.id, { x: x + parent.x, y: y + parent.y, w: node.width ?? W, h: node.height ?? H, type: node.type });
  }
  const all = [...at.values()].slice(0, BOXES);
  const left = Math.min(...all.map((box) => box.x), Infinity);
  const top = Math.min(...all.map((box) => box.y), Infinity);
  const round = Math.round;
  const made = {
    w: round(Math.max(0, ...all.map((box) => box.x + box.w - left))), h: round(Math.max(0, ...all.map((box) => box.y + box.h - top))),
    boxes: all.map((box) => [round(box.x - left), round(box.y - top), round(box.w), round(box.h), CATEGORY.get(box.type) ?? "data"]),
    lines: graph.edges.flatMap(({ source, target }) => {
      const [from, to] = [at.get(source), at.get(target)];
      return from && to && all.includes(from) && all.includes(to) ? [[round(from.x + from.w - left), round(from.y + from.h / 2 - top), round(to.x - left), round(to.y + to.h / 2 - top)]] : [];
    }).slice(0, LINES),
  };
  previews.set(graph, made);
  return made;
}

const SHELVES = { "Lists and data": /data|etl|sales|charts|contacts|map-reduce|grades|slugs|timetable|totals/, Branches: /flag|triage|approval|checks|quotes|first-of/, "Calls over HTTP": /http|pages|download|enrich|circuit|rate/, "When things fail": /fail|retry|dead|safe|trip|refund/ };

function readTemplates() {
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".json") && name !== "expected.json")
    .map((name) => {
      const graph = JSON.parse(readFileSync(join(EXAMPLES, name), "utf8"));
      const id = name.replace(".json", "");
      const category = Object.entries(SHELVES).find(([, rule]) => rule.test(id))?.[0] ?? "Loops and waiting";
      return { id, name: graph.name ?? id, description: graph.description ?? "", category, tags: graph.tags ?? [], node_count: graph.nodes.length, graph };
    });
}

let templates = null;
const shelf = () => (templates ??= readTemplates());
const templateItem = ({ graph, ...item }) => ({ ...item, preview: previewOf(graph) });

/** Sorted and filtered lists are kept while nothing changes: a hundred thousand rows are not sorted for every window. */
const kept = new Map();

export function filteredWorkflows(workflows, revision, filter) {
  const { q = "", tag = [], folder = "", active = "", sort = "-updated_at" } = filter;
  const key = JSON.stringify([revision, q, tag, folder, active, sort]);
  const before = kept.get(key);
  if (before) return before;
  const words = q.toLowerCase();
  const found = [...workflows.values()].filter(
    (one) =>
      (words === "" || `${one.name} ${one.description} ${one.tags.join(" ")}`.toLowerCase().includes(words)) &&
      tag.every((name) => one.tags.includes(name)) &&
      (folder === "" || one.folder === folder || one.folder.startsWith(`${folder}/`)) &&
      (active === "" || one.active === (active === "true")),
  );
  const by = sort.replace("-", "");
  const value = by === "last_execution" ? (one) => one.last?.started ?? 0 : (one) => one[by];
  found.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
  if (sort.startsWith("-")) found.reverse();
  if (kept.size > 40) kept.clear();
  kept.set(key, found);
  return found;
}

const counted = (names) => {
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return { items: [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1)) };
};

/** A folder and all that it is inside of. */
const above = (folder) => folder.split("/").flatMap((part, at, parts) => (part === "" ? [] : [parts.slice(0, at + 1).join("/")]));

/** Routes that stand before the others; `now` answers what the mock holds and counts its changes. */
export function listRoutes({ workflows, executions, changed, revision, whole, fail, stats }) {
  return [
    ["GET", /^\/workflows\/tags$/, () => counted([...workflows.values()].flatMap((one) => one.tags))],
    ["GET", /^\/workflows\/folders$/, () => counted([...workflows.values()].flatMap((one) => above(one.folder)))],
    ["GET", /^\/workflows\/batch$/, ({ url }) => {
      const ids = (url.searchParams.get("ids") ?? "").split(",");
      if (ids.length > 100) fail(400, "invalid_parameter", "Too many at once", "ids names 1 to 100 workflows");
      return { items: ids.flatMap((id) => (workflows.has(id) ? [whole(workflows.get(id), true)] : [])), missing: ids.filter((id) => !workflows.has(id)) };
    }],
    ["POST", /^\/workflows\/bulk$/, ({ body }) => {
      const { ids, filter, action, tags = [], folder = "" } = body;
      if ((ids === undefined) === (filter === undefined) || ids?.length > 1000) fail(400, "invalid_parameter", "Name ids or a filter", "one of both");
      const chosen = ids ? ids.flatMap((id) => workflows.get(id) ?? []) : [...filteredWorkflows(workflows, revision(), { ...filter, tag: filter.tags, active: String(filter.active ?? "") })];
      for (const one of chosen) {
        if (action === "delete") workflows.delete(one.id);
        else if (action === "tag") one.tags = [...new Set([...one.tags, ...tags])];
        else if (action === "untag") one.tags = one.tags.filter((name) => !tags.includes(name));
        else if (action === "move") one.folder = folder;
        else one.active = action === "activate";
      }
      changed();
      return { matched: chosen.length, done: chosen.map((one) => one.id), unchanged: 0, failed: [] };
    }],
    ["GET", /^\/templates$/, () => ({ items: shelf().map(templateItem) })],
    ["GET", /^\/templates\/([^/]+)$/, ({ id }) => {
      const one = shelf().find((template) => template.id === id) ?? fail(404, "not_found", "There is no such template", id);
      return { ...templateItem(one), graph: one.graph };
    }],
    ["GET", /^\/dashboard\/history$/, ({ url }) => historyOf(executions, url)],
    ["GET", /^\/metrics$/, () => ({ $text: metricsOf(stats()) })],
  ];
}

function historyOf(executions, url) {
  const range = url.searchParams.get("range") ?? "day";
  const [step, count] = range === "day" ? [3_600_000, 24] : [86_400_000, 30];
  const first = Math.floor(Date.now() / step) - count + 1;
  const parts = Array.from({ length: count }, () => ({ total: 0, running: 0, succeeded: 0, failed: 0, canceled: 0, time: 0 }));
  for (const one of executions.values()) {
    const part = parts[Math.floor(one.started / step) - first];
    if (!part) continue;
    part.total += 1;
    part[{ succeeded: "succeeded", failed: "failed", canceled: "canceled" }[one.status] ?? "running"] += 1;
    part.time += one.duration ?? 0;
  }
  const item = ({ time, ...part }, at) => ({ from: new Date((first + at) * step).toISOString(), ...part, mean_ms: part.total === part.running ? null : time / (part.total - part.running), p95_ms: null });
  return { range, tz: "UTC", items: parts.map(item) };
}

const began = Date.now();
let asked = 0;

/** Figures that move as those of a small server do. */
function metricsOf(stats) {
  asked += 1;
  const s = (Date.now() - began) / 1000;
  const wave = 1 + 0.3 * Math.sin(s / 9);
  const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25];
  const shares = [0.1, 0.35, 0.6, 0.8, 0.9, 0.96, 0.985, 0.995, 1];
  const routes = [["/api/v1/workflows/{id}/execute", "POST", 120], ["/api/v1/executions/{id}", "GET", 40], ["/api/v1/workflows", "GET", 12], ["/api/v1/dashboard/stats", "GET", 3]];
  const lines = routes.flatMap(([route, method, rate]) => {
    const total = Math.round(rate * (s + 60 + 3 * Math.sin(s / 7)));
    return [
      `requests_total{route="${route}",method="${method}",status="200"} ${total}`,
      ...(rate > 100 ? [`requests_total{route="${route}",method="${method}",status="500"} ${Math.floor(s / 8)}`] : []),
      ...buckets.map((le, at) => `request_duration_seconds_bucket{route="${route}",le="${le}"} ${Math.round(total * shares[at])}`),
      `request_duration_seconds_bucket{route="${route}",le="+Inf"} ${total}`,
      `request_duration_seconds_sum{route="${route}"} ${(total * 0.0031).toFixed(4)}`,
      `request_duration_seconds_count{route="${route}"} ${total}`,
    ];
  });
  return [
    "# HELP requests_total HTTP requests by route, method and status", "# TYPE requests_total counter", ...lines,
    `executions_in_flight ${stats.running}`, `executions_ended_total ${stats.completed + stats.failed}`, `events_total ${Math.round(48_000 + 900 * s * wave)}`,
    `store_queue_length ${Math.round(3 * wave)}`, `commits_total ${Math.round(4_000 + 80 * s)}`, `commit_entries_total ${Math.round(48_000 + 900 * s)}`,
    `commit_last_seconds ${(0.0009 * wave).toFixed(6)}`, `wal_bytes ${Math.round(2_400_000 * wave)}`, `database_bytes ${61_400_000 + asked * 4096}`,
    `cache_hits_total{cache="dashboard"} ${asked * 6}`, `cache_misses_total{cache="dashboard"} ${asked}`,
    `process_resident_memory_bytes ${Math.round(61_400_000 + 900_000 * wave)}`, `uptime_seconds ${s.toFixed(1)}`,
  ].join("\n");
}

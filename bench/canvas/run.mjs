// Measures the editor's canvas: node bench/canvas/run.mjs --program target/release/tidemill [--json FILE]
// One line for each row, the best of several runs; README.md says what is done and how it is read.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser, openPage } from "./browser.mjs";
import { deleteAndUndo, layOut, LAYOUT_COMMAND, selectAndPaste } from "./edits.mjs";
import { row } from "./figures.mjs";
import { floor } from "./floor.mjs";
import { serveFront } from "./front.mjs";
import { GRAPHS } from "./graphs.mjs";
import { Front, live } from "./live.mjs";
import { Product } from "./product.mjs";
import { serveReactFlow } from "./react-flow.mjs";
import { measure } from "./script.mjs";

const { values: flags } = parseArgs({
  options: {
    program: { type: "string", default: "target/release/tidemill" },
    chromium: { type: "string", default: "" },
    route: { type: "string", default: "/editor/{id}" },
    page: { type: "string", default: "" },
    graphs: { type: "string", default: Object.keys(GRAPHS).join(",") },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "floor,canvas,live,edit,react-flow" },
    "layout-command": { type: "string", default: LAYOUT_COMMAND },
    json: { type: "string", default: "" },
  },
});
const rounds = Number(flags.rounds);
const parts = new Set(flags.only.split(","));
const graphs = flags.graphs.split(",").filter(Boolean);
const REACT_FLOW = ["1k", "10k", "100k"];
/** The graphs in which a run is watched. */
const LIVE = ["10k", "100k"];
const REACT_FLOW_MS = 60_000;
const report = { floor: null, canvas: {}, live: {}, edit: {}, react_flow: {}, complaints: [] };

/** A browser of its own for each run: what one leaves in memory must not count for the next. */
async function tabbed(cookies, act, commits = false) {
  const browser = await openBrowser(flags.chromium);
  try {
    const tab = await openPage(browser, { cookies, commits });
    const told = await act(tab);
    report.complaints.push(...tab.complaints);
    return told;
  } finally {
    await browser.close();
  }
}

const figures = (row) =>
  `${row.fps} FPS, p95 ${row.p95}, worst ${row.worst} ms · near pan p95 ${row.phases.near_pan.p95} · drag p95 ${row.drag.p95}${row.drag.moved === false ? " (moved nothing)" : ""}` +
  ` · ${row.tti} ms to interactive · ${row.dom} elements · heap ${row.heap} to ${row.heap_end} MB, buffers ${row.buffers} · ${row.script_kb} KB of scripts · main ${row.main_ms} ms a frame`;
const pace = (row) =>
  `${row.fps} FPS, p95 ${row.p95}, worst ${row.worst} ms · near pan p95 ${row.phases.near_pan.p95} · ${row.per_second} changes a second, ${row.applied} % shown, ${row.wrong_cards} cards wrong` +
  ` · commits a second: ${Object.entries(row.commits).map(([name, count]) => `${name} ${count}`).join(", ")} · ${row.needless} cards rendered for nothing · main ${row.main_ms} ms a frame`;
const times = (row) =>
  Object.entries(row)
    .filter(([, one]) => one?.ms !== undefined)
    .map(([name, one]) => `${name} ${one.ms} ms${one.seen ? "" : " (not told by the page)"}`)
    .join(", ");

async function ofProduct() {
  const product = await Product.start(flags.program);
  const front = flags.page === "" ? null : await serveFront(resolve(flags.page), product.url);
  try {
    const url = front?.url ?? product.url;
    const cookies = (await product.cookies()).map((cookie) => ({ ...cookie, url }));
    const at = (id) => url + flags.route.replace("{id}", id);
    if (parts.has("canvas")) {
      for (const name of graphs) {
        const graph = GRAPHS[name]();
        let id;
        const act = async (tab) => measure(tab, at((id ??= await product.add(`Bars ${name}`, graph))), graph, { cookies });
        await row(report.canvas, name, rounds, () => tabbed(cookies, act), figures);
      }
    }
    if (parts.has("live")) {
      for (const name of LIVE.filter((one) => graphs.includes(one))) {
        const graph = GRAPHS[name]();
        await row(report.live, name, rounds, () => watched(product, url, cookies, graph), pace);
      }
    }
    if (parts.has("edit")) {
      const edits = [
        ["delete 10k, undo", "10k", deleteAndUndo],
        ["select 100k, paste", "100k", selectAndPaste],
        ["lay out 10k", "10k", (tab, url) => layOut(tab, url, flags["layout-command"])],
      ];
      for (const [name, graph, act] of edits) {
        // Each run begins with the same graph: what one saved must not be what the next opens.
        await row(report.edit, name, rounds, async () => tabbed(cookies, async (tab) => act(tab, at(await product.add(`Bars ${name}`, GRAPHS[graph]())))), times);
      }
    }
  } finally {
    await front?.stop();
    await product.stop();
  }
}

/** A graph whose last execution seems to be under way: the stream of its events is written before the server. */
async function watched(product, url, cookies, graph) {
  const id = await product.add("Bars of a run", graph);
  const execution = await product.run(id);
  const before = await Front.over(url, execution);
  try {
    const own = cookies.map((cookie) => ({ ...cookie, url: before.url }));
    return await tabbed(own, (tab) => live(tab, before.url + flags.route.replace("{id}", id), graph, before, execution), true);
  } finally {
    await before.stop();
  }
}

async function ofReactFlow() {
  const served = await serveReactFlow();
  try {
    for (const name of REACT_FLOW.filter((one) => graphs.includes(one))) {
      const act = (tab) => measure(tab, served.url(name), GRAPHS[name](), { limit: REACT_FLOW_MS });
      await row(report.react_flow, name, 1, () => tabbed([], act), figures);
    }
  } finally {
    await served.stop();
  }
}

if (parts.has("floor")) {
  report.floor = await tabbed([], ({ context }) => floor(context.browser()));
  const { dom, "2d": flat, webgl, quiet } = report.floor;
  console.log(`${"floor".padEnd(20)} an empty page ${dom.fps}, clearing a canvas ${flat.fps}, by WebGL ${webgl.fps} FPS${quiet ? "" : ": the machine is busy, do not judge by what follows"}`);
}
if (["canvas", "live", "edit"].some((part) => parts.has(part))) await ofProduct();
if (parts.has("react-flow")) await ofReactFlow();
report.complaints = [...new Set(report.complaints)].slice(0, 20);
for (const one of report.complaints) console.log(`the page complained: ${one}`);
if (flags.json !== "") writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);

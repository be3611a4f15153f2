// Looks into the page while a large document is opened and edited: node bench/documents/profile.mjs [--memory] --program FILE
// Without --memory: where its time goes, as a .cpuprofile for DevTools. With it: what is in memory, as a .heapsnapshot. Both print the most.

import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { heapMb } from "../canvas/browser.mjs";
import { round } from "../canvas/figures.mjs";
import { serveFront } from "../canvas/front.mjs";
import { grid } from "../canvas/graphs.mjs";
import { pause } from "../canvas/input.mjs";
import { Product } from "../canvas/product.mjs";
import { inPage, openEditor } from "./page.mjs";

const { values: flags } = parseArgs({
  options: {
    program: { type: "string", default: "target/release/tidemill" },
    chromium: { type: "string", default: "" },
    page: { type: "string", default: "" },
    nodes: { type: "string", default: "10000" },
    memory: { type: "boolean", default: false },
    into: { type: "string", default: "web/dist-report" },
  },
});
const EDITS = 40;
const SHOWN = 15;

async function edit(page) {
  await page.locator("[data-canvas]").focus();
  await page.keyboard.press("Control+a");
  for (let at = 0; at < EDITS; at += 1) {
    await page.keyboard.press("Shift+ArrowDown");
    await pause(50);
  }
  await page.getByRole("button", { name: /^Saved/ }).waitFor();
}

/** The functions that took the most by themselves, in ms. */
export function longest({ nodes, samples, timeDeltas }) {
  const spent = new Map();
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  samples.forEach((id, at) => {
    const { functionName, url, lineNumber } = byId.get(id);
    const name = `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
    spent.set(name, (spent.get(name) ?? 0) + timeDeltas[at] / 1_000);
  });
  return [...spent].filter(([name]) => !/^\((?:idle|program)\)/.test(name)).sort(([, a], [, b]) => b - a);
}

/** What takes the most memory, by the name of its constructor or its kind, in bytes. */
export function heaviest({ snapshot: { meta }, nodes, strings }) {
  const fields = meta.node_fields;
  const [type, name, size] = ["type", "name", "self_size"].map((field) => fields.indexOf(field));
  const kinds = meta.node_types[type];
  const all = new Map();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = kinds[nodes[at + type]];
    const key = kind === "object" || kind === "native" ? strings[nodes[at + name]].slice(0, 60) : `(${kind})`;
    all.set(key, (all.get(key) ?? 0) + nodes[at + size]);
  }
  return [...all].sort(([, a], [, b]) => b - a);
}

async function takeTime({ page, line }, url) {
  await line.send("Profiler.enable");
  await line.send("Profiler.start");
  await openEditor(page, url);
  await edit(page);
  const { profile } = await line.send("Profiler.stop");
  const file = resolve(flags.into, "document.cpuprofile");
  writeFileSync(file, JSON.stringify(profile));
  for (const [name, ms] of longest(profile).slice(0, SHOWN)) console.log(`${String(round(ms)).padStart(9)} ms  ${name}`);
  console.log(`open ${file} in DevTools, Performance`);
}

async function takeMemory({ page, line }, url) {
  await openEditor(page, url);
  await edit(page);
  const { used, buffers } = await heapMb(line);
  const file = resolve(flags.into, "document.heapsnapshot");
  const into = createWriteStream(file);
  line.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => into.write(chunk));
  await line.send("HeapProfiler.takeHeapSnapshot");
  await new Promise((done) => into.end(done));
  for (const [name, bytes] of heaviest(JSON.parse(readFileSync(file, "utf8"))).slice(0, SHOWN)) console.log(`${String(round(bytes / 1e6)).padStart(9)} MB  ${name}`);
  console.log(`${used} MB of objects, ${buffers} MB of buffers with ${flags.nodes} nodes; open ${file} in DevTools, Memory`);
}

const product = await Product.start(flags.program);
const front = flags.page === "" ? null : await serveFront(resolve(flags.page), product.url);
try {
  mkdirSync(flags.into, { recursive: true });
  const url = front?.url ?? product.url;
  const cookies = (await product.cookies()).map((cookie) => ({ ...cookie, url }));
  const id = await product.add("Looked into", grid(Number(flags.nodes)));
  await inPage(flags.chromium, cookies, (tab) => (flags.memory ? takeMemory : takeTime)(tab, `${url}/editor/${id}`));
} finally {
  await front?.stop();
  await product.stop();
}

// Walks through the editor of the real program as a person would:
//   node e2e/editor.mjs [--program ../target/fast/tidemill] [--page dist] [NAME]
// Each journey has a program and a data folder of its own. With --page the pages of a folder stand in front of the program.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { serveFront } from "../../bench/canvas/front.mjs";
import { Product } from "../../bench/canvas/product.mjs";

const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const PROGRAM = fileURLToPath(new URL("../../target/fast/tidemill", import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { program: { type: "string", default: PROGRAM }, page: { type: "string", default: "" } },
});

const journeys = new Map();
const test = (name, journey) => journeys.set(name, journey);

const CHAIN = {
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: "Begin" } },
    { id: "weigh", type: "set_fields", position: { x: 264, y: 0 }, data: { label: "Weigh", fields: { kg: 2 } } },
    { id: "send", type: "set_fields", position: { x: 528, y: 0 }, data: { label: "Send", fields: { by: "post" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "weigh" },
    { id: "b", source: "weigh", target: "send" },
  ],
};

/** The draft as the server has it. */
const draft = async (product, id) => JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).graph;
const saved = (page) => page.getByRole("button", { name: /^Saved/ }).waitFor();
const canvas = (page) => page.locator("[data-canvas]");
const palette = (page) => page.getByPlaceholder("Add a node…");
const isDone = (page) => page.getByText(/^Succeeded/).first().waitFor();

test("a workflow is drawn from nothing, run, changed and run again", async ({ page, url, product }) => {
  const id = await product.add("Nothing yet", { nodes: [], edges: [] });
  await page.goto(`${url}/editor/${id}`);
  for (const type of ["Manual", "Set fields"]) {
    await palette(page).fill(type);
    await page.keyboard.press("Enter");
  }
  await page.getByRole("button", { name: "Add field" }).click();
  await saved(page);
  const graph = await draft(product, id);
  assert.deepEqual(graph.nodes.map((node) => node.type), ["manual", "set_fields"]);
  assert.equal(graph.edges.length, 1);
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await isDone(page);
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Something now");
  await page.keyboard.press("Enter");
  await saved(page);
  assert.equal((await draft(product, id)).name, "Something now");
});

test("what was typed is there after a reload, though the server was away", async ({ page, url, product, context }) => {
  const id = await product.add("Away", CHAIN);
  await page.goto(`${url}/editor/${id}`);
  await palette(page).waitFor();
  await context.setOffline(true);
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /On this device/ }).waitFor();
  await context.setOffline(false);
  await page.reload();
  await saved(page);
  await page.waitForTimeout(1_500);
  assert.equal((await draft(product, id)).nodes.length, 4);
});

test("two who edit at once lose nothing", async ({ page, url, product }) => {
  const id = await product.add("Both", CHAIN);
  await page.goto(`${url}/editor/${id}`);
  await palette(page).waitFor();
  const { rev } = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text);
  const theirs = { changes: [{ node: "weigh", set: { "data/label": "Scale" } }] };
  assert.equal((await product.call("PATCH", `/workflows/${id}/draft`, theirs, { "if-match": `"${rev}"` })).status, 200);
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  await saved(page);
  await page.waitForTimeout(2_500);
  const graph = await draft(product, id);
  assert.equal(graph.nodes.find((node) => node.id === "weigh").data.label, "Scale");
  assert.equal(graph.nodes.length, 4);
});

test("steps are taken back and made again by keys", async ({ page, url, product }) => {
  const id = await product.add("Keys", CHAIN);
  await page.goto(`${url}/editor/${id}`);
  await palette(page).waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.waitForTimeout(300);
  await saved(page);
  await page.waitForTimeout(1_500);
  assert.equal((await draft(product, id)).nodes.length, 0);
  await page.keyboard.press("Control+z");
  await page.waitForTimeout(2_000);
  const back = await draft(product, id);
  assert.deepEqual([back.nodes.length, back.edges.length], [3, 2]);
  await page.keyboard.press("Control+Shift+z");
  await page.waitForTimeout(2_000);
  assert.equal((await draft(product, id)).nodes.length, 0);
});

test("nodes of another program are pasted", async ({ page, url, product, context }) => {
  const id = await product.add("Paste", { nodes: [], edges: [] });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${url}/editor/${id}`);
  await palette(page).waitFor();
  await canvas(page).focus();
  await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(CHAIN));
  await page.keyboard.press("Control+v");
  await page.waitForTimeout(2_500);
  const graph = await draft(product, id);
  assert.deepEqual([graph.nodes.length, graph.edges.length], [3, 2]);
});

test("a command is found by its name", async ({ page, url, product }) => {
  const id = await product.add("Commands", CHAIN);
  await page.goto(`${url}/editor/${id}`);
  await palette(page).waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("lay out");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(2_500);
  const graph = await draft(product, id);
  assert.ok(graph.nodes[0].position.x < graph.nodes[1].position.x && graph.nodes[1].position.x < graph.nodes[2].position.x);
});

const only = positionals[0];
let failed = 0;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
for (const [name, journey] of journeys) {
  if (only && !name.includes(only)) continue;
  const product = await Product.start(resolve(flags.program));
  const front = flags.page === "" ? null : await serveFront(resolve(flags.page), product.url);
  const url = front?.url ?? product.url;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  try {
    await journey({ page, url, product, context });
    assert.deepEqual(faults, []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    const picture = join(tmpdir(), `editor-${failed}.png`);
    await page.screenshot({ path: picture }).catch(() => undefined);
    console.log(`FAIL  ${name}\n      ${error.message.split("\n").slice(0, 6).join("\n      ")}\n      picture: ${picture}`);
  }
  await context.close();
  await front?.stop();
  await product.stop();
}
await browser.close();
process.exitCode = failed > 0 ? 1 : 0;

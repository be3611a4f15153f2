// Where the last change is: after a reload, beside somebody else, taken back and made again.

import assert from "node:assert/strict";
import { canvas, CHAIN, command, draft, nodeOf, open, palette, resolve, saved, test, until } from "./hand.mjs";

const revOf = async (product, id) => JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).rev;

/** What somebody else saves meanwhile. */
async function others(product, id, changes) {
  const { status, text } = await product.call("PATCH", `/workflows/${id}/draft`, { changes }, { "if-match": `"${await revOf(product, id)}"` });
  assert.equal(status, 200, text);
}

async function rename(page, node, name) {
  await canvas(page).focus();
  await command(page, node);
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(page).focus();
  await page.keyboard.press("F2");
  await page.getByRole("dialog", { name: "Rename the node" }).getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
}

test("two who edit at once lose nothing", async ({ page, url, product }) => {
  const id = await product.add("Both", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  await others(product, id, [{ node: "weigh", set: { "data/label": "Scale" } }, { node: "wrap", added: { id: "wrap", type: "set_fields", position: { x: 264, y: 160 }, data: { label: "Wrap" } } }]);
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  const graph = await until(product, id, ({ nodes }) => nodes.length === 5);
  assert.equal(nodeOf(graph, "weigh").data.label, "Scale");
  // The page has what the other one did, too: what it saves next does not take it back.
  await canvas(page).focus();
  for (const name of ["Scale", "Wrap"]) await page.locator("[data-node]").filter({ hasText: name }).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+ArrowDown");
  const moved = await until(product, id, (now) => nodeOf(now, "weigh").position.y === 20 && nodeOf(now, "wrap").position.y === 180);
  assert.equal(nodeOf(moved, "weigh").data.label, "Scale");
});

/** Longer than two who write in the same place count as being there together. */
const APART_MS = 5_500;

test("what two wrote in the same place while apart is kept twice until one of them is chosen", { weather: true, seconds: 100 }, async ({ page, url, product, weather }) => {
  const id = await product.add("Same place", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  weather.becomes("away");
  await rename(page, "Weigh", "Mine");
  await others(product, id, [{ node: "weigh", set: { "data/label": "Theirs" } }, { node: "send", set: { "data/label": "Theirs too" } }]);
  await page.waitForTimeout(APART_MS);
  weather.becomes("fair");
  const settle = page.locator("header").getByRole("button", { name: "1 change to settle" });
  await settle.waitFor();
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Mine" && nodeOf(graph, "send").data.label === "Theirs too");
  // It waits for whoever comes back later.
  await page.reload();
  await resolve(page, "1 change to settle");
  const dialog = page.getByRole("dialog", { name: "Changes to settle" });
  await dialog.getByRole("region", { name: "Mine · Label" }).waitFor();
  for (const [side, words] of [["Your device", "Mine"], ["On the server", "Theirs"]]) await dialog.getByRole("region", { name: side }).locator("ins", { hasText: words }).waitFor();
  await dialog.getByRole("button", { name: /^Take theirs/ }).click();
  await dialog.getByText("All settled").waitFor();
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Theirs");
  await settle.waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Mine");
});

test("what one deletes while another writes in it is told, and comes back if that is chosen", { weather: true, seconds: 100 }, async ({ page, url, product, weather }) => {
  const id = await product.add("Deleted", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  weather.becomes("away");
  await canvas(page).focus();
  await command(page, "Weigh");
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(page).focus();
  await page.keyboard.press("Delete");
  await others(product, id, [{ node: "weigh", set: { "data/fields": { kg: 7 } } }]);
  await page.waitForTimeout(APART_MS);
  weather.becomes("fair");
  await resolve(page, "1 change to settle");
  await page.getByRole("dialog", { name: "Changes to settle" }).getByRole("button", { name: /^Keep/ }).click();
  const graph = await until(product, id, (now) => nodeOf(now, "weigh") !== undefined);
  assert.deepEqual(nodeOf(graph, "weigh").data, { label: "Weigh", fields: { kg: 7 } });
  await saved(page);
});

test("steps are taken back and made again by keys", async ({ page, url, product }) => {
  const id = await product.add("Keys", CHAIN);
  await open(page, url, id);
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await until(product, id, ({ nodes }) => nodes.length === 0);
  await page.keyboard.press("Control+z");
  const back = await until(product, id, ({ nodes }) => nodes.length === 3);
  assert.deepEqual(back, { ...(await draft(product, id)), nodes: CHAIN.nodes, edges: CHAIN.edges });
  await page.keyboard.press("Control+Shift+z");
  await until(product, id, ({ nodes }) => nodes.length === 0);
  await saved(page);
});

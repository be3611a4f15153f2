// Where the last change is: after a reload, beside somebody else, taken back and made again.

import assert from "node:assert/strict";
import { canvas, CHAIN, draft, nodeOf, open, palette, saved, test, until } from "./hand.mjs";

test("what was typed is there after a reload, though the server was away", async ({ page, url, product, context }) => {
  const id = await product.add("Away", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor(); // its code comes a moment after the graph is seen
  await context.setOffline(true);
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /On this device/ }).waitFor();
  await context.setOffline(false);
  await page.reload();
  await until(product, id, (graph) => graph.nodes.length === 4);
});

test("two who edit at once lose nothing", async ({ page, url, product }) => {
  const id = await product.add("Both", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  const { rev } = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text);
  const theirs = { changes: [{ node: "weigh", set: { "data/label": "Scale" } }] };
  assert.equal((await product.call("PATCH", `/workflows/${id}/draft`, theirs, { "if-match": `"${rev}"` })).status, 200);
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  const graph = await until(product, id, ({ nodes }) => nodes.length === 4);
  assert.equal(nodeOf(graph, "weigh").data.label, "Scale");
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

// Somebody who only looks on: sees all that others do as they do it, what nodes are set to and what was said, and changes nothing.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { add, others, shows, somebody } from "./both.mjs";
import { canvas, CHAIN, draft, nodeOf, open, palette, saved, test, until } from "./hand.mjs";

const WIDE = { seconds: 100 };

/** Somebody who follows the link that an editor's list of people copies. */
async function viewer(given, id, options = {}) {
  const { page, context } = await somebody(given, options);
  await page.goto(`${given.url}/view/${id}`);
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.locator("header").getByText("Live", { exact: true }).waitFor();
  return { page, context };
}

test("who looks on sees what is done as it is done, and can change nothing", WIDE, async (given) => {
  const { page, product, url, picture } = given;
  const id = await product.add("Looked at", { ...CHAIN, name: "Looked at", description: "Weighs what comes and sends it on." });
  await open(page, url, id);
  await palette(page).waitFor();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
  await page.locator("header").getByRole("button", { name: "Only you are here" }).click();
  await page.getByRole("button", { name: "Copy a view-only link" }).click();
  await page.getByRole("log", { name: "Messages" }).getByText(/The link is copied/).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), `${url}/view/${id}`);
  await page.keyboard.press("Escape");

  const { page: looking, context } = await viewer(given, id, { colorScheme: "dark" });
  await others(page, 1);
  await page.locator("header").getByRole("button", { name: /^1 other here/ }).click();
  await page.getByRole("dialog", { name: "Who is here" }).getByText("Viewing").waitFor();
  await page.keyboard.press("Escape");
  await looking.getByText("Weighs what comes and sends it on.").waitFor();
  await add(page, "No operation");
  await shows(looking, 4);
  const standing = (words) => looking.locator("header").getByText(words, { exact: true }).waitFor();
  await standing("Draft");
  await saved(page);
  await page.locator("header").getByRole("button", { name: "Publish", exact: true }).click();
  await standing("Published");

  // What a node is set to, and that it follows what others write in it.
  const weigh = CHAIN.nodes[1];
  await canvas(looking).focus();
  await looking.locator(`[data-node="${weigh.id}"]`).click();
  const side = looking.getByRole("complementary", { name: "Node" });
  await side.getByRole("heading", { name: "Weigh" }).waitFor();
  await page.locator(`[data-node="${weigh.id}"]`).click();
  await page.getByRole("textbox", { name: "Label of the node" }).fill("Weigh anew");
  await page.keyboard.press("Enter");
  await side.getByRole("heading", { name: "Weigh anew" }).waitFor();
  assert.deepEqual(await faults(looking), []);
  await picture("looking", looking);
  await saved(page);

  // Nothing that is done here has any effect: neither keys nor a drag.
  const before = await until(product, id, (graph) => nodeOf(graph, weigh.id).data.label === "Weigh anew");
  await canvas(looking).focus();
  for (const key of ["Delete", "Backspace", "Shift+ArrowDown", "Control+d", "Control+x", "Control+z"]) await looking.keyboard.press(key);
  const box = await looking.locator(`[data-node="${weigh.id}"]`).boundingBox();
  await looking.mouse.move(box.x + 30, box.y + 10);
  await looking.mouse.down();
  await looking.mouse.move(box.x + 130, box.y + 110, { steps: 5 });
  await looking.mouse.up();
  await looking.waitForTimeout(2_500);
  assert.deepEqual(await draft(product, id), before);
  await shows(looking, 4);

  // The panel closes by key, and the graph has the keyboard again; the way to the editor is there, and leaving is seen.
  await side.getByRole("button", { name: "Close" }).focus();
  await looking.keyboard.press("Escape");
  await looking.getByRole("complementary", { name: "Workflow" }).waitFor();
  assert.equal(await looking.evaluate(() => document.activeElement?.hasAttribute("data-canvas")), true);
  await page.keyboard.press("Escape");
  await looking.getByRole("link", { name: "Edit" }).click();
  await palette(looking).waitFor();
  await others(page, 1);
  await context.close();
  await others(page, 0);
});

test("who looks on is told when they are cut off, and sees what was missed once they are back", { ...WIDE, weather: true }, async (given) => {
  const { page, product, url, weather } = given;
  const id = await product.add("Cut off", CHAIN);
  await page.goto(`${url}/view/${id}`);
  const link = (words) => page.locator("header").getByText(words, { exact: true }).waitFor();
  await link("Live");
  weather.becomes("away");
  weather.cut();
  await link("Connecting");
  await page.locator("header").getByText("Not connected", { exact: true }).waitFor({ timeout: 40_000 });
  const { rev } = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text);
  const told = await product.call("PATCH", `/workflows/${id}/draft`, { changes: [{ node: CHAIN.nodes[2].id, removed: true }] }, { "if-match": `"${rev}"` });
  assert.equal(told.status, 200);
  await shows(page, 3);
  weather.becomes("fair");
  await shows(page, 2);
  await link("Live");
});

test("on a phone who looks on has the graph above and what it is below", async (given) => {
  const { product, picture } = given;
  const id = await product.add("Small", CHAIN);
  const { page } = await viewer(given, id, { viewport: { width: 390, height: 844 } });
  const [graph, side] = [await canvas(page).boundingBox(), await page.getByRole("complementary", { name: "Workflow" }).boundingBox()];
  assert.ok(graph.height > 300 && side.y >= graph.y + graph.height - 1 && side.y + side.height <= 844);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, "nothing is wider than the phone");
  assert.deepEqual(await faults(page), []);
  await picture("looking-phone", page);
});

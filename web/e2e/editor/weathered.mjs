// A server that is away, slow or broken: the editor says so and goes on, and nothing is lost when it is back.

import assert from "node:assert/strict";
import { canvas, CHAIN, draft, executions, nodeOf, open, palette, saved, side, test, top, until } from "./hand.mjs";

const here = (page) => page.locator("header").getByRole("button", { name: /On this device/ });

async function add(page, type) {
  await palette(page).fill(type);
  await page.keyboard.press("Enter");
}

test("while the server is away everything goes on, and all of it is saved when it is back", { weather: true }, async ({ page, url, product, weather }) => {
  const id = await product.add("Away", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  weather.becomes("away");
  await add(page, "Delay");
  await here(page).waitFor();
  await page.getByText(/Tidemill does not answer/).first().waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("d");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Made while away");
  await page.keyboard.press("Enter");
  await top(page).click();
  await page.getByText(/could not be started/).first().waitFor();
  assert.deepEqual((await draft(product, id)).nodes, CHAIN.nodes);
  weather.becomes("fair");
  const graph = await until(product, id, ({ nodes, name }) => nodes.length === 4 && name === "Made while away" && nodes[0].data.disabled === true);
  assert.equal(nodeOf(graph, "start").position.y, 20);
  await saved(page);
  await page.getByText(/Tidemill does not answer/).first().waitFor({ state: "detached" });
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions?workflow=${id}`)).text).items, [], "nothing ran by itself");
});

test("a server that answers 500 is told of, its words are never markup, and saving goes on by itself", { weather: true }, async ({ page, url, product, weather }) => {
  const id = await product.add("Broken", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  weather.becomes("broken");
  await add(page, "Delay");
  await here(page).waitFor();
  await here(page).click();
  await page.getByText(/answered 500/).first().waitFor();
  assert.equal(await page.locator("b", { hasText: "boom" }).count(), 0);
  await page.keyboard.press("Escape");
  // Nobody does anything for it: what was refused is sent again.
  weather.becomes("fair");
  await until(product, id, ({ nodes }) => nodes.length === 4, "saved by itself", 25_000);
  await saved(page);
  weather.becomes("broken");
  await add(page, "Set fields");
  // An Enter that came before the list waits for it: from when it was done on, it is kept.
  await page.waitForFunction(() => Number(document.querySelector("[data-canvas]").dataset.changes) >= 2);
  await page.reload();
  await page.getByText("This workflow could not be opened").waitFor();
  weather.becomes("fair");
  await page.getByRole("button", { name: "Try again" }).click();
  await until(product, id, ({ nodes }) => nodes.length === 5);
});

test("an edit is kept by this device also where the page goes away in the same turn", { weather: true }, async ({ page, url, product, weather }) => {
  const id = await product.add("Gone at once", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  weather.becomes("broken");
  for (const isDisabled of [true, false, true]) {
    await page.evaluate(() => {
      document.querySelector("[data-canvas]").dispatchEvent(new KeyboardEvent("keydown", { key: "d", bubbles: true, cancelable: true }));
      location.reload();
    });
    await page.getByText("This workflow could not be opened").waitFor();
    weather.becomes("fair");
    await page.getByRole("button", { name: "Try again" }).click();
    await until(product, id, ({ nodes }) => nodes.every((node) => (node.data.disabled === true) === isDisabled), `disabled: ${isDisabled}`);
    await palette(page).waitFor();
    await canvas(page).focus();
    await page.keyboard.press("Control+a");
    weather.becomes("broken");
  }
  weather.becomes("fair");
});

test("a server that takes five seconds for each answer holds nobody up", { weather: true, seconds: 110, long: true }, async ({ page, url, product, weather }) => {
  const id = await product.add("Slow", CHAIN);
  weather.becomes("slow");
  await page.goto(`${url}/editor/${id}`);
  await page.getByRole("status", { name: "Loading" }).first().waitFor();
  await page.locator("[data-canvas][data-ready]").waitFor({ timeout: 40_000 });
  await page.getByRole("option", { name: /^Delay/ }).or(palette(page)).first().waitFor({ timeout: 30_000 });
  await canvas(page).focus();
  const began = Date.now();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("d");
  await page.keyboard.press("Shift+ArrowDown");
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "3");
  assert.ok(Date.now() - began < 2_000, "what is typed does not wait for answers");
  await page.locator("header").getByRole("button", { name: /Saving|On this device/ }).waitFor();
  // What is typed while a saving is under way goes with the next one, also where both are about the same.
  await weather.saving();
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Slow but sure");
  await page.keyboard.press("Enter");
  const graph = await until(product, id, ({ name, nodes }) => name === "Slow but sure" && nodes.every((node) => node.data.disabled && node.position.y === 40), "renamed, disabled and moved twice", 40_000);
  assert.equal(graph.nodes.length, 3);
  await saved(page);
  assert.equal(weather.mostSavings, 1, "one saving after the other");
  weather.becomes("fair");
  await side(page).getByRole("tab", { name: "History" }).click();
  await page.getByText("Not run yet", { exact: false }).waitFor({ timeout: 20_000 });
});

test("a server that goes away in the middle of a run is caught up with", { weather: true }, async ({ page, url, product, weather }) => {
  const nodes = [CHAIN.nodes[0], { id: "wait", type: "delay", position: { x: 264, y: 0 }, data: { label: "Wait", duration: "3s" } }, CHAIN.nodes[2]];
  const id = await product.add("Run on", { nodes, edges: [{ id: "a", source: "start", target: "wait" }, { id: "b", source: "wait", target: "send" }] });
  await open(page, url, id);
  await top(page).click();
  await page.locator("header").getByRole("button", { name: "Stop" }).waitFor();
  weather.becomes("away");
  await executions(product, id, { count: 1 });
  weather.becomes("fair");
  await page.getByText(/^Succeeded/).first().waitFor({ timeout: 25_000 });
  await top(page).waitFor();
});

// Nothing that was typed is lost: a page that is loaded again or crashes while the server is away, a server that is killed.

import assert from "node:assert/strict";
import { canvas, CHAIN, draft, open, palette, saved, test, until } from "./hand.mjs";

async function add(page, type) {
  await palette(page).fill(type);
  await page.keyboard.press("Enter");
}

const changes = (page, count) => page.waitForFunction((least) => Number(document.querySelector("[data-canvas]").dataset.changes) >= least, count);

async function typedWhileAway({ page, url, product, weather }) {
  const id = await product.add("Away", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  weather.becomes("away");
  await add(page, "Delay");
  await changes(page, 1);
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Typed while away");
  await page.keyboard.press("Enter");
  await page.locator("header").getByRole("button", { name: /On this device/ }).waitFor();
  assert.equal((await draft(product, id)).nodes.length, 3);
  return id;
}

const isWhole = ({ nodes, name }) => nodes.length === 4 && name === "Typed while away";

test("what was typed is there after a reload, though the server was away all the time", { weather: true }, async (given) => {
  const { page, product, weather } = given;
  const id = await typedWhileAway(given);
  await page.reload();
  await page.getByText("This workflow could not be opened").waitFor();
  assert.equal((await draft(product, id)).nodes.length, 3, "nothing went over while the page was leaving");
  weather.becomes("fair");
  await page.getByRole("button", { name: "Try again" }).click();
  await until(product, id, isWhole);
  await saved(page);
});

test("what was typed is there after the page crashed", { weather: true }, async (given) => {
  const { page, context, url, product, weather } = given;
  const id = await typedWhileAway(given);
  const crashed = page.waitForEvent("crash");
  // Nothing of the page runs any more after this: it cannot say goodbye, and the line to it is cut.
  const line = await context.newCDPSession(page);
  line.send("Page.crash").catch(() => undefined);
  await crashed;
  weather.becomes("fair");
  const again = await context.newPage();
  await open(again, url, id);
  await until(product, id, isWhole);
  await saved(again);
});

test("what is called saved outlives a server that is killed, and saving goes on with the next one", async ({ page, url, product }) => {
  const id = await product.add("Killed", CHAIN);
  await open(page, url, id);
  await add(page, "Delay");
  // It may be there before anybody could read that it is on its way.
  await until(product, id, ({ nodes }) => nodes.length === 4);
  await saved(page);
  await product.crash();
  assert.equal((await draft(product, id)).nodes.length, 4);
  await add(page, "Set fields");
  await until(product, id, ({ nodes }) => nodes.length === 5);
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await until(product, id, ({ nodes }) => nodes.length === 4);
  await saved(page);
});

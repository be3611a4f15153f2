// Edits that the server does not hear of at once: made without it, on a full device, after the session ended, or while somebody begins a
// new epoch. None is lost, and the page says where they are.

import assert from "node:assert/strict";
import { add, indicator, shows, two } from "./both.mjs";
import { canvas, CHAIN, draft, nodeOf, open, palette, saved, test, until } from "./hand.mjs";

const details = async (page) => {
  await indicator(page).click();
  return page.getByRole("dialog", { name: "Where your changes are" });
};

test("what is edited without the server outlives a reload and the page, and is saved by the next one", { weather: true, context: { serviceWorkers: "allow" }, seconds: 110 }, async ({ page, context, url, product, weather }) => {
  const id = await product.add("Closed", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated", null, { timeout: 30_000 });
  await add(page, "Delay");
  await until(product, id, ({ nodes }) => nodes.length === 4);
  await saved(page);
  // The worker keeps what the server has now, some seconds later.
  await page.waitForTimeout(4_000);
  weather.becomes("gone");
  await add(page, "Set fields");
  await shows(page, 5);
  await page.reload();
  await page.locator("[data-canvas][data-ready]").waitFor({ timeout: 40_000 });
  await shows(page, 5);
  await palette(page).waitFor();
  await add(page, "Delay");
  await shows(page, 6);
  await indicator(page).filter({ hasText: "On this device" }).waitFor();
  await page.close();
  assert.equal((await draft(product, id)).nodes.length, 4);
  weather.becomes("fair");
  const next = await context.newPage();
  await open(next, url, id);
  const graph = await until(product, id, ({ nodes }) => nodes.length === 6, "all that was edited", 40_000);
  assert.deepEqual(graph.nodes.slice(3).map(({ type }) => type), ["delay", "set_fields", "delay"]);
  await saved(next);
});

test("a device without room says that nothing keeps the change, and all is well once the server is back", { weather: true, seconds: 100 }, async ({ page, context, url, product, weather }) => {
  const id = await product.add("Full", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  const line = await context.newCDPSession(page);
  await line.send("Storage.overrideQuotaForOrigin", { origin: url, quotaSize: 1 });
  // While the server takes it, a device without room changes nothing.
  await add(page, "Delay");
  await until(product, id, ({ nodes }) => nodes.length === 4);
  await saved(page);
  weather.becomes("away");
  await add(page, "Set fields");
  await indicator(page).filter({ hasText: "Not saved" }).waitFor();
  await (await details(page)).getByText(/no room left/).waitFor();
  await page.keyboard.press("Escape");
  weather.becomes("fair");
  await until(product, id, ({ nodes }) => nodes.length === 5, "saved when it is back", 40_000);
  await saved(page);
  await line.send("Storage.overrideQuotaForOrigin", { origin: url });
});

test("what is on the device when the session ends stays there, and is saved once somebody signs in again", { weather: true, seconds: 110 }, async ({ page, context, url, product, weather }) => {
  const id = await product.add("Ended", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  await add(page, "Delay");
  await until(product, id, ({ nodes }) => nodes.length === 4);
  await saved(page);
  weather.becomes("away");
  await add(page, "Set fields");
  const kept = indicator(page).filter({ hasText: "On this device" });
  await kept.waitFor();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const ended = await fetch(`${product.url}/api/v1/session`, { method: "DELETE", headers: { cookie, origin: product.url, connection: "close" } });
  assert.ok(ended.ok, `${ended.status}`);
  weather.becomes("fair");
  // The indicator says where the change is until an answer shows that nobody is signed in any more; then the page asks for that.
  const out = page.getByRole("heading", { name: "Open the link from the terminal" });
  for (let turn = 0; !(await out.isVisible()); turn += 1) {
    assert.ok(turn < 300, "nobody is asked to sign in");
    const words = await indicator(page).innerText({ timeout: 500 }).catch(() => "");
    assert.doesNotMatch(words, /^Saved/);
    await page.waitForTimeout(50);
  }
  assert.equal((await draft(product, id)).nodes.length, 4, "nobody saves without a session");
  await context.addCookies((await product.cookies()).map((one) => ({ ...one, url })));
  await open(page, url, id);
  await until(product, id, ({ nodes }) => nodes.length === 5, "saved once signed in", 40_000);
  await saved(page);
});

test("a document that somebody publishes or replaces under the hands of two goes on with all they do", { seconds: 110 }, async (given) => {
  const { page, product } = given;
  const { id, other } = await two(given, CHAIN, "Epochs");
  const epoch = async () => JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).epoch;
  const first = await epoch();
  await add(page, "No operation");
  await shows(other, 4);
  await saved(page);
  const published = await product.call("POST", `/workflows/${id}/versions`, {});
  assert.ok(published.status < 300, published.text);
  assert.ok((await epoch()) > first, "publishing begins an epoch");
  await Promise.all([add(page, "Set fields"), add(other, "No operation")]);
  for (const one of [page, other]) await shows(one, 6);
  await until(product, id, ({ nodes }) => nodes.length === 6);
  // The whole file by another client, while both edit on.
  const graph = await draft(product, id);
  const nodes = graph.nodes.map((node) => (node.id === "weigh" ? { ...node, data: { ...node.data, label: "Replaced" } } : node));
  const [put] = await Promise.all([product.call("PUT", `/workflows/${id}/draft`, { ...graph, nodes }, { "if-match": "*" }), add(page, "No operation"), add(other, "Set fields")]);
  assert.ok(put.status < 300, put.text);
  const now = await until(product, id, (one) => one.nodes.length === 8 && nodeOf(one, "weigh").data.label === "Replaced", "both edits and the file", 20_000);
  assert.equal(new Set(now.nodes.map((node) => node.id)).size, 8);
  for (const one of [page, other]) {
    await shows(one, 8);
    await canvas(one).focus();
    await saved(one);
  }
});

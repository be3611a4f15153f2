// On a phone: by fingers alone.

import assert from "node:assert/strict";
import { canvas, CHAIN, edgesOf, executions, nodeOf, nodeSpot, open, palette, spot, test, top, until } from "./hand.mjs";

const PHONE = { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 } };
const LOOSE = { ...CHAIN, nodes: [...CHAIN.nodes, { id: "wait", type: "delay", position: { x: 0, y: 160 }, data: { label: "Wait", duration: "1s" } }] };

/** Fingers: each of `paths` is where one of them goes, in steps. */
async function fingers(page, paths, { hold = 0 } = {}) {
  const line = await page.context().newCDPSession(page);
  const send = (type, at) => line.send("Input.dispatchTouchEvent", { type, touchPoints: at.map(({ x, y }, id) => ({ x, y, id })) });
  await send("touchStart", paths.map((path) => path[0]));
  if (hold > 0) await page.waitForTimeout(hold);
  const long = Math.max(...paths.map((path) => path.length));
  for (let step = 1; step < long; step += 1) {
    await send("touchMove", paths.map((path) => path[Math.min(step, path.length - 1)]));
    await page.waitForTimeout(16);
  }
  await send("touchEnd", []);
  await line.detach();
}

const way = (from, to, steps = 8) => Array.from({ length: steps + 1 }, (_, n) => ({ x: from.x + ((to.x - from.x) * n) / steps, y: from.y + ((to.y - from.y) * n) / steps }));
const zoomOf = (page) => canvas(page).evaluate((element) => Number(element.dataset.zoom));

test("a phone shows the graph, which two fingers zoom and one moves", PHONE, async ({ page, url, product, picture }) => {
  const id = await product.add("Send a parcel", LOOSE);
  await open(page, url, id);
  await page.locator("header [data-save-state]").waitFor();
  await picture("phone");
  for (const name of ["Publish", "Run"]) await page.locator("header").getByRole("button", { name, exact: true }).waitFor();
  const name = page.getByRole("textbox", { name: "Name of the workflow" });
  assert.ok(await name.evaluate((field) => field.scrollWidth <= field.clientWidth), "the name is seen whole");
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, "nothing is wider than the phone");
  await spot(page, 0, 0);
  const before = await zoomOf(page);
  await fingers(page, [way({ x: 180, y: 200 }, { x: 120, y: 160 }), way({ x: 210, y: 240 }, { x: 270, y: 280 })]);
  const corner = await spot(page, 0, 0);
  assert.ok((await zoomOf(page)) > before * 1.5, `${await zoomOf(page)} after ${before}`);
  await fingers(page, [way({ x: 200, y: 150 }, { x: 150, y: 220 })]);
  const moved = await spot(page, 0, 0);
  assert.ok(Math.abs(moved.x - corner.x + 50) < 25 && Math.abs(moved.y - corner.y - 70) < 25, `${moved.x - corner.x}, ${moved.y - corner.y}`);
  assert.deepEqual((await until(product, id, () => true)).nodes, LOOSE.nodes, "looking changes nothing");
});

test("on a phone a node is chosen by a tap, moved by a finger, and a long press opens its menu", PHONE, async ({ page, url, product, picture }) => {
  const id = await product.add("Press", LOOSE);
  await open(page, url, id);
  const at = await nodeSpot(page, LOOSE.nodes[3]);
  await page.touchscreen.tap(at.x, at.y);
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  const now = await nodeSpot(page, LOOSE.nodes[3]);
  await fingers(page, [way(now, { x: now.x + 60, y: now.y + 30 })]);
  const graph = await until(product, id, (one) => nodeOf(one, "wait").position.x > 20);
  const there = await nodeSpot(page, nodeOf(graph, "wait"));
  await fingers(page, [[there]], { hold: 700 });
  await page.getByRole("menu", { name: "Node" }).waitFor();
  await picture("phone-menu");
  await page.getByRole("menuitem", { name: "Disable" }).tap();
  await until(product, id, (one) => nodeOf(one, "wait").data.disabled === true);
});

test("on a phone nodes are added and led together by taps, and run", PHONE, async ({ page, url, product, picture }) => {
  const id = await product.add("Tap", { nodes: [], edges: [] });
  await open(page, url, id);
  for (const type of ["Manual", "Set fields"]) {
    if (!(await palette(page).isVisible())) await page.getByRole("button", { name: "Nodes and outline" }).tap();
    await palette(page).fill(type);
    await page.getByRole("option", { name: new RegExp(`^${type}`) }).first().tap();
    if (await palette(page).isVisible()) await page.getByRole("button", { name: "Close the list" }).tap();
  }
  let graph = await until(product, id, ({ nodes, edges }) => nodes.length === 2 && edges.length === 1);
  // By the menu: what a finger cannot draw is chosen from a list.
  await page.getByRole("button", { name: "Nodes and outline" }).tap();
  await canvas(page).evaluate((element) => element.focus());
  if (await palette(page).isVisible()) await palette(page).fill("No operation");
  await page.getByRole("option", { name: /^No operation/ }).first().tap();
  await page.getByRole("button", { name: "Close the list" }).tap();
  graph = await until(product, id, ({ nodes }) => nodes.length === 3);
  await page.getByRole("complementary", { name: "Node" }).getByRole("button", { name: "Close", exact: true }).tap();
  await page.getByRole("button", { name: "Fit the graph" }).tap();
  const first = await nodeSpot(page, graph.nodes[0]);
  await fingers(page, [[first]], { hold: 700 });
  await page.getByRole("menuitem", { name: "Connect to" }).tap();
  await page.getByRole("dialog", { name: "Connect to" }).getByRole("option", { name: /no_op/ }).tap();
  graph = await until(product, id, ({ edges }) => edges.length === 3);
  assert.ok(edgesOf(graph).includes(`${graph.nodes[0].id}→${graph.nodes[2].id}`));
  await picture("phone-edited");
  await top(page).tap();
  await executions(product, id, { count: 1 });
  await picture("phone-ran");
});

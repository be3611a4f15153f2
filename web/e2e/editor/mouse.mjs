// With the mouse: edges drawn, led elsewhere and cut, nodes put on edges, grouped, switched off, extracted.

import assert from "node:assert/strict";
import { canvas, CHAIN, command, drag, edgesOf, nodeOf, nodeSpot, open, saved, spot, test, until } from "./hand.mjs";

const LOOSE = { ...CHAIN, nodes: [...CHAIN.nodes, { id: "wait", type: "delay", position: { x: 264, y: 160 }, data: { label: "Wait", duration: "1s" } }] };
const chosen = (page, count) => page.waitForFunction((wanted) => document.querySelector("[data-canvas]").dataset.selected === String(wanted), count);

test("an edge is drawn from port to port, and one that leads nowhere asks what comes next", async ({ page, url, product }) => {
  const id = await product.add("Draw", LOOSE);
  await open(page, url, id);
  await drag(page, await nodeSpot(page, LOOSE.nodes[0], "out"), await nodeSpot(page, LOOSE.nodes[3], "in"));
  let graph = await until(product, id, ({ edges }) => edges.length === 3);
  assert.ok(edgesOf(graph).includes("start→wait"));
  await drag(page, await nodeSpot(page, LOOSE.nodes[3], "out"), await spot(page, 600, 160));
  await page.getByRole("dialog", { name: "Add what comes next" }).getByRole("combobox").fill("No operation");
  await page.keyboard.press("Enter");
  graph = await until(product, id, ({ nodes }) => nodes.length === 5);
  assert.ok(edgesOf(graph).includes(`wait→${graph.nodes[4].id}`));
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await until(product, id, ({ nodes, edges }) => nodes.length === 4 && edges.length === 3);
});

test("an edge is chosen by a click and deleted; its end is led to another node", async ({ page, url, product }) => {
  const id = await product.add("Lead", LOOSE);
  await open(page, url, id);
  const between = await spot(page, 236, 30);
  await page.mouse.click(between.x, between.y);
  await page.keyboard.press("Delete");
  await until(product, id, (graph) => edgesOf(graph).join() === "weigh→send");
  await page.keyboard.press("Control+z");
  await until(product, id, ({ edges }) => edges.length === 2);
  // The end beside the port, not the port itself, which begins an edge of its own.
  const end = await spot(page, 528 - 12, 30);
  await drag(page, end, await nodeSpot(page, LOOSE.nodes[3], "in"));
  const graph = await until(product, id, (now) => edgesOf(now).includes("weigh→wait"));
  assert.deepEqual(edgesOf(graph), ["start→weigh", "weigh→wait"]);
  assert.equal(graph.edges.find((edge) => edge.target === "wait").id, "b", "it is the same edge");
});

test("a node that is dragged onto an edge stands between its ends, in one step", async ({ page, url, product }) => {
  const wide = { ...LOOSE, nodes: LOOSE.nodes.map((node) => (node.id === "send" ? { ...node, position: { x: 900, y: 0 } } : node)) };
  const id = await product.add("Insert", wide);
  await open(page, url, id);
  await drag(page, await nodeSpot(page, wide.nodes[3]), await spot(page, 264 + 208 + 214, 30));
  const graph = await until(product, id, ({ edges }) => edges.length === 3);
  assert.deepEqual(edgesOf(graph), ["start→weigh", "wait→send", "weigh→wait"]);
  await page.keyboard.press("Control+z");
  const back = await until(product, id, ({ edges }) => edges.length === 2);
  assert.deepEqual(nodeOf(back, "wait").position, { x: 264, y: 160 });
});

test("nodes are chosen by a frame around them, grouped, moved together, and let out again", async ({ page, url, product }) => {
  const id = await product.add("Group", LOOSE);
  await open(page, url, id);
  await drag(page, await spot(page, 250, -40), await spot(page, 760, 90));
  await chosen(page, 2);
  await page.keyboard.press("Control+g");
  let graph = await until(product, id, ({ nodes }) => nodes.length === 5);
  const frame = graph.nodes.find((node) => graph.nodes.some((one) => one.parentId === node.id));
  assert.deepEqual(graph.nodes.filter((node) => node.parentId === frame.id).map((node) => node.id), ["weigh", "send"]);
  await page.keyboard.press("Shift+ArrowDown");
  const moved = await until(product, id, (now) => nodeOf(now, frame.id).position.y === frame.position.y + 20);
  assert.deepEqual(nodeOf(moved, "weigh").position, nodeOf(graph, "weigh").position, "what is inside counts from the frame");
  await page.keyboard.press("Control+Shift+g");
  graph = await until(product, id, ({ nodes }) => nodes.length === 4);
  assert.ok(graph.nodes.every((node) => !node.parentId));
  assert.deepEqual(nodeOf(graph, "weigh").position, { x: 264, y: 20 });
});

test("a node is switched off and on by the menu of the other button", async ({ page, url, product }) => {
  const id = await product.add("Off", CHAIN);
  await open(page, url, id);
  const at = await nodeSpot(page, CHAIN.nodes[1]);
  await page.mouse.click(at.x, at.y, { button: "right" });
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.disabled === true);
  await page.mouse.click(at.x, at.y, { button: "right" });
  await page.getByRole("menuitem", { name: "Enable" }).click();
  const graph = await until(product, id, (now) => !nodeOf(now, "weigh").data.disabled);
  assert.deepEqual(graph.nodes, CHAIN.nodes);
});

test("nodes are extracted to a workflow of their own, which is called instead", async ({ page, url, product }) => {
  const id = await product.add("Extract", CHAIN);
  await open(page, url, id);
  await drag(page, await spot(page, 250, -40), await spot(page, 760, 90));
  await chosen(page, 2);
  await command(page, "extract");
  const graph = await until(product, id, ({ nodes }) => nodes.length === 2);
  await page.getByText(/^Extracted to “/).first().waitFor();
  const call = graph.nodes[1];
  assert.deepEqual(edgesOf(graph), [`start→${call.id}`]);
  const made = Object.values(call.data).find((value) => typeof value === "string" && value !== call.data.label && /^[0-9a-z]{10,}$/.test(value));
  const { graph: part } = JSON.parse((await product.call("GET", `/workflows/${made}`)).text);
  assert.ok(part.nodes.some((node) => node.id === "weigh") && part.nodes.some((node) => node.id === "send"));
});

test("a node is dragged, lies on the grid, and goes back", async ({ page, url, product }) => {
  const id = await product.add("Drag", LOOSE);
  await open(page, url, id);
  const from = await nodeSpot(page, LOOSE.nodes[3]);
  await drag(page, from, { x: from.x + 93, y: from.y + 71 });
  const graph = await until(product, id, (now) => nodeOf(now, "wait").position.x !== 264);
  const { x, y } = nodeOf(graph, "wait").position;
  assert.ok(x > 300 && y > 190, `${x}, ${y}`);
  await page.keyboard.press("Control+z");
  const back = await until(product, id, (now) => nodeOf(now, "wait").position.x === 264);
  assert.deepEqual(back.nodes, LOOSE.nodes);
});

test("of a thousand nodes only those in view are cards, and none from far away", async ({ page, url, product }) => {
  const nodes = Array.from({ length: 1_000 }, (_, n) => ({ id: `n${n}`, type: "set_fields", position: { x: (n % 40) * 264, y: Math.floor(n / 40) * 120 }, data: { label: `Node ${n}` } }));
  const edges = nodes.slice(1).map(({ id }, n) => ({ source: `n${n}`, target: id }));
  const id = await product.add("A thousand", { nodes, edges });
  await open(page, url, id);
  const cards = page.locator("[data-node]");
  await page.waitForTimeout(500);
  assert.equal(await cards.count(), 0, "the whole graph is a picture");
  await page.getByRole("button", { name: /show at 100 %$/ }).click();
  await cards.nth(3).waitFor();
  const first = await cards.first().getAttribute("data-node");
  assert.ok((await cards.count()) < 200);
  await canvas(page).focus();
  for (let n = 0; n < 30; n += 1) await page.keyboard.press("ArrowRight");
  await page.waitForFunction((one) => !document.querySelector(`[data-node="${one}"]`), first);
  assert.ok((await cards.count()) < 200);
});

test("a message at the foot of the page moves nothing of the graph, another window fits it anew", async ({ page, url, product }) => {
  const id = await product.add("Still", CHAIN);
  await open(page, url, id);
  const place = () => canvas(page).evaluate(({ dataset: { x, y, zoom }, clientHeight }) => ({ camera: `${x} ${y} ${zoom}`, clientHeight }));
  await saved(page);
  await page.waitForTimeout(400);
  const before = await place();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("log", { name: "Messages" }).getByText(/^Published/).waitFor();
  await page.waitForTimeout(400);
  const now = await place();
  assert.ok(now.clientHeight < before.clientHeight, "the message has room of its own");
  assert.equal(now.camera, before.camera);
  await page.setViewportSize({ width: 1440, height: 700 });
  await page.waitForTimeout(400);
  assert.notEqual((await place()).camera, before.camera);
});

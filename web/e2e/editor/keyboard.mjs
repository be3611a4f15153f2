// Without a mouse: everything that editing needs goes by keys.

import assert from "node:assert/strict";
import { canvas, CHAIN, command, draft, edgesOf, executions, nodeOf, open, palette, tabTo, test, top, until } from "./hand.mjs";

const FIELD = '[placeholder="Add a node…"]';

/** No mouse from here on: whoever uses it is told. */
function withoutMouse(page) {
  const no = () => {
    throw new Error("this journey goes by keys alone");
  };
  for (const name of ["click", "dblclick", "hover", "tap", "dragAndDrop"]) page[name] = no;
  page.mouse.down = no;
}

test("a workflow is made, led together, renamed, moved, mended and run by keys alone", async ({ page, url, product }) => {
  const id = await product.add("By keys", { nodes: [], edges: [] });
  await open(page, url, id);
  withoutMouse(page);
  await canvas(page).focus();
  await page.keyboard.press("/");
  await page.waitForFunction((field) => document.activeElement?.matches(field), FIELD);
  for (const type of ["Manual", "Set fields", "No operation"]) {
    await page.keyboard.type(type);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+a");
  }
  let graph = await until(product, id, ({ edges }) => edges.length === 2);
  const [first, second, third] = graph.nodes.map((node) => node.id);
  // Alt and Enter put one beside: it is led to by hand, from the canvas.
  await page.keyboard.type("Return");
  await page.keyboard.press("Alt+Enter");
  graph = await until(product, id, ({ nodes, edges }) => nodes.length === 4 && edges.length === 2);
  const lonely = graph.nodes[3].id;
  await page.keyboard.press("Escape");
  await tabTo(page, "[data-canvas]", "Shift+Tab");
  await page.keyboard.press("Home");
  await page.keyboard.press("c");
  await page.getByRole("combobox", { name: "Connect to" }).fill("Return");
  await page.keyboard.press("Enter");
  await until(product, id, (now) => edgesOf(now).includes(`${first}→${lonely}`));
  await page.waitForFunction(() => document.activeElement?.matches("[data-canvas]"));
  await page.keyboard.press("Home");
  await page.keyboard.press("F2");
  await page.getByRole("dialog", { name: "Rename the node" }).waitFor();
  await page.keyboard.type("Where it begins");
  await page.keyboard.press("Enter");
  graph = await until(product, id, (now) => nodeOf(now, first)?.data.label === "Where it begins");
  const { x, y } = nodeOf(graph, first).position;
  await page.keyboard.press("m");
  for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
  await page.keyboard.press("Shift+ArrowDown");
  graph = await until(product, id, (now) => nodeOf(now, first).position.y === y + 60);
  assert.equal(nodeOf(graph, first).position.x, x - 20);
  await command(page, "Set fields");
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(page).focus();
  await page.keyboard.press("Shift+Delete");
  graph = await until(product, id, ({ nodes }) => nodes.length === 3);
  assert.deepEqual(edgesOf(graph), [`${first}→${lonely}`, `${first}→${third}`].sort());
  await page.keyboard.press("Control+z");
  graph = await until(product, id, ({ nodes }) => nodes.length === 4);
  assert.ok(edgesOf(graph).includes(`${first}→${second}`) && edgesOf(graph).includes(`${second}→${third}`));
  await page.keyboard.press("Control+Enter");
  await executions(product, id, { count: 1 });
});

test("the graph is walked by arrows, zoomed and fitted by keys, and read in words", async ({ page, url, product }) => {
  const id = await product.add("Walked", CHAIN);
  await open(page, url, id);
  await canvas(page).focus();
  const zoom = page.getByRole("button", { name: /%, show at 100 %$/ });
  const before = await zoom.innerText();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const here = () => canvas(page).evaluate((element) => document.getElementById(element.getAttribute("aria-activedescendant"))?.textContent ?? "");
  assert.match(await here(), /Weigh/);
  await page.keyboard.press("ArrowRight");
  assert.match(await here(), /Send/);
  await page.keyboard.press("ArrowLeft");
  assert.match(await here(), /Weigh/);
  await page.keyboard.press("+");
  await page.waitForFunction((was) => ![...document.querySelectorAll("button")].some((one) => one.textContent === was), before);
  await page.keyboard.press("f");
  await zoom.filter({ hasText: before }).waitFor();
});

test("keys that are pressed before the editor's code has come are kept from the browser, and done once it is there", async ({ page, url, product }) => {
  const id = await product.add("Early", CHAIN);
  let come;
  const isTime = new Promise((done) => (come = done));
  await page.route(/workbench[^/]*\.js/, async (route) => {
    await isTime;
    await route.continue();
  });
  await page.goto(`${url}/editor/${id}`);
  await page.waitForFunction(() => Number(document.querySelector("[data-canvas]")?.dataset.zoom) > 0);
  await page.keyboard.press("Control+a");
  assert.equal(await page.evaluate(() => document.getSelection().isCollapsed), true, "the words of the page are not marked");
  assert.equal(await canvas(page).getAttribute("data-selected"), "0");
  come();
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "3");
});

test("Enter in the search goes to the first node that is found, however soon it is pressed", async ({ page, url, product }) => {
  const id = await product.add("Soon", CHAIN);
  await open(page, url, id);
  await canvas(page).focus();
  await page.keyboard.press("Control+f");
  await page.waitForFunction(() => document.activeElement?.matches("[type=search]"));
  const at = () => page.getByRole("complementary", { name: "Node" }).getByRole("textbox").first();
  await page.keyboard.type("weigh");
  await page.keyboard.press("Enter");
  await page.getByText("1 of 1", { exact: true }).waitFor();
  assert.equal(await at().inputValue(), "Weigh");
  // And not to what was found before.
  await page.keyboard.press("Control+a");
  await page.keyboard.type("send");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("aside[aria-label=Node] input")?.value === "Send");
  await page.getByText("1 of 1", { exact: true }).waitFor();
});

test("what opens at a node has the keyboard at once, and gives it back", async ({ page, url, product }) => {
  const id = await product.add("Opened", CHAIN);
  await open(page, url, id);
  withoutMouse(page);
  await canvas(page).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("a");
  await page.waitForFunction(() => document.activeElement?.matches("[role=dialog] input"));
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("[data-canvas]"));
  await page.keyboard.press("Shift+F10");
  const here = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  await page.getByRole("menu", { name: "Node" }).waitFor();
  const first = await here();
  await page.keyboard.press("ArrowUp");
  assert.match(await here(), /^Delete/);
  await page.keyboard.press("Home");
  assert.equal(await here(), first);
  await page.keyboard.press("f");
  assert.match(await here(), /^Frame/);
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement?.closest("[role=menu] [role=menu]"));
  assert.match(await here(), /^Group/);
  await page.keyboard.press("ArrowLeft");
  assert.match(await here(), /^Frame/);
  await page.keyboard.press("Enter");
  assert.match(await here(), /^Group/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("[data-canvas]"));
  assert.equal(await page.getByRole("menu").count(), 0);
  await page.keyboard.press("F2");
  await page.getByRole("dialog", { name: "Rename the node" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("[data-canvas]"));
});

test("a command is found by its name", async ({ page, url, product }) => {
  const id = await product.add("Commands", { ...CHAIN, nodes: CHAIN.nodes.map((node) => ({ ...node, position: { x: 0, y: 0 } })) });
  await open(page, url, id);
  await canvas(page).focus();
  await command(page, "lay out");
  const graph = await until(product, id, ({ nodes }) => nodes[2].position.x > nodes[1].position.x);
  assert.ok(graph.nodes[0].position.x < graph.nodes[1].position.x);
});

test("every edit goes in the outline too, without the canvas", async ({ page, url, product }) => {
  const id = await product.add("In words", CHAIN);
  await open(page, url, id);
  withoutMouse(page);
  await canvas(page).focus();
  await page.keyboard.press("Shift+o");
  await tabTo(page, '[role="treegrid"]');
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("a");
  await page.getByRole("combobox", { name: "Add a node" }).fill("Delay");
  await page.keyboard.press("Enter");
  let graph = await until(product, id, ({ nodes }) => nodes.length === 4);
  assert.ok(edgesOf(graph).some((edge) => edge.startsWith("weigh→") && edge !== "weigh→send"));
  await tabTo(page, '[role="treegrid"]');
  await page.keyboard.press("Home");
  await page.keyboard.press("d");
  graph = await until(product, id, (now) => nodeOf(now, "start").data.disabled === true);
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  graph = await until(product, id, ({ nodes }) => nodes.length === 3 && nodes[0].data.disabled === undefined);
  assert.deepEqual(graph, { ...(await draft(product, id)), nodes: CHAIN.nodes, edges: CHAIN.edges });
  assert.equal(await top(page).isDisabled(), false);
  assert.equal(await palette(page).count(), 0);
});

// Markup in whatever a file or a run can say: it is shown as it was written, everywhere, and is never part of the page.

import assert from "node:assert/strict";
import { watch } from "../watch.mjs";
import { canvas, executions, nodeSpot, open, palette, side, test, top, until } from "./hand.mjs";

/** Each of these would be an element, or would run, where text is taken for markup. */
const MARKUP = '<x-mark>seen</x-mark><img src="x" onerror="window.ran=1"><svg onload="window.ran=1"></svg><a href="javascript:window.ran=1">here</a>';
/** What each of them is looked for by, as text. */
const AS_TEXT = "<x-mark>seen";

const GRAPH = {
  description: MARKUP,
  tags: [MARKUP],
  folder: MARKUP.replaceAll("/", "⁄"),
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: `Begin ${MARKUP}` } },
    { id: "<x-mark>id", type: "set_fields", position: { x: 264, y: 0 }, data: { label: `Set ${MARKUP}`, fields: { [MARKUP]: MARKUP } } },
    { id: "fail", type: "expression", position: { x: 528, y: 0 }, data: { label: `Fail ${MARKUP}`, expression: `input["${MARKUP.replaceAll('"', "'")}"].b` } },
    { id: "frame", type: "frame", position: { x: 0, y: 140 }, width: 420, height: 200, data: { label: `Frame ${MARKUP}` } },
    { id: "note", type: "note", position: { x: 528, y: 140 }, width: 240, height: 200, data: { text: `# ${MARKUP}\n\n${MARKUP}\n\n[link](javascript:window.ran=1) ![picture](https://elsewhere.example/x.png)` } },
  ],
  edges: [
    { id: "a", source: "start", target: "<x-mark>id", label: MARKUP },
    { id: "b", source: "<x-mark>id", target: "fail" },
  ],
};

const seen = (place) => place.getByText(AS_TEXT, { exact: false }).filter({ visible: true }).first().waitFor();

test("markup in names is text in every part of the editor", async ({ page, url, product, picture }) => {
  const nothing = await watch(page, url);
  const odd = { id: "odd", type: "<x-mark>type", position: { x: 0, y: 400 }, data: { label: `Odd ${MARKUP}` } };
  const id = await product.add(MARKUP, { ...GRAPH, nodes: [...GRAPH.nodes, odd] });
  await open(page, url, id);
  await page.getByRole("tab", { name: /^Problems/ }).click();
  await seen(page.getByRole("region", { name: "Problems" }));
  await nothing("problems");
  for (const node of ["start", "<x-mark>id", "fail"]) await seen(page.locator(`[data-node="${node}"]`));
  await seen(page.locator('[data-note="note"]'));
  await picture("markup");
  await nothing("the canvas");
  const at = await nodeSpot(page, GRAPH.nodes[1]);
  await page.mouse.click(at.x, at.y);
  for (const tab of ["Parameters", "Settings", "Input", "Docs"]) {
    await side(page).getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
    await page.waitForTimeout(150);
    await nothing(`the panel of a node, ${tab}`);
  }
  await page.getByRole("button", { name: "Wide view" }).click();
  await page.waitForTimeout(300);
  await nothing("the wide view");
  await page.getByRole("button", { name: "Back to the side" }).click();
  await canvas(page).focus();
  await page.keyboard.press("Control+k");
  const commands = page.getByRole("combobox", { name: "Search or run a command" });
  await commands.fill("x-mark");
  await seen(page.getByRole("listbox").first());
  await nothing("the command palette");
  // Once for what is typed, once for the palette.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("c");
  await seen(page.getByRole("dialog", { name: "Connect to" }));
  await nothing("the list to connect to");
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("F2");
  await page.getByRole("dialog", { name: "Rename the node" }).waitFor();
  await nothing("renaming");
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("Control+f");
  await page.getByRole("searchbox", { name: /labels/ }).fill("x-mark");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  await nothing("the search");
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("Shift+o");
  await seen(page.getByRole("treegrid"));
  await nothing("the outline");
  await page.mouse.click(at.x, at.y, { button: "right" });
  await page.getByRole("menu").waitFor();
  await nothing("the menu");
  await page.keyboard.press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  await side(page).getByRole("tab", { name: "Details" }).click();
  await page.waitForTimeout(150);
  await nothing("the details");
});

test("markup that runs bring is text on the canvas, in panels and in problems", async ({ page, url, product, picture }) => {
  const nothing = await watch(page, url);
  const id = await product.add(MARKUP, GRAPH);
  await open(page, url, id);
  await page.getByLabel("Input as JSON").fill(JSON.stringify({ text: MARKUP }));
  await top(page).click();
  const [failed] = await executions(product, id, { count: 1, status: "failed" });
  await page.getByText(/^Failed/).first().waitFor();
  await page.waitForTimeout(400);
  await picture("markup-ran");
  await nothing("after the run");
  for (const n of [1, 2]) {
    const at = await nodeSpot(page, GRAPH.nodes[n]);
    await page.mouse.move(at.x, at.y);
    if (n === 1) await seen(page.getByRole("tooltip"));
    await page.mouse.click(at.x, at.y);
    await side(page).getByRole("tab", { name: /^Output/ }).click();
    await seen(side(page));
    for (const view of await side(page).getByRole("radio").or(side(page).getByRole("button", { name: /^(Table|JSON|Schema|Tree)$/ })).all()) {
      if (await view.isVisible()) await view.click({ force: true });
      await page.waitForTimeout(80);
    }
    await nothing(`the output of node ${n}`);
  }
  await page.goto(`${url}/executions/${failed.id}?step=fail`);
  await seen(page.locator("main"));
  await picture("markup-execution");
  for (const tab of ["Events", "Log"]) {
    await page.getByRole("tab", { name: tab }).click();
    await seen(page.getByRole("grid").first());
    await nothing(`the execution, ${tab}`);
  }
  await page.goto(`${url}/executions`);
  await seen(page.getByRole("grid"));
  await nothing("executions");
});

test("markup in names is text in the lists", async ({ page, url, product, picture }) => {
  const nothing = await watch(page, url);
  const made = JSON.parse((await product.call("POST", "/workflows", { name: MARKUP, ...GRAPH })).text);
  await product.call("POST", `/workflows/${made.id}/execute`, { input: { text: MARKUP } });
  await executions(product, made.id, { count: 1, status: "failed" });
  for (const path of ["/", "/workflows", "/executions", "/workflows?q=x-mark"]) {
    await page.goto(url + path);
    await seen(page.locator("main"));
    await page.waitForTimeout(300);
    await nothing(path);
  }
  await picture("markup-list");
  await page.getByRole("button", { name: /^More for/ }).first().click();
  await nothing("the menu of a workflow");
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await page.getByRole("dialog", { name: /^Delete/ }).waitFor();
  await nothing("deleting it");
});

test("a name of a megabyte is opened, shown short, and kept whole, and opening runs nothing", async ({ page, url, product }) => {
  const nothing = await watch(page, url);
  const long = `${"long ".repeat(200_000)}${MARKUP}`;
  const nodes = [{ id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: long } }, { id: "note", type: "note", position: { x: 300, y: 0 }, data: { text: long } }];
  const id = await product.add("Long", { nodes, edges: [] });
  await open(page, url, id);
  await page.locator('[data-node="start"]').filter({ hasText: "long long" }).waitFor();
  assert.ok((await page.locator('[data-node="start"]').innerText()).length < 2_000, "a card has no room for more");
  await palette(page).fill("Delay");
  await page.keyboard.press("Enter");
  const graph = await until(product, id, (now) => now.nodes.length === 3);
  assert.equal(graph.nodes[0].data.label, long);
  assert.equal(graph.nodes[1].data.text, long);
  await canvas(page).focus();
  await page.keyboard.press("Home");
  await side(page).getByRole("tab", { name: /^Parameters/ }).waitFor();
  await page.keyboard.press("Shift+o");
  await page.getByRole("treegrid").waitFor();
  await nothing("a long name");
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions?workflow=${id}`)).text).items, [], "what can run was opened and changed, and did not run");
});

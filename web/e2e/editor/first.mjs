// The first hour: an empty product, a workflow from nothing, a template used and changed.

import assert from "node:assert/strict";
import { canvas, draft, executions, isDone, open, palette, side, test, top, until } from "./hand.mjs";

async function editorOf(page) {
  await page.waitForURL(/\/editor\/[^/?]+/);
  return new URL(page.url()).pathname.split("/").at(-1);
}

test("a workflow is drawn from nothing, run, changed and run again", async ({ page, url, product, picture }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("button", { name: /New workflow|Start empty|Empty workflow/ }).first().click();
  const id = await editorOf(page);
  for (const type of ["Manual", "Set fields"]) {
    await palette(page).fill(type);
    await page.keyboard.press("Enter");
  }
  await page.getByRole("button", { name: "Add field" }).click();
  const graph = await until(product, id, ({ edges }) => edges.length === 1);
  assert.deepEqual(graph.nodes.map((node) => node.type), ["manual", "set_fields"]);
  await top(page).click();
  await isDone(page);
  await picture("drawn-from-nothing");
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Something now");
  await page.keyboard.press("Enter");
  await until(product, id, ({ name }) => name === "Something now");
  await top(page).click();
  await executions(product, id, { count: 2 });
});

test("an empty canvas says how to begin, and nothing more once there is a node", async ({ page, url, product }) => {
  await open(page, url, await product.add("Blank", { nodes: [], edges: [] }));
  const blank = page.getByRole("region", { name: "Nothing here yet" });
  await blank.waitFor();
  assert.equal(await top(page).getAttribute("title"), "Add a node first.");
  await blank.getByRole("button", { name: "Add a node" }).click();
  await page.keyboard.type("manual");
  await page.keyboard.press("Enter");
  await blank.waitFor({ state: "hidden" });
});

test("the run button takes what the form beside it shows", async ({ page, url, product }) => {
  const schema = { type: "object", required: ["id"], properties: { id: { type: "string" } } };
  const id = await product.add("Shown", { nodes: [{ id: "start", type: "manual", position: { x: 0, y: 0 }, data: { schema } }], edges: [], samples: [{ id: "A-1" }] });
  await open(page, url, id);
  await side(page).getByText(/^Sample 1/).first().waitFor({ state: "attached" });
  await top(page).click();
  const [one] = await executions(product, id, { count: 1 });
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions/${one.id}`)).text).input, { id: "A-1" });
});

test("an empty product offers an example, which runs", async ({ page, url, product }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("button", { name: "Add the example" }).click();
  const id = await editorOf(page);
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.getByText("Input as JSON").waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+Enter");
  await isDone(page);
  await executions(product, id, { count: 1 });
  await page.getByRole("row", { name: /By post/ }).waitFor();
});

test("from the printed link to a template that is used, run, changed and run again", { signedOut: true }, async ({ page, url, product, picture }) => {
  await page.goto(url + new URL(product.link).search);
  await page.getByRole("heading", { name: "Home" }).waitFor();
  assert.equal(new URL(page.url()).search, "", "the link does not stay in the address");
  await page.waitForTimeout(400);
  await picture("1-home");
  await page.getByRole("link", { name: "Templates" }).first().click();
  await page.getByRole("heading", { name: "Templates" }).waitFor();
  await page.mouse.move(720, 700);
  const cards = page.locator("main").getByRole("listitem").filter({ has: page.getByRole("button", { name: /^Use / }) });
  await cards.nth(11).waitFor();
  await page.waitForTimeout(600);
  await picture("2-templates");
  await page.getByRole("searchbox").fill("hello");
  await cards.nth(1).waitFor({ state: "detached" });
  await page.getByRole("searchbox").press("Enter");
  await page.getByRole("button", { name: "Use this template" }).waitFor();
  await picture("3-template");
  await page.getByRole("button", { name: "Use this template" }).click();
  const id = await editorOf(page);
  await page.getByText("/hooks/hello").waitFor();
  await picture("4-editor");
  const input = side(page).getByLabel("Input as JSON");
  assert.deepEqual(JSON.parse(await input.inputValue()), { name: "Ada" }, "the template's first sample is there to try");
  await input.fill('{"name": "Ada", "language": "de"}');
  await side(page).getByRole("button", { name: "Run", exact: true }).click();
  await isDone(page);
  await picture("5-ran");
  await page.getByRole("row", { name: /Choose the words/ }).click();
  await side(page).locator(".cm-content").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("'Moin'");
  await side(page).getByText('= "Moin"').waitFor();
  await picture("6-changed");
  await side(page).getByRole("button", { name: "Close", exact: true }).click();
  // What was typed as the input is still there.
  await side(page).getByRole("button", { name: "Run", exact: true }).click();
  const [last] = await executions(product, id, { count: 2 });
  assert.equal((await draft(product, id)).nodes[1].data.expression, "'Moin'", "it was saved before it ran");
  await page.getByRole("link", { name: new RegExp(last.id) }).first().waitFor();
  await picture("7-ran-again");
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions/${last.id}`)).text).output, { greeting: "Moin, Ada!" });
});

// The first hour: an empty product, a workflow from nothing, a template used and changed.

import assert from "node:assert/strict";
import { canvas, command, draft, edgesOf, isDone, open, palette, saved, test, until } from "./hand.mjs";

const run = (page) => page.getByRole("banner").getByRole("button", { name: "Run", exact: true });

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
  await run(page).click();
  await isDone(page);
  await picture("drawn-from-nothing");
  await page.getByRole("textbox", { name: "Name of the workflow" }).fill("Something now");
  await page.keyboard.press("Enter");
  await until(product, id, ({ name }) => name === "Something now");
  await run(page).click();
  await page.getByRole("tab", { name: "History" }).or(page.getByRole("button", { name: "Close the run" })).first().waitFor();
  await isDone(page);
});

test("an empty product offers an example, which runs", async ({ page, url, product }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("button", { name: "Add the example" }).click();
  const id = await editorOf(page);
  await page.locator("[data-node=weight]").waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("complementary", { name: "Workflow" }).getByRole("button", { name: "Run", exact: true }).click();
  await isDone(page);
  assert.ok((await draft(product, id)).nodes.length > 3);
});

test("a template is found, used, run, changed and run again", async ({ page, url, product, picture }) => {
  await page.goto(`${url}/`);
  await picture("1-home");
  await page.getByRole("link", { name: "Templates" }).first().click();
  await page.getByRole("heading", { name: "Templates" }).waitFor();
  await page.getByRole("searchbox").fill("hello");
  await page.getByRole("listitem").first().waitFor();
  await picture("2-templates");
  await page.getByRole("searchbox").press("Enter");
  await page.getByRole("button", { name: "Use this template" }).waitFor();
  await picture("3-template");
  await page.getByRole("button", { name: "Use this template" }).click();
  const id = await editorOf(page);
  await page.locator("[data-node]").first().waitFor();
  await picture("4-editor");
  const before = await draft(product, id);
  await run(page).click();
  await page.waitForTimeout(400);
  await picture("5-asked");
  const form = page.getByRole("complementary", { name: "Workflow" });
  if (await page.getByText("Say what it starts with").isVisible()) await form.getByRole("button", { name: "Run", exact: true }).click();
  await isDone(page);
  await picture("6-ran");
  await palette(page).fill("Set fields");
  await page.keyboard.press("Enter");
  await until(product, id, ({ nodes }) => nodes.length === before.nodes.length + 1);
  await picture("7-changed");
});

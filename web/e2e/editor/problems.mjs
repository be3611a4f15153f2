// Very many problems in a very large graph: all are counted, those in view are in the page, and each leads to its node.

import assert from "node:assert/strict";
import { add } from "./both.mjs";
import { canvas, CHAIN, nodeOf, open, put, saved, side, test, until } from "./hand.mjs";

const COUNT = 200_000;
const EVERY = { unknown: 7, nowhere: 11 };

function broken() {
  const nodes = Array.from({ length: COUNT }, (_, n) => ({ id: `n${n}`, type: n % EVERY.unknown === 0 ? "nobody.knows" : "set_fields", position: { x: (n % 500) * 264, y: Math.floor(n / 500) * 120 }, data: { label: `Node ${n}` } }));
  const edges = nodes.slice(1).map((node, n) => ({ id: `e${n}`, source: `n${n}`, target: n % EVERY.nowhere === 0 ? "gone" : node.id }));
  return { nodes, edges };
}

test("of 200,000 nodes with very many problems all are counted, and each that is listed leads to its node", { long: true, seconds: 240 }, async ({ page, url, product, picture }) => {
  const graph = broken();
  const id = await put(product, "Very wrong", JSON.stringify(graph));
  const unknown = graph.nodes.filter((node) => node.type === "nobody.knows").length;
  const nowhere = graph.edges.filter((edge) => edge.target === "gone").length;
  const told = JSON.parse((await product.call("GET", `/workflows/${id}/draft/problems`)).text);
  assert.deepEqual([told.errors, told.warnings], [unknown, nowhere]);
  assert.equal(told.problems.length + told.more, told.errors + told.warnings);
  const countsOf = ({ errors, warnings }) => `${errors.toLocaleString("en")} errors, ${warnings.toLocaleString("en")} warnings`;
  const began = Date.now();
  await open(page, url, id);
  const tab = page.getByRole("tab", { name: /^Problems/ });
  await tab.click();
  const problems = page.getByRole("region", { name: "Problems" });
  await problems.getByText(countsOf(told)).first().waitFor({ timeout: 60_000 });
  console.log(`      200,000 nodes: ${told.errors} errors told after ${Date.now() - began} ms`);
  await problems.getByText(`${told.more.toLocaleString("en")} more`, { exact: false }).waitFor();
  assert.equal(await page.locator("header").getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
  const rows = problems.getByRole("listitem");
  assert.ok((await rows.count()) < 60, `${await rows.count()} rows in the page`);
  await picture("problems-200000");
  // A press leads to the node: it is chosen, and near enough to be read.
  const isChosen = async (label) => {
    await page.getByRole("textbox", { name: "Label of the node" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Label of the node" }).inputValue(), label);
    await page.locator('[data-node][aria-pressed="true"]').filter({ hasText: label }).waitFor();
  };
  await rows.first().getByRole("button").click();
  await isChosen("Node 0");
  await picture("problem-of-200000");
  // The last that is listed is reached too.
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  await tab.click();
  await rows.first().waitFor();
  await rows.first().evaluate((row) => {
    const list = row.closest("ul").parentElement;
    list.scrollTop = list.scrollHeight;
  });
  const last = problems.locator('[aria-posinset="1000"]');
  await last.waitFor();
  const { label } = nodeOf(graph, told.problems[999].node).data;
  await last.getByText(label).waitFor();
  await last.getByRole("button").click();
  await isChosen(label);
  // And it can be worked with: this one is taken out, which is a problem less (and two edges less), and put back.
  const asked = Date.now();
  await canvas(page).focus();
  await page.keyboard.press("Delete");
  await until(product, id, ({ nodes }) => nodes.length === COUNT - 1, "one node less", 60_000);
  console.log(`      200,000 nodes: one less on the server after ${Date.now() - asked} ms`);
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  await tab.click();
  const now = JSON.parse((await product.call("GET", `/workflows/${id}/draft/problems`)).text);
  assert.equal(now.errors, told.errors - 1);
  await problems.getByText(countsOf(now)).first().waitFor({ timeout: 60_000 });
  await canvas(page).focus();
  await page.keyboard.press("Control+z");
  await until(product, id, ({ nodes }) => nodes.length === COUNT, "all nodes again", 60_000);
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  await tab.click();
  await problems.getByText(countsOf(told)).first().waitFor({ timeout: 60_000 });
});

test("a draft that cannot run is not published: the node is named, and the list of what is wrong is a press away", async ({ page, url, product, picture }) => {
  const graph = { ...CHAIN, nodes: CHAIN.nodes.map((node, at) => (at === 1 ? { ...node, type: "delay", data: { label: "Cool down" } } : node)) };
  await open(page, url, await product.add("Unfinished", graph));
  const publish = page.getByRole("button", { name: "Publish", exact: true });
  await add(page, "No operation");
  await saved(page);
  await publish.click();
  const messages = page.getByRole("log", { name: "Messages" });
  await messages.getByText("The draft could not be published. “Cool down” cannot run: duration is missing").waitFor();
  await picture("unpublishable");
  await messages.getByRole("button", { name: "See the problems" }).click();
  await page.getByRole("complementary", { name: "Workflow" }).getByRole("tab", { name: /Problems/, selected: true }).waitFor();
  await side(page).getByText(/duration is missing/i).first().click();
  await page.getByRole("textbox", { name: "Label of the node" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Label of the node" }).inputValue(), "Cool down");
  assert.equal(await publish.isDisabled(), false);
});

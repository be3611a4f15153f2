// Running: what failed says what, where and what to do; it is mended and run again from there, forked, and refused while it cannot run.

import assert from "node:assert/strict";
import { canvas, CHAIN, command, draft, executions, isDone, nodeOf, nodeSpot, open, side, spot, test, top, until } from "./hand.mjs";

const BROKEN = {
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: "Begin" } },
    { id: "weigh", type: "set_fields", position: { x: 264, y: 0 }, data: { label: "Weigh", fields: { kg: 2 } } },
    { id: "price", type: "expression", position: { x: 528, y: 0 }, data: { label: "Price", expression: "({ cost: input.parcel.kg * 3 })" } },
    { id: "send", type: "set_fields", position: { x: 792, y: 0 }, data: { label: "Send", fields: { by: "post" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "weigh" },
    { id: "b", source: "weigh", target: "price" },
    { id: "c", source: "price", target: "send" },
  ],
};

const MENDED = "({ cost: input.kg * 3 })";

const steps = async (product, execution) => JSON.parse((await product.call("GET", `/executions/${execution}/steps`)).text).items;

test("a failed node says what, where and what to do; mended, it runs again from there", async ({ page, url, product, picture }) => {
  const id = await product.add("Mend", BROKEN);
  await open(page, url, id);
  await top(page).click();
  const [failed] = await executions(product, id, { count: 1, status: "failed" });
  await page.getByText(/^Failed/).first().waitFor();
  const at = await nodeSpot(page, BROKEN.nodes[2]);
  await page.mouse.click(at.x, at.y);
  await side(page).getByRole("tab", { name: /^Output/ }).click();
  const [step] = (await steps(product, failed.id)).filter((one) => one.node === "price");
  assert.ok(step.error.message.length > 10, "it says what");
  await side(page).getByText(step.error.message, { exact: false }).first().waitFor();
  await picture("failed");
  await side(page).getByRole("tab", { name: /^Parameters/ }).click();
  await side(page).locator(".cm-content").first().click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type(MENDED);
  // At once, before it is saved by itself: what runs is what was typed.
  await canvas(page).focus();
  await page.keyboard.press("Alt+Enter");
  const [again] = await executions(product, id, { count: 2 });
  const ran = await steps(product, again.id);
  assert.deepEqual(ran.map((one) => one.node), ["price", "send"], "what came before is not run again");
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions/${again.id}`)).text).output, { cost: 6, by: "post" });
  assert.equal(nodeOf(await draft(product, id), "price").data.expression, MENDED);
  await picture("mended");
});

test("run to here runs what a node needs and no more", async ({ page, url, product }) => {
  const id = await product.add("To here", BROKEN);
  await open(page, url, id);
  const at = await nodeSpot(page, BROKEN.nodes[1]);
  await page.mouse.click(at.x, at.y);
  await canvas(page).focus();
  await page.keyboard.press("Shift+Enter");
  const [one] = await executions(product, id, { count: 1 });
  assert.deepEqual((await steps(product, one.id)).map((step) => step.node), ["start", "weigh"]);
});

test("an execution is forked with an edited output, and what follows gets it", async ({ page, url, product }) => {
  const mended = { ...BROKEN, nodes: BROKEN.nodes.map((node) => (node.id === "price" ? { ...node, data: { ...node.data, expression: MENDED } } : node)) };
  const id = await product.add("Fork", mended);
  await open(page, url, id);
  await top(page).click();
  const [first] = await executions(product, id, { count: 1 });
  await page.goto(`${url}/executions/${first.id}?step=weigh`);
  await page.getByRole("button", { name: "Edit the output" }).click();
  const dialog = page.getByRole("dialog", { name: "Go on from Weigh" });
  await dialog.getByLabel("Output of the step, as JSON").fill('{"kg": 5}');
  await dialog.getByRole("region", { name: "What will happen" }).getByText("Price", { exact: false }).waitFor();
  await dialog.getByRole("button", { name: "Fork with this output" }).click();
  await page.waitForURL((address) => address.pathname.startsWith("/executions/") && !address.pathname.includes(first.id));
  await isDone(page);
  const forked = JSON.parse((await product.call("GET", `/executions/${new URL(page.url()).pathname.split("/").at(-1)}`)).text);
  assert.deepEqual(forked.output, { cost: 15, by: "post" });
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions/${first.id}`)).text).output, { cost: 6, by: "post" }, "the first stays as it was");
});

test("what cannot run is not started, and each problem leads to its node", async ({ page, url, product }) => {
  const id = await product.add("Wrong", { nodes: [...BROKEN.nodes, { id: "odd", type: "expression", position: { x: 264, y: 160 }, data: { label: "Odd", expression: "1 +" } }], edges: [...BROKEN.edges, { id: "d", source: "start", target: "odd" }] });
  await open(page, url, id);
  await page.getByRole("tab", { name: /^Problems/ }).click();
  const row = page.getByRole("region", { name: "Problems" }).getByRole("button").filter({ hasText: "Odd" }).first();
  await row.waitFor();
  assert.equal(await top(page).isDisabled(), true);
  await canvas(page).focus();
  await row.click();
  await page.getByRole("complementary", { name: "Node" }).getByRole("textbox", { name: "Label of the node" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Label of the node" }).inputValue(), "Odd");
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions?workflow=${id}`)).text).items, []);
});

test("the button above runs with what was typed in the form, also while that is not on show", async ({ page, url, product }) => {
  const id = await product.add("Typed", CHAIN);
  await open(page, url, id);
  await page.getByLabel("Input as JSON").fill('{"pounds": 12}');
  await canvas(page).focus();
  await page.keyboard.press("Home");
  await page.getByLabel("Input as JSON").waitFor({ state: "detached" });
  await top(page).click();
  const [one] = await executions(product, id, { count: 1 });
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions/${one.id}`)).text).input, { pounds: 12 });
  await page.keyboard.press("Escape");
  await page.getByLabel("Input as JSON").fill("{");
  await top(page).click();
  await page.getByText("Mend the input first").waitFor();
  await executions(product, id, { count: 1 });
});

test("a wrong input cannot be sent, and says which line", async ({ page, url, product }) => {
  const id = await product.add("Input", BROKEN);
  await open(page, url, id);
  await page.getByLabel("Input as JSON").fill('{\n  "a" 1\n}');
  await page.getByText("Line 2, column 7: expected a colon after the name").waitFor();
  assert.equal(await side(page).getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
});

test("a run that waits is stopped", async ({ page, url, product }) => {
  const slow = { nodes: [BROKEN.nodes[0], { id: "wait", type: "delay", position: { x: 264, y: 0 }, data: { label: "Wait", duration: "10m" } }], edges: [{ id: "a", source: "start", target: "wait" }] };
  const id = await product.add("Stop", slow);
  await open(page, url, id);
  await top(page).click();
  await page.locator("header").getByRole("button", { name: "Stop" }).waitFor();
  await canvas(page).focus();
  await command(page, "stop");
  await executions(product, id, { count: 1, status: "canceled" });
  await top(page).waitFor();
});

test("what a workflow takes is built field by field, and the form to run with has them", async ({ page, url, product }) => {
  const id = await product.add("Input", CHAIN);
  await open(page, url, id);
  const begin = await nodeSpot(page, CHAIN.nodes[0]);
  await page.mouse.click(begin.x, begin.y);
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.locator(":focus[aria-label='Name of field 1']").fill("mail");
  await page.keyboard.press("Enter");
  await page.locator(":focus[aria-label='Name of field 2']").fill("size");
  await page.getByLabel("Kind of size").selectOption("choice");
  await page.getByLabel("Choices of size").fill("small, large");
  await page.getByLabel("Label of mail").fill("Mail of the customer");
  await page.getByLabel("Needed").first().check();
  const schema = { type: "object", properties: { mail: { type: "string", title: "Mail of the customer" }, size: { type: "string", enum: ["small", "large"] } }, required: ["mail"] };
  await until(product, id, (graph) => JSON.stringify(nodeOf(graph, "start").data.schema) === JSON.stringify(schema));
  await page.getByLabel("Label of mail").click();
  const beside = await spot(page, 264, 240);
  await page.mouse.click(beside.x, beside.y);
  await page.getByLabel("Mail of the customer").fill("ada@example.org");
  await page.getByLabel(/^size/).selectOption("large");
  await page.locator("[data-run]").click();
  await isDone(page);
  const { items } = JSON.parse((await product.call("GET", `/executions?workflow=${id}`)).text);
  const { input } = JSON.parse((await product.call("GET", `/executions/${items[0].id}`)).text);
  assert.deepEqual(input, { mail: "ada@example.org", size: "large" });
});

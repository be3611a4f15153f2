// Walks through the editor's panels by keyboard alone, on the page for looking at them: node test/panels/walk.mjs --url http://127.0.0.1:5199

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags } = parseArgs({ options: { url: { type: "string", default: "http://127.0.0.1:5199" } } });
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ["clipboard-read", "clipboard-write"] });
const page = await context.newPage();
page.setDefaultTimeout(20_000);
const complaints = [];
page.on("pageerror", (error) => complaints.push(error.message));
const nodes = () => page.evaluate(() => globalThis.context.doc.toFile().nodes.map((node) => node.id));
const edges = () => page.evaluate(() => globalThis.context.doc.toFile().edges.map((edge) => `${edge.source}→${edge.target}`));
const selected = () => page.evaluate(() => globalThis.context.selection.nodes().map((slot) => globalThis.context.doc.nodes.key(slot)));
const open = async (search) => {
  await page.goto(`${flags.url}/test/panels/index.html?${search}`);
  await page.waitForSelector("main");
};
const step = async (name, run) => {
  await run();
  process.stdout.write(`ok ${name}\n`);
};

try {
  await open("show=outline");
  const tree = page.getByRole("treegrid");
  await step("arrows select, Enter opens, Left leads to the container", async () => {
    await tree.focus();
    for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowDown");
    assert.deepEqual(await selected(), ["ask"]);
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await selected(), ["approvers"]);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.getByRole("row", { name: "Ask on-call" }).count(), 0);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText("Open approvers").waitFor();
  });
  await step("a node is added after the selected one, by letters", async () => {
    await page.keyboard.press("Home");
    await page.keyboard.press("a");
    await page.getByRole("combobox", { name: "Add a node" }).fill("htt");
    await page.keyboard.press("Enter");
    assert.deepEqual([(await nodes()).at(-1), (await edges()).at(-1)], ["http", "ticket→http"]);
  });
  await step("undo, duplicate, disable and delete go by keys, and the focus stays", async () => {
    await tree.focus();
    await page.keyboard.press("Control+z");
    assert.ok(!(await nodes()).includes("http"));
    await page.keyboard.press("Home");
    await page.keyboard.press("Control+d");
    assert.equal((await nodes()).at(-1), "ticket_2");
    await page.keyboard.press("d");
    assert.equal(await page.evaluate(() => globalThis.context.doc.nodes.get("ticket_2").data.disabled), true);
    await page.keyboard.press("Delete");
    assert.ok(!(await nodes()).includes("ticket_2"));
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "treegrid");
  });
  await step("the menu opens by key, walks, goes in, and gives the focus back", async () => {
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+F10");
    const menu = page.getByRole("menu", { name: "Node" });
    await menu.waitFor();
    await page.keyboard.press("f");
    await page.keyboard.press("ArrowRight");
    await page.waitForFunction(() => document.activeElement.textContent.startsWith("Group"));
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.textContent.startsWith("Frame"));
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement.getAttribute("role") === "treegrid");
  });
  await step("the command palette finds commands, nodes and workflows", async () => {
    await page.keyboard.press("Control+k");
    const field = page.getByRole("combobox", { name: "Search or run a command" });
    await field.fill("sel all");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => globalThis.context.selection.nodeCount === 10);
    await page.keyboard.press("Control+k");
    await field.fill("page on");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => globalThis.context.selection.nodeCount === 1);
    assert.deepEqual(await selected(), ["page"]);
    await page.keyboard.press("Control+k");
    await field.fill("nightly");
    await page.getByRole("option", { name: /Nightly import/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Open Nightly import").waitFor();
  });
  await step("search counts, walks and selects all", async () => {
    await page.keyboard.press("Control+f");
    await page.getByRole("searchbox", { name: /labels/ }).fill("on-call");
    await page.getByText("2", { exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("1 of 2", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Select all" }).click();
    assert.deepEqual(await selected(), ["ask", "page"]);
    await page.getByRole("button", { name: "Close" }).click();
  });
  await step("keys are changed, conflicts told, and kept", async () => {
    await tree.focus();
    await page.keyboard.press("?");
    await page.getByRole("button", { name: "Change the keys of Duplicate" }).click();
    await page.keyboard.press("Control+z");
    await page.getByText("“Undo” has these keys. Press others.").waitFor();
    await page.keyboard.press("Alt+q");
    await page.waitForFunction(() => document.activeElement.dataset.command === "edit.duplicate");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.querySelector("dialog[open]") === null);
    await tree.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Alt+q");
    await page.waitForFunction(() => globalThis.context.doc.nodes.count === 11);
    await page.keyboard.press("Control+z");
    assert.equal(await page.evaluate(() => localStorage.getItem("tidemill.bindings")), '{"edit.duplicate":["alt+q"]}');
  });
  await step("rename changes the name and the id in one step", async () => {
    await tree.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("F2");
    await page.getByRole("textbox", { name: "Name" }).fill("First of all");
    await page.getByRole("button", { name: "Take the id from the name" }).click();
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    assert.ok((await edges()).includes("first_of_all→classify"));
    await tree.focus();
    await page.keyboard.press("Control+z");
    assert.ok((await edges()).includes("ticket→classify"));
  });
  await step("copy, cut and paste, also of n8n's and of YAML", async () => {
    await tree.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Control+v");
    await page.waitForFunction(() => globalThis.context.doc.nodes.count === 11);
    await page.keyboard.press("Control+x");
    await page.waitForFunction(() => globalThis.context.doc.nodes.count === 10);
    await page.evaluate(() => navigator.clipboard.writeText(JSON.stringify({ nodes: [{ name: "Get it", type: "n8n-nodes-base.httpRequest", position: [0, 0], parameters: { url: "https://x" } }], connections: {} })));
    await page.keyboard.press("Control+v");
    await page.waitForFunction(() => globalThis.context.doc.nodes.get("get_it")?.type === "http");
    await page.evaluate(() => navigator.clipboard.writeText("name: A\nnodes:\n  - id: from_yaml\n    type: http\n    data: {url: x}\nedges: []\n"));
    await page.keyboard.press("Control+v");
    await page.waitForFunction(() => globalThis.context.doc.nodes.get("from_yaml") !== null);
    await page.evaluate(() => navigator.clipboard.writeText("just words"));
    await page.keyboard.press("Control+v");
    await page.getByText(/^Paste: It is no workflow/).waitFor();
  });
  await step("100,000 nodes: outline, search and select all", async () => {
    await open("show=outline&many=100000");
    await page.getByText("100,000 nodes").waitFor();
    await page.getByRole("searchbox", { name: "Search nodes" }).fill("node 99999");
    await page.getByText("1 of 100,000").waitFor();
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await selected(), ["n99999"]);
    const ms = await page.evaluate(async () => {
      const start = performance.now();
      dispatchEvent(new KeyboardEvent("keydown", { key: "a", code: "KeyA", ctrlKey: true }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return Math.round(performance.now() - start);
    });
    assert.equal(await page.evaluate(() => globalThis.context.selection.nodeCount), 100_000);
    process.stdout.write(`   select all to the next frame: ${ms} ms\n`);
  });
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}

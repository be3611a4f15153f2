// Walks through the node panel in Chromium: what typing, completing, dropping, building and pinning do to the node.
//   node test/node-panel/walk.mjs --url http://127.0.0.1:8097

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags } = parseArgs({ options: { url: { type: "string", default: "http://127.0.0.1:8097" }, chromium: { type: "string", default: "/usr/bin/chromium" }, only: { type: "string", default: "" }, axe: { type: "string", default: "" } } });
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const browser = await chromium.launch({ executablePath: flags.chromium, args: ARGS });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
const page = await context.newPage();
// Machines that do other things as well are slow, not wrong.
page.setDefaultTimeout(60_000);
const complaints = [];
page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));

const open = async (query) => {
  await page.goto(`${flags.url}/?${query}`);
  await page.getByRole("tablist").first().waitFor();
};
const data = async () => JSON.parse(await page.locator("#node").textContent()).data;
const undo = async () => Number.parseInt(await page.locator("#undo").textContent(), 10);
const code = (name) => page.locator(".cm-content").and(page.getByLabel(name, { exact: true }));

const walks = {
  async "typing completes from the last data, and is one step of undo"() {
    await open("node=bare");
    const before = await undo();
    const row = page.locator('[data-path="url"]');
    await row.getByRole("radio", { name: "Expression" }).click();
    await code("Address").click();
    await page.keyboard.type("https://x.example/{{ nodes", { delay: 15 });
    await page.keyboard.press("Escape");
    await page.keyboard.type(".", { delay: 15 });
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => /nodes\./.test(document.querySelector("#node")?.textContent ?? ""));
    assert.match((await data()).url, /^https:\/\/x\.example\/\{\{ nodes\./);
    assert.ok((await undo()) - before <= 1, "typing joins");
    await open("node=page");
    await code("Address").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("/{{ input.hi", { delay: 15 });
    await page.locator(".cm-tooltip-autocomplete").getByText("history").waitFor();
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    await page.keyboard.type("[0].sc", { delay: 15 });
    await page.locator(".cm-tooltip-autocomplete").getByText("score").waitFor();
    await page.waitForTimeout(200);
    await page.keyboard.press("Tab");
    assert.match((await data()).url, /\/\{\{ input\.history\[0\]\.score/);
    await page.locator('[data-path="url"]').getByText("/0.3").waitFor();
  },

  async "a fixed value becomes an expression and comes back"() {
    await open("node=wait");
    const row = page.locator('[data-path="duration"]');
    await row.getByText("= 1 hour 30 minutes").waitFor();
    await row.getByRole("radio", { name: "Expression" }).click();
    await code("For").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("{{ input.id * 2", { delay: 10 });
    await row.getByText("= 96426").waitFor();
    assert.equal((await data()).duration, "{{ input.id * 2}}");
    await row.getByRole("radio", { name: "Fixed" }).click();
    assert.equal((await data()).duration, "1h30m");
    await row.getByRole("radio", { name: "Expression" }).click();
    assert.ok(["1h30m", "{{ input.id * 2}}"].includes((await data()).duration));
  },

  async "an error of an expression is told where it stands"() {
    await open("node=wait");
    await page.locator('[data-path="duration"]').getByRole("radio", { name: "Expression" }).click();
    await code("For").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("{{ input.empty.deep }}", { delay: 10 });
    await page.locator('[data-path="duration"]').getByText(/TypeError/).waitFor();
  },

  async "a value is dropped on a field, and inserted by a key"() {
    await open("node=bare&tab=parameters");
    await open("node=wait");
    await page.getByRole("treeitem").filter({ hasText: "score" }).first().dragTo(page.locator('[data-path="duration"]'));
    assert.match((await data()).duration, /\{\{ input\.score \}\}/);
    await open("node=keep");
    await code("Keep if").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    const tree = page.getByRole("tree", { name: /Last input/ });
    await tree.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("i");
    assert.equal((await data()).condition, "input.id");
  },

  async "a condition is built of rules"() {
    await open("node=keep");
    const row = page.locator('[data-path="condition"]');
    await row.getByRole("radio", { name: "Rules" }).click();
    await row.getByRole("group", { name: "rule 2" }).getByLabel("Operator of rule 2").selectOption("less");
    assert.equal((await data()).condition, "item.open && item.score < 0.5");
    await row.getByRole("button", { name: "Add a group" }).click();
    await row.getByText("= false").or(row.getByText("= true")).first().waitFor();
    assert.equal((await data()).condition, 'item.open && item.score < 0.5 && item == ""');
    await open("node=check");
    await page.getByLabel("Operator of rule 1").selectOption("not_exists");
    assert.deepEqual((await data()).rules.rules[0], { left: "{{ input.score }}", operator: "not_exists", type: "number" });
    await page.getByRole("group", { name: "Group 2" }).getByRole("button", { name: "Remove the group" }).click();
    assert.equal((await data()).rules.rules.length, 1);
  },

  async "cases are added before otherwise, and moved"() {
    await open("node=route");
    await page.getByRole("button", { name: "Add a case" }).click();
    assert.deepEqual((await data()).cases.map((one) => one.output_path), ["on_call", "finance", "case_4", "later"]);
    await page.getByRole("button", { name: "Move case 2 up" }).click();
    assert.deepEqual((await data()).cases.map((one) => one.output_path), ["finance", "on_call", "case_4", "later"]);
  },

  async "names and values keep their rows while they are typed"() {
    await open("node=fields");
    const row = page.locator('[data-path="fields"]');
    await row.getByRole("button", { name: "Add field" }).click();
    await page.keyboard.type("total", { delay: 10 });
    await row.getByLabel("total", { exact: true }).fill("7");
    assert.equal((await data()).fields.total, "7");
    await row.getByLabel("Kind of total").selectOption("number");
    assert.equal((await data()).fields.total, 7);
    await row.getByLabel("Kind of total").selectOption("expression");
    await row.getByText("= 7").waitFor();
    assert.equal((await data()).fields.total, "{{ 7 }}");
    await row.getByRole("button", { name: "Remove note" }).click();
    assert.deepEqual(Object.keys((await data()).fields), ["id", "count", "urgent", "nested", "total"]);
  },

  async "JSON that cannot be read yet changes nothing"() {
    await open("node=strange");
    const text = code("Parameters, as JSON");
    await text.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("x");
    await page.getByText(/Line \d+, column \d+/).waitFor();
    assert.equal((await data()).depth, 3);
    await page.keyboard.press("Backspace");
    assert.equal(await page.getByText(/Line \d+, column \d+/).count(), 0);
  },

  async "an output is pinned, edited and unpinned"() {
    await open("node=route&tab=output");
    await page.getByRole("button", { name: "Pin this output" }).click();
    assert.equal((await data()).pinned.id, 48213);
    await page.getByRole("button", { name: "Unpin" }).click();
    assert.equal((await data()).pinned, undefined);
  },

  async "data is searched, and seen as table, JSON and schema"() {
    await open("node=route&tab=input");
    await page.getByLabel("Search input").fill("nordlys");
    await page.getByText("input.customer").waitFor();
    await page.getByRole("button", { name: "Clear the search" }).click();
    for (const view of ["Table", "JSON", "Schema"]) await page.getByRole("radio", { name: view }).check({ force: true });
    await page.getByText("in 2 of 3").waitFor();
  },

  async "the wide view keeps the focus, steps, and closes by Escape"() {
    await open("node=route");
    await page.getByRole("button", { name: "Wide view" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.querySelector('[role="dialog"]')?.contains(document.activeElement)), "the focus stays inside");
    }
    await dialog.getByRole("button", { name: /Page on-call/ }).click();
    await dialog.getByLabel("Label of the node").waitFor();
    assert.equal(await dialog.getByLabel("Label of the node").inputValue(), "Page on-call");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("complementary").waitFor();
  },

  async "tabs and every field are reached by keys alone"() {
    await open("node=page");
    await page.getByRole("tab", { name: /Parameters/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByLabel("Label", { exact: true }).waitFor();
    await page.keyboard.press("Home");
    await code("Address").waitFor();
    const reached = new Set();
    for (let n = 0; n < 120; n += 1) {
      await page.keyboard.press("Tab");
      const path = await page.evaluate(() => document.activeElement?.closest("[data-path]")?.dataset.path?.split(/[.[]/)[0]);
      if (path) reached.add(path);
    }
    for (const key of ["method", "url", "query", "headers", "body", "body_type"]) assert.ok(reached.has(key), `${key} is reached`);
  },

  async "a problem leads to its field"() {
    await open("node=route&reveal=cases[1].when");
    await page.waitForFunction(() => document.activeElement?.closest('[data-path="cases[1]"]') !== null);
    await open("node=page&reveal=limits.rate_limit.per");
    await page.waitForFunction(() => document.activeElement?.closest('[data-path="limits.rate_limit.per"]') !== null);
  },

  async "a megabyte does not hold the page up"() {
    await open("node=large");
    await page.getByRole("button", { name: /Edit the whole text/ }).click();
    await code("Text").click();
    await page.keyboard.press("Control+End");
    const took = await page.evaluate(async () => {
      const from = performance.now();
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - from;
    });
    assert.ok(took < 1000, `two frames took ${took} ms`);
    const from = Date.now();
    await page.keyboard.type("abc");
    assert.ok(Date.now() - from < 3000, "typing goes on");
    assert.match((await page.locator("#undo").textContent()) ?? "", /1 steps/);
  },
};

let failed = 0;
for (const [name, walk] of Object.entries(walks)) {
  if (flags.only !== "" && !name.includes(flags.only)) continue;
  complaints.length = 0;
  try {
    await walk();
    assert.deepEqual(complaints, []);
    console.log("ok   ", name);
  } catch (error) {
    failed += 1;
    console.log("FAIL ", name, "\n      ", String(error?.message ?? error).split("\n").slice(0, 12).join("\n       "));
  }
}
if (flags.axe !== "") {
  for (const query of ["node=route", "node=page", "node=page&tab=settings", "node=check", "node=keep", "node=fields", "node=route&tab=input", "node=route&tab=output", "node=large&tab=output", "node=route&tab=docs", "node=page&wide", "node=sums&theme=light", "node=strange", "node=page&theme=light", "node=rtl&rtl"]) {
    await open(query);
    await page.waitForTimeout(700);
    await page.evaluate(readFileSync(flags.axe, "utf8"));
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(" | ")}`));
    console.log(found.length === 0 ? "axe ok" : "axe", query, found.join("\n    "));
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);

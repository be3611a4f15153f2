// Walks through the pages as a person would, against the mock: node e2e/journeys.mjs (after npm run build).
// Each journey starts its own mock, so that none depends on what another left behind.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const MOCK = fileURLToPath(new URL("../mock/server.mjs", import.meta.url));
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const only = process.argv[2];
let port = Number(process.env.JOURNEYS_PORT ?? 8200);

async function startMock(at, ...flags) {
  const child = spawn(process.execPath, [MOCK, "--port", String(at), ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

const journeys = new Map();
const test = (name, journey) => journeys.set(name, journey);

test("an empty product offers an example, which runs", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("button", { name: "Add the example" }).click();
  await page.waitForURL(/\/workflows\/.+/);
  await page.getByRole("heading", { name: "Route a parcel" }).waitFor();
  await page.locator("[data-node=weight]").click();
  await page.getByRole("region", { name: "Node Weight in kg" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.waitForURL(/\/executions\/.+/);
  await page.getByText("Succeeded", { exact: false }).first().waitFor();
  await page.getByRole("row", { name: /By post/ }).waitFor();
});

test("an execution is seen live, and a lost server is told and caught up with", async ({ page, url, mock, restart }) => {
  await page.goto(`${url}/workflows?q=Poll`);
  await page.getByRole("button", { name: /^Run Poll/ }).first().click();
  await page.waitForURL(/\/executions\/.+/);
  await page.locator("[data-node=ask]").getByText("running").waitFor();
  await page.getByRole("row", { name: /Ask for the report/ }).first().waitFor();
  mock.kill();
  await page.getByText("Connection lost, reconnecting").waitFor();
  await restart();
  await page.getByText("Tidemill does not answer", { exact: false }).waitFor({ state: "detached", timeout: 15_000 });
});

test("a running execution is canceled", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Poll`);
  await page.getByRole("button", { name: /^Run Poll/ }).first().click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Canceled", { exact: false }).first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Run again", exact: true }).count(), 1);
});

test("a failed step says what, where and what to do, and its input is a tree", async ({ page, url, context }) => {
  await page.goto(`${url}/executions?status=failed`);
  await page.locator("a[data-row]").filter({ hasText: "Nightly" }).first().click();
  await page.getByRole("button", { name: "Show the step" }).click();
  await page.getByText("Lead a list into this node", { exact: false }).first().waitFor();
  const tree = page.getByRole("tree", { name: /^Input/ });
  await tree.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.keyboard.press("p");
  await page.getByText("Copied input.body").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "input.body");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await tree.getByText("label").count(), 0);
});

test("the list of workflows is walked by keys", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("list", { name: /^Workflows/ }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("routing");
  await page.waitForURL(/q=routing/);
  await page.getByText("Ticket triage").waitFor({ state: "detached" });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/workflows\/[a-z0-9]+$/);
});

test("a dropped file becomes a workflow, a broken one is told of", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  const choose = page.locator("input[type=file]");
  await choose.setInputFiles({ name: "broken.json", mimeType: "application/json", buffer: Buffer.from("{") });
  await page.getByText("broken.json was not imported. This file is not JSON.").waitFor();
  const body = '{"nodes":[{"id":"a","type":"number","data":{"value":9007199254740993}}],"edges":[]}';
  await choose.setInputFiles({ name: "from file.json", mimeType: "application/json", buffer: Buffer.from(body) });
  await page.getByRole("heading", { name: "from file" }).waitFor();
  await page.locator("[data-node=a]").click();
  await page.getByRole("tree", { name: /^Parameters/ }).getByText("9007199254740993").waitFor();
});

test("a wrong input cannot be sent, and says which line", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Priority`);
  await page.getByRole("link", { name: /Priority/ }).first().click();
  await page.getByLabel("Input as JSON").fill('{\n  "a" 1\n}');
  await page.getByText("Line 2, column 7: expected a colon after the name").waitFor();
  assert.equal(await page.getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
});

test("a big value is fetched when asked for", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=very+long`);
  await page.getByRole("button", { name: /^Run A very/ }).first().click();
  await page.getByRole("row", { name: /Keep the even ones|صفوف/ }).first().click();
  await page.getByRole("tree", { name: /^Output/ }).getByText("Show all").click();
  await page.getByRole("tree", { name: /^Output/ }).getByText(/\d+ items/).waitFor();
});

test("the graph is walked by arrows, zoomed and fitted by keys", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Poll`);
  await page.getByRole("link", { name: /Poll until/ }).first().click();
  await page.locator("[data-node=start]").click();
  await page.keyboard.press("ArrowRight");
  await page.locator("[data-node=ask][aria-pressed=true]").waitFor();
  const before = await page.getByRole("button", { name: "Show at 100 %" }).innerText();
  await page.keyboard.press("+");
  await page.waitForFunction((was) => !document.body.innerText.includes(was), before);
  await page.keyboard.press("f");
  await page.getByRole("button", { name: "Show at 100 %" }).filter({ hasText: before }).waitFor();
});

test("signed out, a calm page takes the token, and the link leaves the address bar", async ({ page, url }) => {
  await page.goto(`${url}/?token=bad`);
  await page.getByRole("heading", { name: "Open the link from the terminal" }).waitFor();
  await page.getByText("This link was used already", { exact: false }).waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.getByLabel("Link or token").fill(`${url}/?token=good`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Home" }).waitFor();
});

test("ten thousand workflows scroll and are found", async ({ page, url }) => {
  await page.goto(`${url}/workflows?sort=name`);
  const list = page.getByRole("list", { name: /^Workflows/ });
  await list.focus();
  for (let n = 0; n < 8; n += 1) {
    await page.keyboard.press("End");
    await page.waitForTimeout(250);
  }
  const rows = await page.getByRole("listitem").count();
  assert.ok(rows < 80, `${rows} rows in the page`);
  const reached = await page.evaluate(() => Math.max(...[...document.querySelectorAll("[aria-posinset]")].map((row) => Number(row.getAttribute("aria-posinset")))));
  assert.ok(reached > 500, `only ${reached} reached`);
});

test("a search asks once the typing rests", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("list", { name: /^Workflows/ }).waitFor();
  const asked = [];
  page.on("request", (request) => request.url().includes("q=") && request.url().includes("/api/") && asked.push(new URL(request.url()).searchParams.get("q")));
  await page.getByRole("searchbox", { name: "Search workflows" }).pressSequentially("routing");
  await page.waitForURL(/q=routing/);
  await page.getByText("Ticket triage").waitFor({ state: "detached" });
  assert.equal(asked.at(-1), "routing");
  assert.ok(asked.length < 4, `asked for ${asked.join(", ")}`);
});

test("home asks for all its parts at once and shows them", async ({ page, url }) => {
  const parts = ["/dashboard/stats", "/dashboard/recent-executions", "/workflows"];
  const asked = new Set();
  let go;
  const all = new Promise((resolve) => (go = resolve));
  // No part is answered before each was asked for: one after the other, nothing would ever show.
  await page.route(/\/api\/v1\/(dashboard\/|workflows\?)/, async (route) => {
    asked.add(parts.find((part) => new URL(route.request().url()).pathname.endsWith(part)));
    if (asked.size === parts.length) go();
    await all;
    await route.continue();
  });
  await page.goto(`${url}/`);
  for (const figure of ["Workflows", "Running", "Success rate", "Average time"]) await page.locator("dt").filter({ hasText: figure }).waitFor();
  await page.getByText("Recent executions").waitFor();
  await page.locator("a[data-row]").first().waitFor();
});

test("a workflow that was seen shows again before the server answers", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Poll`);
  const link = page.getByRole("link", { name: /Poll until/ }).first();
  await link.click();
  await page.locator("[data-node=ask]").waitFor();
  await page.goBack();
  await link.waitFor();
  await page.route(/\/api\/v1\/workflows\/[^?]+$/, () => undefined);
  await link.click();
  await page.locator("[data-node=ask]").waitFor();
});

test("of a thousand nodes only those in view are cards, and none from far away", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=1000+nodes`);
  await page.getByRole("link", { name: /1000 nodes/ }).first().click();
  await page.getByRole("button", { name: "Show at 100 %" }).waitFor();
  const cards = page.locator("[data-node]");
  assert.equal(await cards.count(), 0, "the whole graph is a picture");
  await page.getByRole("button", { name: "Show at 100 %" }).click();
  await cards.first().waitFor();
  const before = await cards.evaluateAll((all) => all.map((card) => card.getAttribute("data-node")));
  assert.ok(before.length > 3 && before.length < 200, `${before.length} cards`);
  await page.getByRole("group", { name: /Arrow keys pan/ }).focus();
  for (let n = 0; n < 40; n += 1) await page.keyboard.press("ArrowRight");
  await page.waitForFunction((first) => !document.querySelector(`[data-node="${first}"]`), before[0]);
  assert.ok((await cards.count()) < 200);
});

/** Adds a workflow, runs it, and answers the id of the execution. */
async function ran(page, url, graph, input) {
  const call = async (path, data) => (await page.request.post(`${url}/api/v1${path}`, { data })).json();
  const { id } = await call("/workflows", { name: "Shown", ...graph });
  return (await call(`/workflows/${id}/execute`, { input })).execution_id;
}

test("charts are seen, read as a table, and shown larger", async ({ page, url }) => {
  const show = (id, mode) => ({ id, type: "visualization", data: { mode } });
  const nodes = [{ id: "start", type: "manual", data: {} }, show("line", "line_chart"), show("bars", "bar_chart"), show("text", "markdown"), { id: "memo", type: "note", data: { text: "**Read** me" } }];
  const edges = ["line", "bars", "text"].map((target) => ({ source: "start", target }));
  const execution = await ran(page, url, { nodes, edges }, [{ month: "May", north: 2, south: 7 }, { month: "June", north: 5, south: 1 }]);
  await page.goto(`${url}/executions/${execution}?step=line`);
  await page.getByRole("img", { name: "Line chart of 2 points by month: north from 2 to 5; south from 1 to 7" }).locator("canvas").waitFor();
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await page.getByRole("row", { name: "2 June 5 1" }).waitFor();
  await page.getByRole("button", { name: "Show larger" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Line chart" }).click();
  await page.getByRole("dialog").locator("canvas").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.goto(`${url}/executions/${execution}?step=bars`);
  await page.getByRole("list", { name: /^Bar chart of 2 points/ }).getByText("June").waitFor();
  await page.goto(`${url}/executions/${execution}?step=text`);
  await page.getByText("Not shown as Markdown. Markdown is a text, and this is a list.").waitFor();
  await page.getByRole("note").filter({ hasText: "Read me" }).waitFor();
});

test("markup in data is never run, and pictures come from here alone", async ({ page, url }) => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const nodes = [{ id: "start", type: "manual", data: {} }, ...["markdown", "text", "auto", "image", "xml"].map((mode) => ({ id: mode, type: "visualization", data: { mode } }))];
  const edges = nodes.slice(1).map(({ id }) => ({ source: "start", target: id }));
  const text = "# Hi\n\n<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>\n\n[a](javascript:window.ran=1) ![b](https://elsewhere.example/b.png)";
  const execution = await ran(page, url, { nodes, edges }, text);
  for (const step of ["markdown", "text", "auto", "image", "xml"]) {
    await page.goto(`${url}/executions/${execution}?step=${step}`);
    await page.getByText("onerror", { exact: false }).first().waitFor();
    assert.equal(await page.evaluate(() => window.ran), undefined, step);
    assert.equal(await page.locator("aside img, aside script, aside a[href]").count(), 0, step);
  }
  assert.deepEqual(asked.filter((address) => !address.startsWith(url)), []);
});

test("a call in doubt is a question, and its answer goes on as it was written", async ({ page, url }) => {
  const nodes = [{ id: "pay", type: "http", data: { label: "Charge the card", url: "https://pay.example", on_uncertain: "ask" } }];
  const execution = await ran(page, url, { nodes, edges: [] }, {});
  const sent = [];
  page.on("request", (request) => request.url().includes("/signals/") && sent.push([new URL(request.url()).pathname.split("/").at(-1), request.postData(), request.headers()["idempotency-key"]?.length]));
  await page.goto(`${url}/executions/${execution}?step=pay`);
  const question = page.getByRole("region", { name: "Was this call made?" });
  for (const name of ["Make it again", "Let it fail"]) await question.getByRole("button", { name }).waitFor();
  await question.getByRole("button", { name: "Use its answer" }).click();
  const field = question.getByLabel("Output of the step, as JSON");
  await field.fill('{"id": ');
  assert.equal(await question.getByRole("button", { name: "Use this output" }).isDisabled(), true);
  await field.fill('{"id": 9007199254740993}');
  await question.getByRole("button", { name: "Use this output" }).click();
  await page.getByText("The step goes on with your value.").waitFor();
  await question.waitFor({ state: "detached" });
  assert.deepEqual(sent, [["uncertain%3Apay", '{"decision":"use","output":{"id": 9007199254740993}}', 36]]);
});

test("a history that lost its beginning says so", async ({ page, url }) => {
  const execution = await ran(page, url, { nodes: [{ id: "start", type: "manual", data: {} }], edges: [] }, 1);
  await page.goto(`${url}/executions/${execution}`);
  await page.getByRole("row", { name: /Manual/ }).waitFor();
  assert.equal(await page.getByText("were removed", { exact: false }).count(), 0);
  await page.route(new RegExp(`/executions/${execution}$`), async (route) => {
    if (!route.request().url().includes("/api/")) return route.continue();
    const response = await route.fetch();
    return route.fulfill({ response, json: { ...(await response.json()), history_from: 28526 } });
  });
  await page.reload();
  await page.getByRole("note").filter({ hasText: "events before seq 28,526 were removed" }).waitFor();
});

/** Runs a workflow of the samples to its end and answers the id of the execution. */
async function over(page, url, name, input = {}) {
  const get = async (path) => (await page.request.get(`${url}/api/v1${path}`)).json();
  const { items } = await get(`/workflows?q=${encodeURIComponent(name)}&limit=1`);
  const { execution_id: id } = await (await page.request.post(`${url}/api/v1/workflows/${items[0].id}/execute`, { data: { input } })).json();
  for (let n = 0; n < 100; n += 1) {
    if (["succeeded", "failed"].includes((await get(`/executions/${id}`)).status)) break;
    await page.waitForTimeout(100);
  }
  return id;
}

test("a failed execution is retried and goes on where it failed", async ({ page, url }) => {
  const id = await over(page, url, "Nightly price import");
  await page.goto(`${url}/executions/${id}?step=each`);
  await page.getByRole("note", { name: "Why it failed" }).getByRole("button", { name: "Retry the execution" }).click();
  await page.getByText("Succeeded", { exact: false }).first().waitFor();
  await page.getByRole("tab", { name: "Events" }).click();
  await page.getByRole("grid", { name: "Events" }).getByText("reopened").waitFor();
  await page.getByRole("row", { name: /Every night/ }).waitFor({ state: "detached" });
});

test("a step's output is edited, what follows runs again, and the two are compared", async ({ page, url }) => {
  const id = await over(page, url, "Nightly price import");
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/fork") && sent.push([request.postData(), request.headers()["idempotency-key"]?.length]));
  await page.goto(`${url}/executions/${id}?step=fetch`);
  await page.getByRole("button", { name: "Edit the output" }).click();
  const dialog = page.getByRole("dialog", { name: "Go on from Fetch prices" });
  const field = dialog.getByLabel("Output of the step, as JSON");
  await dialog.getByText("Nothing is changed yet.").waitFor();
  await field.fill('[{"price": 1},\n {"price" 2}]');
  await dialog.getByText(/^Line \d+, column \d+: expected a colon/).waitFor();
  assert.equal(await dialog.getByRole("button", { name: "Fork with this output" }).isDisabled(), true);
  await field.fill('[{"price": 9007199254740993}]');
  await dialog.getByRole("region", { name: "What will happen" }).getByText("Convert to euro", { exact: false }).waitFor();
  await dialog.getByRole("button", { name: "Fork with this output" }).click();
  await page.waitForURL((address) => address.pathname.startsWith("/executions/") && !address.pathname.includes(id));
  assert.deepEqual(sent, [['{"from":"fetch","output":[{"price": 9007199254740993}]}', 36]]);
  await page.getByText("Forked from").waitFor();
  await page.getByText("Succeeded", { exact: false }).first().waitFor();
  await page.getByRole("log", { name: "Messages" }).getByRole("button", { name: "Compare" }).click();
  await page.waitForURL(/\/compare\//);
  const steps = page.getByRole("grid", { name: "Steps of both" });
  await steps.getByRole("row", { name: /Convert to euro/ }).getByText("status", { exact: false }).waitFor();
  await page.getByRole("combobox", { name: "Which steps" }).selectOption("status");
  await steps.getByRole("row", { name: /Every night/ }).waitFor({ state: "detached" });
  await steps.getByRole("row", { name: /Convert to euro/ }).click();
  await page.getByRole("table", { name: /The output of Convert to euro/ }).getByText("price", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "Swap" }).click();
  await page.waitForURL(new RegExp(`/compare/${id}`));
});

test("another execution to compare with is chosen from the history", async ({ page, url }) => {
  const id = await over(page, url, "Ticket triage", { subject: "s", score: 1, label: "urgent" });
  await page.goto(`${url}/executions/${id}`);
  await page.getByRole("button", { name: "More to do" }).click();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare with" });
  await dialog.getByRole("listitem").nth(1).getByRole("link").click();
  await page.waitForURL(/\/compare\//);
  await page.getByRole("status").filter({ hasText: /differ|no difference/ }).waitFor();
});

test("a run is seen again as it was, by slider, by keys and by play", async ({ page, url }) => {
  const id = await over(page, url, "Ticket triage", { subject: "s", score: 1, label: "urgent" });
  await page.goto(`${url}/executions/${id}`);
  const slider = page.getByRole("slider", { name: "Moment of the run" });
  const rows = page.getByRole("treegrid").getByRole("row");
  await rows.filter({ hasText: "Show" }).first().waitFor();
  const whole = await rows.count();
  await slider.focus();
  await page.keyboard.press("Home");
  await page.getByText("As it was at this moment").waitFor();
  assert.ok((await rows.count()) < whole, "fewer steps at the begin");
  await page.locator("[data-node=store]").getByText("succeeded").waitFor({ state: "detached" });
  for (let n = 0; n < 3; n += 1) await page.keyboard.press("ArrowRight");
  assert.match((await slider.getAttribute("aria-valuetext")) ?? "", /event 4 of \d+$/);
  await page.getByRole("combobox", { name: "Speed of the replay" }).selectOption("5");
  await page.getByRole("button", { name: "Play the run again" }).click();
  await page.getByText("As it was at this moment").waitFor({ state: "detached", timeout: 9_000 });
  assert.equal(await rows.count(), whole);
});

test("loops and containers are closed with counts, open by key, and zoom", async ({ page, url }) => {
  const id = await over(page, url, "Update every customer");
  await page.goto(`${url}/executions/${id}`);
  const grid = page.getByRole("treegrid");
  const each = grid.getByRole("row", { name: /For each customer/ });
  await each.getByText("40 × 3 steps").waitFor();
  assert.equal(await grid.getByRole("row").count(), 3);
  await each.click();
  await grid.focus();
  await page.keyboard.press("ArrowRight");
  await grid.getByRole("row", { name: /Iteration 1/ }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await grid.getByRole("row", { name: /Update the customer/ }).first().waitFor();
  const picture = () => grid.locator("canvas").evaluate((canvas) => canvas.toDataURL());
  const before = await picture();
  await page.keyboard.press("+");
  await page.waitForTimeout(100);
  assert.notEqual(await picture(), before);
  await page.keyboard.press("0");
  await page.waitForTimeout(100);
  assert.equal(await picture(), before);
  await page.keyboard.press("End");
  await page.getByRole("region", { name: "Step Report" }).waitFor();
});

test("events and log are read, searched and taken along", async ({ page, url }) => {
  const id = await over(page, url, "Nightly price import");
  await page.goto(`${url}/executions/${id}?tab=events`);
  const list = page.getByRole("grid", { name: "Events" });
  await page.getByRole("combobox", { name: "Kind of event" }).selectOption("step_finished");
  await page.getByRole("searchbox", { name: "Find an event" }).fill("not_a_list");
  await list.getByRole("row").filter({ hasText: "Convert to euro" }).click();
  await page.getByRole("tree", { name: /^Event \d+/ }).getByText("not_a_list").first().waitFor();
  await list.getByRole("button", { name: "Show the step" }).click();
  await page.getByRole("region", { name: "Step Convert to euro" }).waitFor();
  await page.getByRole("tab", { name: "Log" }).click();
  await page.getByRole("combobox", { name: "Level" }).selectOption("error");
  await page.getByRole("grid", { name: "Log" }).getByRole("row", { name: /Failed after/ }).waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as text" }).click();
  assert.match((await saved).suggestedFilename(), /^execution-.*\.log$/);
});

test("the list of executions follows what happens, and does not move what is read", async ({ page, url }) => {
  await page.goto(`${url}/executions?status=running,failed`);
  const grid = page.getByRole("grid", { name: /^Executions/ });
  await grid.getByRole("row").nth(1).waitFor();
  const started = ran(page, url, { nodes: [{ id: "slow", type: "http", data: {} }, { id: "bad", type: "map", data: {} }], edges: [{ source: "slow", target: "bad" }] }, {});
  await grid.getByRole("row", { name: /Running Shown/ }).waitFor();
  await grid.getByRole("row", { name: /Failed Shown/ }).waitFor();
  const id = await started;
  await page.goto(`${url}/executions?status=running`);
  await page.getByRole("heading", { name: "No execution matches" }).waitFor();
  await page.goto(`${url}/executions?q=${id}`);
  await grid.getByRole("row", { name: new RegExp(id) }).waitFor();
  assert.equal(await grid.getByRole("row").count(), 2);
});

test("executions are chosen by keys and asked for the same together", async ({ page, url }) => {
  await page.goto(`${url}/executions?status=failed`);
  const grid = page.getByRole("grid", { name: /^Executions/ });
  await grid.getByRole("row").nth(3).waitFor();
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("2 chosen").waitFor();
  await page.getByRole("button", { name: "Retry 2" }).click();
  await page.getByText("2 executions asked to retry.").waitFor();
  await page.getByText("2 chosen").waitFor({ state: "detached" });
});

test("ten thousand executions scroll, and all that match are retried at once", async ({ page, url }) => {
  await page.goto(`${url}/executions?status=failed&trigger=webhook`);
  const grid = page.getByRole("grid", { name: /^Executions/ });
  await grid.getByRole("row").nth(3).waitFor();
  await grid.focus();
  for (let n = 0; n < 6; n += 1) {
    await page.keyboard.press("End");
    await page.waitForTimeout(250);
  }
  assert.ok((await grid.getByRole("row").count()) < 90, "only rows in view are in the page");
  const reached = await grid.getByRole("row").evaluateAll((rows) => Math.max(...rows.map((row) => Number(row.getAttribute("aria-rowindex")))));
  assert.ok(reached > 400, `only ${reached} reached`);
  await page.keyboard.press("Control+a");
  await page.getByRole("button", { name: /^Choose all [\d,]+ that match$/ }).click();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByRole("dialog", { name: /^Retry [\d,]+ executions/ }).getByRole("button", { name: "Retry them" }).click();
  await page.getByText(/^Retrying [\d,]+ of [\d,]+$/).waitFor();
  await page.getByText(/executions asked to retry/).waitFor({ timeout: 30_000 });
});

test("a step is found among hundreds", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=300+nodes`);
  await page.getByRole("button", { name: /^Run / }).first().click();
  await page.waitForURL(/\/executions\/.+/);
  const rows = page.getByRole("grid", { name: "Steps" }).getByRole("row");
  await page.getByText("300 steps", { exact: true }).waitFor();
  await page.getByRole("tab", { name: "Steps" }).click();
  assert.ok((await rows.count()) < 80, "only rows in view are in the page");
  await page.getByText("Failed", { exact: false }).first().waitFor({ timeout: 30_000 });
  await page.keyboard.press("/");
  await page.keyboard.type("no such step");
  await page.getByText("No step fits.").waitFor();
  await page.getByRole("button", { name: "Show all steps" }).click();
  const failed = Number.parseInt(await page.getByText(/^\d+ failed$/).innerText(), 10);
  await page.getByRole("combobox", { name: "Which steps" }).selectOption("failed");
  await page.getByText(`${failed} of 300 steps`).waitFor();
  await page.getByRole("searchbox", { name: "Find a step" }).fill("not_a_list 161");
  await page.getByText("1 of 300 steps").waitFor();
  await rows.filter({ hasText: "Node 161" }).waitFor();
});

test("each page is fetched when it is opened", async ({ page, url }) => {
  const scripts = [];
  page.on("request", (request) => request.url().endsWith(".js") && scripts.push(new URL(request.url()).pathname));
  await page.goto(`${url}/node-types`);
  await page.getByRole("heading", { name: "Node types" }).waitFor();
  const before = scripts.length;
  await page.getByRole("link", { name: "Executions" }).first().click();
  await page.getByRole("heading", { name: "Executions" }).waitFor();
  assert.ok(scripts.length > before, "the page came with the first one");
  assert.ok(!scripts.some((path) => /workflow-|\/workflow\./.test(path)), scripts.join(", "));
});

const FLAGS = { "an empty": ["--items", "0"], "signed out": ["--signed-out"], "ten thousand": ["--items", "10000"] };

async function walk(browser, name, journey) {
  const at = port++;
  const url = `http://127.0.0.1:${at}`;
  const flags = Object.entries(FLAGS).find(([start]) => name.startsWith(start))?.[1] ?? [];
  let mock = await startMock(at, ...flags);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => /Content Security|Warning:/.test(message.text()) && errors.push(message.text()));
  try {
    await journey({ page, context, url, mock, restart: async () => (mock = await startMock(at, ...flags)) });
    assert.deepEqual(errors, []);
    console.log(`ok    ${name}`);
    return true;
  } catch (error) {
    console.log(`short ${name}\n      ${String(error.message ?? error).split("\n").slice(0, 6).join("\n      ")}`);
    await page.screenshot({ path: join(tmpdir(), `journey-${at}.png`) }).catch(() => undefined);
    return false;
  } finally {
    await context.close();
    mock.kill();
  }
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
let short = 0;
for (const [name, journey] of journeys) {
  if (only && !name.includes(only)) continue;
  if (!(await walk(browser, name, journey))) short += 1;
}
await browser.close();
process.exitCode = short > 0 ? 1 : 0;

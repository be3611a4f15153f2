// Lists of workflows and templates: walked, searched, changed in bulk, filled from files.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { inEditor, rowsOf, test } from "./shared.mjs";

test("the list of workflows is walked by keys", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await rowsOf(page).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("routing");
  await page.waitForURL(/q=routing/);
  await page.getByText("Ticket triage").waitFor({ state: "detached" });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await inEditor(page);
});

test("a dropped file becomes a workflow, a broken one is told of", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  const choose = page.locator("input[type=file]");
  await choose.setInputFiles({ name: "broken.json", mimeType: "application/json", buffer: Buffer.from("{") });
  await page.getByText("broken.json was not imported. This file is not JSON.").waitFor();
  const body = '{"nodes":[{"id":"a","type":"number","data":{"value":9007199254740993}}],"edges":[]}';
  await choose.setInputFiles({ name: "from file.json", mimeType: "application/json", buffer: Buffer.from(body) });
  const made = await (await page.request.get(`${url}/api/v1/workflows/${await inEditor(page)}`)).json();
  assert.deepEqual([made.name, made.node_count], ["from file", 1]);
});

test("ten thousand workflows scroll and are found", { long: true, mock: ["--items", "10000"] }, async ({ page, url }) => {
  await page.goto(`${url}/workflows?sort=name`);
  await rowsOf(page).focus();
  await page.keyboard.press("End");
  await page.locator('[aria-rowindex="10000"] a').first().waitFor();
  const rows = await page.getByRole("row").count();
  assert.ok(rows < 60, `${rows} rows in the page`);
});

test("a hundred thousand workflows are reached anywhere, and searched", { long: true, mock: ["--items", "100000"] }, async ({ page, url }) => {
  const asked = [];
  page.on("request", (request) => request.url().includes("/api/v1/workflows?") && asked.push(new URL(request.url()).searchParams.get("skip")));
  await page.goto(`${url}/workflows?sort=name`);
  await page.getByText("100,000", { exact: true }).waitFor();
  // Jumped into the middle: only what is in view there is asked for.
  const list = rowsOf(page);
  await list.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await page.locator('[aria-rowindex="50001"] a').first().waitFor();
  assert.ok(asked.length < 8, `asked for ${asked.join(", ")}`);
  assert.ok((await page.getByRole("row").count()) < 60);
  // Dragged through: a window is asked for every 100 ms at most, however many are passed.
  const before = asked.length;
  await list.evaluate(async (element) => {
    for (let step = 0; step < 60; step += 1) {
      element.scrollTop = (element.scrollHeight / 60) * step;
      await new Promise((done) => requestAnimationFrame(done));
    }
  });
  await page.waitForTimeout(400);
  assert.ok(asked.length - before < 40, `${asked.length - before} windows for one drag`);
  await page.getByRole("searchbox", { name: "Search workflows" }).fill("users 77778");
  await page.getByRole("link", { name: "Sync users 77778" }).waitFor();
  await page.getByText("1", { exact: true }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await inEditor(page);
});

test("a hundred thousand workflows are changed at once by what shows them", { long: true, mock: ["--items", "100000"] }, async ({ page, url }) => {
  await page.goto(`${url}/workflows?folder=Finance`);
  await rowsOf(page).focus();
  await page.keyboard.press("Control+a");
  await page.getByText(/^All [\d,]+ chosen$/).waitFor();
  const sent = page.waitForRequest((request) => request.url().endsWith("/workflows/bulk"));
  await page.getByRole("button", { name: "Deactivate" }).click();
  assert.deepEqual((await sent).postDataJSON(), { filter: { folder: "Finance" }, action: "deactivate" });
  await page.getByText(/^Deactivated [\d,]+ workflows/).waitFor();
  await page.goto(`${url}/workflows?folder=Finance&active=true`);
  await page.getByText("No workflow is like this").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByText("100,000", { exact: true }).waitFor();
});

test("workflows are chosen by keys, tagged, moved, exported and deleted", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=sync&sort=name`);
  const list = rowsOf(page);
  await list.focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("3 chosen", { exact: true }).waitFor();
  assert.equal(await page.locator('[aria-selected="true"]').count(), 3);

  await page.getByRole("button", { name: "Tag", exact: true }).click();
  await page.getByLabel("Tags, with commas between them").fill("monthly, checked");
  await page.keyboard.press("Enter");
  await page.getByText("Tagged 3 workflows").waitFor();
  await page.getByRole("button", { name: "monthly" }).click();
  await page.waitForURL(/tag=monthly/);
  await page.waitForFunction(() => document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount") === "3");

  await page.getByRole("checkbox", { name: "Choose all" }).check();
  await page.getByRole("button", { name: "Move" }).click();
  await page.getByLabel(/^Folder/).fill("Archive / 2026");
  await page.getByRole("button", { name: "Move", exact: true }).last().click();
  await page.getByText("Moved 3 workflows").waitFor();
  await page.getByRole("button", { name: "2026" }).waitFor();

  await page.getByRole("checkbox", { name: "Choose all" }).check();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = JSON.parse(await readFile(await (await saved).path(), "utf8"));
  assert.deepEqual(file.workflows.map((one) => [one.folder, one.tags.includes("monthly"), one.nodes.length]), Array(3).fill(["Archive/2026", true, 5]), JSON.stringify(file).slice(0, 400));

  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete 3 workflows?" });
  await dialog.getByRole("button", { name: "Keep" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete 3" }).click();
  await page.getByText("Deleted 3 workflows").waitFor();
  await page.getByText(/^No workflow matches/).waitFor();
  // What was exported comes back as it was.
  await page.locator("input[type=file]").setInputFiles({ name: "all.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(file)) });
  await page.getByText("Imported 3 workflows").waitFor();
  await page.waitForFunction(() => document.querySelector('[role="grid"]')?.getAttribute("aria-rowcount") === "3");
});

test("many are deleted only by who writes how many", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("checkbox", { name: "Choose all" }).check();
  await page.getByText("All 30 chosen").waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByRole("button", { name: "Delete 30" }).isDisabled(), true);
  await dialog.getByLabel("Write 30").fill("29");
  assert.equal(await dialog.getByRole("button", { name: "Delete 30" }).isDisabled(), true);
  await dialog.getByLabel("Write 30").fill("30");
  await dialog.getByRole("button", { name: "Delete 30" }).click();
  await page.getByRole("heading", { name: "No workflows yet" }).waitFor();
});

test("a row's menu is walked by keys, and duplicates", { long: true }, async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Poll`);
  const button = page.getByRole("button", { name: /^More for Poll/ });
  await button.click();
  const menu = page.getByRole("menu");
  await menu.getByRole("menuitem", { name: "Open" }).waitFor();
  await page.keyboard.press("d");
  await page.keyboard.press("d");
  assert.equal(await menu.getByRole("menuitem", { name: "Duplicate" }).evaluate((item) => item === document.activeElement), true);
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "detached" });
  await page.getByText("Made Poll until the report is ready copy").waitFor();
  await page.getByRole("link", { name: "Poll until the report is ready copy" }).waitFor();
  await button.first().click();
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
});

test("files dropped on the list become workflows", { long: true }, async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{"nodes":[],"edges":[]}'], "first.json", { type: "application/json" }));
    transfer.items.add(new File(['{"nodes":[],"edges":[]}'], "second.json", { type: "application/json" }));
    return transfer;
  });
  const place = page.getByRole("heading", { name: "Workflows" });
  await place.dispatchEvent("dragenter", { dataTransfer: data });
  await page.getByText("Drop to import").waitFor();
  await place.dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("Imported 2 workflows").waitFor();
  await page.getByRole("link", { name: "second" }).waitFor();
});

test("a new workflow is made and opened", async ({ page, url }) => {
  await page.goto(`${url}/workflows?folder=Shop`);
  await page.getByRole("button", { name: "New workflow" }).click();
  const id = await inEditor(page);
  const made = await (await page.request.get(`${url}/api/v1/workflows/${id}`)).json();
  assert.deepEqual([made.name, made.folder, made.node_count], ["New workflow", "Shop", 0]);
});

test("a search asks once the typing rests", { long: true }, async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await rowsOf(page).waitFor();
  const asked = [];
  page.on("request", (request) => request.url().includes("q=") && request.url().includes("/api/") && asked.push(new URL(request.url()).searchParams.get("q")));
  await page.getByRole("searchbox", { name: "Search workflows" }).pressSequentially("routing");
  await page.waitForURL(/q=routing/);
  await page.getByText("Ticket triage").waitFor({ state: "detached" });
  assert.equal(asked.at(-1), "routing");
  assert.ok(asked.length < 4, `asked for ${asked.join(", ")}`);
});

test("a template is found, looked at and used", async ({ page, url }) => {
  await page.goto(`${url}/marketplace`);
  await page.getByRole("heading", { name: "Templates" }).waitFor();
  const uses = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: /^Use / }) });
  await uses.first().waitFor();
  assert.ok((await uses.count()) >= 25);
  await page.keyboard.press("/");
  await page.keyboard.type("no template has these words");
  await page.getByText(/^No template is about/).waitFor();
  await page.getByRole("searchbox").fill("circuit");
  await page.getByText("1 template", { exact: true }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/templates\/circuit-breaker$/);
  await page.getByRole("img", { name: "Graph of Circuit breaker, 8 nodes" }).locator("text", { hasText: "Count the failure" }).waitFor();
  await page.getByRole("region", { name: "Nodes that it uses" }).getByText("Condition").waitFor();
  await page.getByRole("button", { name: "Use this template" }).click();
  const id = await inEditor(page);
  const made = await (await page.request.get(`${url}/api/v1/workflows/${id}`)).json();
  assert.deepEqual([made.name, made.node_count], ["Circuit breaker", 8]);
  await page.goto(`${url}/templates?category=Branches`);
  await page.getByText("6 templates", { exact: true }).waitFor();
});

test("previews are drawn when they come into view", { long: true }, async ({ page, url }) => {
  await page.goto(`${url}/templates`);
  await page.getByRole("heading", { level: 2 }).first().waitFor();
  // A canvas that was never drawn on has the size that canvases have.
  const drawn = () => page.evaluate(() => [...document.querySelectorAll("main canvas")].filter((one) => one.width !== 300).length);
  await page.waitForFunction(() => document.querySelector("main canvas")?.width !== 300);
  const [first, all] = [await drawn(), await page.locator("main canvas").count()];
  assert.ok(first > 3 && first < all, `${first} of ${all} drawn at once`);
  await page.locator("main").evaluate(async (element) => {
    for (; element.scrollTop + element.clientHeight < element.scrollHeight - 1; ) {
      element.scrollTop += 400;
      await new Promise((done) => setTimeout(done, 60));
    }
  });
  await page.waitForFunction((most) => [...document.querySelectorAll("main canvas")].filter((one) => one.width !== 300).length === most, all);
});

test("workflows and templates that were seen show again before the server answers", async ({ page, url }) => {
  await page.goto(`${url}/templates/circuit-breaker`);
  const seen = page.getByRole("heading", { name: "Circuit breaker" });
  await seen.waitFor();
  await page.getByRole("link", { name: "Workflows" }).first().click();
  await rowsOf(page).getByRole("link").nth(3).waitFor();
  // From now on nothing is answered: what shows was kept.
  await page.route(/\/api\/v1\/(workflows|templates)/, () => undefined);
  await page.goBack();
  await seen.waitFor();
  await page.goForward();
  await rowsOf(page).getByRole("link").nth(3).waitFor();
});

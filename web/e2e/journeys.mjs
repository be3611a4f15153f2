// Walks through the pages as a person would, against the mock: node e2e/journeys.mjs (after npm run build).
// Each journey starts its own mock, so that none depends on what another left behind.

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const MOCK = fileURLToPath(new URL("../mock/server.mjs", import.meta.url));
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const here = createRequire(import.meta.url);
/** A tool of its own licence (MPL): it stands in no list of ours, and comes when journeys are walked. */
const AXE_PACKAGE = "axe-core@4.14.1";
const AXE = axe();

function axe() {
  try {
    return here.resolve("axe-core/axe.min.js");
  } catch {
    execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", AXE_PACKAGE], { stdio: "inherit" });
    return here.resolve("axe-core/axe.min.js");
  }
}
const only = process.argv[2];
let port = Number(process.env.JOURNEYS_PORT ?? 8200);

async function startMock(at, ...flags) {
  const child = spawn(process.execPath, [MOCK, "--port", String(at), ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

const journeys = new Map();
const test = (name, journey) => journeys.set(name, journey);

/** A link to a workflow leads to the editor; answers its id. */
async function inEditor(page) {
  await page.waitForURL(/\/editor\/[^/]+$/);
  return new URL(page.url()).pathname.split("/").at(-1);
}

/** The page of a workflow to look at and run, of the one that a link just led to. */
async function toWorkflow(page, url) {
  await page.goto(`${url}/workflows/${await inEditor(page)}`);
}

const rowsOf = (page) => page.getByRole("grid", { name: /^Workflows/ });

test("an empty product offers an example, which runs", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await page.getByRole("button", { name: "Add the example" }).click();
  await toWorkflow(page, url);
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
  await toWorkflow(page, url);
  await page.getByRole("heading", { name: "from file" }).waitFor();
  await page.locator("[data-node=a]").click();
  await page.getByRole("tree", { name: /^Parameters/ }).getByText("9007199254740993").waitFor();
});

test("a wrong input cannot be sent, and says which line", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=Priority`);
  await page.getByRole("link", { name: /Priority/ }).first().click();
  await toWorkflow(page, url);
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
  await toWorkflow(page, url);
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
  await rowsOf(page).focus();
  await page.keyboard.press("End");
  await page.locator('[aria-rowindex="10000"] a').first().waitFor();
  const rows = await page.getByRole("row").count();
  assert.ok(rows < 60, `${rows} rows in the page`);
});

test("a hundred thousand workflows are reached anywhere, and searched", async ({ page, url }) => {
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

test("a hundred thousand workflows are changed at once by what shows them", async ({ page, url }) => {
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

test("a row's menu is walked by keys, and duplicates", async ({ page, url }) => {
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

test("files dropped on the list become workflows", async ({ page, url }) => {
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

test("a template is found, looked at and used", async ({ page, url }) => {
  await page.goto(`${url}/marketplace`);
  await page.getByRole("heading", { name: "Templates" }).waitFor();
  assert.ok((await page.getByRole("listitem").filter({ has: page.getByRole("button", { name: /^Use / }) }).count()) >= 25);
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

test("previews are drawn when they come into view", async ({ page, url }) => {
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

test("the numbers of home change together, soon after an event", async ({ page, url }) => {
  await page.goto(`${url}/`);
  const numbers = page.locator("[data-numbers]");
  await numbers.waitFor();
  await page.evaluate(() => {
    const part = document.querySelector("[data-numbers]");
    window.changes = [];
    new MutationObserver((all) => window.changes.push({ at: performance.now(), parts: new Set(all.map((one) => [...part.children].findIndex((child) => child.contains(one.target)))).size })).observe(part, { subtree: true, characterData: true, childList: true });
  });
  const { items } = await (await page.request.get(`${url}/api/v1/workflows?q=Poll&limit=1`)).json();
  await page.request.post(`${url}/api/v1/workflows/${items[0].id}/execute`, { data: { input: { label: "urgent" } } });
  await numbers.getByText("now", { exact: true }).waitFor();
  await numbers.getByText("idle", { exact: true }).waitFor({ timeout: 15_000 });
  const changes = await page.evaluate(() => window.changes.map((one) => one.parts));
  // It ran and it ended: each time, what changed did so in one piece, not number by number.
  assert.ok(changes.some((parts) => parts >= 2), `parts that changed together: ${changes.join(", ")}`);
  await page.getByRole("img", { name: /executions in the last 24 hours: \d+ succeeded, \d+ failed/ }).locator("canvas").waitFor();
  await page.getByRole("button", { name: "30 d" }).click();
  await page.getByRole("img", { name: /in the last 30 days/ }).waitFor();
});

test("a server without a history shows home all the same", async ({ page, url }) => {
  await page.route(/dashboard\/history/, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"code":"not_found","title":"Not found"}' }));
  await page.goto(`${url}/`);
  await page.locator("a[data-row]").first().waitFor();
  await page.getByRole("heading", { name: "Changed last" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Executions", exact: true }).count(), 0);
});

test("messages stand below the page and hide nothing of it", async ({ page, url }) => {
  await page.goto(`${url}/workflows`);
  await rowsOf(page).waitFor();
  await page.locator("input[type=file]").setInputFiles([1, 2, 3, 4].map((n) => ({ name: `broken ${n}.json`, mimeType: "application/json", buffer: Buffer.from("{") })));
  await page.getByText("broken 4.json was not imported").waitFor();
  const [main, messages] = await Promise.all([page.locator("main").boundingBox(), page.getByRole("log").boundingBox()]);
  assert.ok(main.y + main.height <= messages.y + 1, "the page ends where messages begin");
  for (let n = 0; n < 3; n += 1) await page.getByRole("log").getByRole("button", { name: "Close" }).first().click();
  assert.equal((await page.locator("main").boundingBox()).height, 800);
});

test("density and the settings of the canvas are kept on this device, also in another tab", async ({ page, url, context }) => {
  await page.goto(`${url}/workflows`);
  const height = () => page.locator('[aria-rowindex="1"]').evaluate((row) => row.offsetHeight);
  await rowsOf(page).waitFor();
  assert.equal(await height(), 80);
  const other = await context.newPage();
  await other.goto(`${url}/settings`);
  await other.getByText("Compact", { exact: true }).click();
  await page.waitForFunction(() => document.querySelector('[aria-rowindex="1"]').offsetHeight === 50);
  await other.getByRole("button", { name: "Editor and canvas" }).click();
  const low = other.getByLabel("Nodes are flat below this zoom");
  await low.fill("7");
  await low.press("Enter");
  assert.equal(await low.inputValue(), "1", "no more than can be");
  assert.equal(await other.getByLabel("Nodes show everything from this zoom").inputValue(), "1");
  await other.reload();
  assert.equal(await low.inputValue(), "1");
  await other.getByRole("button", { name: "Back to the defaults" }).click();
  assert.equal(await low.inputValue(), "0.3");
  await other.close();
  await page.reload();
  await rowsOf(page).waitFor();
  assert.equal(await height(), 50, "how dense it is stays");
});

test("keys of the editor's commands are chosen in the settings", async ({ page, url }) => {
  await page.goto(`${url}/settings?section=shortcuts`);
  await page.getByRole("button", { name: "Show and change" }).click();
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.getByRole("button", { name: /^Change the keys of/ }).first().click();
  await page.keyboard.press("Control+Alt+9");
  await sheet.getByText("Ctrl+Alt+9").waitFor();
  await sheet.getByRole("button", { name: "Close" }).click();
  await page.getByText("1 command has yours.").waitFor();
  await page.reload();
  await page.getByText("1 command has yours.").waitFor();
});

test("performance shows what the server and this browser measure", async ({ page, url }) => {
  await page.goto(`${url}/admin/performance`);
  const tile = (name) => page.locator("dt", { hasText: name }).locator("..").locator("dd");
  for (const name of ["Memory", "Requests", "Answers begin within", "Cache hits", "Database"]) await tile(name).first().waitFor();
  await page.getByRole("row", { name: /execute/ }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("dt")].some((name) => name.textContent === "Frame rate of this page"));
  await page.waitForFunction(() => /\d/.test([...document.querySelectorAll("dt")].find((name) => name.textContent === "Requests")?.parentElement.textContent.replace("Requests", "") ?? ""));
  assert.match((await tile("Frame rate of this page").allInnerTexts()).join(" "), /\d+\s*\/s/);
  await page.route(/\/metrics$/, (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "The server's metrics could not be read" }).waitFor();
  await page.getByRole("heading", { name: "This browser" }).waitFor();
});

test("a session ends where one asks for it", async ({ page, url }) => {
  await page.goto(`${url}/settings?section=session`);
  await page.getByText("This browser is signed in").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Open the link from the terminal" }).waitFor();
});

test("on a phone, all pages are in the bar or behind it, and fit", async ({ page, url }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/", "/workflows", "/templates", "/templates/circuit-breaker", "/performance", "/settings?section=canvas"]) {
    await page.goto(url + path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForTimeout(200);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, path);
  }
  await page.getByRole("button", { name: "More pages and the look" }).click();
  await page.getByRole("menuitemradio", { name: "Light" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
  await page.getByRole("button", { name: "More pages and the look" }).click();
  await page.getByRole("menuitem", { name: "Performance" }).click();
  await page.waitForURL(/\/performance$/);
});

/** What axe finds in the page as it is; serious and critical alone, with the elements. */
async function faults(page) {
  await page.evaluate(readFileSync(AXE, "utf8")); // as the debugger's own: the page's policy allows no script beside its own
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

const AXE_PAGES = ["/", "/workflows", "/workflows?q=nothing+like+it", "/executions", "/templates", "/templates/circuit-breaker", "/performance", "/settings", "/settings?section=canvas", "/settings?section=shortcuts", "/settings?section=session", "/node-types", "/nowhere"];

for (const theme of ["dark", "light"]) {
  test(`nothing that axe calls serious is on any page in ${theme}`, async ({ page, url }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const all = [];
    const look = async (where) => all.push(...(await faults(page)).map((fault) => `${where} ${fault}`));
    for (const path of AXE_PAGES) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(path === "/performance" ? 2_500 : 400);
      await look(path);
    }
    const { items } = await (await page.request.get(`${url}/api/v1/executions?status=failed&limit=1`)).json();
    await page.goto(`${url}/executions/${items[0].id}`);
    await page.waitForTimeout(800);
    await look("an execution");
    await page.goto(`${url}/workflows`);
    await rowsOf(page).focus();
    await page.keyboard.press("Space");
    await look("a choice");
    await page.getByRole("button", { name: "Tag", exact: true }).click();
    await look("a dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^More for/ }).first().click();
    await look("a menu");
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of ["/", "/workflows", "/templates", "/performance", "/settings?section=canvas"]) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForTimeout(400);
      await look(`${path} on a phone`);
    }
    assert.deepEqual(all, []);
  });
}

test("a search asks once the typing rests", async ({ page, url }) => {
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

test("home asks for all its parts at once and shows them", async ({ page, url }) => {
  const parts = ["/dashboard/stats", "/dashboard/recent-executions", "/dashboard/history", "/workflows"];
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
  const { items } = await (await page.request.get(`${url}/api/v1/workflows?q=Poll&limit=1`)).json();
  const at = `${url}/workflows/${items[0].id}`;
  await page.goto(at);
  await page.locator("[data-node=ask]").waitFor();
  await page.getByRole("link", { name: "Workflows" }).first().click();
  await rowsOf(page).waitFor();
  await page.route(/\/api\/v1\/workflows\/[^?]+$/, () => undefined);
  await page.goBack();
  await page.locator("[data-node=ask]").waitFor();
});

test("of a thousand nodes only those in view are cards, and none from far away", async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=1000+nodes`);
  await page.getByRole("link", { name: /1000 nodes/ }).first().click();
  await toWorkflow(page, url);
  await page.getByRole("button", { name: "Show at 100 %" }).waitFor();
  const cards = page.locator("[data-node]");
  assert.equal(await cards.count(), 0, "the whole graph is a picture");
  await page.getByRole("button", { name: "Show at 100 %" }).click();
  await cards.first().waitFor();
  const before = await cards.evaluateAll((all) => all.map((card) => card.getAttribute("data-node")));
  assert.ok(before.length > 3 && before.length < 200, `${before.length} cards`);
  await page.getByRole("application", { name: /Arrow keys walk/ }).focus();
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

const FLAGS = { "an empty": ["--items", "0"], "signed out": ["--signed-out"], "ten thousand": ["--items", "10000"], "a hundred thousand": ["--items", "100000"] };

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

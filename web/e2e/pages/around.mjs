// What is around the work: signing in, home, settings, figures, messages, small screens.

import assert from "node:assert/strict";
import { rowsOf, test } from "./shared.mjs";

test("signed out, a calm page takes the token, and the link leaves the address bar", { mock: ["--signed-out"] }, async ({ page, url }) => {
  await page.goto(`${url}/?token=bad`);
  await page.getByRole("heading", { name: "Open the link from the terminal" }).waitFor();
  await page.getByText("This link was used already", { exact: false }).waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.getByLabel("Link or token").fill(`${url}/?token=good`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Home" }).waitFor();
});

test("the numbers of home change together, soon after an event", { long: true }, async ({ page, url }) => {
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

test("a server without a history shows home all the same", { long: true }, async ({ page, url }) => {
  await page.route(/dashboard\/history/, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"code":"not_found","title":"Not found"}' }));
  await page.goto(`${url}/`);
  await page.locator("a[data-row]").first().waitFor();
  await page.getByRole("heading", { name: "Changed last" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: "Executions", exact: true }).count(), 0);
});

test("messages stand below the page and hide nothing of it", { long: true }, async ({ page, url }) => {
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
  await low.fill("700");
  await low.press("Enter");
  assert.equal(await low.inputValue(), "100", "no more than can be");
  assert.equal(await other.getByLabel("Nodes show everything from this zoom").inputValue(), "100");
  await other.reload();
  assert.equal(await low.inputValue(), "100");
  await other.getByRole("button", { name: "Back to the defaults" }).click();
  assert.equal(await low.inputValue(), "30");
  await other.close();
  await page.reload();
  await rowsOf(page).waitFor();
  assert.equal(await height(), 50, "how dense it is stays");
});

test("keys of the editor's commands are chosen in the settings", { long: true }, async ({ page, url }) => {
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
  await page.waitForURL(/\/performance#documents$/);
  for (const name of ["Memory", "Requests", "Answers begin within", "Cache hits", "Database"]) await tile(name).first().waitFor();
  await page.getByRole("row", { name: /execute/ }).waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("dt")].some((name) => name.textContent === "Frame rate of this page"));
  await page.waitForFunction(() => /\d/.test([...document.querySelectorAll("dt")].find((name) => name.textContent === "Requests")?.parentElement.textContent.replace("Requests", "") ?? ""));
  assert.match((await tile("Frame rate of this page").allInnerTexts()).join(" "), /\d+\s*\/s/);
  await page.getByRole("heading", { name: "Documents" }).waitFor();
  assert.match((await tile("Saves that reached the server").allInnerTexts()).join(" "), /9\d(\.\d)?\s*%/);
  await page.getByText(/settled: 1 for the first side and 1 by merging both, 42 s after they were found\./).waitFor();
  await page.route(/\/performance\/documents/, (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"code":"not_found","title":"Not found"}' }));
  await page.route(/\/metrics$/, (route) => route.abort());
  await page.reload();
  await page.getByRole("heading", { name: "The server's metrics could not be read" }).waitFor();
  await page.getByRole("heading", { name: "This browser" }).waitFor();
  await page.getByRole("heading", { name: "Documents" }).waitFor({ state: "detached" });
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

// Executions: seen live and again, failed, retried, forked, compared, and in lists.

import assert from "node:assert/strict";
import { over, ran, test } from "./shared.mjs";

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

test("a big value is fetched when asked for", { long: true }, async ({ page, url }) => {
  await page.goto(`${url}/workflows?q=very+long`);
  await page.getByRole("button", { name: /^Run A very/ }).first().click();
  await page.getByRole("row", { name: /Keep the even ones|صفوف/ }).first().click();
  await page.getByRole("tree", { name: /^Output/ }).getByText("Show all").click();
  await page.getByRole("tree", { name: /^Output/ }).getByText(/\d+ items/).waitFor();
});

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
  await page.getByRole("menuitem").first().waitFor();
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

test("loops and containers are closed with counts, open by key, and zoom", { long: true }, async ({ page, url }) => {
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

test("executions are chosen by keys and asked for the same together", { long: true }, async ({ page, url }) => {
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

test("ten thousand executions scroll, and all that match are retried at once", { long: true, mock: ["--items", "10000"] }, async ({ page, url }) => {
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

test("a step is found among hundreds", { long: true }, async ({ page, url }) => {
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

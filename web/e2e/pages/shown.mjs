// What steps show: charts, texts, questions to people.

import assert from "node:assert/strict";
import { watch } from "../watch.mjs";
import { ran, test } from "./shared.mjs";

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
  const nothing = await watch(page, url);
  const nodes = [{ id: "start", type: "manual", data: {} }, ...["markdown", "text", "auto", "image", "xml"].map((mode) => ({ id: mode, type: "visualization", data: { mode } }))];
  const edges = nodes.slice(1).map(({ id }) => ({ source: "start", target: id }));
  const text = "# Hi\n\n<img src=x onerror=\"window.ran=1\"><script>window.ran=1</script>\n\n[a](javascript:window.ran=1) ![b](https://elsewhere.example/b.png)";
  const execution = await ran(page, url, { nodes, edges }, text);
  for (const step of ["markdown", "text", "auto", "image", "xml"]) {
    await page.goto(`${url}/executions/${execution}?step=${step}`);
    await page.getByText("onerror", { exact: false }).first().waitFor();
    // Markdown comes with a chunk of its own: a heading says that it is there, and not only its text.
    if (step === "markdown") await page.getByRole("heading", { name: "Hi" }).waitFor();
    await page.waitForTimeout(300);
    await nothing(step);
  }
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

test("a history that lost its beginning says so", { long: true }, async ({ page, url }) => {
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

// Among very many workflows of the real program: one is found and opened.

import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { test } from "./hand.mjs";

const AT_ONCE = 32;

/** Adds workflows over the API, many at a time on connections that stay. */
async function fill(product, count) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const add = (n) =>
    new Promise((done, fail) => {
      const body = JSON.stringify({ name: `Sync users ${n}`, tags: [n % 3 === 0 ? "nightly" : "hourly"], nodes: [{ id: "start", type: "manual", position: { x: 0, y: 0 } }], edges: [] });
      const call = request(`${product.url}/api/v1/workflows`, { method: "POST", agent, headers: { authorization: `Bearer ${product.token}`, "content-type": "application/json", "content-length": body.length } }, (answer) => {
        answer.resume().on("end", () => (answer.statusCode < 300 ? done() : fail(new Error(`adding was answered ${answer.statusCode}`))));
      });
      call.on("error", fail).end(body);
    });
  let next = 0;
  const some = async () => {
    while (next < count) await add(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, some));
  agent.destroy();
}

async function find(page, url, product, count) {
  await page.goto(`${url}/workflows?sort=name`);
  await page.getByText(count.toLocaleString("en"), { exact: true }).first().waitFor();
  assert.ok((await page.getByRole("row").count()) < 60, "only rows in view are in the page");
  const wanted = `Sync users ${count - 3}`;
  const began = Date.now();
  await page.getByRole("searchbox", { name: "Search workflows" }).fill(`users ${count - 3}`);
  await page.getByRole("link", { name: wanted }).waitFor();
  console.log(`      among ${count.toLocaleString("en")}: found after ${Date.now() - began} ms`);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/editor\//);
  await page.getByRole("textbox", { name: "Name of the workflow" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Name of the workflow" }).inputValue(), wanted);
}

test("one of two thousand workflows is found and opened", async ({ page, url, product }) => {
  await fill(product, 2_000);
  await find(page, url, product, 2_000);
});

test("one of a hundred thousand workflows is found and opened", { long: true, seconds: 240 }, async ({ page, url, product }) => {
  const began = Date.now();
  await fill(product, 100_000);
  console.log(`      100,000 workflows added in ${Math.round((Date.now() - began) / 1_000)} s`);
  await find(page, url, product, 100_000);
});

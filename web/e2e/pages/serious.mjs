// Nothing that axe calls serious, on any page, in both themes.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { rowsOf, test } from "./shared.mjs";

const AXE_PAGES = ["/", "/workflows", "/workflows?q=nothing+like+it", "/executions", "/templates", "/templates/circuit-breaker", "/performance", "/settings", "/settings?section=canvas", "/settings?section=shortcuts", "/settings?section=session", "/node-types", "/nowhere"];

for (const theme of ["dark", "light"]) {
  test(`nothing that axe calls serious is on any page in ${theme}`, { long: theme === "light" }, async ({ page, url }) => {
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

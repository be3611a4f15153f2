// How saving goes is measured by the page that saves, and told on the page of performance.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { add } from "./both.mjs";
import { CHAIN, open, palette, test, until } from "./hand.mjs";

const tile = (page, name) => page.locator("dt", { hasText: name }).locator("..");
const value = async (page, name) => (await tile(page, name).locator("dd").allInnerTexts()).join(" ").replace(/\s+/g, " ").trim();

test("what is edited shows as a save on the page of performance, and nothing before anybody edits", { seconds: 90 }, async (given) => {
  const { page, url, product, picture } = given;
  const id = await product.add("Figures", CHAIN);
  await page.goto(`${url}/admin/performance`);
  const head = page.getByRole("heading", { name: /^Documents/ });
  await page.getByText("Nobody has edited a workflow in the last hour").waitFor();
  assert.deepEqual([new URL(page.url()).pathname, new URL(page.url()).hash], ["/performance", "#documents"]);
  await page.waitForFunction(() => document.activeElement?.id === "documents");
  // Also once all else of the page has come.
  await page.getByText("Frame rate of this page").waitFor();
  await page.waitForTimeout(2_500);
  assert.ok(await head.evaluate((element) => element.getBoundingClientRect().top < innerHeight / 2), "the panel is in sight");
  await picture("figures-none");
  await open(page, url, id);
  await palette(page).waitFor();
  await add(page, "Delay");
  await until(product, id, ({ nodes }) => nodes.length === 4);
  // Half a minute would pass until it is told; whoever leaves tells it at once.
  const told = page.waitForRequest((request) => request.url().endsWith("/reports"));
  await page.getByRole("link", { name: "Performance" }).click();
  const { reports } = (await told).postDataJSON();
  assert.deepEqual([...new Set(reports.map(({ kind }) => kind))].sort(), ["kept", "save", "size"]);
  const save = reports.find(({ kind }) => kind === "save");
  assert.ok(save.outcome === "saved" && save.ms > 0 && save.ms < 5_000 && save.bytes > 50, JSON.stringify(save));
  await page.reload();
  await tile(page, "Saves that reached the server").waitFor();
  assert.match(await value(page, "Saves that reached the server"), /^of \d+ 100 ?%$/);
  assert.match(await value(page, "A save takes"), /p95 [\d.]+ ?(ms|s) on average/);
  assert.match(await value(page, "Score of saving"), /\d+ ?of 100/);
  await page.getByText(/none failed\./).waitFor();
  for (const scheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme: scheme });
    assert.deepEqual(await faults(page), []);
    await picture(`figures-${scheme}`);
  }
  await page.keyboard.press("Tab");
  await page.getByRole("radio", { name: "24 h" }).check();
  await page.getByText("in the last 24 hours, none failed.").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/performance#documents`);
  await tile(page, "Saves that reached the server").waitFor();
  await picture("figures-phone");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is wider than the phone");
});

// Nothing that axe calls serious: the editor in each of its states, and the pages of the real program.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { canvas, CHAIN, executions, isDone, nodeSpot, open, side, test, top } from "./hand.mjs";

const PAGES = ["/", "/workflows", "/executions", "/templates", "/templates/hello", "/performance", "/settings", "/settings?section=canvas", "/settings?section=session", "/node-types", "/nowhere"];
const WRONG = { ...CHAIN, nodes: [...CHAIN.nodes, { id: "odd", type: "expression", position: { x: 264, y: 160 }, data: { label: "Odd", expression: "1 +" } }] };

function lookAt(page) {
  const all = [];
  const look = async (where) => {
    await page.waitForTimeout(250);
    for (const fault of await faults(page)) if (!all.some((known) => known.endsWith(fault))) all.push(`${where}: ${fault}`);
  };
  return { all, look };
}

for (const theme of ["dark", "light"]) {
  test(`nothing that axe calls serious is in the editor in ${theme}`, { long: theme === "light" }, async ({ page, url, product, picture }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const { all, look } = lookAt(page);
    await open(page, url, await product.add("Empty", { nodes: [], edges: [] }));
    await look("empty");
    const id = await product.add("Graph", CHAIN);
    await open(page, url, id);
    await look("with a graph");
    await picture(`editor-${theme}`);
    await top(page).click();
    await isDone(page);
    await look("the run below");
    const at = await nodeSpot(page, CHAIN.nodes[1]);
    await page.mouse.click(at.x, at.y);
    for (const tab of ["Parameters", "Settings", "Input", "Output", "Docs"]) {
      await side(page).getByRole("tab", { name: new RegExp(`^${tab}`) }).click();
      await look(`the node panel, ${tab}`);
    }
    await picture(`node-${theme}`);
    await page.getByRole("button", { name: "Wide view" }).click();
    await look("the wide view");
    await picture(`wide-${theme}`);
    await page.getByRole("button", { name: "Back to the side" }).click();
    await canvas(page).focus();
    await page.keyboard.press("Control+k");
    await look("the command palette");
    await page.keyboard.press("Escape");
    await canvas(page).focus();
    await page.keyboard.press("F2");
    await look("a dialog");
    await page.keyboard.press("Escape");
    await canvas(page).focus();
    await page.keyboard.press("?");
    await look("the shortcuts");
    await page.keyboard.press("Escape");
    await page.mouse.click(at.x, at.y, { button: "right" });
    await look("the menu");
    await page.keyboard.press("Escape");
    await canvas(page).focus();
    await page.keyboard.press("Shift+o");
    await page.keyboard.press("Control+a");
    await look("the outline and a selection");
    await open(page, url, await product.add("Wrong", WRONG));
    await page.getByRole("tab", { name: /^Problems/ }).click();
    await page.getByRole("region", { name: "Problems" }).waitFor();
    await look("problems");
    await page.setViewportSize({ width: 390, height: 844 });
    await open(page, url, id);
    await look("on a phone");
    assert.equal(all.join("\n"), "");
  });

  test(`nothing that axe calls serious is on the pages of the real program in ${theme}`, { long: true }, async ({ page, url, product }) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const { all, look } = lookAt(page);
    for (const path of PAGES) {
      await page.goto(url + path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      await look(path);
    }
    const id = await product.add("Ran", CHAIN);
    await open(page, url, id);
    await top(page).click();
    const [ran] = await executions(product, id, { count: 1 });
    for (const tab of ["", "?tab=steps", "?tab=events", "?step=weigh"]) {
      await page.goto(`${url}/executions/${ran.id}${tab}`);
      await isDone(page);
      await look(`an execution ${tab}`);
    }
    assert.equal(all.join("\n"), "");
  });
}

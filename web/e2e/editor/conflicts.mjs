// Two people in browsers of their own who changed the same while one was away: how that is told, chosen, and taken back.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { canvas, command, draft, nodeOf, open, resolve, saved, test, until } from "./hand.mjs";
import { Weather } from "./weather.mjs";

const LETTER = "Dear {{ input.name }}, your parcel of two kilograms has left our house today.";
const GRAPH = {
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: "Begin" } },
    { id: "weigh", type: "set_fields", position: { x: 264, y: 0 }, data: { label: "Weigh", fields: { kg: 2, unit: "kg", by: "hand" } } },
    { id: "write", type: "template", position: { x: 528, y: 0 }, data: { label: "Write the letter", template: LETTER } },
    { id: "send", type: "set_fields", position: { x: 792, y: 0 }, data: { label: "Send", fields: { by: "post" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "weigh" },
    { id: "b", source: "weigh", target: "write" },
    { id: "c", source: "write", target: "send" },
  ],
};

/** Ada's browser, on a road of its own that can be closed; `page` is Bo's. */
async function ada({ page, context, product, url, after }) {
  const weather = await Weather.over(url);
  after(() => weather.stop());
  const browser = context.browser();
  const own = await browser.newContext({ serviceWorkers: "block", viewport: { width: 1440, height: 900 }, colorScheme: "dark", reducedMotion: "reduce" });
  after(() => own.close());
  await own.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url: weather.url })));
  const hers = await own.newPage();
  hers.setDefaultTimeout(15_000);
  for (const [one, name] of [[page, "Bo"], [hers, "Ada"]]) await one.addInitScript((who) => localStorage.setItem("tidemill.me", JSON.stringify({ name: who, color: "#3b82f6" })), name);
  return { hers, weather };
}

/** The panel of a node. */
async function select(page, name) {
  await canvas(page).focus();
  await command(page, name);
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
}

async function rename(page, node, name) {
  await select(page, node);
  await canvas(page).focus();
  await page.keyboard.press("F2");
  await page.getByRole("dialog", { name: "Rename the node" }).getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
}

async function move(page, node, keys) {
  await select(page, node);
  await canvas(page).focus();
  await page.keyboard.press(keys);
}

async function remove(page, node) {
  await select(page, node);
  await canvas(page).focus();
  await page.keyboard.press("Delete");
}


/** Both rename two nodes and move one, one deletes what the other edits, while Ada is away; then she is back. */
async function apart(given) {
  const { page, product, url } = given;
  const id = await product.add("Letters", GRAPH);
  const { hers, weather } = await ada(given);
  await open(hers, weather.url, id);
  await open(page, url, id);
  await saved(hers);
  await saved(page);
  weather.becomes("away");
  await rename(hers, "Weigh", "Weigh the parcel");
  await rename(hers, "Write the letter", "Write to the customer in two lines");
  await move(hers, "Weigh the parcel", "Shift+ArrowDown");
  await remove(hers, "Send");
  await hers.locator("header").getByRole("button", { name: /On this device/ }).waitFor();
  await rename(page, "Weigh", "Put it on the scale");
  await rename(page, "Write the letter", "Write the letter in three lines");
  await move(page, "Put it on the scale", "Shift+ArrowRight");
  await rename(page, "Send", "Send it by night");
  await until(product, id, (graph) => nodeOf(graph, "send").data.label === "Send it by night");
  // Apart for long enough: what happened meanwhile is a merge, and not one more edit.
  await hers.waitForTimeout(6_000);
  weather.becomes("fair");
  await hers.locator("header").getByRole("button", { name: "4 changes to settle" }).waitFor({ timeout: 40_000 });
  await page.locator("header").getByRole("button", { name: "4 changes to settle" }).waitFor();
  return { id, hers, weather };
}

/** In both themes, also on a phone. */
async function looks(page, picture, name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await picture(`${name}-${colorScheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** What a choice would do is seen before it is taken, with the mouse and without. */
async function previews(page, dialog, picture) {
  const shown = dialog.locator("figure");
  const node = (name) => shown.locator("[data-node]").filter({ hasText: name }).first();
  await node("Weigh the parcel").waitFor();
  await shown.getByText("As it stands now.").waitFor();
  await dialog.getByRole("region", { name: "On the server" }).hover();
  await node("Put it on the scale").waitFor();
  await shown.getByText("On the server: Label is Put it on the scale").waitFor();
  await picture("conflicts-preview");
  await dialog.getByRole("heading", { name: "Changes to settle" }).hover();
  await node("Weigh the parcel").waitFor();
  // The keyboard shows the same: into the sides, and into the text of both while it is written.
  await dialog.locator('[data-side="theirs"]').focus();
  await node("Put it on the scale").waitFor();
  await dialog.locator('[data-side="mine"]').focus();
  await node("Weigh the parcel").waitFor();
  await dialog.getByRole("textbox", { name: "Both in one" }).fill("Weigh it twice");
  await node("Weigh it twice").waitFor();
  await dialog.getByRole("button", { name: /Deleted or kept/ }).click();
  await node("Send it by night").waitFor();
  await dialog.getByRole("region", { name: "Ada’s device" }).hover();
  await shown.getByText("Ada’s device: it is deleted").waitFor();
  await node("Send it by night").waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Label", exact: false }).first().click();
  await dialog.getByRole("heading", { name: "Changes to settle" }).hover();
  await node("Weigh the parcel").waitFor();
  await dialog.locator("nav, [role=navigation]").locator("[aria-current=true]").focus();
}

const dialogOf = (page) => page.getByRole("dialog", { name: "Changes to settle" });

test("what two changed apart is told to both, chosen by either, and taken back", { seconds: 110 }, async (given) => {
  const { page, product, picture } = given;
  const { id, hers } = await apart(given);
  await page.getByRole("log", { name: "Messages" }).getByText(/4 changes made in two places/).waitFor();
  await resolve(page, "4 changes to settle");
  const dialog = dialogOf(page);
  // From Bo's side it is Ada's device that brought it.
  await dialog.getByRole("region", { name: "Weigh the parcel · Label" }).getByText(/Brought by Ada’s device/).waitFor();
  await dialog.getByRole("region", { name: "Ada’s device" }).locator("ins", { hasText: "the parcel" }).waitFor();
  assert.deepEqual(await faults(page), []);
  await picture("conflicts");
  await previews(page, dialog, picture);
  assert.equal(nodeOf(await draft(product, id), "weigh").data.label, "Weigh the parcel", "looking changes nothing");
  await looks(page, picture, "conflicts");
  // An object goes key by key: Ada moved it down, Bo to the right.
  await page.keyboard.press("ArrowDown");
  await dialog.getByRole("region", { name: "Weigh the parcel · Position" }).waitFor();
  await looks(page, picture, "conflicts-object");
  await dialog.getByRole("region", { name: "Key by key" }).getByRole("button", { name: "Merge" }).click();
  await until(product, id, (graph) => nodeOf(graph, "weigh").position.x > 264 && nodeOf(graph, "weigh").position.y > 0);
  await dialog.getByRole("navigation", { name: "3 changes to settle" }).waitFor();
  // By keys: down the list, and each side by its letter.
  await dialog.getByRole("region", { name: /customer in two lines · Label/ }).waitFor();
  const field = dialog.getByRole("textbox", { name: "Both in one" });
  await field.fill("Write to the customer in three lines");
  await picture("conflicts-text");
  await page.keyboard.press("Control+Enter");
  await until(product, id, (graph) => nodeOf(graph, "write").data.label === "Write to the customer in three lines");
  await dialog.getByText(/^Merged: .* 2 changes left/).waitFor();
  await page.keyboard.press("t");
  await dialog.getByRole("button", { name: "Undo" }).waitFor();
  await page.keyboard.press("Control+z");
  await dialog.getByRole("navigation", { name: "2 changes to settle" }).waitFor();
  await hers.locator("header").getByRole("button", { name: "2 changes to settle" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  // Ada settles the rest from her side; it is settled for both.
  await resolve(hers, "2 changes to settle");
  await dialogOf(hers).getByRole("button", { name: /^Take theirs/ }).or(dialogOf(hers).getByRole("button", { name: /^Keep/ })).first().waitFor();
  await dialogOf(hers).getByRole("button", { name: /Deleted or kept/ }).click();
  await dialogOf(hers).getByRole("button", { name: /^Delete/ }).and(dialogOf(hers).locator("[data-side]")).click();
  await until(product, id, (graph) => nodeOf(graph, "send") === undefined);
  await dialogOf(hers).getByRole("button", { name: /^Take theirs/ }).click();
  await dialogOf(hers).getByText("All settled").waitFor();
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Put it on the scale");
  await saved(page);
  await hers.keyboard.press("Enter");
  await dialogOf(hers).waitFor({ state: "detached" });
  await canvas(hers).focus();
  await hers.keyboard.press("Control+z");
  await hers.keyboard.press("Control+z");
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Weigh the parcel" && nodeOf(graph, "send") !== undefined);
  for (const one of [page, hers]) await one.locator("header").getByRole("button", { name: "2 changes to settle" }).waitFor();
});

test("publishing waits for conflicts: it leads to them, and goes on from there", { seconds: 110 }, async (given) => {
  const { page, product, picture } = given;
  const { id } = await apart(given);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole("navigation", { name: "4 changes to settle" }).waitFor();
  // Who leaves it has the keyboard where it was, also after the button was at work.
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.textContent === "Publish");
  await page.keyboard.press("Enter");
  await dialog.getByRole("navigation", { name: "4 changes to settle" }).waitFor();
  // The graph first: the node is there, the choice beside it.
  await dialog.getByRole("button", { name: "Show on the graph" }).click();
  const bar = page.getByRole("toolbar", { name: "The change that is shown" });
  await bar.waitFor();
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await picture("conflicts-on-the-graph");
  await bar.getByRole("button", { name: "Take the server’s" }).click();
  await dialog.getByRole("navigation", { name: "3 changes to settle" }).waitFor();
  await until(product, id, (graph) => nodeOf(graph, "weigh").data.label === "Put it on the scale");
  await page.keyboard.press("m");
  await dialog.getByRole("navigation", { name: "2 changes to settle" }).waitFor();
  await page.keyboard.press("m");
  await dialog.getByRole("navigation", { name: "1 change to settle" }).waitFor();
  await dialog.getByRole("button", { name: /^Keep/ }).and(dialog.locator("[data-side]")).click();
  await dialog.getByText("All settled").waitFor();
  await picture("conflicts-settled");
  await dialog.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("log", { name: "Messages" }).getByText(/Published/).waitFor();
  const { version } = JSON.parse((await product.call("GET", `/workflows/${id}`)).text);
  assert.ok(version);
});

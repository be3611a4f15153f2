// The versions of a workflow: made by publishing and running, labelled, compared, restored, and branches of them merged.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { canvas, CHAIN, draft, isDone, nodeOf, open, palette, saved, test, top, until } from "./hand.mjs";

const WIDE = { seconds: 110 };
const list = (page) => page.getByRole("grid", { name: /^Versions/ });
const rows = (page) => list(page).getByRole("row");
const chosen = (page) => list(page).locator('[aria-selected="true"]');
const message = (page, words) => page.getByRole("log", { name: "Messages" }).getByText(words);
const labelOf = (graph, id = "weigh") => nodeOf(graph, id)?.data.label;

/** Somebody else's change, by the API. */
async function change(product, id, changes) {
  const { rev } = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text);
  const { status, text } = await product.call("PATCH", `/workflows/${id}/draft`, { changes }, { "if-match": `"${rev}"` });
  assert.equal(status, 200, text);
}

async function publish(page) {
  await saved(page);
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await message(page, /Published/).last().waitFor();
  await page.getByRole("log", { name: "Messages" }).getByRole("button", { name: "Close" }).last().click();
}

/** Two versions: one that was published, and one that a changed draft was run as; the draft has changed since. */
async function opened({ page, url, product }) {
  const id = await product.add("Versions", CHAIN);
  await open(page, url, id);
  await palette(page).waitFor();
  await publish(page);
  const [first] = await versions(product, id);
  const added = { id: "wrap", added: { id: "wrap", type: "set_fields", position: { x: 264, y: 160 }, data: { label: "Wrap", fields: { in: "paper" } } } };
  await change(product, id, [{ node: "weigh", set: { "data/label": "Weigh twice" } }, { node: "wrap", added: added.added }]);
  await page.locator("[data-node]").filter({ hasText: "Weigh twice" }).waitFor();
  await top(page).click();
  await isDone(page);
  await change(product, id, [{ node: "send", set: { position: { x: 528, y: 80 } } }]);
  await page.getByRole("tab", { name: "Versions" }).click();
  await list(page).waitFor();
  return { id, first };
}

const versions = async (product, id) => JSON.parse((await product.call("GET", `/workflows/${id}/versions?limit=50`)).text).items;

test("versions are made by publishing and running, labelled, and compared with the draft, all by keyboard", WIDE, async (given) => {
  const { page, product, picture } = given;
  const { id, first } = await opened(given);
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await chosen(page).getByText("Published").waitFor();
  const shown = await rows(page).count();
  // The version that a run made is there when it is asked for.
  const autos = page.getByRole("checkbox", { name: /^Automatic ones/ });
  await autos.check();
  await list(page).getByText("Automatic version").first().waitFor();
  assert.ok((await rows(page).count()) > shown);
  assert.ok((await versions(product, id)).some(({ auto, parent }) => auto && parent === first.id), "a run of a changed draft is a version");
  await autos.uncheck();
  await list(page).focus();
  await page.keyboard.press("l");
  await page.getByRole("textbox", { name: "Label of the version" }).fill("Spring release");
  await page.keyboard.press("Enter");
  await list(page).getByText("Spring release").waitFor();
  assert.equal((await versions(product, id)).find((one) => one.id === first.id).label, "Spring release");
  assert.ok(await list(page).evaluate((one) => one === document.activeElement), "the keyboard is back in the list");
  assert.deepEqual(await faults(page), []);
  await picture("versions");
  await compared(page, picture);
  // What was chosen in the comparison is chosen in the editor.
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await page.getByRole("complementary", { name: "Node", exact: true }).waitFor();
  // A label that is emptied is gone.
  await canvas(page).focus();
  await page.keyboard.press("Shift+V");
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("F2");
  await page.getByRole("textbox", { name: "Label of the version" }).fill("");
  await page.keyboard.press("Enter");
  await list(page).getByText("Spring release").waitFor({ state: "detached" });
});

/** The list, and both graphs moved as one. */
async function compared(page, picture) {
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare versions" });
  await dialog.getByText("1 added, 1 changed, 1 moved").waitFor();
  const changes = dialog.getByRole("grid", { name: /^What differs/ });
  const camera = (side) => dialog.locator(`[data-side=${side}] [data-canvas]`).evaluate(({ dataset: { x, y, zoom } }) => `${x} ${y} ${zoom}`);
  await dialog.locator("[data-side=before] [data-canvas][data-ready]").waitFor();
  await page.waitForTimeout(600);
  for (const [side, other] of [["after", "before"], ["before", "after"]]) {
    const before = await camera(other);
    const box = await dialog.locator(`[data-side=${side}] [data-canvas]`).boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(60, 90);
    await page.waitForTimeout(600);
    assert.notEqual(await camera(other), before, `${other} follows ${side}`);
    assert.equal(await camera(other), await camera(side));
  }
  assert.deepEqual(await faults(page), []);
  await picture("versions-compared");
  await dialog.getByRole("button", { name: "1 moved" }).click();
  await changes.getByText("Send", { exact: true }).waitFor({ state: "detached" });
  await changes.focus();
  for (let turn = 0; turn < 3 && !/Weigh twice/.test((await changes.locator('[aria-selected="true"]').allInnerTexts()).join()); turn += 1) await page.keyboard.press("ArrowDown");
  await changes.locator('[aria-selected="true"]').getByText("Weigh twice").first().waitFor();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
}

test("a version is restored in place and taken back, and into a branch that is left again", WIDE, async (given) => {
  const { page, product, picture } = given;
  const { id } = await opened(given);
  await list(page).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("r");
  const ask = page.getByRole("dialog", { name: /^Restore the version of/ });
  await ask.waitFor();
  assert.deepEqual(await faults(page), []);
  await ask.getByRole("button", { name: "Restore", exact: true }).click();
  await message(page, /^The draft holds the version of .* now\. What was in it is kept as “before/).waitFor();
  const back = await until(product, id, (graph) => labelOf(graph) === "Weigh" && graph.nodes.length === 3);
  assert.equal(nodeOf(back, "send").position.y, 0);
  await page.locator("[data-node]").filter({ hasText: /^Weigh(?! twice)/ }).first().waitFor();
  await list(page).getByText(/^before restoring/).waitFor();
  await page.getByRole("button", { name: "Take back" }).click();
  await message(page, "The draft is as it was before.").waitFor();
  await until(product, id, (graph) => labelOf(graph) === "Weigh twice" && graph.nodes.length === 4 && nodeOf(graph, "send").position.y === 80);
  // Into a branch: a name that is taken is told while it is typed.
  await list(page).getByText("Published").click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Restore into a new branch…" }).click();
  const name = page.getByRole("textbox", { name: /^Name of the branch/ });
  await name.fill("main");
  await page.getByText("There is a branch of this name already.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Restore into the branch" }).isEnabled(), false);
  await name.fill("summer");
  await page.keyboard.press("Enter");
  await message(page, /^The draft is on the new branch “summer” now/).waitFor();
  await page.getByRole("button", { name: "Branch of the draft: summer" }).waitFor();
  await until(product, id, (graph) => labelOf(graph) === "Weigh" && graph.nodes.length === 3);
  assert.equal(JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).branch, "summer");
  await picture("versions-branch");
  // And back to the other one, where all that was in the draft has waited.
  await goTo(page, "summer", "main");
  await until(product, id, (graph) => labelOf(graph) === "Weigh twice" && graph.nodes.length === 4);
});

async function goTo(page, from, to) {
  await page.getByRole("button", { name: `Branch of the draft: ${from}` }).click();
  await page.getByRole("menuitemradio", { name: to }).or(page.getByRole("menuitem", { name: to })).first().click();
  await page.getByRole("dialog", { name: `Go to the branch “${to}”?` }).getByRole("button", { name: "Go there" }).click();
  await message(page, new RegExp(`^The draft is on the branch “${to}” now`)).waitFor();
  await page.getByRole("button", { name: `Branch of the draft: ${to}` }).waitFor();
}

test("a branch is merged into the draft: what only one changed comes along, what both did waits for a choice", WIDE, async (given) => {
  const { page, product, picture } = given;
  const { id } = await opened(given);
  await list(page).getByText("Published").click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Restore into a new branch…" }).click();
  await page.getByRole("textbox", { name: /^Name of the branch/ }).fill("summer");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Branch of the draft: summer" }).waitFor();
  await until(product, id, (graph) => labelOf(graph) === "Weigh");
  await change(product, id, [{ node: "weigh", set: { "data/label": "Scale" } }, { node: "send", set: { "data/label": "Send by night" } }]);
  await page.locator("[data-node]").filter({ hasText: "Send by night" }).waitFor();
  await publish(page);
  await goTo(page, "summer", "main");
  await until(product, id, (graph) => labelOf(graph) === "Weigh twice");
  await list(page).getByText("Published").click();
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Merge into the draft…" }).click();
  await page.getByRole("dialog", { name: /^Merge the version of/ }).getByRole("button", { name: "Merge", exact: true }).click();
  await message(page, /is merged into the draft\. 1 change waits for a choice/).waitFor();
  // The draft's side stands until then; what only the branch changed is there, and what only the draft did stays.
  const merged = await until(product, id, (graph) => labelOf(graph, "send") === "Send by night");
  assert.deepEqual([labelOf(merged), nodeOf(merged, "send").position.y, merged.nodes.length], ["Weigh twice", 80, 4]);
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByRole("dialog", { name: "Where your changes are" }).getByRole("button", { name: "Resolve" }).click();
  const dialog = page.getByRole("dialog", { name: "Changes to settle" });
  await dialog.getByRole("region", { name: "Weigh twice · Label" }).getByText(/^Found when “summer” was merged/).waitFor();
  await dialog.getByRole("region", { name: "“summer”" }).locator("ins", { hasText: "Scale" }).waitFor();
  await dialog.getByRole("button", { name: /^Keep the draft’s/ }).waitFor();
  await picture("versions-merged");
  await page.keyboard.press("t");
  await dialog.getByText("All settled").waitFor();
  const now = await until(product, id, (graph) => labelOf(graph) === "Scale" || labelOf(graph) !== "Weigh twice");
  assert.equal(labelOf(now), "Scale");
  await page.keyboard.press("Enter");
  await saved(page);
  assert.equal((await draft(product, id)).nodes.length, 4);
});

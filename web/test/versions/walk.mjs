// Walks through the versions of a workflow by keyboard and mouse: labels, comparing, restoring and taking it back, branches, merging,
// and refusals:
//   node test/versions/walk.mjs [--program ../target/fast/tidemill]

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { PROGRAM } from "../presence/program.mjs";
import { DRAFT, mockFor, openVersions, withEditor } from "./scene.mjs";

const { values: flags } = parseArgs({ options: { program: { type: "string", default: PROGRAM } } });

/** What both walks need of the page. */
function parts(page) {
  const list = page.getByRole("grid", { name: /^Versions/ });
  const chosen = () => list.locator('[aria-selected="true"]').innerText();
  const titles = () => page.evaluate(async () => {
    const { useDocument } = await import("/src/state/document.ts");
    return [...useDocument.getState().session.doc.nodes.entries()].map(([, node]) => node.data.label).sort().join(", ");
  });
  const until = async (read, wanted) => {
    for (let turn = 0; turn < 100 && (await read()) !== wanted; turn += 1) await page.waitForTimeout(100);
    assert.equal(await read(), wanted);
  };
  return { list, chosen, titles, until };
}

async function lookAround(page, { list, chosen }) {
  // A label, by keyboard, and the keyboard is back in the list.
  await list.focus();
  await page.keyboard.press("ArrowDown");
  assert.match(await chosen(), /Release 13/);
  await page.keyboard.press("l");
  await page.getByRole("textbox", { name: "Label of the version" }).fill("Spring release");
  await page.keyboard.press("Enter");
  await list.getByText("Spring release").waitFor();
  assert.equal(await list.evaluate((one) => one === document.activeElement), true);

  // Automatic ones are there when they are asked for.
  assert.equal(await list.getByText("Automatic version").count(), 0);
  await page.getByRole("checkbox", { name: /^Automatic ones/ }).check();
  assert.equal((await list.getByText("Automatic version").count()) > 0, true);
  await page.getByRole("checkbox", { name: /^Automatic ones/ }).uncheck();

  // Comparing: the list by keys, both graphs move as one, and Enter leads to the node.
  await list.focus();
  await page.keyboard.press("Enter");
  const compare = page.getByRole("dialog", { name: "Compare versions" });
  const changes = compare.getByRole("grid", { name: /^What differs/ });
  await changes.waitFor();
  await compare.getByText("2 added, 2 removed, 1 changed, 1 moved").waitFor();
  const camera = (side) => compare.locator(`[data-side=${side}] [data-canvas]`).evaluate(({ dataset: { x, y, zoom } }) => `${x} ${y} ${zoom}`);
  await page.waitForTimeout(500);
  const before = await camera("before");
  const box = await compare.locator("[data-side=after] [data-canvas]").boundingBox();
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.wheel(60, 90);
  await page.waitForTimeout(600);
  assert.notEqual(await camera("before"), before);
  assert.equal(await camera("before"), await camera("after"));
  await compare.getByRole("button", { name: "1 moved" }).click();
  assert.equal(await changes.getByText("Send to team", { exact: true }).count(), 0);
  await changes.focus();
  await page.keyboard.press("ArrowDown");
  assert.match(await changes.locator('[aria-selected="true"]').innerText(), /Classify/);
  await page.keyboard.press("Enter");
  await compare.waitFor({ state: "detached" });
  await page.locator('aside[aria-label="Node"]').waitFor();
  assert.equal(await page.evaluate(async () => {
    const { useDocument } = await import("/src/state/document.ts");
    const { doc, selection } = useDocument.getState().session;
    return doc.nodes.key(selection.only);
  }), "ask");
}

async function takeAway(page, mock, { list, titles, until }) {
  // By its command, back to the versions; restoring in place, and back.
  await page.locator("[data-canvas]").first().focus();
  await page.keyboard.press("Shift+V");
  await list.waitFor();
  const drafted = await titles();
  await list.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("r");
  await page.getByRole("dialog", { name: "Restore “Spring release”?" }).waitFor();
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await page.getByText(/^The draft holds “Spring release” now\. What was in it is kept as “before restoring Spring release”/).waitFor();
  await until(titles, "Classify, Send to team, Ticket arrives, Write a log");
  await list.getByText("before restoring Spring release").waitFor();
  assert.equal(await page.getByRole("button", { name: "Publish" }).isEnabled(), true);
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByText("The draft is as it was before.").waitFor();
  await until(titles, drafted);

  // Into a new branch: a name that is taken is told while it is typed, one that the server knows of by its answer.
  const menu = page.getByRole("button", { name: "More", exact: true });
  await menu.click();
  await page.getByRole("menuitem", { name: "Restore into a new branch…" }).click();
  const name = page.getByRole("textbox", { name: /^Name of the branch/ });
  await name.fill("spring");
  await page.getByText("There is a branch of this name already.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Restore into the branch" }).isEnabled(), false);
  await name.fill("summer");
  mock.isOpen = true;
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "Some changes wait for a choice between two sides." }).waitFor();
  mock.isOpen = false;
  await page.getByRole("button", { name: "Restore into the branch" }).click();
  await page.getByText(/^The draft is on the new branch “summer” now/).waitFor();
  await page.getByRole("button", { name: "Branch of the draft: summer" }).waitFor();

  // To another branch, by the list of branches.
  await page.getByRole("button", { name: "Branch of the draft: summer" }).click();
  await page.getByRole("menuitemradio", { name: "spring" }).or(page.getByRole("menuitem", { name: "spring" })).first().click();
  await page.getByRole("dialog", { name: "Go to the branch “spring”?" }).waitFor();
  await page.getByRole("button", { name: "Go there" }).click();
  await page.getByText(/^The draft is on the branch “spring” now/).waitFor();

  // Merging, with choices that wait.
  mock.conflicts = 2;
  await menu.click();
  await page.getByRole("menuitem", { name: "Merge into the draft…" }).click();
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByText(/is merged into the draft\. 2 changes wait for a choice/).waitFor();
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByRole("dialog", { name: "Where your changes are" }).waitFor();
  assert.equal(mock.merged, mock.items.find((one) => one.label === "Spring release").id);
  assert.deepEqual(page.complaints, []);
  console.log("walked through versions");
}

await withEditor(flags.program, async ({ product, url, context }) => {
  const id = await product.add("Walked", DRAFT);
  const mock = await mockFor(context, url, id);
  const page = await openVersions(context, url, id, mock);
  const given = parts(page);
  await lookAround(page, given);
  await takeAway(page, mock, given);
});

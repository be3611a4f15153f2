// Comments of two people in browsers of their own: on a node and on a place, answered, resolved, changed and deleted; written
// without the server; read by who may only look on. By mouse and by keys.

import assert from "node:assert/strict";
import { faults } from "../axe.mjs";
import { others, somebody } from "./both.mjs";
import { canvas, CHAIN, command, draft, nodeSpot, open, palette, saved, test } from "./hand.mjs";
import { Weather } from "./weather.mjs";

const WIDE = { seconds: 100 };

const list = (page) => page.getByRole("region", { name: "Comments" });
const thread = (page, words) => list(page).getByRole("listitem").filter({ hasText: words });
const head = (page, words) => thread(page, words).locator("[data-head]");
const pin = (page, name) => page.getByRole("button", { name, exact: true });
const toList = (page) => page.getByRole("button", { name: /^Comments/ }).click();

/** What the page calls whoever sits at it. */
const named = (page, name, color) => page.addInitScript(([who, colour]) => localStorage.getItem("tidemill.me") ?? localStorage.setItem("tidemill.me", JSON.stringify({ name: who, color: colour })), [name, color]);

/** Ada, on a road of her own that can be closed, and Bo in one workflow. */
async function adaAndBo(given, name, graph = CHAIN) {
  const { page: bo, product, url, after } = given;
  const weather = await Weather.over(url);
  after(() => weather.stop());
  const id = await product.add(name, graph);
  const { page: ada, context } = await somebody({ ...given, url: weather.url }, { colorScheme: "dark" });
  await named(ada, "Ada Lovelace", "#b92bc9");
  await named(bo, "Bo Diddley", "#0671ad");
  await open(ada, weather.url, id);
  await open(bo, url, id);
  for (const page of [ada, bo]) {
    await palette(page).waitFor();
    await others(page, 1);
  }
  return { ada, bo, id, weather, context };
}

/** By keys alone: a node is found, and something said about it. */
async function comment(page, node, text) {
  await canvas(page).focus();
  await command(page, node);
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(page).focus();
  await page.keyboard.press("Shift+c");
  await list(page).getByRole("textbox", { name: `Comment about ${node}` }).waitFor();
  await page.keyboard.type(text);
  await page.keyboard.press("Control+Enter");
}

async function answer(page, words, text) {
  const field = thread(page, words).getByRole("textbox");
  await field.fill(text);
  await field.press("Control+Enter");
}

test("one comments on a node; the other sees it there, answers, and resolves it", WIDE, async (given) => {
  const { ada, bo, id } = await adaAndBo(given, "Said");
  await comment(ada, "Weigh", "Is this in kilograms? See https://example.org/units.");
  // The keyboard is where it was.
  assert.equal(await ada.evaluate(() => document.activeElement?.matches("[data-canvas]")), true);
  await pin(bo, "Comment by Ada Lovelace, not read yet").click();
  const link = thread(bo, "kilograms").getByRole("link");
  assert.equal(await link.getAttribute("href"), "https://example.org/units");
  assert.match((await link.getAttribute("rel")) ?? "", /noopener/);
  await answer(bo, "kilograms", "Yes.");
  await pin(bo, "Comment by Ada Lovelace, 1 answer").waitFor();
  await thread(ada, "kilograms").getByText("Yes.").waitFor();
  await thread(ada, "kilograms").getByText("Bo Diddley").waitFor();
  // What one said is the other's to read, not to change.
  assert.equal(await thread(bo, "kilograms").getByRole("button", { name: "What to do with this comment of yours" }).count(), 1);
  assert.deepEqual(await faults(bo), []);
  await thread(bo, "kilograms").getByRole("button", { name: "Resolve" }).click();
  await pin(ada, /^Comment by/).waitFor({ state: "detached" });
  await thread(ada, "kilograms").getByText("Resolved by Bo Diddley").waitFor();
  await head(ada, "kilograms").click();
  await list(ada).getByText("Everything is resolved").waitFor();
  await list(ada).getByRole("radio", { name: "Resolved 1" }).check();
  await thread(ada, "kilograms").getByRole("button", { name: "Reopen" }).click();
  await pin(bo, "Comment by Ada Lovelace, 1 answer").waitFor();
  await bo.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(await faults(bo), []);
  for (const page of [ada, bo]) await saved(page);
  // The graph has nothing of it, and no step back takes it.
  assert.deepEqual(await draft(given.product, id), { ...CHAIN, name: "Said" });
  await canvas(ada).focus();
  await ada.keyboard.press("Control+z");
  await ada.reload();
  await pin(ada, "Comment by Ada Lovelace, 1 answer").waitFor();
});

test("a comment about a place is changed, deleted and brought back by who wrote it", WIDE, async (given) => {
  const { ada, bo } = await adaAndBo(given, "A place");
  const at = await nodeSpot(ada, { position: { x: 264, y: 160 } });
  await ada.mouse.click(at.x, at.y, { button: "right" });
  await ada.getByRole("menuitem", { name: /^Comment/ }).click();
  const field = list(ada).getByRole("textbox", { name: "Comment about a place of the canvas" });
  const isAt = async (bubble, place) => {
    const box = await bubble.boundingBox();
    assert.ok(Math.abs(box.x - place.x) < 3 && Math.abs(box.y + box.height - place.y) < 3, `the tip is at the place: ${JSON.stringify({ box, place })}`);
  };
  await isAt(pin(ada, "Here your comment will stand"), at);
  await field.fill("Half of a th");
  // Escape leaves, and what is written waits.
  await field.press("Escape");
  assert.equal(await ada.evaluate(() => document.activeElement?.matches("[data-canvas]")), true);
  await ada.mouse.move(at.x, at.y);
  await ada.keyboard.press("Shift+c");
  assert.equal(await field.inputValue(), "Half of a th");
  await field.press("End");
  await ada.keyboard.type("ought");
  await ada.keyboard.press("Control+Enter");
  await pin(bo, "Comment by Ada Lovelace, not read yet").click();
  await isAt(pin(bo, "Comment by Ada Lovelace"), await nodeSpot(bo, { position: { x: 264, y: 160 } }));
  // By keys: to the list, into the thread, to its menu.
  await canvas(ada).focus();
  await ada.keyboard.press("Alt+c");
  await head(ada, "Half of a thought").focus();
  assert.equal(await head(ada, "Half of a thought").getAttribute("aria-expanded"), "true");
  const menu = thread(ada, "Half of a thought").getByRole("button", { name: "What to do with this comment of yours" });
  await menu.focus();
  await ada.keyboard.press("Enter");
  await ada.getByRole("menuitem", { name: "Edit" }).press("Enter");
  const text = list(ada).getByRole("textbox", { name: "Your comment" });
  await text.fill("A whole thought");
  await text.press("Control+Enter");
  await thread(bo, "A whole thought").getByText("edited").waitFor();
  await thread(ada, "A whole thought").getByRole("button", { name: "What to do with this comment of yours" }).click();
  await ada.getByRole("menuitem", { name: "Delete" }).click();
  await pin(bo, /^Comment by/).waitFor({ state: "detached" });
  await list(bo).getByText("No comments yet").waitFor();
  await ada.getByRole("button", { name: "Undo" }).click();
  await pin(bo, "Comment by Ada Lovelace").waitFor();
  // Too long a text says so, and is not sent.
  await canvas(bo).focus();
  await bo.keyboard.press("Shift+c");
  const long = list(bo).getByRole("textbox", { name: /^Comment about/ });
  await long.fill("x".repeat(5_001));
  await list(bo).getByText("A comment holds 5,000 characters; this has 5,001.").waitFor();
  await long.press("Control+Enter");
  assert.equal(await long.getAttribute("aria-invalid"), "true");
  assert.equal((await long.inputValue()).length, 5_001);
});

test("what is said about a node that is deleted is read all the same", WIDE, async (given) => {
  const { ada, bo } = await adaAndBo(given, "Gone");
  await comment(ada, "Weigh", "Do we need this?");
  await pin(bo, /^Comment by Ada/).waitFor();
  await canvas(bo).focus();
  await command(bo, "Weigh");
  await bo.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(bo).focus();
  await bo.keyboard.press("Delete");
  await pin(ada, /^Comment by/).waitFor({ state: "detached" });
  await thread(ada, "Do we need this?").getByText("weigh: the node is gone").waitFor();
  await answer(ada, "Do we need this?", "No more.");
  await canvas(bo).focus();
  await bo.keyboard.press("Control+z");
  await pin(ada, "Comment by Ada Lovelace, 1 answer").waitFor();
});

test("what is said without the server arrives later, through a reload too", WIDE, async (given) => {
  const { ada, bo, weather } = await adaAndBo(given, "Offline");
  await comment(ada, "Begin", "Before");
  await pin(bo, /^Comment by Ada/).waitFor();
  weather.becomes("gone");
  await others(bo, 0);
  await comment(ada, "Weigh", "From the train");
  await thread(ada, "From the train").getByText(/on this device/).waitFor();
  await comment(bo, "Send", "Meanwhile");
  // So long that others count as having gone on without her.
  await ada.waitForTimeout(6_000);
  weather.becomes("fair");
  await pin(bo, /^Comment by Ada Lovelace, not read yet/).first().waitFor();
  await toList(bo);
  await thread(bo, "From the train").waitFor();
  await thread(ada, "Meanwhile").waitFor({ timeout: 60_000 });
  await saved(ada);
  assert.equal(await list(ada).getByText(/on this device/).count(), 0);
  await ada.reload();
  await palette(ada).waitFor();
  await toList(ada);
  for (const words of ["Before", "From the train", "Meanwhile"]) await thread(ada, words).waitFor();
});

test("whoever only looks on reads comments, and is told that they cannot write any", WIDE, async (given) => {
  const { page: ada, product, url } = given;
  const id = await product.add("Looked at", CHAIN);
  const { page: viewer } = await somebody(given);
  // As somebody in front of the server would have it who lets people only look on.
  await viewer.addInitScript(() => {
    delete globalThis.SharedWorker;
    const Socket = globalThis.WebSocket;
    globalThis.WebSocket = class extends Socket {
      constructor(address, ...rest) {
        super(`${address}&view=1`, ...rest);
      }
    };
  });
  await named(ada, "Ada Lovelace", "#b92bc9");
  await open(ada, url, id);
  await open(viewer, url, id);
  await palette(viewer).waitFor();
  await others(viewer, 1);
  await comment(ada, "Weigh", "Everybody may read this.");
  await pin(viewer, "Comment by Ada Lovelace, not read yet").waitFor();
  await comment(viewer, "Send", "May I?");
  await list(viewer).getByText("You only look on here").waitFor();
  assert.equal(await thread(viewer, "May I?").count(), 0);
  assert.equal(await list(viewer).getByRole("textbox").count(), 0);
  assert.equal(await list(viewer).getByRole("button", { name: /Resolve|New comment/ }).count(), 0);
  await comment(ada, "Begin", "And this.");
  await head(viewer, "And this.").click();
  assert.equal(await thread(viewer, "And this.").getByRole("textbox").count(), 0);
  await saved(viewer);
  assert.equal(await thread(ada, "May I?").count(), 0);
});

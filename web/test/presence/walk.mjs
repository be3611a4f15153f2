// Walks through what can be done about others, by mouse and by keyboard, with people who are not there:
//   node test/presence/walk.mjs [--program ../target/fast/tidemill]

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { open, PROGRAM, SMALL, withEditor } from "./program.mjs";

const { values: flags } = parseArgs({ options: { program: { type: "string", default: PROGRAM } } });
const MORE = { around: 330, place: { x: 360, y: 120 } };

/** What this page told of itself last. */
const told = (page) =>
  page.evaluate(async () => {
    const { useDocument } = await import("/src/state/document.ts");
    const { peopleOf } = await import("/src/state/document/presence.ts");
    return globalThis.said ?? (peopleOf(useDocument.getState().session.doc).connect({ me: 1, states: () => new Map([[2, {}]]), say: (state) => (globalThis.said = state), listen: () => () => undefined }), globalThis.said);
  });

async function until(page, isSo) {
  for (let turn = 0; turn < 40; turn += 1) {
    const state = await told(page);
    if (isSo(state)) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`never told: ${isSo}\n${JSON.stringify(await told(page))}`);
}

const follows = (page) => page.getByText(/^Following /);
const camera = (page) => page.locator("[data-canvas]").evaluate(({ dataset: { x, y, zoom } }) => `${x} ${y} ${zoom}`);

await withEditor(flags.program, async ({ product, url, context }) => {
  const id = await product.add("Walked", SMALL);
  const page = await open(context, url, id, { people: 3, more: MORE });
  const button = page.locator("[data-people] button");
  assert.match((await button.getAttribute("title")) ?? "", /^3 others here: Ada Lovelace, Grace Hopper, Zoë$/);

  // By keyboard: in, through name and colours to the people, and out.
  await button.focus();
  await page.keyboard.press("Enter");
  const list = page.getByRole("dialog", { name: "Who is here" });
  await list.waitFor();
  await page.keyboard.press("Tab");
  const name = page.getByRole("textbox", { name: "Your name, as others see it" });
  await name.fill("Marie Curie");
  await page.keyboard.press("Enter");
  await page.getByRole("radio", { name: "Violet" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("radio", { name: "Plum" }).isChecked(), true);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Follow Ada Lovelace");
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });
  assert.equal(await button.evaluate((one) => one === document.activeElement), true);
  assert.deepEqual(await page.evaluate(() => JSON.parse(localStorage.getItem("tidemill.me"))), { name: "Marie Curie", color: "#b92bc9" });

  // Following moves the view until somebody takes it.
  const before = await camera(page);
  await button.click();
  await page.getByRole("button", { name: "Follow Grace Hopper" }).click();
  await follows(page).waitFor();
  await page.waitForFunction((was) => { const { x, y, zoom } = document.querySelector("[data-canvas]").dataset; return `${x} ${y} ${zoom}` !== was; }, before);
  await page.mouse.move(600, 500);
  await page.mouse.wheel(0, 120);
  await follows(page).waitFor({ state: "detached" });

  // What is told: pointer, selection, field; nothing of the pointer once it is gone.
  await told(page);
  await page.mouse.move(620, 520, { steps: 3 });
  await until(page, ({ pointer }) => pointer !== null);
  await page.evaluate(async () => {
    const { useDocument } = await import("/src/state/document.ts");
    const { doc, selection } = useDocument.getState().session;
    selection.set([doc.nodes.slot("send")]);
  });
  await until(page, ({ selection }) => selection.nodes.join() === "send");
  await page.getByRole("textbox", { name: "Value of by" }).or(page.locator("[data-path=fields] input").last()).first().focus();
  await until(page, ({ field }) => field === "nodes/send/data/fields");
  await page.getByRole("textbox", { name: "Name of the workflow" }).focus();
  await until(page, ({ field }) => field === null);
  await page.mouse.move(10, 300);
  await until(page, ({ pointer, user, view }) => pointer === null && user.name === "Marie Curie" && view.width > 0);
  console.log("ok    others in the editor");
});

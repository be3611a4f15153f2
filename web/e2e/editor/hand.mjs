// What journeys through the editor of the real program share: where things are on the canvas, and what the server has.

import assert from "node:assert/strict";
import { Walks } from "../walks.mjs";

export const walks = new Walks();
export const { test } = walks;

const STILL_MS = 200;
const NODE = { w: 208, h: 60 };

export const CHAIN = {
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: "Begin" } },
    { id: "weigh", type: "set_fields", position: { x: 264, y: 0 }, data: { label: "Weigh", fields: { kg: 2 } } },
    { id: "send", type: "set_fields", position: { x: 528, y: 0 }, data: { label: "Send", fields: { by: "post" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "weigh" },
    { id: "b", source: "weigh", target: "send" },
  ],
};

/** The draft as the server has it. */
export const draft = async (product, id) => JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).graph;
/** Makes a workflow whose draft is this text, to the letter. */
export async function put(product, name, text) {
  const id = await product.add(name, { nodes: [], edges: [] });
  const answer = await fetch(`${product.url}/api/v1/workflows/${id}/draft`, { method: "PUT", headers: { authorization: `Bearer ${product.token}`, "content-type": "application/json", "if-match": "*" }, body: text });
  assert.equal(answer.status, 200, await answer.text());
  return id;
}

export const saved = (page) => page.getByRole("button", { name: /^Saved/ }).waitFor();
export const canvas = (page) => page.locator("[data-canvas]");
export const palette = (page) => page.getByPlaceholder("Add a node…");
export const isDone = (page) => page.getByText(/^Succeeded/).first().waitFor();
export const edgesOf = (graph) => graph.edges.map(({ source, target }) => `${source}→${target}`).sort();
export const nodeOf = (graph, id) => graph.nodes.find((node) => node.id === id);

/** Opens a workflow's editor and waits until it can be worked with. */
export async function open(page, url, id) {
  await page.goto(`${url}/editor/${id}`);
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.locator("aside[aria-label]").first().waitFor();
}

/** What the draft on the server has come to; asks until it is so, since saving comes a second after the last change. */
export async function until(product, id, isSo, words = String(isSo), most = 12_000) {
  let graph = null;
  for (const from = Date.now(); Date.now() - from < most; await new Promise((done) => setTimeout(done, 150))) {
    graph = await draft(product, id);
    if (isSo(graph)) return graph;
  }
  throw new Error(`the draft never came to: ${words}\n${JSON.stringify(graph).slice(0, 900)}`);
}

/** Where the camera rests. */
async function camera(page) {
  const read = () =>
    canvas(page).evaluate((element) => {
      const { left, top } = element.getBoundingClientRect();
      return { left, top, x: Number(element.dataset.x), y: Number(element.dataset.y), zoom: Number(element.dataset.zoom) };
    });
  for (let before = await read(), turn = 0; turn < 40; turn += 1) {
    await page.waitForTimeout(STILL_MS);
    const now = await read();
    if (JSON.stringify(now) === JSON.stringify(before) && now.zoom > 0) return now;
    before = now;
  }
  throw new Error("the camera never rests");
}

/** Where on the page a place of the canvas is. */
export async function spot(page, x, y) {
  const { left, top, x: dx, y: dy, zoom } = await camera(page);
  return { x: left + dx + x * zoom, y: top + dy + y * zoom };
}

/** Where on the page a node is: its middle, or one of its ports. */
export async function nodeSpot(page, { position: { x, y } }, part = "middle") {
  return spot(page, x + (part === "in" ? 0 : part === "out" ? NODE.w : NODE.w / 2), y + NODE.h / 2);
}

/** Drags with the mouse as a hand does, in several moves. */
export async function drag(page, from, to) {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
}

let clipboardIsFree = Promise.resolve();

/** There is one clipboard for all journeys that are walked beside each other: one at a time has it. */
export function withClipboard(work) {
  const done = clipboardIsFree.then(work);
  clipboardIsFree = done.catch(() => undefined);
  return done;
}

/** Puts a text on the clipboard and pastes it with the canvas at the keyboard. */
export function pasteText(page, text) {
  return withClipboard(async () => {
    await canvas(page).focus();
    await page.evaluate((words) => navigator.clipboard.writeText(words), text);
    await page.keyboard.press("Control+v");
    await page.waitForTimeout(300);
  });
}

/** Asks for a command by its name. */
export async function command(page, words) {
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Search or run a command" });
  await field.fill(words);
  await page.keyboard.press("Enter");
  // What is still being searched for is taken once it has come: whoever goes elsewhere before that takes nothing.
  await field.waitFor({ state: "hidden" });
}

/** Opens the list of conflicts from the words in the bar. */
export async function resolve(page, words) {
  await page.locator("header").getByRole("button", { name: words }).click();
  await page.getByRole("dialog", { name: "Where your changes are" }).getByRole("button", { name: "Resolve" }).click();
  await page.getByRole("dialog", { name: "Changes to settle" }).waitFor();
}

/** What the program knows of a workflow's executions, the last one first; waits until there are so many that ended as said. */
export async function executions(product, id, { count, status = "succeeded" }) {
  let items = [];
  for (const from = Date.now(); Date.now() - from < 15_000; await new Promise((done) => setTimeout(done, 150))) {
    items = JSON.parse((await product.call("GET", `/executions?workflow=${id}&limit=20`)).text).items;
    if (items.length >= count && items[0].status === status) return items;
  }
  throw new Error(`no ${count} executions, the last of them ${status}: ${JSON.stringify(items).slice(0, 600)}`);
}

export const top = (page) => page.locator("header").getByRole("button", { name: "Run", exact: true });
export const side = (page) => page.getByRole("complementary", { name: /^(Workflow|Node)$/ });

/** Goes by a key until something has the focus. */
export async function tabTo(page, selector, key = "Tab") {
  for (let turn = 0; turn < 80; turn += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never leads to ${selector}`);
}

// What journeys of several people in one document share: a second browser, what each has done, and what the server tells of its rooms.

import assert from "node:assert/strict";
import { open, palette, side } from "./hand.mjs";

/** An expression of which each edits a part, letter by letter. */
export const EXPRESSION = "input.weight + input.height * 2";
export const SHARED = {
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: "Begin" } },
    { id: "sum", type: "expression", position: { x: 264, y: 0 }, data: { label: "Sum", expression: EXPRESSION } },
  ],
  edges: [{ id: "a", source: "start", target: "sum" }],
};

/** Somebody else: a browser of their own, signed in. */
export async function somebody({ context, product, url, after }, options = {}) {
  const other = await context.browser().newContext({ serviceWorkers: "block", viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", ...options });
  after(() => other.close());
  await other.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
  const page = await other.newPage();
  page.setDefaultTimeout(15_000);
  return { context: other, page };
}

/** Two who have one document open and see each other. */
export async function two(given, graph, name) {
  const { page, product, url } = given;
  const id = await product.add(name, graph);
  const { page: other, context } = await somebody(given);
  await Promise.all([page, other].map((one) => open(one, url, id)));
  await Promise.all([page, other].map((one) => palette(one).waitFor()));
  await Promise.all([page, other].map((one) => others(one, 1)));
  return { id, other, context };
}

/** Waits until so many others are seen. */
export const others = (page, count) => page.locator("header").getByRole("button", { name: count === 0 ? "Only you are here" : new RegExp(`^${count} others? here`) }).waitFor();

export async function add(page, type) {
  await palette(page).fill(type);
  await page.keyboard.press("Enter");
}

/** How many nodes the graph has, as its name for screen readers says. */
export const shows = (page, count) => page.locator(`[data-canvas][aria-label*=", ${count} node"], [data-canvas] [aria-label*=", ${count} node"]`).first().waitFor({ state: "attached" });

export const indicator = (page) => page.locator("header button[aria-haspopup=dialog][data-tone]");

/** The field of an expression, with the keyboard in it at a place. */
export async function write(page, at) {
  const field = side(page).locator(".cm-content").first();
  await field.click();
  await page.keyboard.press("Control+Home");
  for (let step = 0; step < at; step += 1) await page.keyboard.press("ArrowRight");
  return field;
}

/** A figure that the server tells of itself. */
export async function gauge({ url, token }, name) {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}`, connection: "close" } });
  assert.equal(answer.status, 200);
  const line = (await answer.text()).split("\n").find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  return line === undefined ? 0 : Number(line.split(" ").at(-1));
}

/** Waits until a figure of the server is so. */
export async function comesTo(product, name, wanted) {
  let now = NaN;
  for (const from = Date.now(); Date.now() - from < 12_000; await new Promise((done) => setTimeout(done, 150))) {
    now = await gauge(product, name);
    if (now === wanted) return;
  }
  throw new Error(`${name} is ${now} and never came to ${wanted}`);
}

/** Whether letters are in a text in their order, whatever is between them. */
export function isWithin(text, letters) {
  let at = -1;
  return [...letters].every((letter) => (at = text.indexOf(letter, at + 1)) >= 0);
}

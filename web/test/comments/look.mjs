// Pictures of three real people in one workflow of the real program: who is where, what they say, in both themes and on a phone:
//   node test/comments/look.mjs [--program ../target/fast/tidemill] [--page dist] [--out FOLDER] [--docs]
// With --docs the two pictures of the documentation are made anew.

import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { serveFront } from "../../../bench/canvas/front.mjs";
import { Product } from "../../../bench/canvas/product.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: flags } = parseArgs({
  options: { program: { type: "string", default: here("../../../target/fast/tidemill") }, page: { type: "string", default: here("../../dist") }, out: { type: "string", default: "/tmp/comments" }, docs: { type: "boolean", default: false } },
});
mkdirSync(flags.out, { recursive: true });

const node = (id, type, x, y, label, data = {}) => ({ id, type, position: { x, y }, data: { label, ...data } });
const GRAPH = {
  nodes: [
    node("order", "webhook", 0, 60, "Order arrives", { path: "orders" }),
    node("weigh", "expression", 272, 60, "Weigh the parcel", { expression: "input.items.map(item => item.kg * item.count).sum()" }),
    node("heavy", "condition", 544, 60, "Heavier than 20 kg?", { condition: "input > 20" }),
    node("freight", "http", 816, 0, "Book freight", { method: "POST", url: "https://freight.example/bookings" }),
    node("post", "http", 816, 120, "Print a label", { method: "POST", url: "https://post.example/labels" }),
    node("tell", "template", 816, 240, "Write to the customer", { template: "Dear {{ input.name }}, your parcel is on its way." }),
  ],
  edges: [
    { id: "a", source: "order", target: "weigh" },
    { id: "b", source: "weigh", target: "heavy" },
    { id: "c", source: "heavy", target: "freight", sourceHandle: "true" },
    { id: "d", source: "heavy", target: "post", sourceHandle: "false" },
    { id: "e", source: "weigh", target: "tell" },
  ],
};
const PEOPLE = { ada: ["Ada Lovelace", "#b92bc9"], grace: ["Grace Hopper", "#0671ad"], zoe: ["Zoë Okafor", "#c2410c"] };
const FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];

const list = (page) => page.getByRole("region", { name: "Comments" });
const canvas = (page) => page.locator("[data-canvas]");
const picture = (page, name, options = {}) => page.screenshot({ path: `${flags.out}/${name}.png`, ...options });

/** Where on the page a place of the graph is. */
async function spot(page, x, y) {
  const { dx, dy, zoom, left, top } = await canvas(page).evaluate((element) => {
    const { x: cx, y: cy, zoom: z } = element.dataset;
    const box = element.getBoundingClientRect();
    return { dx: Number(cx), dy: Number(cy), zoom: Number(z), left: box.left, top: box.top };
  });
  return { x: left + dx + x * zoom, y: top + dy + y * zoom };
}

async function sit(browser, product, url, id, who, { theme = "dark", width = 1440, height = 900, ...more } = {}) {
  const context = await browser.newContext({ serviceWorkers: "block", viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce", ...more });
  await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => console.log(`complaint of ${who}: ${error.message}`));
  const [name, color] = PEOPLE[who];
  await page.addInitScript((me) => localStorage.setItem("tidemill.me", JSON.stringify(me)), { name, color });
  await page.goto(`${url}/editor/${id}`);
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.locator("[data-people] button").waitFor();
  return page;
}

async function select(page, id) {
  const { position } = GRAPH.nodes.find((one) => one.id === id);
  const at = await spot(page, position.x + 60, position.y + 30);
  await page.mouse.click(at.x, at.y);
}

async function say(page, id, text) {
  await select(page, id);
  await canvas(page).focus();
  await page.keyboard.press("Shift+c");
  await send(page, list(page).getByRole("textbox", { name: /^Comment about/ }), text);
}

async function sayAt(page, x, y, text) {
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  const at = await spot(page, x, y);
  await page.mouse.move(at.x, at.y);
  await page.keyboard.press("Shift+c");
  await send(page, list(page).getByRole("textbox", { name: /^Comment about/ }), text);
}

async function answer(page, words, text) {
  const thread = list(page).getByRole("listitem").filter({ hasText: words });
  if ((await thread.getByRole("textbox").count()) === 0) await thread.locator("[data-head]").click();
  await send(page, thread.getByRole("textbox"), text);
}

async function send(page, field, text) {
  await field.fill(text);
  await field.press("Control+Enter");
  await page.waitForTimeout(150);
}

const product = await Product.start(flags.program);
const front = await serveFront(flags.page, product.url);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
try {
  const id = await product.add("Send a parcel", GRAPH);
  const at = (who, more) => sit(browser, product, front.url, id, who, more);
  const [ada, grace, zoe] = [await at("ada"), await at("grace"), await at("zoe")];
  await ada.getByRole("button", { name: /^Comments/ }).click();
  await list(ada).getByText("No comments yet").waitFor();
  await picture(ada, "dark-empty");
  await say(ada, "heavy", "Is 20 kg still right? Their new price list begins at 25: https://freight.example/prices");
  await grace.getByRole("button", { name: /^Comments/ }).click();
  await answer(grace, "20 kg", "It is 25 from March on.\nI would read it from a variable.");
  await answer(ada, "20 kg", "Good idea, I do that.");
  await say(zoe, "tell", "The shop in Lyon writes in French.");
  await say(grace, "tell", "And who answers when the customer writes back?");
  await sayAt(zoe, 272, 230, "Room for customs papers here, once we send to Norway.");
  await say(grace, "post", "Labels came twice last week.");
  const labels = list(grace).getByRole("listitem").filter({ hasText: "Labels came twice" });
  await labels.getByRole("button", { name: "Resolve" }).click();
  await list(ada).getByRole("listitem").filter({ hasText: "20 kg" }).locator("[data-head]").waitFor();
  // Each is somewhere, and Grace writes in a field.
  await select(grace, "weigh");
  await grace.locator("aside[aria-label=Node] .cm-content").first().click();
  await grace.keyboard.press("End");
  await select(zoe, "post");
  const pointer = await spot(zoe, 700, 195);
  await zoe.mouse.move(pointer.x, pointer.y, { steps: 4 });
  await ada.mouse.move(5, 400);
  await canvas(ada).focus();
  await ada.waitForTimeout(900);
  await picture(ada, "dark-list");
  if (flags.docs) await ada.screenshot({ path: here("../../../docs/images/comments.png") });
  await ada.emulateMedia({ colorScheme: "light" });
  await ada.waitForTimeout(400);
  await picture(ada, "light-list");
  await list(ada).getByRole("radio", { name: /^Resolved/ }).check();
  await picture(ada, "light-resolved");
  await list(ada).getByRole("radio", { name: /^Open/ }).check();
  await ada.getByRole("button", { name: /^2 comments/ }).click();
  await ada.waitForTimeout(300);
  await picture(ada, "light-only");
  await ada.emulateMedia({ colorScheme: "dark" });
  // Presence: the same three, the list of node types at the left as it is when somebody begins.
  await ada.getByRole("button", { name: "Add", exact: true }).click();
  await select(ada, "weigh");
  await zoe.mouse.move(pointer.x + 4, pointer.y + 4, { steps: 3 });
  await ada.mouse.move(5, 400);
  await ada.waitForTimeout(700);
  await zoe.mouse.move(pointer.x + 14, pointer.y, { steps: 6 });
  await ada.waitForTimeout(400);
  await picture(ada, "dark-presence");
  if (flags.docs) await ada.screenshot({ path: here("../../../docs/images/presence.png") });
  await ada.emulateMedia({ colorScheme: "light" });
  await zoe.mouse.move(pointer.x + 4, pointer.y + 4, { steps: 3 });
  await ada.waitForTimeout(500);
  await picture(ada, "light-presence");
  const phone = await at("zoe", { width: 390, height: 844, hasTouch: true, isMobile: true });
  await phone.waitForTimeout(600);
  await picture(phone, "phone");
  await phone.getByRole("button", { name: "Nodes and outline" }).click();
  await phone.getByRole("button", { name: /^Comments/ }).click();
  await phone.waitForTimeout(300);
  await picture(phone, "phone-list");
  await list(phone).getByRole("listitem").filter({ hasText: "20 kg" }).locator("[data-head]").click();
  await phone.waitForTimeout(600);
  await picture(phone, "phone-thread");
  await list(phone).getByRole("button", { name: "Show on the canvas" }).click();
  await phone.waitForTimeout(300);
  await picture(phone, "phone-shown");
} finally {
  await browser.close();
  await front.stop();
  await product.stop();
}

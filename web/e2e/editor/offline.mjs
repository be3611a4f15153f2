// Without the server: every page starts, drafts open and are edited, and all is well when it is back. And what a device keeps for
// that: of whom, how long, and of which version.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serveFront } from "../../../bench/canvas/front.mjs";
import { CHAIN, draft, open, palette, saved, test, until } from "./hand.mjs";
import { Weather } from "./weather.mjs";

const WITH_WORKER = { weather: true, context: { serviceWorkers: "allow" } };
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
/** Of the page of templates. */
const DELETED = /assets\/templates-/;

/** Waits until the page is fetched ahead and the worker stands in front of this tab. */
const isKept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated", null, { timeout: 30_000 });

/** Addresses whose answers the device keeps, below the API's root. */
const answers = (page) =>
  page.evaluate(async () => (await (await caches.open("tidemill-answers-1")).keys()).map(({ url }) => url.slice(url.indexOf("/api/v1") + 7)));

/** Waits until an answer is kept that is so. */
async function keeps(page, path, isSo = () => true) {
  for (let turn = 0; turn < 100; turn += 1) {
    const text = await page.evaluate(async (wanted) => (await (await caches.open("tidemill-answers-1")).match(wanted))?.text() ?? "", `/api/v1${path}`);
    if (text !== "" && isSo(JSON.parse(text))) return;
    await page.waitForTimeout(150);
  }
  throw new Error(`${path} is not kept; there is ${(await answers(page)).join(", ")}`);
}

async function add(page, type) {
  await palette(page).fill(type);
  await page.keyboard.press("Enter");
}

const nodes = (page, count) => page.getByRole("application", { name: new RegExp(`, ${count} nodes`) }).or(page.locator(`[data-canvas][aria-label*=", ${count} nodes"]`)).first().waitFor();
const away = (page, state = "visible") => page.getByText(/Tidemill does not answer\. What you see is as it was/).waitFor({ state });

test("without the server the editor starts with the draft, keeps what is edited, and saves it when the server is back", WITH_WORKER, async ({ page, url, product, weather, picture }) => {
  const id = await product.add("Kept at hand", CHAIN);
  await open(page, url, id);
  await isKept(page);
  await keeps(page, `/workflows/${id}/draft`);
  await keeps(page, "/node-types");
  // What was saved a moment ago is in what is kept.
  await add(page, "Set fields");
  await saved(page);
  await keeps(page, `/workflows/${id}/draft`, ({ graph }) => graph.nodes.length === 4);
  weather.becomes("gone");
  await page.reload();
  await page.locator("[data-canvas][data-ready]").waitFor();
  await nodes(page, 4);
  await away(page);
  await picture("offline-editor");
  await add(page, "Delay");
  await page.locator("header").getByRole("button", { name: /On this device/ }).waitFor();
  await page.waitForFunction(() => Number(document.querySelector("[data-canvas]").dataset.changes) >= 1);
  await page.goto(`${url}/workflows/${id}`);
  await page.locator("[data-canvas][data-ready]").waitFor();
  await nodes(page, 5);
  assert.equal((await draft(product, id)).nodes.length, 4);
  weather.becomes("fair");
  await until(product, id, (graph) => graph.nodes.length === 5, "saved when it is back", 40_000);
  await saved(page);
  await away(page, "detached");
});

test("without the server every page starts: lists say from when they are, what is not kept says why", WITH_WORKER, async ({ page, url, product, weather, picture }) => {
  await product.add("On the list", CHAIN);
  await page.goto(url);
  await isKept(page);
  for (const path of ["/templates", "/node-types", "/session", "/workflows/tags", "/workflows?sort=-updated_at&limit=8&preview=true"]) await keeps(page, path);
  weather.becomes("gone");
  for (const [path, words] of [
    ["/", "On the list"],
    ["/workflows", "On the list"],
    ["/templates", "Templates"],
    ["/node-types", "HTTP request"],
    ["/executions", "could not be read"],
    ["/settings", "Session"],
    ["/performance", "Performance"],
    ["/editor/unknown", "could not be opened"],
  ]) {
    await page.goto(url + path);
    await page.getByText(words).first().waitFor();
    await page.getByText(/Tidemill does not answer/).first().waitFor();
    await picture(`offline${path.replaceAll("/", "-")}`);
  }
  await page.goto(`${url}/workflows`);
  await away(page);
  await page.getByRole("button", { name: "New workflow" }).click();
  await page.getByRole("log", { name: "Messages" }).getByText(/does not answer/).waitFor();
  weather.becomes("fair");
  await away(page, "detached");
});

test("what is kept for a start is forgotten with the session, and never holds executions", WITH_WORKER, async ({ page, context, url, product, weather }) => {
  const id = await product.add("Secret plan", CHAIN);
  await product.run(id).catch(() => undefined);
  await open(page, url, id);
  await isKept(page);
  await keeps(page, `/workflows/${id}/draft`);
  await page.goto(`${url}/executions`);
  await page.getByRole("heading", { name: "Executions" }).waitFor();
  await page.goto(`${url}/settings?section=session`);
  await page.getByRole("button", { name: "Sign out" }).waitFor();
  assert.deepEqual((await answers(page)).filter((path) => /execution|value|event|metrics|dashboard/.test(path)), []);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Open the link from the terminal" }).waitFor();
  assert.deepEqual(await answers(page), []);
  // The same where the server says so by itself, also in an answer that goes by the worker.
  await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
  await open(page, url, id);
  await keeps(page, `/workflows/${id}/draft`);
  await isKept(page);
  // The page begins to tell the worker some seconds after its first picture.
  await page.waitForTimeout(6_000);
  await context.clearCookies();
  await add(page, "Delay");
  await page.getByRole("heading", { name: "Open the link from the terminal" }).waitFor();
  for (let turn = 0; (await answers(page)).length > 0; turn += 1) {
    assert.ok(turn < 40, `still kept: ${(await answers(page)).join(", ")}`);
    await page.waitForTimeout(100);
  }
  weather.becomes("gone");
  await page.goto(`${url}/editor/${id}`);
  await page.getByText("This workflow could not be opened").waitFor();
  assert.equal(await page.getByText("Secret plan").count(), 0);
});

/** The page from a folder of its own, in which its version can be exchanged. */
async function ownPages({ context, product, after }) {
  const folder = mkdtempSync(join(tmpdir(), "tidemill-page-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(DIST, folder, { recursive: true });
  const front = await serveFront(folder, product.url);
  after(() => front.stop());
  const weather = await Weather.over(front.url);
  after(() => weather.stop());
  await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url: weather.url })));
  return { folder, url: weather.url, weather };
}

/** Another version of the page: files of the one before are gone from the server. */
function exchange(folder) {
  const [index, worker] = [join(folder, "index.html"), join(folder, "worker.js")];
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) if (DELETED.test(name)) rmSync(join(folder, name));
  writeFileSync(index, readFileSync(index, "utf8").replace("<title>", '<meta name="release" content="second" /><title>'));
  const files = [...readFileSync(worker, "utf8").matchAll(/"(\/assets\/[^"]+)":null/g)].map(([, path]) => path).filter((path) => !DELETED.test(path));
  const list = [...files, "/", "/first.js", "/favicon.svg"].map((path) => `"${path}":null`).join(",");
  const text = readFileSync(worker, "utf8").replace(/version:[`"]\w+[`"]/, 'version:"second"').replace(/files:\{.*?\}/s, `files:{${list}}`);
  writeFileSync(worker, text);
}

const lookForNewer = (page) => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
const messages = (page) => page.getByRole("log", { name: "Messages" });
const notice = (page) => messages(page).getByText("A new version is ready.").waitFor();
const isSecond = (page) => page.locator('meta[name="release"]').count();

test("a new version waits until somebody wants it; a page of the one before keeps working", { context: { serviceWorkers: "allow" }, seconds: 110 }, async (given) => {
  const { page, context, product, picture } = given;
  const { folder, url } = await ownPages(given);
  const id = await product.add("Version", CHAIN);
  await open(page, url, id);
  await isKept(page);
  const other = await context.newPage();
  await open(other, url, id);
  await other.waitForTimeout(2_500);
  exchange(folder);
  await lookForNewer(page);
  await notice(page);
  await picture("new-version");
  // Its own code is still there, though the server has none of it.
  await page.getByRole("link", { name: "Templates" }).first().click();
  await page.getByRole("searchbox", { name: "Search templates" }).waitFor();
  await page.goBack();
  await page.locator("[data-canvas][data-ready]").waitFor();
  await notice(page);
  assert.equal(await isSecond(page), 0, "nothing was loaded anew by itself");
  await messages(page).getByRole("button", { name: "Reload" }).click();
  await page.locator('meta[name="release"]').waitFor({ state: "attached" });
  await page.locator("[data-canvas][data-ready]").waitFor();
  // The other tab was not touched, may go on, and knows.
  await notice(other);
  assert.equal(await isSecond(other), 0);
  await other.getByRole("link", { name: "Templates" }).first().click();
  await other.getByRole("searchbox", { name: "Search templates" }).waitFor();
  await messages(other).getByRole("button", { name: "Reload" }).click();
  await other.locator('meta[name="release"]').waitFor({ state: "attached" });
});

test("a new version takes nothing away that is not saved", { context: { serviceWorkers: "allow" }, seconds: 110 }, async (given) => {
  const { page, product } = given;
  const { folder, url, weather } = await ownPages(given);
  const id = await product.add("Not saved yet", CHAIN);
  await open(page, url, id);
  await isKept(page);
  exchange(folder);
  await lookForNewer(page);
  await notice(page);
  weather.becomes("away");
  await add(page, "Delay");
  await page.locator("header").getByRole("button", { name: /On this device/ }).waitFor();
  await messages(page).getByRole("button", { name: "Reload" }).click();
  await messages(page).getByText(/Not reloaded: some changes are not on the server yet/).waitFor();
  assert.equal(await isSecond(page), 0);
  weather.becomes("fair");
  await until(product, id, (graph) => graph.nodes.length === 4, "saved when it is back", 40_000);
  await messages(page).getByRole("button", { name: "Reload" }).last().click();
  await page.locator('meta[name="release"]').waitFor({ state: "attached" });
  await nodes(page, 4);
});

// Holds the layer of the graphics card against the 2D layer: the same graphs drawn by both, a lost context, a drag, a change.
//   node e2e/layers.mjs [--keep FOLDER] [NAME]
// WebGL runs in software here: what is drawn is the same, how fast it is says nothing.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { createServer } from "vite";

const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { keep: { type: "string", default: "" } } });
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const SOFTWARE = ["--disable-gpu-compositing", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
/** A channel this far off is seen; so much of a picture may be, where soft edges fall otherwise. */
const SEEN = 40;
const PART_MOST = 0.0008;
/** The same of a picture of one node with the edge that leads to it. */
const NODE_PART_MOST = 0.002;
const MEAN_MOST = 1;

const VIEWS = [
  { name: "near", graph: "mixed", zoom: 1, at: { x: 600, y: 300 }, level: "near" },
  { name: "mid", graph: "mixed", zoom: 0.5, at: { x: 1300, y: 380 }, level: "mid" },
  { name: "small", graph: "mixed", zoom: 0.25, at: { x: 1200, y: 380 }, level: "mid" },
  { name: "many", graph: "10k", zoom: 0.45, at: { x: 8_000, y: 6_000 }, level: "mid" },
  { name: "flat", graph: "10k", zoom: 0.21, at: { x: 8_000, y: 6_000 }, level: "flat" },
  { name: "dense", graph: "10k", zoom: 0.1717, at: { x: 8_000, y: 6_000 }, level: "dense" },
  { name: "far", graph: "10k", zoom: 0.05, at: { x: 14_000, y: 6_000 }, level: "far" },
];

const server = await createServer({ root: fileURLToPath(new URL("..", import.meta.url)), server: { port: 0, host: "127.0.0.1", hmr: false }, logLevel: "error" });
await server.listen();
const url = `http://127.0.0.1:${server.httpServer.address().port}/test/canvas/index.html`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...ARGS, ...SOFTWARE] });
const faults = [];

async function open(search, { scale = 1 } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: scale, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(`${url}?${search}`);
  await page.waitForFunction(() => globalThis.shown?.handle.current);
  await page.evaluate(() => document.fonts.ready);
  await page.locator("[data-canvas][data-level]").waitFor();
  // What lies over the canvas is the same in both, and not what is compared.
  await page.evaluate(() => document.querySelectorAll("[data-tools]").forEach((one) => (one.style.visibility = "hidden")));
  return page;
}

const drawnBy = (page, name) => page.locator(`[data-canvas][data-renderer="${name}"]`).waitFor();

async function look(page, { zoom, at, level }) {
  await page.evaluate(
    ([zoom, at]) => {
      const { handle, selection } = globalThis.shown;
      selection.set([2, 9], [4]);
      handle.current.zoomBy(null);
      handle.current.zoomBy(zoom);
      handle.current.center(at);
    },
    [zoom, at],
  );
  await page.locator(`[data-canvas][data-level="${level}"]`).waitFor();
  // Until the nodes that are elements stand, and the words of others are drawn.
  await page.waitForTimeout(1_000);
}

const shot = (page) => page.locator("[data-canvas]").screenshot();

/** One node, and where its edge comes from. */
async function shotOf(page, id) {
  const { x, y } = await page.evaluate((id) => {
    const { doc, handle } = globalThis.shown;
    return handle.current.toScreen(doc.nodes.get(id).position);
  }, id);
  return page.screenshot({ clip: { x: x - 60, y: y - 12, width: 172, height: 52 } });
}

/** How much of two pictures differs so that it is seen, and by how much they differ in the mean. */
async function difference(page, a, b) {
  return page.evaluate(
    async ([a, b, seen]) => {
      const pixels = async (text) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob());
        const ctx = new OffscreenCanvas(image.width, image.height).getContext("2d");
        ctx.drawImage(image, 0, 0);
        return ctx.getImageData(0, 0, image.width, image.height).data;
      };
      const [left, right] = [await pixels(a), await pixels(b)];
      let [off, sum] = [0, 0];
      for (let at = 0; at < left.length; at += 4) {
        let most = 0;
        for (let n = 0; n < 3; n += 1) most = Math.max(most, Math.abs(left[at + n] - right[at + n]));
        sum += most;
        if (most > seen) off += 1;
      }
      return { part: (4 * off) / left.length, mean: (4 * sum) / left.length };
    },
    [a.toString("base64"), b.toString("base64"), SEEN],
  );
}

function keep(name, picture) {
  if (flags.keep === "") return;
  mkdirSync(flags.keep, { recursive: true });
  writeFileSync(join(flags.keep, `${name}.png`), picture);
}

async function compare(theme, scale) {
  for (const graph of ["mixed", "10k"]) {
    const [plain, card] = [await open(`graph=${graph}&theme=${theme}&renderer=2d`, { scale }), await open(`graph=${graph}&theme=${theme}&renderer=gl`, { scale })];
    await drawnBy(card, "gl");
    for (const view of VIEWS.filter((one) => one.graph === graph)) {
      const pictures = [];
      for (const page of [plain, card]) {
        await look(page, view);
        pictures.push(await shot(page));
      }
      keep(`${view.name}-${theme}-${scale}-2d`, pictures[0]);
      keep(`${view.name}-${theme}-${scale}-gl`, pictures[1]);
      const { part, mean } = await difference(plain, ...pictures);
      const words = `${view.name}, ${theme}, ×${scale}: ${(100 * part).toFixed(3)} % seen, ${mean.toFixed(3)} in the mean`;
      console.log(`      ${words}`);
      assert.ok(part <= PART_MOST && mean <= MEAN_MOST, words);
    }
    await plain.context().close();
    await card.context().close();
  }
}

const tests = new Map();
const test = (name, run) => tests.set(name, run);

test("looks the same as the 2D layer, in the dark", () => compare("dark", 1));
test("looks the same in the light", () => compare("light", 1));
test("looks the same on a fine screen", () => compare("dark", 2));

test("a lost context leaves the picture to 2D at once, and comes back", async () => {
  const page = await open("graph=mixed&renderer=gl");
  await drawnBy(page, "gl");
  await look(page, VIEWS[1]);
  const before = await shot(page);
  const canvases = () => page.locator("[data-canvas] > canvas:not([data-tools])").count();
  assert.equal(await canvases(), 3, "below, the picture, and what is above it");
  await page.evaluate(() => {
    const gl = document.querySelectorAll("[data-canvas] > canvas")[1].getContext("webgl2");
    globalThis.lost = gl.getExtension("WEBGL_lose_context");
    globalThis.lost.loseContext();
  });
  await drawnBy(page, "2d");
  assert.equal(await canvases(), 1);
  const after = await shot(page);
  const { part } = await difference(page, before, after);
  assert.ok(part <= PART_MOST, `${part} of the picture is another one`);
  // What is pressed meanwhile is heard.
  await dragAway(page, "2d");
  await page.evaluate(() => globalThis.lost.restoreContext());
  await drawnBy(page, "gl");
  assert.equal(await canvases(), 3);
  await page.context().close();
});

test("a drag, a state and a deletion show as in 2D", async () => {
  const pages = [await open("graph=mixed&renderer=2d"), await open("graph=mixed&renderer=gl")];
  await drawnBy(pages[1], "gl");
  const steps = { drag: [], dropped: [], changed: [], renamed: [], failed: [], added: [] };
  for (const page of pages) {
    await look(page, VIEWS[1]);
    await dragAway(page, "", async () => steps.drag.push(await shot(page)));
    await page.waitForTimeout(500);
    steps.dropped.push(await shot(page));
    await page.evaluate(() => {
      const { doc, statuses } = globalThis.shown;
      statuses.set(doc.nodes.slot("n19"), "failed");
      doc.change("Change", (edit) => {
        edit.removeNode("n26");
        edit.setNode("n27", { "data/label": "Another name" });
        edit.addNode({ id: "new", type: "ai", position: { x: 560, y: 700 }, data: { label: "New here" } });
        edit.addEdge({ id: "fresh", source: "n32", target: "new" });
      });
    });
    await page.waitForTimeout(700);
    steps.changed.push(await shot(page));
    steps.renamed.push(await shotOf(page, "n27"));
    steps.failed.push(await shotOf(page, "n19"));
    steps.added.push(await shotOf(page, "new"));
  }
  for (const [name, [plain, card]] of Object.entries(steps)) {
    keep(`${name}-2d`, plain);
    keep(`${name}-gl`, card);
    const { part } = await difference(pages[0], plain, card);
    console.log(`      ${name}: ${(100 * part).toFixed(3)} %`);
    assert.ok(part <= (["renamed", "failed", "added"].includes(name) ? NODE_PART_MOST : PART_MOST), `${name}: ${(100 * part).toFixed(3)} % differs`);
  }
  const { part } = await difference(pages[0], steps.dropped[1], steps.changed[1]);
  assert.ok(part > 0.001, "the changes are seen at all");
  for (const page of pages) await page.context().close();
});

test("by itself, a graphics card that is a program does not draw", async () => {
  const page = await open("graph=mixed&renderer=auto");
  await page.waitForTimeout(3_000);
  assert.equal(await page.locator('[data-renderer="gl"]').count(), 0);
  await page.context().close();
});

/** Drags the node `n18` by 120, 40 pixels. What is to be done `meanwhile` sees it above the rest. */
async function dragAway(page, name, meanwhile) {
  const [x, y] = await page.evaluate(() => {
    const { doc, handle } = globalThis.shown;
    const { x, y } = doc.nodes.get("n18").position;
    const at = handle.current.toScreen({ x: x + 150, y: y + 30 });
    return [at.x, at.y];
  });
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 1; step <= 6; step += 1) await page.mouse.move(x + 20 * step, y + Math.round(6.6 * step));
  await page.waitForTimeout(400);
  await meanwhile?.();
  await page.mouse.up();
  await page.waitForFunction(() => globalThis.shown.moved.length > 0);
  if (name !== "") assert.equal(await page.locator("[data-canvas]").getAttribute("data-renderer"), name);
}

const only = positionals[0];
let failed = 0;
for (const [name, run] of tests) {
  if (only && !name.includes(only)) continue;
  try {
    await run();
    assert.deepEqual(faults.splice(0), []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${error.message.split("\n").slice(0, 6).join("\n      ")}`);
  }
}
await browser.close();
await server.close();
process.exit(failed > 0 ? 1 : 0);

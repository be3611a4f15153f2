// Files that nobody should have written: they open, say what is wrong, run nothing, and come back as they were.

import assert from "node:assert/strict";
import { watch } from "../watch.mjs";
import { canvas, command, open, palette, pasteText, put, saved, test, until } from "./hand.mjs";

const MARKUP = '<img src=x onerror="window.ran=1"><script>window.ran=1</script><b>bold</b>';
const LONG = `${"x".repeat(1_000_000)}${MARKUP}`;

const STRANGE = {
  name: MARKUP,
  vendor: { keep: [1, null, { deep: "yes" }] },
  nodes: [
    { id: "start", type: "manual", position: { x: 0, y: 0 }, data: { label: MARKUP } },
    7,
    { id: "same", type: "set_fields", position: { x: 300, y: 0 }, data: { label: "First of two", fields: { a: 1 } }, extra: { of: "another tool" } },
    { id: "same", type: "set_fields", position: { x: 300, y: 120 }, data: { label: "Second of two" } },
    { id: "unknown", type: "vendor.quantum<script>", position: { x: 600, y: 0 }, data: { label: "Unknown", secret: { nested: [1, 2] } } },
    null,
    ["a", "list"],
    { id: "typeless", position: { x: 600, y: 120 } },
    { id: "long", type: "note", position: { x: 0, y: 300 }, data: { text: MARKUP, label: LONG } },
    { id: "nowhere", type: "set_fields", data: { label: "No place" } },
    { id: "text", type: "set_fields", position: { x: "NaN", y: null }, data: { label: "Places that are words" } },
    { id: "far", type: "set_fields", position: { x: 1e300, y: -1e300 }, data: { label: "Far away" } },
    { id: "a", type: "frame", position: { x: 900, y: 0 }, parentId: "b", width: -5, height: 1e12, data: {} },
    { id: "b", type: "frame", position: { x: 900, y: 0 }, parentId: "a", data: null },
    { id: "own", type: "set_fields", position: { x: 900, y: 300 }, parentId: "own", data: [] },
    { id: "orphan", type: "set_fields", position: { x: 0, y: 500 }, parentId: "gone", data: { label: "Orphan", on_error: 7, disabled: "perhaps", cases: "none" } },
    { id: "", type: "set_fields", position: { x: 300, y: 500 }, data: { label: 12 } },
    { id: "__proto__", type: "constructor", position: { x: 600, y: 500 }, data: { label: "Proto" } },
    { id: "code", type: "expression", position: { x: 0, y: 620 }, data: { label: "Code", expression: "globalThis.ran = 1; fetch('http://127.0.0.1:1/')" } },
    { id: "picture", type: "visualization", position: { x: 300, y: 620 }, data: { label: "Picture", mode: "html", value: MARKUP } },
    "words",
  ],
  edges: [
    { id: "e1", source: "start", target: "same" },
    { id: "e1", source: "same", target: "unknown" },
    { source: "start", target: "gone" },
    null,
    { id: "e3", source: "gone", target: "also gone", label: MARKUP },
    { id: "e4", source: "own", target: "own", sourceHandle: "no such port" },
    { id: "e5", source: "unknown", target: "start", data: { vendor: true } },
    { id: 7, source: null, target: ["start"] },
    false,
  ],
};

/** What the list of problems says of it. */
const WRONG = [
  /A node is an object/, /An edge is an object/, /An edge needs a source/, /Data is an object/, /Two nodes have the id "same"/, /Two edges have the id "e1"/, /A node's id is not empty/,
  /There is no node type "vendor.quantum<script>"/, /The node has no type/, /On_error is fail/, /Disabled is true or false/, /A statement is not an expression/, /The node stands inside of itself/,
  /There is no node "gone" to stand in/, /The edge's target "gone" is not a node/, /Its place is not two numbers.*Places that are words/, /Its place is farther away.*Far away/,
];

/** Nodes that stand nowhere by what the file says, by their names. */
const SHOWN = [["No place", "nowhere"], ["Places that are words", "text"], ["Far away", "far"], ["Orphan", "orphan"], ["Second of two", null], ["Proto", "__proto__"]];

/** Whoever goes to a node sees it: nothing that is in the file is missing from the canvas. */
async function isOnCanvas(page, node, go) {
  await canvas(page).focus();
  await go();
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await canvas(page).focus();
  await page.keyboard.press("2");
  const card = page.locator(node === null ? '[data-node][aria-pressed="true"]' : `[data-node="${node}"][aria-pressed="true"]`);
  await card.waitFor({ timeout: 8_000 });
}

/** As text, with a number that JavaScript cannot hold. */
const STRANGE_TEXT = JSON.stringify(STRANGE).replace('"keep":[1,', '"keep":[9007199254740993,');

/** JSON in which numbers are what was written, not what JavaScript makes of them. */
const exact = (text) => JSON.parse(text.replace(/("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g, (_, words, number) => words ?? JSON.stringify(`#${number}`)));

const whole = async (product, id) => exact((await product.call("GET", `/workflows/${id}/draft`)).text).graph;

/** Nothing of the file ran on the server. */
async function nothingRan(product, id) {
  assert.deepEqual(JSON.parse((await product.call("GET", `/executions?workflow=${id}`)).text).items, []);
}

test("a file with everything wrong opens, says so, and loses nothing when something else is changed", async ({ page, url, product, picture }) => {
  const nothing = await watch(page, url);
  // Where parts are changed, the rest stays to the letter: also the 0 at the end.
  const id = await put(product, "Strange", STRANGE_TEXT.replace("740993,", "740993,1.10,"));
  const before = await whole(product, id);
  await open(page, url, id);
  await page.getByRole("tab", { name: /^Problems/ }).click();
  const problems = page.getByRole("region", { name: "Problems" });
  // Everything that is wrong with it is told: the list is as long as what is in view of it.
  await page.setViewportSize({ width: 1440, height: 2_600 });
  for (const words of WRONG) await problems.getByRole("listitem").filter({ hasText: words }).first().waitFor({ timeout: 8_000 });
  await page.setViewportSize({ width: 1440, height: 900 });
  await isOnCanvas(page, "own", () => problems.getByRole("button").filter({ hasText: "Data is an object" }).click());
  for (const [name, node] of SHOWN) await isOnCanvas(page, node, () => command(page, name));
  await canvas(page).focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  await picture("strange");
  assert.equal(await page.locator("header").getByRole("button", { name: "Run", exact: true }).isDisabled(), true);
  await palette(page).fill("No operation");
  await page.keyboard.press("Enter");
  const added = (graph) => graph.nodes.length === before.nodes.length + 1;
  await until(product, id, added, "one more node");
  const after = await whole(product, id);
  // Nodes without a place are given the one they are shown at as soon as something is placed: that is all that is added.
  const isNode = (row) => typeof row === "object" && row !== null && !Array.isArray(row);
  const placed = (node, n) => (!isNode(node) || "position" in before.nodes[n] ? node : Object.fromEntries(Object.entries(node).filter(([key]) => key !== "position")));
  assert.deepEqual({ ...after, nodes: after.nodes.slice(0, -1).map(placed) }, before);
  assert.equal(after.nodes.at(-1).type, "no_op");
  // Everything in it can be looked at.
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+o");
  await page.getByRole("treegrid").waitFor();
  await page.getByRole("treegrid").focus();
  for (let row = 0; row < before.nodes.length + 2; row += 1) {
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(60);
  }
  await page.getByRole("treegrid").waitFor();
  await nothing("the whole of it");
  await nothingRan(product, id);
  await saved(page);
  const last = await whole(product, id);
  assert.deepEqual(last, after, "looking changes nothing");
});

test("all of a strange file is moved, taken back and pasted without a loss", async ({ page, url, product, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const nothing = await watch(page, url);
  const id = await put(product, "Moved", STRANGE_TEXT);
  const before = await whole(product, id);
  await open(page, url, id);
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Shift+ArrowDown");
  await until(product, id, ({ nodes }) => nodes[0].position.y === 20, "moved");
  await page.keyboard.press("Control+z");
  await until(product, id, ({ nodes }) => nodes[0].position.y === 0, "back");
  assert.deepEqual(await whole(product, id), before);
  const to = await product.add("To", { nodes: [], edges: [] });
  await open(page, url, to);
  await pasteText(page, JSON.stringify(STRANGE));
  const pasted = await until(product, to, ({ nodes }) => nodes.length > 10, "pasted");
  assert.equal(new Set(pasted.nodes.map((node) => node.id)).size, pasted.nodes.length, "each has an id of its own");
  await nothing("moved and pasted");
});

test("what is no workflow, or broken, is refused in words and changes nothing", async ({ page, url, product, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const nothing = await watch(page, url);
  const id = await product.add("As it was", { nodes: [], edges: [] });
  await open(page, url, id);
  for (const [text, words] of [["just words", /It is no workflow/], ['{"nodes": [', /It is no JSON/], ['{"nodes": 7, "edges": {}}', /It is no workflow/], [MARKUP, /It is no workflow/]]) {
    await pasteText(page, text);
    await page.getByText(words).first().waitFor();
    await page.getByRole("log").getByRole("button", { name: "Close" }).first().click();
  }
  await page.waitForTimeout(1_500);
  assert.deepEqual((await whole(product, id)).nodes, []);
  await nothing("refused");
});

test("200,000 nodes open, are searched, and one is changed", { long: true, seconds: 150 }, async ({ page, url, product, picture }) => {
  const nodes = Array.from({ length: 200_000 }, (_, n) => ({ id: `n${n}`, type: n % 7 === 0 ? "nobody.knows" : "set_fields", position: { x: (n % 500) * 264, y: Math.floor(n / 500) * 120 }, data: { label: `Node ${n}` } }));
  const edges = nodes.slice(1).map((node, n) => ({ id: `e${n}`, source: `n${n}`, target: n % 11 === 0 ? "gone" : node.id }));
  const id = await put(product, "Huge", JSON.stringify({ nodes, edges }));
  const began = Date.now();
  await open(page, url, id);
  console.log(`      200,000 nodes: ready after ${Date.now() - began} ms`);
  await picture("200000");
  await canvas(page).focus();
  await page.keyboard.press("Control+f");
  await page.getByRole("searchbox", { name: /labels/ }).fill("Node 199999");
  await page.getByText("1", { exact: true }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await page.getByRole("searchbox", { name: /labels/ }).press("Escape");
  await canvas(page).focus();
  await page.keyboard.press("d");
  const graph = await until(product, id, (now) => now.nodes.at(-1).data.disabled === true, "the last one disabled", 60_000);
  assert.equal(graph.nodes.length, 200_000);
  assert.deepEqual(graph.edges, edges);
});

// Files of others: pasted as text, dragged in, chosen; what they hold is kept as it was written.

import assert from "node:assert/strict";
import { canvas, CHAIN, draft, edgesOf, open, pasteText, test, until, withClipboard } from "./hand.mjs";

const BIG = "9007199254740993";
const REACT_FLOW = {
  nodes: [
    { id: "1", type: "input", position: { x: 0, y: 0 }, data: { label: "Receive" }, measured: { width: 150, height: 40 }, selected: true },
    { id: "2", type: "default", position: { x: 0, y: 100 }, data: { label: "Work" }, dragging: false },
    { id: "3", type: "output", position: { x: 0, y: 200 }, data: { label: "Hand over" } },
  ],
  edges: [{ id: "e1-2", source: "1", target: "2", animated: true }, { id: "e2-3", source: "2", target: "3" }],
  viewport: { x: 0, y: 0, zoom: 1 },
};
const N8N = {
  name: "From n8n",
  nodes: [
    { parameters: {}, name: "When clicking", type: "n8n-nodes-base.manualTrigger", typeVersion: 1, position: [0, 0], id: "a" },
    { parameters: { url: "https://api.example/users", options: {} }, name: "Get users", type: "n8n-nodes-base.httpRequest", typeVersion: 4, position: [220, 0], id: "b" },
    { parameters: { jsCode: "return items" }, name: "Reshape", type: "n8n-nodes-base.code", typeVersion: 2, position: [440, 0], id: "c" },
  ],
  connections: { "When clicking": { main: [[{ node: "Get users", type: "main", index: 0 }]] }, "Get users": { main: [[{ node: "Reshape", type: "main", index: 0 }]] } },
};
const THAIYYAL = {
  nodes: [
    { id: "n1", data: { value: 10 } },
    { id: "n2", data: { value: 5 } },
    { id: "n3", data: { op: "add" } },
    { id: "n4", data: { mode: "text" } },
  ],
  edges: [{ id: "e1", source: "n1", target: "n3" }, { id: "e2", source: "n2", target: "n3" }, { id: "e3", source: "n3", target: "n4" }],
};

async function empty({ page, url, product, context }) {
  const id = await product.add("Nothing yet", { nodes: [], edges: [] });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, url, id);
  return id;
}

/** Drops files on an element as a hand does that came from another window. */
async function dropFile(page, place, name, text) {
  const data = await page.evaluateHandle(([called, words]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([words], called, { type: "application/json" }));
    return transfer;
  }, [name, text]);
  const box = await place.boundingBox();
  const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, dataTransfer: data };
  for (const type of ["dragenter", "dragover", "drop"]) await place.dispatchEvent(type, at);
}

test("nodes of another workflow are pasted, and taken back in one step", async (given) => {
  const id = await empty(given);
  await pasteText(given.page, JSON.stringify(CHAIN));
  const graph = await until(given.product, id, ({ nodes }) => nodes.length === 3);
  assert.deepEqual(graph.nodes.map((node) => node.data), CHAIN.nodes.map((node) => node.data));
  await given.page.keyboard.press("Control+z");
  await until(given.product, id, ({ nodes, edges }) => nodes.length === 0 && edges.length === 0);
});

test("a graph of React Flow is pasted", async (given) => {
  const id = await empty(given);
  await pasteText(given.page, JSON.stringify(REACT_FLOW));
  const graph = await until(given.product, id, ({ nodes }) => nodes.length === 3);
  assert.equal(graph.edges.length, 2);
  assert.deepEqual(graph.nodes.map((node) => node.data.label), ["Receive", "Work", "Hand over"]);
  assert.ok(graph.nodes.every((node) => !("selected" in node) && !("dragging" in node)), "what React Flow keeps for itself stays behind");
});

test("a workflow of n8n is pasted with its names and parameters", async (given) => {
  const id = await empty(given);
  await pasteText(given.page, JSON.stringify(N8N));
  const graph = await until(given.product, id, ({ nodes }) => nodes.length === 3);
  assert.deepEqual(graph.nodes.map((node) => node.type).slice(0, 2), ["manual", "http"]);
  assert.equal(graph.nodes[1].data.url, "https://api.example/users");
  assert.deepEqual(edgesOf(graph), [`${graph.nodes[0].id}→${graph.nodes[1].id}`, `${graph.nodes[1].id}→${graph.nodes[2].id}`].sort());
  await given.page.getByText(/^Pasted 3 nodes from n8n/).first().waitFor();
});

test("a workflow of Thaiyyal is pasted, its node types found by what they hold", async (given) => {
  const id = await empty(given);
  await pasteText(given.page, JSON.stringify(THAIYYAL));
  const graph = await until(given.product, id, ({ nodes }) => nodes.length === 4);
  assert.deepEqual(graph.nodes.map((node) => node.type), ["number", "number", "operation", "visualization"]);
  assert.equal(graph.edges.length, 3);
});

test("a file is dragged onto the canvas, its numbers as they were written; a broken one is told of", async (given) => {
  const { page, product } = given;
  const id = await empty(given);
  await dropFile(page, canvas(page), "broken.json", '{"nodes": [');
  await page.getByText(/JSON/).first().waitFor();
  await dropFile(page, canvas(page), "chain.json", `{"nodes":[{"id":"a","type":"number","position":{"x":0,"y":0},"data":{"value":${BIG}}}],"edges":[]}`);
  await until(product, id, ({ nodes }) => nodes.length === 1);
  assert.ok((await product.call("GET", `/workflows/${id}/draft`)).text.includes(BIG));
});

test("a chosen file becomes a workflow, its numbers as they were written", async ({ page, url, product }) => {
  await page.goto(`${url}/workflows`);
  await page.locator("input[type=file]").setInputFiles({ name: "from file.json", mimeType: "application/json", buffer: Buffer.from(`{"nodes":[{"id":"a","type":"number","data":{"value":${BIG}}}],"edges":[]}`) });
  await page.waitForURL(/\/editor\//);
  const id = new URL(page.url()).pathname.split("/").at(-1);
  assert.ok((await product.call("GET", `/workflows/${id}/draft`)).text.includes(BIG));
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.locator("aside[aria-label]").first().waitFor();
  await canvas(page).focus();
  await page.keyboard.press("Control+a");
  await page.getByRole("complementary", { name: "Node" }).getByText(BIG).or(page.locator(`input[value="${BIG}"]`)).first().waitFor();
});

test("what is copied here is pasted into another workflow", async ({ page, url, product, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const [from, to] = [await product.add("From", CHAIN), await product.add("To", { nodes: [], edges: [] })];
  const graph = await withClipboard(async () => {
    await open(page, url, from);
    await canvas(page).focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    await open(page, url, to);
    await canvas(page).focus();
    await page.keyboard.press("Control+v");
    return until(product, to, ({ nodes }) => nodes.length === 3);
  });
  assert.deepEqual(edgesOf(graph), edgesOf(CHAIN));
  assert.deepEqual((await draft(product, from)).nodes, CHAIN.nodes);
});

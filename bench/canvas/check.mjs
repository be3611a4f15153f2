// Checks the instruments against pages whose figures are known: node bench/canvas/check.mjs

import assert from "node:assert/strict";
import http from "node:http";
import { openBrowser, openPage } from "./browser.mjs";
import { timed } from "./edits.mjs";
import { grid } from "./graphs.mjs";
import { open, run } from "./script.mjs";

const graph = grid(1_000);

/** A canvas of one mounted layer, as the measured page must tell of itself. `stall` blocks each tenth frame of a zoom. */
const PAGE = (stall, graph) => {
  const root = document.querySelector("[data-canvas]");
  const layer = root.firstElementChild;
  const at = { zoom: 1, x: -3000, y: -1500 };
  let turns = 0;
  const tell = () => {
    layer.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.zoom})`;
    Object.assign(root.dataset, at);
  };
  for (const { id, position, width, height } of graph.nodes) {
    const node = document.createElement("button");
    node.dataset.node = id;
    Object.assign(node.style, { position: "absolute", left: `${position.x}px`, top: `${position.y}px`, width: `${width}px`, height: `${height}px` });
    layer.append(node);
  }
  const turn = (event) => {
    event.preventDefault();
    if (event.ctrlKey) {
      const zoom = Math.min(2, Math.max(0.01, at.zoom * Math.exp(-event.deltaY * 0.01)));
      const by = zoom / at.zoom;
      Object.assign(at, { zoom, x: event.clientX - (event.clientX - at.x) * by, y: event.clientY - (event.clientY - at.y) * by });
      turns += 1;
      const until = performance.now() + (turns % 10 === 0 ? stall : 0);
      while (performance.now() < until);
    } else Object.assign(at, { x: at.x - event.deltaX, y: at.y - event.deltaY });
    tell();
  };
  root.addEventListener("wheel", turn, { passive: false });
  let held = null;
  root.addEventListener("pointerdown", (event) => (held = event.target.closest("[data-node]")));
  root.addEventListener("pointerup", () => (held = null));
  root.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.style.left = `${parseFloat(held.style.left) + event.movementX / at.zoom}px`;
    held.style.top = `${parseFloat(held.style.top) + event.movementY / at.zoom}px`;
  });
  addEventListener("keydown", (event) => {
    const told = () => (root.dataset.changes = Number(root.dataset.changes) + 1);
    if (event.key === "l") setTimeout(told, 300);
    if (event.key === "b") {
      const until = performance.now() + 150;
      while (performance.now() < until);
      told();
    }
  });
  root.dataset.changes = "0";
  tell();
  setTimeout(() => requestAnimationFrame(() => performance.mark("tidemill:canvas")), 400);
};

const server = http.createServer((asked, answer) => {
  const stall = Number(new URL(asked.url, "http://localhost").searchParams.get("stall"));
  const style = "position:absolute;inset:0;overflow:hidden";
  const script = `(${PAGE})(${stall}, ${JSON.stringify(graph)})`;
  answer.writeHead(200, { "content-type": "text/html" });
  answer.end(`<!doctype html><body><div data-canvas style="${style}"><div style="transform-origin:0 0;position:absolute"></div></div><script>${script}</script>`);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = (stall) => `http://127.0.0.1:${server.address().port}/?stall=${stall}`;
const browser = await openBrowser(process.argv[2] ?? "");
try {
  const tab = await openPage(browser);
  const { painted, tti } = await open(tab, url(0));
  assert.ok(painted >= 400 && tti > painted && tti < painted + 1_000, `painted ${painted}, interactive ${tti}`);
  const calm = await run(tab, graph);
  assert.equal(calm.drag.moved, true, "the node that was dragged moved");
  assert.ok(calm.dom > 1_000, `${calm.dom} elements`);

  const later = await timed(tab.page, "l", "data-changes");
  assert.ok(later.seen && later.ms >= 300 && later.ms < 600, `a change after 300 ms took ${later.ms}`);
  const blocked = await timed(tab.page, "b", "data-changes");
  assert.ok(blocked.seen && blocked.ms >= 150 && blocked.ms < 450, `a change that blocks for 150 ms took ${blocked.ms}`);
  const never = await timed(tab.page, "x", "data-changes", 1_000);
  assert.ok(!never.seen && never.ms >= 1_000, "a change that never came is no quick one");

  const slow = await openPage(browser);
  await open(slow, url(250));
  const stalled = await run(slow, graph);
  assert.ok(stalled.worst >= 250 && stalled.phases.zoom_out.worst >= 250, `stalls of 250 ms are the worst frames: ${stalled.worst}`);
  assert.ok(stalled.fps < calm.fps - 5, `stalls lower the mean: ${calm.fps} and ${stalled.fps}`);
  assert.ok(stalled.phases.near_pan.worst < 250, "and are told in their own phase");

  const silent = await openPage(browser);
  await assert.rejects(open(silent, "about:blank", 2_000), /never said that it painted/);
  console.log(`the instruments are true: ${calm.fps} FPS calm, ${stalled.fps} with stalls`);
} finally {
  await browser.close();
  server.close();
}

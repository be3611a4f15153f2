// The script: open the page until it answers, drag one node, pan near, zoom out 64 times, pan far, zoom in again.

import http from "node:http";
import { busyMs, heapMb } from "./browser.mjs";
import { grabbable, middle, placeOf, zoomTo } from "./canvas.mjs";
import { framesBetween, judged, perSecond, round } from "./figures.mjs";
import { hand, paced, pause, thereAndBack } from "./input.mjs";

const OPEN_MS = 60_000;
const SETTLE_MS = 1_000;
export const ZOOM_OUT = 64;
const SECONDS = { drag: 1, near_pan: 1.5, zoom_out: 1.25, far_pan: 1, zoom_in: 1.25 };
const EVENTS = 60;
const PAN = { x: 16, y: 8 };
const CIRCLE = 90;

/** Opens a page and moves the pointer over it until it has painted and answered. */
export async function open({ page, line }, url, limit = OPEN_MS) {
  const { move } = hand(line);
  const going = page.goto(url, { waitUntil: "commit", timeout: limit });
  const until = performance.now() + limit;
  let at = 0;
  let told = null;
  await going;
  while (performance.now() < until) {
    at += 1;
    move(640 + (at % 40), 400 + (at % 20));
    await pause(1_000 / EVENTS);
    if (at % 6 !== 0) continue;
    told = await page.evaluate("[__bench.painted, __bench.interactive]");
    if (told[1] > 0) return { painted: round(told[0]), tti: round(told[1]) };
  }
  throw new Error(told?.[0] ? "the page painted and did not answer the pointer" : "the page never said that it painted: performance.mark(\"tidemill:canvas\")");
}

/** Bytes of JavaScript, packed by gzip, that had come when the page had painted. */
export async function scriptBytes(page, cookies) {
  const urls = await page.evaluate(() => {
    const loaded = performance.getEntriesByType("resource").filter((one) => new URL(one.name).pathname.endsWith(".js") && one.responseEnd <= globalThis.__bench.painted);
    return [...new Set(loaded.map((one) => one.name))];
  });
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  let bytes = 0;
  for (const url of urls) {
    bytes += await new Promise((done, fail) => {
      http
        .get(url, { headers: { "accept-encoding": "gzip", cookie } }, (answer) => {
          let size = 0;
          answer.on("data", (part) => (size += part.length)).on("end", () => done(size));
        })
        .on("error", fail);
    });
  }
  return { files: urls.length, kb: round(bytes / 1_000) };
}

async function drag(page, line, graph, now) {
  const node = await grabbable(page, graph, now);
  const { move, press, release } = hand(line);
  const before = await placeOf(page, node.id);
  const { x, y } = node.grab;
  move(x, y);
  await press(x, y);
  let last = { x, y };
  await paced(SECONDS.drag, (at, count) => {
    const angle = (at / count) * Math.PI;
    last = { x: x + CIRCLE * (1 - Math.cos(angle)) * 0.5, y: y + CIRCLE * Math.sin(angle) };
    move(last.x, last.y, 1);
  });
  await release(last.x, last.y);
  const after = await placeOf(page, node.id);
  const moved = before && after ? Math.hypot(after.x - before.x, after.y - before.y) > CIRCLE / 2 : null;
  return { node: node.id, moved };
}

/** Times the frames of what `act` does. */
export async function phase(page, act) {
  const from = await page.evaluate("performance.now()");
  const told = await act();
  const to = await page.evaluate("performance.now()");
  return { from, to, told };
}

/** All phases on a page that is open, with the camera at 100 %. */
export async function run({ page, line }, graph) {
  const { camera: near, perUnit } = await zoomTo(page, line, 1);
  const { pan, zoom } = hand(line);
  const { x, y } = middle(near);
  const perEvent = Math.log(ZOOM_OUT) / perUnit / (SECONDS.zoom_out * EVENTS);
  const dragged = await phase(page, () => drag(page, line, graph, near));
  await pause(300);
  const busy = await busyMs(line);
  const phases = {
    near_pan: await phase(page, () => paced(SECONDS.near_pan, () => pan(x, y, PAN.x, PAN.y))),
    zoom_out: await phase(page, () => paced(SECONDS.zoom_out, () => zoom(x, y, perEvent))),
    far_pan: await phase(page, () => paced(SECONDS.far_pan, (at, count) => pan(x, y, ...thereAndBack(PAN, at, count)))),
    zoom_in: await phase(page, () => paced(SECONDS.zoom_in, () => zoom(x, y, -perEvent))),
  };
  const main = (await busyMs(line)) - busy;
  const { frames, dom, commits } = await page.evaluate("({ frames: __bench.frames, dom: __bench.dom, commits: __bench.commits })");
  const counted = commits === null ? {} : { commits: Object.fromEntries(Object.entries({ drag: dragged, ...phases }).map(([name, one]) => [name, perSecond(commits, one)])) };
  const all = Object.values(phases).flatMap(({ from, to }) => framesBetween(frames, from, to));
  const whole = judged(all);
  return {
    ...whole,
    main_ms: round(main / whole.frames),
    dom,
    ...counted,
    drag: { ...judged(framesBetween(frames, dragged.from, dragged.to)), moved: dragged.told.moved },
    phases: Object.fromEntries(Object.entries(phases).map(([name, { from, to }]) => [name, judged(framesBetween(frames, from, to))])),
  };
}

/** Opens, lets it settle, weighs its memory, runs the script, and weighs it again. */
export async function measure(tab, url, graph, { cookies = [], limit } = {}) {
  const opened = await open(tab, url, limit);
  const script = await scriptBytes(tab.page, cookies);
  await pause(SETTLE_MS);
  const elements = await tab.page.evaluate("document.getElementsByTagName('*').length");
  const before = await heapMb(tab.line);
  const figures = await run(tab, graph);
  await pause(SETTLE_MS);
  const after = await heapMb(tab.line);
  return { ...opened, ...figures, script_kb: script.kb, script_files: script.files, dom_load: elements, heap: before.used, heap_end: after.used, buffers: after.buffers };
}

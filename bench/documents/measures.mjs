// What is measured of a document in the page; README.md says what each figure is.

import { busyMs, heapMb } from "../canvas/browser.mjs";
import { percentile, round } from "../canvas/figures.mjs";
import { grid } from "../canvas/graphs.mjs";
import { pause } from "../canvas/input.mjs";
import { ask, countRenders, openEditor } from "./page.mjs";

const EDITS = 200;
const RENDERED_EDITS = 50;
const BARE = 60;
const CONFLICTS = 500;
/** Longer than two who write in the same place count as being there together. */
const APART_MS = 6_000;
const VISITS_BEFORE = 10;
const EACH_MS = 100;

/** Chooses all nodes, so that arrows move them. */
async function chooseAll(page) {
  await page.locator("[data-canvas]").focus();
  await page.keyboard.press("Control+a");
  await page.waitForFunction(() => Number(document.querySelector("[data-canvas]").dataset.selected) > 0);
}

/** What one write to IndexedDB takes here by itself, in a page that does nothing else. Runs in the page. */
async function bareWrites(count) {
  const db = await new Promise((done, fail) => {
    const asked = indexedDB.open("bench", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("log", { autoIncrement: true });
    [asked.onsuccess, asked.onerror] = [() => done(asked.result), () => fail(asked.error)];
  });
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await new Promise((done) => {
      const transaction = db.transaction("log", "readwrite");
      transaction.oncomplete = done;
      transaction.objectStore("log").add({ text: "x".repeat(400) });
      transaction.commit();
    });
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 30));
  }
  db.close();
  return times;
}

/** Runs in a worker of its own. Whenever the editor says that it writes, it reads by its own line to IndexedDB until that is there: what it finds is on the device, whatever becomes of the page. */
function follow() {
  const seen = [];
  const asked = indexedDB.open("tidemill");
  let [sought, isLooking] = [0, false];
  const look = () => {
    const store = asked.result.transaction("log").objectStore("log");
    store.openKeyCursor(null, "prev").onsuccess = ({ target: { result } }) => {
      const last = result?.key ?? 0;
      const isNews = last > (seen.at(-1)?.last ?? 0);
      if (isNews) seen.push({ last, at: performance.timeOrigin + performance.now() });
      if (isNews) sought -= 1;
      isLooking = sought > 0;
      if (isLooking) look();
    };
  };
  asked.onsuccess = () => postMessage("ready");
  onmessage = ({ data }) => {
    if (data === "tell") return postMessage(seen);
    sought += 1;
    if (!isLooking) look();
    isLooking = true;
  };
}

/** Runs in the page: a worker that follows what it writes. */
async function followWrites(source) {
  const worker = new Worker(URL.createObjectURL(new Blob([`(${source})()`])));
  await new Promise((done, fail) => {
    worker.onmessage = done;
    worker.onerror = () => fail(new Error("the worker that follows what is written did not start"));
  });
  __doc.follower = worker;
  __doc.seen = () => new Promise((done) => {
    worker.onmessage = ({ data }) => done(data);
    worker.postMessage("tell");
  });
}

/** From a change to its being found in IndexedDB by somebody else. */
export async function localSave({ page }, { product, url, count = EDITS }) {
  await page.goto(`${url}/settings`);
  const bare = (await page.evaluate(bareWrites, BARE)).sort((a, b) => a - b);
  await openEditor(page, `${url}/editor/${await product.add("Local", grid(20))}`);
  await chooseAll(page);
  await page.evaluate(followWrites, String(follow));
  await pause(500);
  await ask(page, "__doc.kept.length = 0");
  for (let at = 0; at < count; at += 1) {
    await page.keyboard.press("Shift+ArrowDown");
    await pause(EACH_MS);
  }
  await pause(300);
  const [kept, origin, seen] = [await ask(page, "__doc.kept"), await ask(page, "performance.timeOrigin"), await ask(page, "__doc.seen()")];
  const found = kept.flatMap((one) => {
    const at = seen.find(({ last }) => last >= one.id)?.at;
    return at === undefined ? [] : [{ ...one, found: at - origin }];
  });
  if (found.length < count) throw new Error(`only ${found.length} of ${count} changes were found on the device`);
  const p95 = (of) => round(percentile(found.map(of).sort((a, b) => a - b), 0.95));
  const [safe, key, told] = [p95((one) => one.found - one.began), p95((one) => one.found - one.key), p95((one) => one.done - one.began)];
  return { saves: found.length, p95: safe, from_key_p95: key, told_p95: told, floor_p95: round(percentile(bare, 0.95)) };
}

/** Chooses the node that the keys come to first. */
async function chooseFirst(page) {
  await page.locator("[data-canvas]").focus();
  await page.keyboard.press("ArrowRight");
}

/** How many components an edit renders, and how many are there: all that would be rendered where each hears of every change. */
export async function renders({ page }, { product, url, count = RENDERED_EDITS }) {
  await page.addInitScript(countRenders);
  await openEditor(page, `${url}/editor/${await product.add("Renders", grid(20))}`);
  await chooseFirst(page);
  await page.waitForFunction(() => document.querySelector("[data-canvas]").dataset.selected === "1");
  await pause(1_000);
  const mounted = await ask(page, "__renders.mounted()");
  const before = await ask(page, "__renders.rendered");
  for (let at = 0; at < count; at += 1) {
    await page.keyboard.press("Shift+ArrowDown");
    await pause(100);
  }
  await page.getByRole("button", { name: /^Saved/ }).waitFor();
  const rendered = (await ask(page, "__renders.rendered")) - before;
  if (mounted === 0 || rendered === 0) throw new Error("React told of no commit");
  return { mounted, an_edit: round(rendered / count), fewer: round(100 * (1 - rendered / (count * mounted))) };
}

/** From the draft's last byte to a document that is live. */
export async function opening({ page, line }, { product, url, nodes }) {
  await page.goto(`${url}/settings`);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  const before = nodes === 0 ? { nodes: [], edges: [] } : grid(nodes);
  await openEditor(page, `${url}/editor/${await product.add(`Opened ${nodes}`, before)}`);
  const told = await ask(page, `(() => {
    const draft = performance.getEntriesByType("resource").find((one) => new URL(one.name).pathname.endsWith("/draft"));
    return { there: draft.responseEnd, heard: __doc.heard, live: __doc.live, painted: performance.getEntriesByName("tidemill:canvas")[0]?.startTime ?? 0 };
  })()`);
  await pause(2_000);
  const heap = await heapMb(line);
  return { live_ms: round(told.live - told.there), painted_ms: round(told.painted - told.there), synced_ms: round(told.live - told.heard), heap: heap.used, buffers: heap.buffers };
}

/** Ten changes a second where no socket comes through: how many requests save them. */
export async function requests({ page }, { product, road, seconds }) {
  const changes = (1_000 / EACH_MS) * seconds;
  await page.goto(`${road.url}/editor/${await product.add("Requests", grid(20))}`);
  await page.getByPlaceholder("Add a node…").waitFor();
  await chooseAll(page);
  await pause(6_000);
  road.asked.length = 0;
  const began = performance.now();
  for (let at = 0; at < changes; at += 1) {
    await page.keyboard.press("Shift+ArrowDown");
    await pause(Math.max(0, began + (at + 1) * EACH_MS - performance.now()));
  }
  await page.getByRole("button", { name: /^Saved/ }).waitFor();
  const made = road.asked.filter((one) => /auto-save|\/document\?|PATCH|PUT/.test(one));
  const saves = made.filter((one) => one.includes("auto-save")).length;
  if (saves === 0) throw new Error("nothing was saved by a request");
  return { changes, seconds: round((performance.now() - began) / 1_000), saves, requests: made.length, fewer: round(100 * (1 - made.length / changes)) };
}

/** Opens and closes a document again and again in one page. */
export async function leaks({ page, line }, { product, url, visits }) {
  const ids = [await product.add("Leak one", grid(1_000)), await product.add("Leak two", grid(1_000))];
  await page.goto(`${url}/workflows`);
  const heaps = [];
  for (let at = 0; at < visits; at += 1) {
    const live = await ask(page, "(__doc.live = 0)");
    if (live !== 0) throw new Error("the page keeps no notes");
    await go(page, `/editor/${ids[at % 2]}`);
    await page.locator("[data-canvas][data-ready]").waitFor();
    await page.waitForFunction(() => globalThis.__doc.live > 0);
    await page.getByPlaceholder("Add a node…").waitFor();
    await chooseAll(page);
    await page.keyboard.press("Shift+ArrowDown");
    await page.getByRole("button", { name: /^Saved/ }).waitFor();
    await go(page, "/workflows");
    await page.getByRole("heading", { name: "Workflows" }).first().waitFor();
    heaps.push((await heapMb(line)).used);
  }
  // What is made once, such as caches and code, comes with the first visits.
  const later = heaps.slice(Math.min(VISITS_BEFORE, Math.floor(visits / 2)));
  return { visits, first: later[0], last: later.at(-1), kb_a_visit: round(slope(later) * 1_000) };
}

/** As a link of the page does it: without loading it anew. */
async function go(page, path) {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, path);
}

/** What each more has, by the line that fits best. */
export function slope(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const [above, below] = values.reduce(([a, b], one, at) => [a + (at - middle) * (one - mean), b + (at - middle) ** 2], [0, 0]);
  return below === 0 ? 0 : above / below;
}

/** All nodes moved while apart, and some of them by somebody else too. */
export async function conflicts({ page, line }, { product, road }) {
  const graph = grid(10_000);
  const id = await product.add("Conflicts", graph);
  await openEditor(page, `${road.url}/editor/${id}`);
  await chooseAll(page);
  road.becomes("away");
  await page.keyboard.press("Shift+ArrowDown");
  const step = graph.nodes.length / CONFLICTS;
  const changes = graph.nodes.filter((_, at) => at % step === 0).map((node) => ({ node: node.id, set: { position: { x: node.position.x - 500, y: node.position.y } } }));
  const rev = JSON.parse((await product.call("GET", `/workflows/${id}/draft`)).text).rev;
  const told = await product.call("PATCH", `/workflows/${id}/draft`, { changes }, { "if-match": `"${rev}"` });
  if (told.status >= 300) throw new Error(`the other's changes were answered ${told.status}: ${told.text.slice(0, 200)}`);
  await pause(APART_MS);
  const before = await busyMs(line);
  road.becomes("fair");
  const settle = page.locator("header").getByRole("button", { name: /changes? to settle/ });
  await settle.waitFor();
  const words = await settle.innerText();
  return { found: Number.parseInt(words, 10), busy_ms: round((await busyMs(line)) - before) };
}

// The page as these measures need it: what it does with IndexedDB, its sockets and the draft is noted with the time, from outside.

import { openBrowser, openPage } from "../canvas/browser.mjs";

/** Runs in the page before everything else. Sockets are the tab's own then: what a shared worker does cannot be seen from here. */
function note() {
  delete globalThis.SharedWorker;
  const noted = (globalThis.__doc = { keys: [], kept: [], live: 0, heard: 0, saved: 0 });
  addEventListener("keydown", () => noted.keys.push(performance.now()), { capture: true });
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function (...given) {
    const began = performance.now();
    const { keys } = noted;
    const asked = add.apply(this, given);
    this.transaction.addEventListener("complete", () => noted.kept.push({ id: asked.result, key: keys.at(-1) ?? 0, began, done: performance.now() }));
    noted.follower?.postMessage(began);
    return asked;
  };
  const setter = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...setter,
    set(hear) {
      const heard = (event) => {
        const began = performance.now();
        hear.call(this, event);
        const [type, step] = new Uint8Array(event.data, 0, 2);
        if (type === 100) noted.saved += 1;
        // The answer that tells all of the overlay: once it is taken, the document is live.
        if (type === 0 && step === 1) [noted.heard, noted.live] = [began, performance.now()];
      };
      setter.set.call(this, hear && heard);
    },
  });
}

/** Runs in the page before everything else: stands where React's own tools would, and counts the components that ran in each commit. */
export function countRenders() {
  const COMPONENTS = new Set([0, 1, 11, 14, 15]); // React's tags of functions and classes, forwarded and memoised ones too
  const RENDERED = 1; // its flag of a component that ran
  let root = null;
  const all = (fiber) => {
    let sum = COMPONENTS.has(fiber.tag) ? 1 : 0;
    for (let child = fiber.child; child; child = child.sibling) sum += all(child);
    return sum;
  };
  const changed = (fiber) => {
    const before = fiber.alternate;
    let sum = COMPONENTS.has(fiber.tag) && (before === null || (fiber.flags & RENDERED) !== 0) ? 1 : 0;
    // Where a commit changed nothing below, the very same children are there.
    if (before !== null && before.child === fiber.child) return sum;
    for (let child = fiber.child; child; child = child.sibling) sum += changed(child);
    return sum;
  };
  const renders = (globalThis.__renders = { rendered: 0, mounted: () => (root ? all(root.current) : 0) });
  const onCommitFiberRoot = (_, committed) => {
    root = committed;
    renders.rendered += changed(committed.current);
  };
  globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = { supportsFiber: true, inject: () => 1, onCommitFiberRoot, onPostCommitFiberRoot() {}, onCommitFiberUnmount() {}, checkDCE() {} };
}

/** A browser of its own for each measure: what one leaves in memory must not count for the next. */
export async function inPage(chromium, cookies, act) {
  const browser = await openBrowser(chromium);
  try {
    const tab = await openPage(browser, { cookies });
    await tab.page.addInitScript(note);
    tab.page.setDefaultTimeout(60_000);
    return await act(tab);
  } finally {
    await browser.close();
  }
}

/** Opens an editor and waits until it is live and its keys are there. */
export async function openEditor(page, url) {
  await page.goto(url, { timeout: 60_000 });
  await page.locator("[data-canvas][data-ready]").waitFor();
  await page.waitForFunction(() => globalThis.__doc.live > 0);
  await page.getByPlaceholder("Add a node…").waitFor();
}

/** A figure of the page's, by an expression. */
export const ask = (page, expression) => page.evaluate(expression);

// The page as these measures need it: what it does with IndexedDB, its sockets and the draft is noted with the time, from outside.

import { openBrowser, openPage } from "../canvas/browser.mjs";

/** Runs in the page before everything else. Sockets are the tab's own then: what a shared worker does cannot be seen from here. */
function note() {
  delete globalThis.SharedWorker;
  const noted = (globalThis.__doc = { keys: [], kept: [], live: 0, heard: 0, saved: 0 });
  addEventListener("keydown", () => noted.keys.push(performance.now()), { capture: true });
  const writes = new BroadcastChannel("writes");
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function (...given) {
    const began = performance.now();
    const { keys } = noted;
    const asked = add.apply(this, given);
    this.transaction.addEventListener("complete", () => noted.kept.push({ id: asked.result, key: keys.at(-1) ?? 0, began, done: performance.now() }));
    writes.postMessage(began);
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

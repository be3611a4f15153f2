// Chromium as the bars want it: headless, composited in software, WebGL by SwiftShader and nothing else by it.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { countCommits, PAINTED, record } from "./recorder.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
export const SIZE = { width: 1280, height: 800 };

const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
/** Whatever the machine has: the same as on one without a GPU. See README.md for what other flags do to an empty page. */
const SOFTWARE = ["--disable-gpu-compositing", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function findChromium(wanted) {
  const found = [wanted, process.env.CHROMIUM, ...PLACES].find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium here: install Debian's package chromium, or name one with --chromium");
  return found;
}

export async function openBrowser(path, more = []) {
  const { chromium } = require("playwright-core");
  return chromium.launch({ executablePath: findChromium(path), args: [...QUIET, ...SOFTWARE, ...more] });
}

/** A page with nothing in its caches, the recorder in it, and a line to the browser. */
export async function openPage(browser, { cookies = [], commits = false } = {}) {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: "dark", permissions: ["clipboard-read", "clipboard-write"] });
  if (cookies.length > 0) await context.addCookies(cookies);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.addInitScript(record, PAINTED);
  if (commits) await page.addInitScript(countCommits);
  const line = await context.newCDPSession(page);
  await line.send("Performance.enable");
  return { context, page, line, complaints };
}

/** Milliseconds that the main thread was busy so far. */
export async function busyMs(line) {
  const { metrics } = await line.send("Performance.getMetrics");
  return 1_000 * (metrics.find((metric) => metric.name === "TaskDuration")?.value ?? 0);
}

/** Megabytes of JavaScript objects after a collection, and of the buffers that they hold. */
export async function heapMb(line) {
  await line.send("HeapProfiler.enable");
  await line.send("HeapProfiler.collectGarbage");
  await line.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = await line.send("Runtime.getHeapUsage");
  await line.send("HeapProfiler.disable");
  return { used: Math.round(usedSize / 1e5) / 10, buffers: Math.round(backingStorageSize / 1e5) / 10 };
}

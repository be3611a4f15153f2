// Journeys: their names, and walking them in Chromium, a few at a time, each in a browser context of its own.

import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const NAMES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** What a journey may take at most, unless it says otherwise. */
const SECONDS = 75;
/** More than these that come short are no matter of chance. */
const AGAIN_MOST = 3;

export class Walks {
  #journeys = new Map();

  /** `long`: left out of the short form. `secondsEach`: what each round of it may take beside the rest. The rest of the options is for whoever walks. */
  test = (name, options, journey = options) => {
    if (this.#journeys.has(name)) throw new Error(`two journeys are called “${name}”`);
    this.#journeys.set(name, { options: journey === options ? {} : options, journey });
  };

  /** Walks those that are asked for; answers whether all of them got through. `walk` prepares one and calls
   *  it; what it leaves to be ended comes after the page is gone, which holds connections open. */
  async run({ only = "", long = true, atOnce = 1, rounds = 1, walk }) {
    const open = [...this.#journeys].filter(([name, { options }]) => name.includes(only) && (only !== "" || long || !options.long));
    if (open.length === 0) throw new Error(`no journey is called “${only}”`);
    const browser = await chromium.launch({ ...whichBrowser(), args: ARGS });
    const short = [];
    const next = async () => {
      for (let one = open.shift(); one; one = open.shift()) if (!(await isWalked(browser, walk, one, rounds))) short.push(one);
    };
    const again = [];
    try {
      await Promise.all(Array.from({ length: atOnce }, next));
      // Several at a time hold each other up: what came short then is walked once more by itself, and told of as such.
      if (atOnce > 1) for (const one of short.slice(0, AGAIN_MOST)) if (await isWalked(browser, walk, one, rounds)) again.push(one);
    } finally {
      await browser.close();
    }
    for (const [name] of again) console.log(`again ${name}: through at the second try only`);
    return short.length === again.length;
  }
}

/** Says what the page's policy forbade. What a browser writes itself into text that is being typed is not the page's doing. */
function tellOfPolicy() {
  addEventListener("securitypolicyviolation", ({ target, violatedDirective, blockedURI, sourceFile }) => {
    if (target instanceof Element && target.closest("[contenteditable]")) return;
    console.error(`Broken policy: ${violatedDirective} ${blockedURI} ${sourceFile}`);
  });
}

/** A page that hangs must not hold the others up. */
function within(seconds, work) {
  let timer;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not through after ${seconds} s`)), seconds * 1_000)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function isWalked(browser, walk, [name, { options, journey }], rounds) {
  const began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
  const [faults, ends] = [[], []];
  let isOver = false;
  // What began only after the time was up is ended at once: nobody would do it later.
  const after = (end) => (isOver ? void end() : ends.unshift(end));
  // Whether a worker has come yet is a matter of seconds: only journeys about it have one.
  const context = await browser.newContext({ serviceWorkers: "block", ...options.context });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => /^Broken policy|Warning:/.test(message.text()) && faults.push(message.text()));
  await page.addInitScript(tellOfPolicy);
  try {
    await within((options.seconds ?? SECONDS) + (options.secondsEach ?? 0) * rounds, walk({ page, context, options, journey, after }));
    if (faults.length > 0) throw new Error(`the page complained: ${faults.slice(0, 5).join("; ")}`);
    console.log(`ok    ${name}  ${seconds()}`);
    return true;
  } catch (error) {
    const picture = join(tmpdir(), `journey-${process.pid}-${name.replace(/\W+/g, "-").slice(0, 60)}.png`);
    await page.screenshot({ path: picture, timeout: 5_000 }).catch(() => undefined);
    const words = [...String(error.message ?? error).split("\n").slice(0, 14), ...faults.map((fault) => `the page complained: ${fault}`), `picture: ${picture}`];
    console.log(`short ${name}  ${seconds()}\n      ${words.join("\n      ")}`);
    return false;
  } finally {
    isOver = true;
    await context.close();
    for (const end of ends) await end();
  }
}

function whichBrowser() {
  const executablePath = process.env.CHROMIUM ?? NAMES.find((name) => existsSync(name));
  if (!executablePath) throw new Error("there is no Chromium: apt-get install chromium, or name one in CHROMIUM");
  return { executablePath };
}

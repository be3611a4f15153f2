// Looks at the node panel: pictures of its samples in both themes and two widths, and what the browser complained about.
//   node test/node-panel/look.mjs --url http://127.0.0.1:8097 --out /tmp/node-look [--only route,page] [--themes dark]

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8097" },
    out: { type: "string", default: "/tmp/node-look" },
    only: { type: "string", default: "" },
    themes: { type: "string", default: "dark,light" },
    sizes: { type: "string", default: "1440x900,390x844" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const VIEWS = {
  route: "node=route", "route-problem": "node=route&reveal=cases[1].when", page: "node=page", "page-settings": "node=page&tab=settings", "page-output": "node=page&tab=output", check: "node=check", keep: "node=keep",
  fields: "node=fields", wait: "node=wait", code: "node=code", nightly: "node=nightly", sums: "node=sums", strange: "node=strange", rtl: "node=rtl&rtl", large: "node=large", "large-input": "node=large&tab=input",
  input: "node=route&tab=input", output: "node=route&tab=output", docs: "node=route&tab=docs", wide: "node=page&wide", "wide-route": "node=route&wide", bare: "node=bare", tickets: "node=tickets",
};
mkdirSync(flags.out, { recursive: true });
const browser = await chromium.launch({ executablePath: flags.chromium, args: ARGS });
const complaints = new Set();
for (const theme of flags.themes.split(",")) {
  for (const size of flags.sizes.split(",")) {
    const [width, height] = size.split("x").map(Number);
    const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 720, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.add(message.text()));
    page.on("pageerror", (error) => complaints.add(String(error)));
    for (const [name, query] of Object.entries(VIEWS)) {
      if (flags.only !== "" && !flags.only.split(",").includes(name)) continue;
      await page.goto(`${flags.url}/?${query}&theme=${theme}`);
      await page.getByRole("tablist").first().waitFor();
      await page.waitForTimeout(900);
      await page.screenshot({ path: join(flags.out, `${name}-${theme}-${width}.png`) });
    }
    await context.close();
  }
}
await browser.close();
for (const one of complaints) console.log("complaint:", one);

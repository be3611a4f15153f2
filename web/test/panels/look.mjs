// Pictures of the editor's panels in both themes and two widths: node test/panels/look.mjs --url http://127.0.0.1:5199 --out /tmp/panels

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags } = parseArgs({ options: { url: { type: "string", default: "http://127.0.0.1:5199" }, out: { type: "string", default: "panels" }, only: { type: "string", default: "" } } });
const VIEWS = {
  add: "show=add&select=classify", outline: "show=outline&select=ask", several: "show=outline,find&select=ask,store,route", commands: "show=add,commands&select=classify", shortcuts: "show=add,shortcuts",
  menu: "show=outline,menu&select=route", "menu-several": "show=add,menu&select=store,route,classify", quick: "show=outline,quick_add&select=route", rename: "show=outline,rename&select=route", connect: "show=outline,connect&select=route", empty: "show=outline&clean=1",
};
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
mkdirSync(flags.out, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });
try {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    for (const theme of ["dark", "light"]) {
      const page = await browser.newPage({ viewport: { width, height }, hasTouch: width < 500 });
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && process.stdout.write(`${theme} ${width}: ${message.text().slice(0, 300)}\n`));
      page.on("pageerror", (error) => process.stdout.write(`${theme} ${width}: ${error.message}\n`));
      for (const [name, search] of Object.entries(VIEWS)) {
        if (flags.only !== "" && !flags.only.split(",").includes(name)) continue;
        await page.goto(`${flags.url}/test/panels/index.html?theme=${theme}&${search}`);
        await page.waitForSelector("main");
        await page.waitForTimeout(350);
        await page.screenshot({ path: join(flags.out, `${name}-${width}-${theme}.png`) });
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}

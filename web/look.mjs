// Looks at the pages: pictures of each in both themes and two widths, and a list of what the browser complained about.
//   node look.mjs --url http://127.0.0.1:8090 --out /tmp/look [--only home,workflow] [--density compact] [--token …]

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8090" },
    out: { type: "string", default: "look" },
    only: { type: "string", default: "" },
    token: { type: "string", default: "" },
    themes: { type: "string", default: "dark,light" },
    sizes: { type: "string", default: "1440x900,390x844" },
    density: { type: "string", default: "" },
    workflow: { type: "string", default: "Ticket triage" },
    chromium: { type: "string", default: "/usr/bin/chromium" },
  },
});
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run"];
const complaints = [];

async function call(context, path, options = {}) {
  const response = await context.request.fetch(`${flags.url}/api/v1${path}`, options);
  if (!response.ok()) throw new Error(`${path} answered ${response.status()}`);
  return response.json();
}

async function find(context, name) {
  const { items } = await call(context, `/workflows?q=${encodeURIComponent(name)}&limit=1`);
  return items[0]?.id;
}

/** Starts a workflow and waits until its execution is over. */
async function finished(context, workflow, input = {}) {
  const { execution_id: id } = await call(context, `/workflows/${workflow}/execute`, { method: "POST", data: { input } });
  for (let n = 0; n < 200; n += 1) {
    const { status } = await call(context, `/executions/${id}`);
    if (!["queued", "running", "waiting"].includes(status)) return id;
    await new Promise((done) => setTimeout(done, 100));
  }
  return id;
}

async function places(context) {
  const found = {
    home: "/", workflows: "/workflows", folder: "/workflows?folder=Finance&tag=nightly", none: "/workflows?q=no+such+name", executions: "/executions", templates: "/templates",
    performance: "/performance", settings: "/settings", "settings-canvas": "/settings?section=canvas", "settings-keys": "/settings?section=shortcuts", session: "/settings?section=session",
    "node-types": "/node-types", missing: "/nowhere",
  };
  const [template] = (await call(context, "/templates").catch(() => ({ items: [] }))).items;
  if (template) found.template = `/templates/${template.id}`;
  const main = await find(context, flags.workflow);
  if (main) {
    found.workflow = `/workflows/${main}`;
    const done = await finished(context, main, { subject: "Invoice shows the wrong total", label: "urgent", score: 0.94 });
    found.execution = `/executions/${done}`;
    const steps = (await call(context, `/executions/${done}/steps`)).items;
    const step = steps.find((one) => one.status === "succeeded" && one.output !== null && typeof one.output === "object") ?? steps[0];
    if (step) found["execution-step"] = `/executions/${done}?step=${encodeURIComponent(step.address)}`;
  }
  for (const [key, name] of [["failed", "Nightly price import"], ["loop", "Poll until"]]) {
    const id = await find(context, name);
    if (!id) continue;
    const done = await finished(context, id);
    found[key] = `/executions/${done}`;
    const bad = (await call(context, `/executions/${done}/steps`)).items.find((one) => one.status === "failed");
    if (bad) found[`${key}-step`] = `/executions/${done}?step=${encodeURIComponent(bad.address)}`;
    found[`${key}-steps`] = `/executions/${done}?tab=steps`;
    const other = (await call(context, `/executions/${done}/replay`, { method: "POST", data: {} })).id;
    found[`${key}-compare`] = `/executions/${done}/compare/${other}?show=any`;
  }
  const each = await find(context, "Update every customer");
  if (each) {
    const done = await finished(context, each);
    for (const tab of ["timeline", "events", "log", "data"]) found[`run-${tab}`] = `/executions/${done}?tab=${tab}`;
  }
  found["executions-failed"] = "/executions?status=failed,timed_out,quarantined";
  for (const [key, name] of [["large", "Large graph, 1000"], ["long", "A very long name"]]) {
    const id = await find(context, name);
    if (id) found[key] = `/workflows/${id}`;
  }
  return found;
}

async function main() {
  mkdirSync(flags.out, { recursive: true });
  const browser = await chromium.launch({ executablePath: flags.chromium, args: ARGS });
  const only = flags.only === "" ? null : new Set(flags.only.split(","));
  let pages = null;
  let storage;
  for (const theme of flags.themes.split(",")) {
    for (const size of flags.sizes.split(",")) {
      const [width, height] = size.split("x").map(Number);
      const phone = width < 600;
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, hasTouch: phone, isMobile: phone, storageState: storage });
      if (flags.density !== "") await context.addInitScript((density) => localStorage.setItem("tidemill.settings", JSON.stringify({ density })), flags.density);
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "error" && complaints.push(`${page.url()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
      if (flags.token !== "" && !storage) {
        await page.goto(`${flags.url}/?token=${flags.token}`);
        await page.waitForTimeout(500);
        storage = await context.storageState();
      }
      pages ??= await places(context);
      for (const [name, path] of Object.entries(pages)) {
        if (only && !only.has(name)) continue;
        await page.goto(flags.url + path);
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(name === "performance" ? 4_000 : 700); // it draws what it measures
        await page.screenshot({ path: join(flags.out, `${name}-${theme}-${width}.png`) });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) complaints.push(`${path} at ${width}: ${wide} px too wide`);
      }
      await context.close();
    }
  }
  await browser.close();
  console.log(complaints.length === 0 ? "no complaints" : [...new Set(complaints)].join("\n"));
}

await main();

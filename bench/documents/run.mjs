// Measures documents in the page: node bench/documents/run.mjs --program target/release/tidemill [--json FILE]
// README.md says what each figure is.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { documentBytes } from "../../web/tools/document-bytes.mjs";
import { Weather } from "../../web/e2e/editor/weather.mjs";
import { round, row } from "../canvas/figures.mjs";
import { floor } from "../canvas/floor.mjs";
import { serveFront } from "../canvas/front.mjs";
import { Product } from "../canvas/product.mjs";
import { conflicts, leaks, localSave, opening, renders, requests } from "./measures.mjs";
import { inPage } from "./page.mjs";

const { values: flags } = parseArgs({
  options: {
    program: { type: "string", default: "target/release/tidemill" },
    chromium: { type: "string", default: "" },
    page: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "floor,bytes,save,renders,open,requests,leaks,conflicts" },
    visits: { type: "string", default: "50" },
    seconds: { type: "string", default: "60" },
    "leak-most": { type: "string", default: "" },
    json: { type: "string", default: "" },
  },
});
const parts = new Set(flags.only.split(","));
const rounds = Number(flags.rounds);
/** Sizes by name; the empty one says what any editor costs. */
const SIZES = { empty: 0, "10k": 10_000, "100k": 100_000 };
const report = { floor: null, complaints: [] };

async function ofProduct() {
  const product = await Product.start(flags.program);
  const front = flags.page === "" ? null : await serveFront(resolve(flags.page), product.url);
  const road = await Weather.over(front?.url ?? product.url);
  try {
    const url = front?.url ?? product.url;
    const cookies = (await product.cookies()).flatMap((cookie) => [{ ...cookie, url }, { ...cookie, url: road.url }]);
    const given = { product, url, road };
    const one = (act, more = {}) =>
      inPage(flags.chromium, cookies, async (tab) => {
        const told = await act(tab, { ...given, ...more });
        report.complaints.push(...tab.complaints);
        return told;
      });
    if (parts.has("save")) await row(report, "save", rounds, () => one(localSave));
    if (parts.has("renders")) await row(report, "renders", 1, () => one(renders));
    if (parts.has("open")) for (const [name, nodes] of Object.entries(SIZES)) await row(report, `open_${name}`, rounds, () => one(opening, { nodes }));
    if (parts.has("conflicts")) await row(report, "conflicts", rounds, () => one(conflicts));
    if (parts.has("leaks")) await row(report, "leaks", 1, () => one(leaks, { visits: Number(flags.visits) }));
    if (parts.has("requests")) {
      road.hasSockets = false;
      await row(report, "requests", 1, () => one(requests, { seconds: Number(flags.seconds) }));
    }
  } finally {
    await road.stop();
    await front?.stop();
    await product.stop();
  }
}

if (parts.has("floor")) {
  report.floor = await inPage(flags.chromium, [], ({ context }) => floor(context.browser()));
  const { dom, "2d": flat, quiet } = report.floor;
  console.log(`${"floor".padEnd(20)} an empty page ${dom.fps}, clearing a canvas ${flat.fps} FPS${quiet ? "" : ": the machine is busy, do not judge by what follows"}`);
}
if (parts.has("bytes")) {
  await row(report, "bytes", 1, async () => {
    const { ours, libraries } = await documentBytes();
    return { kb: round(ours / 1_000), libraries_kb: round(libraries / 1_000) };
  });
}
if (["save", "renders", "open", "requests", "leaks", "conflicts"].some((part) => parts.has(part))) await ofProduct();
report.complaints = [...new Set(report.complaints)].slice(0, 20);
for (const complaint of report.complaints) console.log(`the page complained: ${complaint}`);
if (flags["leak-most"] !== "" && !(report.leaks?.kb_a_visit <= Number(flags["leak-most"]))) {
  console.log(`more than ${flags["leak-most"]} KB stay behind with each visit`);
  process.exitCode = 1;
}
// Whoever reads the figures judges them; else what could not be measured is a failure.
if (flags.json === "" && Object.values(report).some((one) => one?.ok === false)) process.exitCode = 1;
if (flags.json !== "") writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);

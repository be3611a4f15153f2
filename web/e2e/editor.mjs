// Walks through the editor of the real program as a person would:
//   node e2e/editor.mjs [--program ../target/fast/tidemill] [--page dist] [--short] [--at-once 2] [--pictures FOLDER] [--rounds 100] [NAME]
// With --rounds, journeys that do the same again and again do it so often.
// Each journey has a program and a data folder of its own. With --page the pages of a folder stand in front of the program.

import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serveFront } from "../../bench/canvas/front.mjs";
import { Product } from "../../bench/canvas/product.mjs";
import { walks } from "./editor/hand.mjs";
import { Weather } from "./editor/weather.mjs";
import "./editor/first.mjs";
import "./editor/saving.mjs";
import "./editor/conflicts.mjs";
import "./editor/kept.mjs";
import "./editor/keyboard.mjs";
import "./editor/pasting.mjs";
import "./editor/running.mjs";
import "./editor/mouse.mjs";
import "./editor/touch.mjs";
import "./editor/strange.mjs";
import "./editor/markup.mjs";
import "./editor/problems.mjs";
import "./editor/weathered.mjs";
import "./editor/offline.mjs";
import "./editor/many.mjs";
import "./editor/together.mjs";
import "./editor/looking.mjs";
import "./editor/comments.mjs";
import "./editor/apart.mjs";
import "./editor/weak.mjs";
import "./editor/figures.mjs";
import "./editor/versions.mjs";
import "./stock.mjs";
import "./editor/serious.mjs";

const PROGRAM = fileURLToPath(new URL("../../target/fast/tidemill", import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    program: { type: "string", default: PROGRAM },
    page: { type: "string", default: "" },
    short: { type: "boolean", default: false },
    "at-once": { type: "string", default: "1" },
    pictures: { type: "string", default: "" },
    rounds: { type: "string", default: "6" },
  },
});
const rounds = Number(flags.rounds);
if (flags.pictures !== "") mkdirSync(flags.pictures, { recursive: true });

async function walk({ page, context, options, journey, after }) {
  const product = await Product.start(resolve(flags.program));
  after(() => product.stop());
  const front = flags.page === "" ? null : await serveFront(resolve(flags.page), product.url);
  after(() => front?.stop());
  const weather = options.weather ? await Weather.over(front?.url ?? product.url) : null;
  after(() => weather?.stop());
  const url = weather?.url ?? front?.url ?? product.url;
  const picture = async (name, of = page) => void (flags.pictures !== "" && (await of.screenshot({ path: resolve(flags.pictures, `${name}.png`), caret: "initial" })));
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
  if (!options.context?.viewport) await page.setViewportSize({ width: 1440, height: 900 });
  if (!options.signedOut) await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
  await journey({ page, url, product, context, weather, picture, after, rounds });
}

const passed = await walks.run({ only: positionals[0], long: !flags.short, rounds, atOnce: Number(flags["at-once"]), walk });
process.exitCode = passed ? 0 : 1;

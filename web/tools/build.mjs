// Builds the page: npm run build [-- --analyze] [-- --record-budget]
// --analyze (or ANALYZE=true) prints the chunks and writes dist-report/index.html, a map of what is in them.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";

const { values: flags } = parseArgs({ options: { analyze: { type: "boolean" }, "record-budget": { type: "boolean" } } });
if (flags.analyze) process.env.ANALYZE = "true";
if (flags["record-budget"]) process.env.RECORD_BUDGET = "true";
try {
  await build({ root: fileURLToPath(new URL("..", import.meta.url)) });
} catch (error) {
  const words = error instanceof Error ? error.message : String(error);
  console.error(words.replace(/^\s+at .*$\n?/gm, "").trim());
  process.exitCode = 1;
}

// What axe finds in a page. Axe has a licence of its own (MPL) and stands in no list of ours: it comes when journeys are walked.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PACKAGE = "axe-core@4.14.1";
const here = createRequire(import.meta.url);
let text = null;

function source() {
  try {
    return readFileSync(here.resolve("axe-core/axe.min.js"), "utf8");
  } catch {
    execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", PACKAGE], { cwd: fileURLToPath(new URL("..", import.meta.url)), stdio: "inherit" });
    return readFileSync(here.resolve("axe-core/axe.min.js"), "utf8");
  }
}

/** What axe finds in the page as it is; serious and critical alone, with the elements. */
export async function faults(page) {
  text ??= source();
  await page.evaluate(text); // as the debugger's own: the page's policy allows no script beside its own
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.filter((one) => one.impact === "serious" || one.impact === "critical").map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

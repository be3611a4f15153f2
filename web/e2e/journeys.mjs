// Walks through the pages as a person would, against the mock (after npm run build):
//   node e2e/journeys.mjs [--short] [--at-once 2] [NAME]
// Each journey starts its own mock, so that none depends on what another left behind.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { walks } from "./pages/shared.mjs";
import "./pages/lists.mjs";
import "./pages/around.mjs";
import "./pages/executions.mjs";
import "./pages/shown.mjs";
import "./pages/serious.mjs";

const MOCK = fileURLToPath(new URL("../mock/server.mjs", import.meta.url));
const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { short: { type: "boolean", default: false }, "at-once": { type: "string", default: "1" } } });
let port = Number(process.env.JOURNEYS_PORT ?? 8200);

async function startMock(at, more) {
  const child = spawn(process.execPath, [MOCK, "--port", String(at), ...more], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function walk({ page, context, options, journey, after }) {
  const at = port++;
  const more = options.mock ?? [];
  let mock = await startMock(at, more);
  after(() => mock.kill());
  await page.setViewportSize({ width: 1280, height: 800 });
  await journey({ page, context, url: `http://127.0.0.1:${at}`, mock, restart: async () => (mock = await startMock(at, more)) });
}

const passed = await walks.run({ only: positionals[0], long: !flags.short, atOnce: Number(flags["at-once"]), walk });
process.exitCode = passed ? 0 : 1;

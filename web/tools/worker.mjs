// Builds the worker, `dist/worker.js`, once all other files are written: it knows each of them by name and digest.
// A plugin of the build.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";

const SOURCE = "src/worker/worker.ts";
export const WORKER = "worker.js";
/** What a start needs nothing of. */
const LEFT_OUT = /\.(?:br|gz|map|png|webmanifest)$/;

/** What the worker fetches ahead: `/` is the first page; what has its digest in its name needs no other. */
export function filesOf(out) {
  const names = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(out.length + 1).replaceAll("\\", "/"))
    .filter((name) => name !== WORKER && !LEFT_OUT.test(name))
    .sort();
  const digest = (name) => `sha256-${createHash("sha256").update(readFileSync(join(out, name))).digest("base64")}`;
  const path = (name) => (name === "index.html" ? "/" : `/${name}`);
  return Object.fromEntries(names.map((name) => [path(name), name.startsWith("assets/") ? null : digest(name)]));
}

export function buildOf(out) {
  const files = filesOf(out);
  return { version: createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 16), files };
}

export function worker() {
  let config;
  return {
    name: "worker",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async writeBundle() {
      const outDir = resolve(config.root, config.build.outDir);
      await build({
        root: config.root,
        configFile: false,
        publicDir: false,
        logLevel: "warn",
        define: { BUILD: JSON.stringify(buildOf(outDir)) },
        build: {
          outDir,
          emptyOutDir: false,
          target: config.build.target,
          modulePreload: false,
          rolldownOptions: { input: join(config.root, SOURCE), output: { format: "iife", entryFileNames: WORKER } },
        },
      });
    },
  };
}

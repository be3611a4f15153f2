// How much code saving by itself costs: the modules that share, keep and send a document, as they are built, packed by gzip. Yjs and
// y-protocols, with what they stand on, are told beside it.

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { minifySync } from "rolldown/utils";
import { build } from "vite";

const OURS = /\/src\/(?:state\/document[/.]|graph\/overlay\/|api\/draft\.ts)/;
const THEIRS = /\/node_modules\/(?:yjs|y-protocols|lib0)\//;
/**
 * Who is there, what of the comments somebody has read or half written, and which version and branch a draft stands on: none of it is
 * saved or sent.
 */
const NOT_SAVING = /\/(?:presence|comment-device|place|standing)\.ts$/;

/** The code of modules in the order of the build, without what nobody uses, shortened as in the build, in bytes of gzip. */
function packed(modules) {
  const text = modules.map(([, { code }]) => code ?? "").join("\n");
  // Without leaving out what nobody uses: by itself that would be all of it.
  const { code, errors } = minifySync("saving.js", text, { module: true, compress: false, mangle: { toplevel: true } });
  if (errors.length > 0) throw new Error(`the code of saving cannot be shortened: ${errors[0].message.slice(0, 200)}`);
  return gzipSync(code, { level: 9 }).length;
}

/** Builds the page without writing it. */
export async function documentBytes() {
  const found = new Map();
  const look = {
    name: "document-bytes",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) for (const [id, module] of Object.entries(chunk.modules ?? {})) found.set(id.split("?")[0], module);
    },
  };
  const worker = [];
  // Without the rest of the build, which writes files.
  const { output } = await build({ root: fileURLToPath(new URL("..", import.meta.url)), configFile: false, logLevel: "error", build: { write: false, target: "es2023", assetsInlineLimit: 0 }, plugins: [react(), look] });
  for (const { fileName, source } of output) if (/hub-worker.*\.js$/.test(fileName)) worker.push(gzipSync(source, { level: 9 }).length);
  if (worker.length !== 1) throw new Error("the worker that tabs share is not in the build");
  const of = (isWanted) => [...found].filter(([id]) => isWanted(id));
  const ours = of((id) => OURS.test(id) && !NOT_SAVING.test(id));
  if (ours.length < 20) throw new Error(`only ${ours.length} modules of saving were found in the build`);
  return { modules: ours.length, ours: packed(ours) + worker[0], libraries: packed(of((id) => THEIRS.test(id))) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { modules, ours, libraries } = await documentBytes();
  console.log(`saving: ${(ours / 1_000).toFixed(1)} KB gzip in ${modules} modules, Yjs and y-protocols ${(libraries / 1_000).toFixed(1)} KB beside it`);
}

// Builds the page into `dist`, which the binary embeds. Nothing is inlined, so that a strict
// Content-Security-Policy (`script-src 'self'; style-src 'self'; font-src 'self'`) holds.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { visualizer } from "rollup-plugin-visualizer";
import { defineConfig, type Plugin } from "vite";
import { ahead } from "./tools/ahead.mjs";
import { budget } from "./tools/bundle.mjs";
import { worker } from "./tools/worker.mjs";

const analyze = process.env.ANALYZE === "true";
const record = process.env.RECORD_BUDGET === "true";
const server = process.env.TIDEMILL_URL ?? "http://127.0.0.1:8080";
const PACKED = /\.(?:js|css|html|svg)$/;
const WORTH_PACKING = 1_000;

/** Lays `.br` and `.gz` beside each text file: the server sends them as they are and compresses nothing itself. */
function packed(): Plugin {
  let out = "dist";
  return {
    name: "packed",
    apply: "build",
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(out, { recursive: true, encoding: "utf8" })) {
        const file = join(out, name);
        if (!PACKED.test(name) || statSync(file).size < WORTH_PACKING) continue;
        const bytes = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** A map of what is in the chunks; it lies beside `dist`, since nobody needs it but us. */
const report = () => visualizer({ filename: "dist-report/index.html", title: "What the pages are made of", template: "treemap", gzipSize: true });

/** Small modules that nearly every page needs come as one file: twenty of a few hundred bytes pack badly and are asked for one by one. */
const GROUND = [
  /node_modules.zustand/,
  /node_modules.react.(?:jsx|cjs.react-jsx)/,
  /lucide-react.*(?:clock-3|play|plus|search|Icon|create|shared)/,
  /src.api.(?:exact|call|client|draft|key|kept)\.ts/,
  /src.graph.(?:summary|geometry|curve|file|notes|nested|layout)\.ts/,
  /src.state.execution(?:\.ts|.state\.ts)/,
  /src.ui.(?:time|status|lazy-markdown|typing)/,
  /src.pages.(?:kinds|editor.use-doc)/
];

/** What menus, dialogs and lists share, of a few hundred bytes each as well; it comes with the first of them. */
const HANDS = /src.ui.(?:walk|once-ready|focus|popover)\.ts/;

export default defineConfig({
  plugins: [react(), ahead(), budget({ table: analyze, record }), worker(), packed(), ...(analyze ? [report()] : [])],
  build: {
    target: "es2023",
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "ground", test: (id) => GROUND.some((one) => one.test(id)) }, { name: "hands", test: HANDS }] } } },
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    sourcemap: false,
    // Lists of scripts in scripts cost the first page 5 KB; ahead.mjs has the browser fetch those that it needs.
    modulePreload: { polyfill: false, resolveDependencies: (_file, files, { hostType }) => files.filter((file) => hostType === "html" || file.endsWith(".css")) },
  },
  server: {
    proxy: { "/api": { target: server, changeOrigin: false }, "/hooks": { target: server } },
  },
});

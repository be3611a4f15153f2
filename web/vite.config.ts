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

export default defineConfig({
  plugins: [react(), ahead(), budget({ table: analyze, record }), packed(), ...(analyze ? [report()] : [])],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    sourcemap: false,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: server, changeOrigin: false }, "/hooks": { target: server } },
  },
});

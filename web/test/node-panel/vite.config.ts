// Builds the page that shows the node panel alone: `npx vite build -c test/node-panel/vite.config.ts --outDir /tmp/node-panel`.
// It is not part of the product; `node mock/server.mjs --dist /tmp/node-panel` serves it under the product's policy.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  build: { target: "es2023", assetsInlineLimit: 0, emptyOutDir: true, modulePreload: { polyfill: false } },
  server: { proxy: { "/api": { target: process.env.TIDEMILL_URL ?? "http://127.0.0.1:8080" } } },
});

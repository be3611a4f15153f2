// Builds the page into `dist`, which the binary embeds. Nothing is inlined, so that a strict
// Content-Security-Policy (`script-src 'self'; style-src 'self'; font-src 'self'`) holds.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.TIDEMILL_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
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

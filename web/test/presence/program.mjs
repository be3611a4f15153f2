// The editor of the real program by Vite, as it is while one works on it: tests may reach into its modules and put people there
// who do not exist.

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";
import { Product } from "../../../bench/canvas/product.mjs";

const WEB = fileURLToPath(new URL("../..", import.meta.url));
export const PROGRAM = fileURLToPath(new URL("../../../target/fast/tidemill", import.meta.url));

export const node = (id, type, x, y, label, data = {}) => ({ id, type, position: { x, y }, data: { label, ...data } });
export const SMALL = {
  nodes: [node("start", "manual", 0, 0, "Begin"), node("weigh", "set_fields", 264, 0, "Weigh", { fields: { kg: 2 } }), node("send", "set_fields", 528, 0, "Send", { fields: { by: "post" } }), node("wait", "delay", 264, 160, "Wait", { duration: "3s" })],
  edges: [{ id: "a", source: "start", target: "weigh" }, { id: "b", source: "weigh", target: "send" }, { id: "c", source: "start", target: "wait" }],
};

/** Opens an editor and fills it with people. */
export async function open(context, url, id, { people, theme = "dark", width = 1440, height = 900, more = {} }) {
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  page.on("pageerror", (error) => console.log(`complaint: ${error.message}`));
  await page.goto(`${url}/editor/${id}`);
  await page.locator("[data-canvas][data-ready], [data-canvas][data-level]").first().waitFor({ timeout: 60_000 });
  await page.locator("aside[aria-label]").first().waitFor({ timeout: 60_000 });
  await page.evaluate(
    async ([count, options]) => {
      const { useDocument } = await import("/src/state/document.ts");
      const { mockPeople } = await import("/test/presence/hub.ts");
      mockPeople(useDocument.getState().session.doc, count, options);
    },
    [people, more],
  );
  await page.locator("[data-people] button").waitFor();
  await page.waitForTimeout(700);
  return page;
}

/** `work` gets the program, its address and a context that is signed in. */
export async function withEditor(program, work) {
  const product = await Product.start(program);
  const proxy = { "/api": { target: product.url, changeOrigin: true, headers: { origin: product.url } } };
  const server = await createServer({ root: WEB, server: { port: 0, host: "127.0.0.1", proxy }, logLevel: "error" });
  await server.listen();
  const url = `http://127.0.0.1:${server.httpServer.address().port}`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext();
    await context.addCookies((await product.cookies()).map((cookie) => ({ ...cookie, url })));
    await work({ product, url, context });
  } finally {
    await browser.close();
    await server.close();
    await product.stop();
  }
}

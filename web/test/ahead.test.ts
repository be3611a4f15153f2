// Code that comes ahead of time: the build writes down what each page needs, and the first script asks for that of its address.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { build } from "vite";
import { afterEach, describe, expect, it } from "vitest";
import { ahead } from "../tools/ahead.mjs";

const FIRST = readFileSync(fileURLToPath(new URL("../public/first.js", import.meta.url)), "utf8");
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** Two pages that share a part; the second has styles, and code that it asks for on demand. */
async function built(): Promise<{ html: string; files: string[] }> {
  const root = mkdtempSync(join(tmpdir(), "tidemill-ahead-"));
  roots.push(root);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  write("index.html", '<head><script src="/first.js"></script></head><script type="module" src="/src/pages/routes.tsx"></script>');
  write("public/first.js", "");
  write("src/pages/routes.tsx", 'const page = (pattern, load) => load;\nexport const all = [page("/", () => import("./home")), page("/editor/:id", () => import("./editor"))];\nall.map((load) => load().then(console.info));\n');
  write("src/pages/home.tsx", 'import { part } from "../part";\nexport const home = ["home", part];\n');
  write("src/pages/editor.tsx", 'import "./editor.css";\nimport { part } from "../part";\nexport const editor = ["editor", part, () => import("../late")];\n');
  write("src/pages/editor.css", "a { color: red }\n");
  write("src/part.ts", "export const part = Math.random();\n");
  write("src/late.ts", "export const late = Math.random();\n");
  await build({ root, configFile: false, logLevel: "silent", plugins: [ahead()], build: { modulePreload: false, assetsInlineLimit: 0 } });
  return { html: readFileSync(join(root, "dist/index.html"), "utf8"), files: readdirSync(join(root, "dist/assets")) };
}

/** What first.js asks for at an address. */
function asked(content: string | null, pathname: string): { href: string; rel: string }[] {
  const links: { href: string; rel: string }[] = [];
  const document = {
    documentElement: { dataset: {} },
    querySelector: () => (content === null ? null : { content }),
    createElement: () => ({}),
    head: { append: (link: { href: string; rel: string }) => links.push(link) },
  };
  runInNewContext(FIRST, { document, location: { pathname }, localStorage: { getItem: () => null }, matchMedia: () => ({ matches: false }) });
  return links;
}

describe("code ahead of time", () => {
  it("is of the page at the address, with what it imports and without what it loads on demand", async () => {
    const { html, files } = await built();
    const content = /name="page-code" content='([^']+)'/.exec(html)?.[1] ?? null;
    expect(html.indexOf("page-code")).toBeLessThan(html.indexOf("/first.js"));
    const named = (start: string, end: string) => `/assets/${files.find((file) => file.startsWith(start) && file.endsWith(end))}`;
    const editor = asked(content, "/editor/06y3");
    expect(editor.map((link) => link.href)).toContain(named("editor", ".js"));
    expect(editor.map((link) => link.href)).toContain(named("editor", ".css"));
    expect(editor.find((link) => link.href.endsWith(".css"))?.rel).toBe("preload");
    expect(editor.some((link) => /late|home/.test(link.href))).toBe(false);
    const home = asked(content, "/");
    expect(home.map((link) => link.href)).toContain(named("home", ".js"));
    expect(home.every((link) => link.rel === "modulepreload")).toBe(true);
  });

  it("is nothing at an address that no page has, nor where the page was not built", async () => {
    const content = JSON.stringify({ files: ["assets/a.js"], pages: { "/editor/:id": [0] } });
    expect(asked(content, "/editor/1").map((link) => link.href)).toEqual(["/assets/a.js"]);
    expect(asked(content, "/editor/1/more")).toEqual([]);
    expect(asked(content, "/editor")).toEqual([]);
    expect(asked(null, "/editor/1")).toEqual([]);
  });
});

// The budget of the pages: what a page loads before it paints is found, and a build that is over it fails.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterEach, describe, expect, it, vi } from "vitest";
import { budget, overruns, pagesOf, weigh } from "../tools/bundle.mjs";

const WEB = fileURLToPath(new URL("..", import.meta.url));
const roots: string[] = [];

/** A page `/` with a text that packs badly, one part that comes with it and one on demand. */
function product(most: object, { page = 20_000, later = 200_000, route = "/" } = {}): string {
  const root = mkdtempSync(join(tmpdir(), "tidemill-bundle-"));
  roots.push(root);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  let seed = 1;
  const noise = (length: number) => Array.from({ length }, () => ((seed = (seed * 48_271) % 2_147_483_647) % 36).toString(36)).join("");
  write("index.html", '<script type="module" src="/src/pages/routes.tsx"></script>');
  write("src/pages/routes.tsx", 'const page = (pattern, load) => load;\nexport const all = [page("/", () => import("./home"))];\nall[0]().then(console.info);\n');
  write("src/pages/home.tsx", `import { part } from "../part";\nexport const home = [part, "${noise(page)}", () => import("../later")];\n`);
  write("src/part.ts", `export const part = "${noise(10_000)}";\n`);
  write("src/later.ts", `export const later = "${noise(later)}";\n`);
  write("budget.json", JSON.stringify({ growth: 5_000, routes: { [route]: most } }));
  return root;
}

async function built(root: string, options = {}): Promise<void> {
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  await build({ root, configFile: false, logLevel: "silent", plugins: [budget(options)] });
}

afterEach(() => {
  vi.restoreAllMocks();
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

describe("the budget", () => {
  it("names the pages that are listed, and holds", () => {
    const routes = readFileSync(join(WEB, "src/pages/routes.tsx"), "utf8");
    const written = JSON.parse(readFileSync(join(WEB, "budget.json"), "utf8"));
    const pages = pagesOf(routes);
    expect(pages.get("/workflows")).toBe("src/pages/workflows");
    for (const [route, row] of Object.entries<{ js: number; most_js?: number }>(written.routes)) {
      expect(pages.has(route), `${route} is a page`).toBe(true);
      expect(row.js).toBeGreaterThan(0);
      expect(row.js).toBeLessThanOrEqual(row.most_js ?? Infinity);
    }
    expect(written.growth).toBeLessThanOrEqual(50_000);
  });

  it("counts what a page imports, and not what comes on demand", async () => {
    const root = product({ js: 0, css: 0 });
    await built(root, { record: true });
    const { js } = JSON.parse(readFileSync(join(root, "budget.json"), "utf8")).routes["/"];
    expect(js).toBeGreaterThan(0.6 * 30_000);
    expect(js).toBeLessThan(40_000);
  });

  it("fails the build when a page grows more than is allowed", async () => {
    await expect(built(product({ js: 16_000, css: 0 }))).rejects.toThrow(/\/ loads .* KB more than budget\.json says; 5\.0 KB are allowed/);
    await expect(built(product({ js: 18_000, css: 0 }))).resolves.toBeUndefined();
  });

  it("fails the build when a page has more JavaScript than it may ever have", async () => {
    const root = product({ js: 21_000, css: 0, most_js: 20_000 });
    await expect(built(root)).rejects.toThrow("20.0 KB are allowed");
    await expect(built(root, { record: true }), "recording does not lift that").rejects.toThrow("20.0 KB are allowed");
  });

  it("fails the build when it names a page or a part that is not there", async () => {
    await expect(built(product({ js: 0, css: 0 }, { route: "/gone" }))).rejects.toThrow("has no page /gone");
    await expect(built(product({ js: 20_000, css: 0, needs: ["src/gone"] }))).rejects.toThrow("no chunk holds src/gone");
  });

  it("counts parts that a page needs before it paints though it imports them on demand", async () => {
    await expect(built(product({ js: 20_000, css: 0, needs: ["src/later"] }))).rejects.toThrow("KB more than");
  });
});

describe("weights", () => {
  const chunk = (fileName: string, imports: string[], more = {}) => ({
    [fileName]: { type: "chunk", fileName, imports, dynamicImports: [], modules: {}, code: fileName, isEntry: false, facadeModuleId: null, ...more },
  });

  it("count every chunk once, also in a circle, with its styles", () => {
    const bundle = {
      ...chunk("index.js", ["shared.js"], { isEntry: true }),
      ...chunk("shared.js", ["index.js"], { viteMetadata: { importedCss: new Set(["a.css"]) } }),
      ...chunk("home.js", ["shared.js"], { facadeModuleId: "/web/src/pages/home.tsx", viteMetadata: { importedCss: new Set(["a.css"]) } }),
      ...chunk("other.js", []),
      "a.css": { type: "asset", fileName: "a.css", source: "a {}" },
    };
    const { chunks, css } = weigh(bundle, ["src/pages/home"]);
    expect(chunks.sort()).toEqual(["home.js", "index.js", "shared.js"]);
    expect(css).toBeGreaterThan(0);
    expect(css).toBeLessThan(40);
  });

  it("may grow by exactly what is allowed", () => {
    const allowed = { growth: 50_000, routes: { "/": { js: 100, css: 10 } } };
    expect(overruns([{ route: "/", js: 50_100, css: 10, chunks: [] }], allowed)).toEqual([]);
    expect(overruns([{ route: "/", js: 50_100, css: 11, chunks: [] }], allowed)).toHaveLength(1);
  });
});

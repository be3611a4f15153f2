// What each page loads before it paints, held against budget.json, and the table of chunks. A plugin of the build.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET = "budget.json";
export const ROUTES = "src/pages/routes.tsx";
const KB = 1_000;

/** Which file each route's page is in, as the list of routes says: `page("/workflows", () => import("./workflows"))`. */
export function pagesOf(routes) {
  const found = routes.matchAll(/\bpage\(\s*"([^"]+)",\s*\(\)\s*=>\s*import\("\.\/([^"]+)"\)/g);
  return new Map([...found].map(([, pattern, file]) => [pattern, `${dirname(ROUTES)}/${file}`]));
}

/** The chunks that a module's own chunk loads with it: everything it imports but what it imports on demand. */
function loadedWith(bundle, start, into) {
  if (into.has(start)) return into;
  const chunk = bundle[start];
  if (chunk?.type !== "chunk") return into;
  into.add(start);
  for (const next of chunk.imports) loadedWith(bundle, next, into);
  return into;
}

const isModule = (id, wanted) => [".tsx", ".ts", ""].some((end) => id?.endsWith(`/${wanted}${end}`));
const size = (content) => gzipSync(content, { level: 9 }).length;

/** The files that modules and what they import are in, the program's own with them. */
export function loadedFor(bundle, modules) {
  const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
  const loaded = new Set();
  for (const entry of chunks.filter((chunk) => chunk.isEntry)) loadedWith(bundle, entry.fileName, loaded);
  for (const wanted of modules) {
    const chunk = chunks.find((one) => isModule(one.facadeModuleId, wanted)) ?? chunks.find((one) => Object.keys(one.modules).some((id) => isModule(id, wanted)));
    if (!chunk) throw new Error(`${BUDGET}: no chunk holds ${wanted}`);
    loadedWith(bundle, chunk.fileName, loaded);
  }
  const styles = new Set([...loaded].flatMap((name) => [...(bundle[name].viteMetadata?.importedCss ?? [])]));
  return { scripts: [...loaded], styles: [...styles] };
}

/** Gzip bytes of what a page and the parts that it needs at once load, the page's frame with them. */
export function weigh(bundle, modules) {
  const { scripts, styles } = loadedFor(bundle, modules);
  const sum = (names, content) => names.reduce((all, name) => all + size(content(bundle[name])), 0);
  return { js: sum(scripts, (chunk) => chunk.code), css: sum(styles, (asset) => asset.source), chunks: scripts };
}

/** What each route of the budget weighs. A route that the list of routes does not know is an error. */
export function weighRoutes(bundle, budget, pages) {
  return Object.entries(budget.routes).map(([route, row]) => {
    const page = pages.get(route);
    if (!page) throw new Error(`${BUDGET}: ${ROUTES} has no page ${route}`);
    return { route, ...weigh(bundle, [page, ...(row.needs ?? [])]) };
  });
}

/** Why the weights are over the budget, a sentence each. */
export function overruns(weights, budget) {
  const grown = ({ route, js, css }) => {
    const row = budget.routes[route];
    const more = js + css - row.js - row.css;
    return more > budget.growth ? [`${route} loads ${kb(js + css)} KB (gzip), ${kb(more)} KB more than ${BUDGET} says; ${kb(budget.growth)} KB are allowed`] : [];
  };
  const heavy = ({ route, js }) => {
    const most = budget.routes[route].most_js;
    return most !== undefined && js > most ? [`${route} loads ${kb(js)} KB (gzip) of JavaScript before it paints; ${kb(most)} KB are allowed`] : [];
  };
  return weights.flatMap((weight) => [...grown(weight), ...heavy(weight)]);
}

export const kb = (bytes) => (bytes / KB).toFixed(1);

/** The table of chunks, the heaviest first, and what is on demand only. */
export function chunkTable(bundle) {
  const entry = new Set();
  for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && chunk.isEntry) loadedWith(bundle, chunk.fileName, entry);
  const rows = Object.values(bundle)
    .filter((one) => /\.(?:js|css)$/.test(one.fileName))
    .map((one) => {
      const content = one.type === "chunk" ? one.code : one.source;
      return { name: one.fileName, bytes: Buffer.byteLength(content), gzip: size(content), when: entry.has(one.fileName) ? "every page" : "" };
    })
    .sort((a, b) => b.gzip - a.gzip);
  const line = ({ name, bytes, gzip, when }) => `${name.padEnd(48)} ${kb(bytes).padStart(9)} KB ${kb(gzip).padStart(9)} KB gzip  ${when}`.trimEnd();
  const all = (of) => rows.reduce((sum, row) => sum + row[of], 0);
  return [...rows.map(line), line({ name: `${rows.length} files`, bytes: all("bytes"), gzip: all("gzip"), when: "" })].join("\n");
}

/**
 * Fails the build when a page loads too much. `table` prints the chunks; `record` writes what is loaded now as the new
 * budget, which is a decision: say why in the commit.
 */
export function budget({ table = false, record = false } = {}) {
  let root = ".";
  return {
    name: "budget",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    // Once all is written: what Vite adds to the chunks at the end counts too.
    writeBundle(_, bundle) {
      const file = join(root, BUDGET);
      if (!existsSync(file)) return;
      const written = JSON.parse(readFileSync(file, "utf8"));
      const weights = weighRoutes(bundle, written, pagesOf(readFileSync(join(root, ROUTES), "utf8")));
      if (table) console.log(`\n${chunkTable(bundle)}`);
      const line = ({ route, js, css, chunks }) => `${route.padEnd(20)} ${kb(js).padStart(7)} KB of JavaScript, ${kb(css)} KB of styles (gzip), ${chunks.length} chunks before it paints`;
      console.log(`\n${weights.map(line).join("\n")}\n`);
      if (record) {
        for (const { route, js, css } of weights) Object.assign(written.routes[route], { js, css });
        writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
      }
      const over = overruns(weights, written);
      if (over.length > 0) this.error(`${over.join("\n")}\nRun \`npm run build -- --analyze\` to see what it is.`);
    },
  };
}

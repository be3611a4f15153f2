// The page to compare with: React Flow, installed and built when it is first asked for, served with the same graphs.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { GRAPHS } from "./graphs.mjs";

const FOLDER = fileURLToPath(new URL("react-flow", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

async function built() {
  const dist = join(FOLDER, "dist");
  if (!existsSync(join(FOLDER, "node_modules"))) {
    const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) throw new Error("React Flow could not be installed");
  }
  if (!existsSync(join(dist, "index.html"))) {
    const vite = createRequire(new URL("../../web/package.json", import.meta.url)).resolve("vite");
    const { build } = await import(pathToFileURL(vite).href);
    await build({ root: FOLDER, configFile: false, logLevel: "error", build: { target: "es2023" } });
  }
  return dist;
}

/** Serves the page until it is stopped. */
export async function serveReactFlow() {
  const dist = await built();
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://localhost").pathname;
    const graph = /^\/graphs\/(\w+)\.json$/.exec(path)?.[1];
    if (graph && GRAPHS[graph]) {
      answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(plain(GRAPHS[graph]())));
      return;
    }
    const file = join(dist, normalize(path === "/" ? "/index.html" : path));
    if (!file.startsWith(dist) || !existsSync(file)) {
      answer.writeHead(404).end();
      return;
    }
    const head = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-encoding": "gzip" };
    answer.writeHead(200, head).end(gzipSync(readFileSync(file)));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url: (graph) => `${url}/?graph=/graphs/${graph}.json`, stop: () => new Promise((done) => server.close(done)) };
}

/** The same boxes and lines as nodes of its default type. */
function plain({ nodes, edges }) {
  return { nodes: nodes.map(({ type: _, ...node }) => node), edges };
}

// For work on the page: serves a folder's pages in front of the product, so that nothing has to be compiled. Figures of bars
// are taken without it.

import { existsSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";
import { leadUpgrade } from "./upgrade.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".webmanifest": "application/manifest+json" };

/** What the server says of every page: nothing inline. */
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self' blob:";

export async function serveFront(folder, behind) {
  const server = http.createServer((asked, answer) => {
    const path = new URL(asked.url, "http://localhost").pathname;
    if (path.startsWith("/api/") || path.startsWith("/hooks/")) {
      const onward = http.request(behind + asked.url, { method: asked.method, headers: asked.headers }, (back) => {
        answer.writeHead(back.statusCode, back.headers);
        back.pipe(answer);
      });
      onward.on("error", () => answer.writeHead(502).end());
      asked.pipe(onward);
      return;
    }
    const found = join(folder, normalize(path));
    const file = found.startsWith(folder) && existsSync(found) && statSync(found).isFile() ? found : join(folder, "index.html");
    const head = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-encoding": "gzip", "content-security-policy": POLICY };
    answer.writeHead(200, head).end(gzipSync(readFileSync(file)));
  });
  server.on("upgrade", (asked, socket, head) => leadUpgrade(behind, asked, socket, head));
  // A socket that was led on is none of the server's own any more, and would keep it from ending.
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket.on("close", () => sockets.delete(socket))));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

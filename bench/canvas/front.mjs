// For work on the page: serves a folder's pages in front of the product, so that nothing has to be compiled. Figures of bars
// are taken without it.

import { existsSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".webmanifest": "application/manifest+json" };

/** What the server says of every page: nothing inline. */
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'";

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
  passUpgrades(server, behind);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => server.close(done)) };
}

/** Sockets of rooms go through as they are; where they are not to, they end as with a server that is away. */
export function passUpgrades(server, behind, isOpen = () => true) {
  const { hostname, port } = new URL(behind);
  server.on("upgrade", (asked, socket, head) => {
    if (!isOpen()) return void socket.destroy();
    const onward = connect(Number(port), hostname, () => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let at = 0; at < asked.rawHeaders.length; at += 2) lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      onward.write(`${lines.join("\r\n")}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [one, other] of [[socket, onward], [onward, socket]]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  });
}

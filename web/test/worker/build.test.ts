// The worker is built after all else, knows every file of the page, and changes its version with any of them.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { buildOf } from "../../tools/worker.mjs";

const WEB = fileURLToPath(new URL("../..", import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function out(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "tidemill-worker-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = { "index.html": "<html>", "first.js": "1", "assets/a-1.js": "a", "assets/a-1.js.br": "b", "assets/font-2.woff2": "f", "icon-192.png": "i", "worker.js": "of before" };

describe("the worker's list", () => {
  it("has each file once; those without a digest in their name with one", () => {
    const { files } = buildOf(out(FILES));
    expect(Object.keys(files).sort()).toEqual(["/", "/assets/a-1.js", "/assets/font-2.woff2", "/first.js"]);
    expect(files["/assets/a-1.js"]).toBeNull();
    // printf '<html>' | openssl dgst -sha256 -binary | base64
    expect(files["/"]).toBe("sha256-t9CC7hLpG3Vuoi6FE7hZTuvPXTn6uBPaPLVXlNyIitc=");
  });

  it("makes another version of any change, and the same of the same", () => {
    const version = (more: Record<string, string>) => buildOf(out({ ...FILES, ...more })).version;
    expect(version({})).toBe(version({ "worker.js": "another", "assets/a-1.js.br": "packed anew" }));
    expect(version({ "index.html": "<html lang>" })).not.toBe(version({}));
    expect(version({ "assets/b-3.js": "" })).not.toBe(version({}));
  });
});

describe("the manifest", () => {
  it("names icons that are there, of the size that it says", () => {
    const { icons } = JSON.parse(readFileSync(join(WEB, "public/manifest.webmanifest"), "utf8")) as { icons: { src: string; sizes: string }[] };
    for (const { src, sizes } of icons) {
      const bytes = readFileSync(join(WEB, "public", src));
      if (sizes !== "any") expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
    expect(icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
  });
});

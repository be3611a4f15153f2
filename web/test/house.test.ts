// The rules of the house, as checks: who may import whom, tokens only in tokens.css, files that say what they own.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import config from "../vite.config";
import { NODE_H, NODE_W } from "../src/graph/file";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** Which rooms a room may use: pages → canvas | panels → state → graph | api. `ui` is below all that show something; the worker is a program of its own. */
const MAY_USE: Record<string, readonly string[]> = {
  pages: ["canvas", "panels", "state", "graph", "api", "ui"],
  canvas: ["state", "graph", "api", "ui"],
  panels: ["state", "graph", "api", "ui"],
  state: ["graph", "api"],
  graph: [],
  api: [],
  ui: [],
  worker: ["api"],
};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).map((name) => join(SRC, name));
const read = (file: string) => readFileSync(file, "utf8");
const isGenerated = (file: string) => read(file).startsWith("// @generated");
const code = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts") && !isGenerated(file));
const styles = files.filter((file) => file.endsWith(".css") && !file.endsWith("tokens.css"));
const name = (file: string) => relative(SRC, file);
const room = (file: string) => name(file).split("/")[0] ?? "";

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?<![\w."])(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((found) => found[1] ?? "");
}

/** What a file imports that its room may not use. */
export function wrongImports(file: string, text: string): string[] {
  const own = room(file);
  if (!(own in MAY_USE)) return [];
  const wrong: string[] = [];
  for (const target of importsOf(text)) {
    if (!target.startsWith(".")) {
      const bare = (own === "graph" && target !== "diff") || (own === "api" && target !== "@tanstack/react-query") || (own === "state" && !/^(?:zustand|idb|yjs|y-protocols\/\w+|lib0\/\w+)$/.test(target));
      if (bare) wrong.push(target);
      continue;
    }
    const other = room(join(file, "..", target));
    if (other !== own && !MAY_USE[own]?.includes(other)) wrong.push(target);
  }
  return wrong;
}

describe("rooms", () => {
  it("are the seven of the design, and the worker", () => {
    expect([...new Set(code.map(room))].filter((one) => !one.includes(".")).sort()).toEqual(Object.keys(MAY_USE).sort());
  });

  it.each(code.map((file) => [name(file), file]))("%s imports only what its room may use", (_, file) => {
    expect(wrongImports(file, read(file))).toEqual([]);
  });

  it("are told apart by this check", () => {
    expect(wrongImports(join(SRC, "graph/x.ts"), 'import { useState } from "react";')).toEqual(["react"]);
    expect(wrongImports(join(SRC, "canvas/x.tsx"), 'import { Steps } from "../panels/steps";')).toEqual(["../panels/steps"]);
    expect(wrongImports(join(SRC, "api/x.ts"), 'import type { Camera } from "../graph/camera";')).toEqual(["../graph/camera"]);
    expect(wrongImports(join(SRC, "pages/x.tsx"), 'import { Steps } from "../panels/steps";')).toEqual([]);
  });

  it("state holds its stores and nothing else", () => {
    // What a store folds and keeps stands in a folder of its name.
    const stores = code.filter((file) => room(file) === "state" && !/^state\/(?:document|execution)\//.test(name(file)));
    expect(stores.map(name).sort()).toEqual(["state/document.ts", "state/execution.ts", "state/view.ts"]);
  });
});

/** Colours, sizes and durations written out instead of named. Queries cannot read tokens, so they may. */
export function rawValues(text: string): string[] {
  const body = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@(?:media|container)[^{]*\{/g, "").replace(/unicode-range:[^;]*;/g, "");
  return [...body.matchAll(/#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|(?<![\w-])\d*\.?\d+(?:px|rem|em|m?s|ch)\b(?!\s*\*)/g)].map((found) => found[0]).filter((value) => value !== "0.04em");
}

describe("look", () => {
  it.each(styles.map((file) => [name(file), file]))("%s names tokens only", (_, file) => {
    expect(rawValues(read(file))).toEqual([]);
  });

  it("finds values that are not tokens", () => {
    expect(rawValues("a { color: #fff; margin: 4px; transition: all 120ms }")).toEqual(["#fff", "4px", "120ms"]);
  });

  it("every token that is used is there", () => {
    const known = new Set([...read(join(SRC, "tokens.css")).matchAll(/(--[\w-]+):/g)].map((found) => found[1]));
    const used = [...styles, ...code].flatMap((file) => [...read(file).matchAll(/var\((--[\w-]+)/g)].map((found) => found[1]));
    expect([...new Set(used)].filter((token) => !known.has(token) && token !== "--depth")).toEqual([]);
  });

  it("a node is as large in the stylesheet as in the geometry", () => {
    expect(read(join(SRC, "tokens.css"))).toContain(`--node-w: ${NODE_W}px;\n  --node-h: ${NODE_H}px;`);
  });
});

/** Imports of a whole module: what is not used of it cannot be left out. Styles are one object by their nature. */
export function wholeImports(text: string): string[] {
  const lines = [...text.matchAll(/^import\s+(?!type\b)([^"]*?)\s+from\s+"([^"]+)"/gm)];
  return lines.filter(([, names, target]) => !names?.startsWith("{") && !target?.endsWith(".css")).map((found) => found[2] ?? "");
}

describe("files", () => {
  it("import by name, so that what is unused stays out", () => {
    expect(code.flatMap((file) => wholeImports(read(file)).map((target) => `${name(file)}: ${target}`))).toEqual([]);
    expect(wholeImports('import * as all from "./a";\nimport one from "b";\nimport { c } from "c";\nimport s from "./s.module.css";')).toEqual(["./a", "b"]);
  });

  it("are built small, packed, and without source maps", () => {
    expect(config.build?.sourcemap).toBe(false);
    expect(config.build?.minify ?? true).not.toBe(false);
    expect(config.plugins?.flat().map((plugin) => (plugin as { name?: string }).name)).toContain("packed");
  });

  it.each(code.map((file) => [name(file), file]))("%s says what it owns, and is not long", (_, file) => {
    const text = read(file);
    expect(text).toMatch(/^\/\/ [A-Z]|^import[\s\S]*?\n\/\*\* /);
    expect(text.split("\n").length).toBeLessThanOrEqual(400);
    expect(text).not.toMatch(/\bTODO\b|\bFIXME\b|console\.log|@ts-ignore|export default/);
  });
});

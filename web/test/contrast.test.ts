// Words must be readable: WCAG AA, 4.5:1, for every text colour on every ground it stands on, in both themes.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COLORS, inkOn } from "../src/graph/people";

const text = readFileSync(fileURLToPath(new URL("../src/tokens.css", import.meta.url)), "utf8");
const light = text.slice(text.indexOf('[data-theme="light"]'));

function colours(part: string): Map<string, string> {
  return new Map([...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((found) => [found[1] ?? "", found[2] ?? ""]));
}

const dark = colours(text.slice(0, text.indexOf('[data-theme="light"]')));
const themes = { dark, light: new Map([...dark, ...colours(light)]) };

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((bright ?? 0) + 0.05) / ((dim ?? 0) + 0.05);
}

const GROUNDS = ["bg-0", "bg-1", "bg-2", "bg-3"];
const PAIRS: [string, readonly string[]][] = [
  ["text-1", GROUNDS],
  ["text-2", GROUNDS],
  ["text-3", GROUNDS],
  ["ok", ["bg-1", "bg-2", "bg-3"]],
  ["bad", ["bg-1", "bg-2"]],
  ["info", ["bg-1", "bg-2", "bg-3"]],
  ["warn", ["bg-1", "bg-2"]],
  ["tide", ["bg-1", "bg-2"]],
  ["cat-code", ["bg-2"]],
  ["cat-data", ["bg-2"]],
  ["on-tide", ["tide"]],
];

describe.each(Object.entries(themes))("%s theme", (_, theme) => {
  it.each(PAIRS.flatMap(([ink, grounds]) => grounds.map((ground): [string, string] => [ink, ground])))("%s on %s", (ink, ground) => {
    const ratio = contrast(theme.get(ink) ?? "#000000", theme.get(ground) ?? "#000000");
    expect(ratio).toBeGreaterThanOrEqual(4.5);
  });
});

describe("colours of people", () => {
  it.each(COLORS)("%s stands out from every ground, and bears its ink", (color) => {
    for (const theme of Object.values(themes)) for (const ground of GROUNDS) if (ground !== "bg-3") expect(contrast(color, theme.get(ground) ?? "#000000")).toBeGreaterThanOrEqual(3);
    expect(contrast(color, inkOn(color))).toBeGreaterThanOrEqual(4.5);
  });
});

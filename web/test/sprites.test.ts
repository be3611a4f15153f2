// Tiles of node types on the canvas: kept between frames, and drawn anew when the icon that a type names has come.

import { Hourglass, Timer } from "lucide-react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Palette } from "../src/canvas/palette";
import { shapesOf, Sprites } from "../src/canvas/sprites";
import type { Style } from "../src/canvas/scene";
import { addIcons } from "../src/ui/node-icon";

/** How many elements the path that was stroked last is made of. */
let stroked = 0;

beforeEach(() => {
  class Path {
    parts = 0;
    constructor(readonly from?: string) {}
    addPath = () => (this.parts += 1);
    moveTo = () => undefined;
    lineTo = () => undefined;
    ellipse = () => (this.parts += 1);
    roundRect = () => (this.parts += 1);
  }
  const ctx = new Proxy({} as Record<string, unknown>, {
    get: (kept, name: string) => (name === "stroke" ? (path: Path) => (stroked = path.parts) : (kept[name] ?? (() => undefined))),
  });
  vi.stubGlobal("Path2D", Path);
  vi.stubGlobal("OffscreenCanvas", class {
    getContext = () => ctx;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  addIcons({});
});

const drawn = (icon: unknown) => shapesOf(icon).filter(([tag]) => ["path", "circle", "rect"].includes(tag)).length;

it("shows the icon that a type names once that is there, and nothing of the guess before", () => {
  const style = { type: "delay", category: "people", kind: { name: "Delay", category: "people", icon: "hourglass" } } as unknown as Style;
  const palette = { category: {}, faint: "#888" } as unknown as Palette;
  expect(drawn(Hourglass)).not.toBe(drawn(Timer));
  const sprites = new Sprites();
  const first = sprites.tile(style, 34, palette);
  expect(stroked).toBe(drawn(Timer));
  expect(sprites.tile(style, 34, palette)).toBe(first);
  addIcons({ hourglass: Hourglass });
  sprites.clear();
  sprites.tile(style, 34, palette);
  expect(stroked).toBe(drawn(Hourglass));
});

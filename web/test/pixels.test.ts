// Rectangles blended by hand: they must look as a surface would have filled them.

import { describe, expect, it } from "vitest";
import { Pixels, type Colour } from "../src/canvas/pixels";
import type { Context2D } from "../src/canvas/pen";

const WHITE: Colour = { r: 255, g: 255, b: 255, alpha: 1, word: 0xffffffff };
const BLACK: Colour = { r: 0, g: 0, b: 0, alpha: 1, word: 0xff000000 };

/** As much of a surface as is needed: its pixels. */
function surface(width: number, height: number) {
  const image = () => ({ data: new Uint8ClampedArray(4 * width * height), width, height }) as unknown as ImageData;
  const shown = { image: image() };
  const ctx = { canvas: { width, height }, createImageData: image, getImageData: () => ({ ...shown.image, data: shown.image.data.slice() }), putImageData: (next: ImageData) => (shown.image = next) };
  const red = (x: number, y: number) => shown.image.data[4 * (y * width + x)];
  return { ctx: ctx as unknown as Context2D, red };
}

describe("pixels", () => {
  it("fills whole pixels, and as much of others as is covered", () => {
    const { ctx, red } = surface(6, 3);
    const pixels = new Pixels(ctx, BLACK);
    pixels.fill(1.5, 1, 2, 1.25, WHITE);
    expect(red(2, 1)).toBe(0); // nothing is shown before it is put
    pixels.put();
    expect([0, 1, 2, 3, 4].map((x) => red(x, 1))).toEqual([0, 128, 255, 128, 0]);
    expect([0, 1, 2, 3, 4].map((x) => red(x, 2))).toEqual([0, 32, 64, 32, 0]);
    expect(red(2, 0)).toBe(0);
  });

  it("leaves out what is beyond the picture", () => {
    const { ctx, red } = surface(2, 2);
    const pixels = new Pixels(ctx, BLACK);
    pixels.fill(-5, -5, 6, 6, WHITE);
    pixels.fill(1, 5, 9, 9, WHITE);
    pixels.put();
    expect([red(0, 0), red(1, 0), red(0, 1), red(1, 1)]).toEqual([255, 0, 0, 0]);
  });

  it("goes on from what the surface shows, and mixes what can be seen through", () => {
    const { ctx, red } = surface(2, 1);
    const first = new Pixels(ctx, WHITE);
    first.put();
    const second = new Pixels(ctx, null);
    second.fill(0, 0, 1, 1, { ...BLACK, alpha: 0.5 });
    second.put();
    expect([red(0, 0), red(1, 0)]).toEqual([128, 255]);
  });
});

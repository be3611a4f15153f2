// Fills very many small rectangles of a picture: a surface takes a call for each and paints them later, one by one; here they
// are blended into its pixels at once.

import type { Context2D } from "./pen";

const FULL = 255;

export class Pixels {
  private readonly bytes: Uint8ClampedArray;
  private readonly words: Uint32Array;
  private readonly width: number;
  private readonly height: number;

  private readonly image: ImageData;

  /** Begins with one colour everywhere, or else with what the surface shows. */
  constructor(private readonly ctx: Context2D, ground: Colour | null) {
    const { width, height } = ctx.canvas;
    this.image = ground ? ctx.createImageData(width, height) : ctx.getImageData(0, 0, width, height);
    const { image } = this;
    this.bytes = image.data;
    this.words = new Uint32Array(image.data.buffer);
    this.width = image.width;
    this.height = image.height;
    if (ground) this.words.fill(ground.word);
  }

  /** Like `fillRect` with this colour: pixels that are covered in part take so much of it. */
  fill(left: number, top: number, w: number, h: number, colour: Colour): void {
    const [x0, y0, x1, y1] = [Math.max(0, left), Math.max(0, top), Math.min(this.width, left + w), Math.min(this.height, top + h)];
    for (let y = Math.floor(y0); y < y1; y += 1) {
      const rows = Math.min(y + 1, y1) - Math.max(y, y0);
      for (let x = Math.floor(x0); x < x1; x += 1) {
        const part = rows * (Math.min(x + 1, x1) - Math.max(x, x0)) * colour.alpha;
        const at = y * this.width + x;
        if (part >= 0.999) this.words[at] = colour.word;
        else this.blend(4 * at, colour, part);
      }
    }
  }

  private blend(at: number, { r, g, b }: Colour, part: number): void {
    const { bytes } = this;
    bytes[at] = (bytes[at] ?? 0) + (r - (bytes[at] ?? 0)) * part;
    bytes[at + 1] = (bytes[at + 1] ?? 0) + (g - (bytes[at + 1] ?? 0)) * part;
    bytes[at + 2] = (bytes[at + 2] ?? 0) + (b - (bytes[at + 2] ?? 0)) * part;
  }

  /** Shows what was filled. */
  put(): void {
    this.ctx.putImageData(this.image, 0, 0);
  }
}

export interface Colour {
  r: number;
  g: number;
  b: number;
  /** Of the whole, beside what of a pixel is covered. */
  alpha: number;
  /** The same as it lies in memory. */
  word: number;
}

/** Reads colours as a browser understands them: each is painted once and looked at. All are of one opacity. */
export class Colours {
  private readonly ctx = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  private readonly known = new Map<string, Colour>();

  constructor(private readonly alpha: number) {}

  of(css: string): Colour {
    let colour = this.known.get(css);
    if (!colour) {
      colour = this.read(css);
      this.known.set(css, colour);
    }
    return colour;
  }

  private read(css: string): Colour {
    const { ctx, alpha } = this;
    if (!ctx) return { r: 0, g: 0, b: 0, alpha, word: 0 };
    ctx.clearRect(0, 0, 1, 1);
    ctx.fillStyle = css;
    ctx.fillRect(0, 0, 1, 1);
    const { data } = ctx.getImageData(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = FULL] = data;
    return { r, g, b, alpha: (alpha * a) / FULL, word: new Uint32Array(data.buffer)[0] ?? 0 };
  }
}

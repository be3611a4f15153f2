// A table of the graph on the graphics card: one texel for each slot, kept equal to a typed array by what changed of it.

import { rectsOf, type Dirty } from "./dirty";

/** Slots in a row of the texture. */
export const WIDE = 1_024;

interface Format {
  internal: number;
  format: number;
  type: number;
  /** Numbers of a slot. */
  each: number;
}

export class SlotTexture {
  private readonly texture: WebGLTexture;
  private rows = 0;

  constructor(private readonly gl: WebGL2RenderingContext, private readonly format: Format) {
    this.texture = gl.createTexture();
  }

  static boxes(gl: WebGL2RenderingContext): SlotTexture {
    return new SlotTexture(gl, { internal: gl.RGBA32F, format: gl.RGBA, type: gl.FLOAT, each: 4 });
  }

  static words(gl: WebGL2RenderingContext): SlotTexture {
    return new SlotTexture(gl, { internal: gl.R32UI, format: gl.RED_INTEGER, type: gl.UNSIGNED_INT, each: 1 });
  }

  static ends(gl: WebGL2RenderingContext): SlotTexture {
    return new SlotTexture(gl, { internal: gl.RGBA32UI, format: gl.RGBA_INTEGER, type: gl.UNSIGNED_INT, each: 4 });
  }

  /** Uploads what changed, and binds it to a unit. */
  use(unit: number, array: Float32Array | Uint32Array, size: number, dirty: Dirty): void {
    const { gl, format } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    if (this.reserve(size)) dirty.all(size);
    if (dirty.isEmpty) return;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    for (const range of dirty.take()) {
      for (const { x, y, w, h, from } of rectsOf({ from: range.from, to: Math.min(size, range.to) }, WIDE)) {
        gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, w, h, format.format, format.type, array, from * format.each);
      }
    }
  }

  /** Makes room for so many slots; answers whether what was there is gone. */
  private reserve(size: number): boolean {
    const needed = Math.max(1, Math.ceil(size / WIDE));
    if (needed <= this.rows) return false;
    const { gl, format } = this;
    this.rows = this.rows === 0 ? needed : Math.max(needed, Math.ceil(this.rows * 1.5));
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, format.internal, WIDE, this.rows, 0, format.format, format.type, null);
    return true;
  }
}

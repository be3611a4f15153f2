// Words, icons and signs on the graphics card: each is drawn once as the 2D layer draws it, and then copied.

import type { Context2D } from "../pen";
import { Shelves, type Spot } from "./shelves";

/** Pictures lie this far apart, so that none shows at the edge of another. */
const GAP = 1;
/** New pictures are drawn on a sheet of so many rows and uploaded from there. */
const SHEET_ROWS = 256;

/** A part of a sheet that is to be uploaded: pictures beside each other on one shelf. */
interface Strip {
  x: number;
  y: number;
  w: number;
  h: number;
  /** Its row on the sheet. */
  from: number;
}

export class Atlas {
  readonly shelves: Shelves;
  private readonly texture: WebGLTexture;
  private readonly sheet: OffscreenCanvas;
  private readonly ctx: OffscreenCanvasRenderingContext2D | null;
  private strips: Strip[] = [];
  private rows = 0;

  constructor(private readonly gl: WebGL2RenderingContext, readonly size: number) {
    this.shelves = new Shelves(size, size);
    this.sheet = new OffscreenCanvas(size, SHEET_ROWS);
    // It is read by every upload.
    this.ctx = this.sheet.getContext("2d", { willReadFrequently: true });
    this.texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, size, size);
  }

  /** Draws a picture of so many pixels; `draw` gets a surface whose corner is the picture's. Null where there is no room. */
  add(w: number, h: number, draw: (ctx: Context2D) => void): Spot | null {
    const { ctx } = this;
    const [wide, high] = [Math.ceil(w) + GAP, Math.ceil(h) + GAP];
    if (!ctx || high > SHEET_ROWS) return null;
    const spot = this.shelves.take(wide, high);
    if (!spot) return null;
    const row = this.place(spot);
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, spot.x, row);
    ctx.beginPath();
    ctx.rect(0, 0, wide - GAP, high - GAP);
    ctx.clip();
    draw(ctx);
    ctx.restore();
    return { ...spot, w: wide - GAP, h: high - GAP };
  }

  /** The row on the sheet for what stands there in the atlas. */
  private place(spot: Spot): number {
    const last = this.strips.at(-1);
    if (last && last.y === spot.y && last.x + last.w === spot.x) {
      last.w += spot.w;
      return last.from;
    }
    if (this.rows + spot.shelf.h > SHEET_ROWS) this.upload();
    const from = this.rows;
    this.strips.push({ x: spot.x, y: spot.y, w: spot.w, h: spot.shelf.h, from });
    this.rows += spot.shelf.h;
    return from;
  }

  /** Uploads what was drawn since, and binds the atlas to a unit. */
  use(unit: number): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    this.upload();
  }

  private upload(): void {
    const { gl, ctx } = this;
    if (this.strips.length === 0) return;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    for (const { x, y, w, h, from } of this.strips) {
      gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, x);
      gl.pixelStorei(gl.UNPACK_SKIP_ROWS, from);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, w, h, gl.RGBA, gl.UNSIGNED_BYTE, this.sheet);
    }
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
    gl.pixelStorei(gl.UNPACK_SKIP_ROWS, 0);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    this.strips = [];
    this.rows = 0;
    ctx?.clearRect(0, 0, this.sheet.width, this.sheet.height);
  }

  clear(): void {
    this.shelves.clear();
    this.strips = [];
    this.rows = 0;
    this.ctx?.clearRect(0, 0, this.sheet.width, this.sheet.height);
  }
}

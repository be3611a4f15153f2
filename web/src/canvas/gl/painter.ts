// The programs of the graphics card at work: ground, boxes, edges, sprites.

import type { Palette } from "../palette";
import type { Atlas } from "./atlas";
import type { Batch } from "./batch";
import { coloursOf } from "./colours";
import type { EdgePack, NodePack } from "./pack";
import { Program } from "./program";
import { BOXES_FRAGMENT, BOXES_VERTEX } from "./shader-boxes";
import { EDGES_FRAGMENT, EDGES_VERTEX, SEGMENTS } from "./shader-edges";
import { GROUND_FRAGMENT, GROUND_VERTEX, SPRITES_FRAGMENT, SPRITES_VERTEX } from "./shader-pictures";
import { SlotTexture } from "./slot-texture";
import { SPRITE } from "./sprite-list";

const BOXES = 0;
const WORDS = 1;
const ENDS = 2;
const ATLAS = 3;
const PICTURE = 4;
const FLOAT = 4;

/** Where the view is: device pixels, from the origin of the pack. */
export interface Lens {
  width: number;
  height: number;
  ratio: number;
  scale: number;
  x: number;
  y: number;
  /** As shaders know it: 0 with icons, 1 flat, 2 rectangles. */
  level: 0 | 1 | 2;
  /** The frame that what is dragged would fall into. */
  into: number;
}

export interface Ground {
  /** Where a dot is, how far apart they are and how large; null for none. */
  dots: { x: number; y: number; step: number; size: number } | null;
  /** Where the overview is on the screen; null where it is not shown. */
  overview: { x: number; y: number; w: number; h: number } | null;
}

export class Painter {
  private readonly ground: Program;
  private readonly boxes: Program;
  private readonly edges: Program;
  private readonly sprites: Program;
  private readonly nodeBoxes: SlotTexture;
  private readonly nodeWords: SlotTexture;
  private readonly edgeEnds: SlotTexture;
  private readonly picture: WebGLTexture;
  private readonly slots: WebGLBuffer;
  private readonly spriteNumbers: WebGLBuffer;
  private colours: Float32Array;

  constructor(private readonly gl: WebGL2RenderingContext, palette: Palette, private readonly atlas: Atlas) {
    this.ground = new Program(gl, GROUND_VERTEX, GROUND_FRAGMENT);
    this.boxes = new Program(gl, BOXES_VERTEX, BOXES_FRAGMENT);
    this.edges = new Program(gl, EDGES_VERTEX, EDGES_FRAGMENT);
    this.sprites = new Program(gl, SPRITES_VERTEX, SPRITES_FRAGMENT);
    this.nodeBoxes = SlotTexture.boxes(gl);
    this.nodeWords = SlotTexture.words(gl);
    this.edgeEnds = SlotTexture.ends(gl);
    this.picture = gl.createTexture();
    this.slots = gl.createBuffer();
    this.spriteNumbers = gl.createBuffer();
    this.colours = coloursOf(palette);
    gl.activeTexture(gl.TEXTURE0 + PICTURE);
    gl.bindTexture(gl.TEXTURE_2D, this.picture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
    for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthFunc(gl.LEQUAL);
  }

  setPalette(palette: Palette): void {
    this.colours = coloursOf(palette);
  }

  setPicture(picture: OffscreenCanvas): void {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + PICTURE);
    gl.bindTexture(gl.TEXTURE_2D, this.picture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture);
  }

  /** Brings the card's copies up to date. */
  upload(nodes: NodePack, edges: EdgePack): void {
    this.nodeBoxes.use(BOXES, nodes.boxes, nodes.size, nodes.dirtyBoxes);
    this.nodeWords.use(WORDS, nodes.words, nodes.size, nodes.dirtyWords);
    this.edgeEnds.use(ENDS, edges.ends, edges.size, edges.dirty);
    this.atlas.use(ATLAS);
  }

  paintGround(lens: Lens, { dots, overview }: Ground): void {
    const { gl, ground } = this;
    gl.viewport(0, 0, lens.width, lens.height);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    ground.use();
    ground.setRow("uColours", this.colours);
    ground.set("uSize", lens.width, lens.height);
    ground.set("uDots", dots?.x ?? 0, dots?.y ?? 0, dots?.step ?? 1, dots?.size ?? 0);
    ground.set("uOverview", overview?.x ?? 0, overview?.y ?? 0, overview?.w ?? 0, overview?.h ?? 0);
    ground.setInt("uPicture", PICTURE);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.BLEND);
  }

  /** Frames and their names, edges and their labels, notes and nodes with all that is on them: in this order. */
  paint(batch: Batch, lens: Lens): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.spriteNumbers);
    gl.bufferData(gl.ARRAY_BUFFER, batch.sprites.numbers, gl.STREAM_DRAW, 0, batch.sprites.count * SPRITE);
    this.paintBoxes(batch, lens, 0, batch.frames);
    this.paintSprites(batch, lens, 0, batch.labelsFrom);
    this.paintEdges(batch, lens);
    this.paintSprites(batch, lens, batch.labelsFrom, batch.nodesFrom);
    // A node hides what stands on those below it.
    gl.depthMask(true);
    gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST);
    this.paintBoxes(batch, lens, batch.frames, batch.count);
    gl.depthMask(false);
    this.paintSprites(batch, lens, batch.nodesFrom, batch.sprites.count);
    gl.disable(gl.DEPTH_TEST);
  }

  private place(program: Program, lens: Lens): void {
    program.use();
    program.setInt("uBoxes", BOXES);
    program.set("uOffset", lens.x, lens.y);
    program.set("uScale", lens.scale);
    program.set("uSize", lens.width, lens.height);
    program.set("uRatio", lens.ratio);
  }

  private paintBoxes(batch: Batch, lens: Lens, from: number, to: number): void {
    const { gl, boxes } = this;
    if (to <= from) return;
    this.place(boxes, lens);
    boxes.setInt("uWords", WORDS);
    boxes.setRow("uColours", this.colours);
    boxes.setInt("uLevel", lens.level);
    boxes.setInt("uInto", lens.into);
    boxes.set("uFirst", from);
    boxes.set("uCount", batch.count);
    this.drawSlots(batch.boxes, from, to, 4);
    gl.disableVertexAttribArray(0);
  }

  private paintEdges(batch: Batch, lens: Lens): void {
    const { gl, edges } = this;
    if (batch.edgeCount === 0) return;
    this.place(edges, lens);
    edges.setInt("uEnds", ENDS);
    edges.setRow("uLook", batch.looks);
    edges.setRow("uStroke", batch.strokes);
    edges.set("uIsSimple", Number(batch.isSimple));
    const segments = batch.isSimple ? 1 : SEGMENTS;
    edges.setInt("uSegments", segments);
    this.drawSlots(batch.edges, 0, batch.edgeCount, 2 * (segments + 1));
    gl.disableVertexAttribArray(0);
  }

  /** Draws a strip of so many corners for each of these slots, all in one call. */
  private drawSlots(slots: Uint32Array, from: number, to: number, corners: number): void {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.slots);
    gl.bufferData(gl.ARRAY_BUFFER, slots, gl.STREAM_DRAW, from, to - from);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribIPointer(0, 1, gl.UNSIGNED_INT, 0, 0);
    gl.vertexAttribDivisor(0, 1);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, corners, to - from);
  }

  private paintSprites(batch: Batch, lens: Lens, from: number, to: number): void {
    const { gl, sprites } = this;
    if (to <= from) return;
    this.place(sprites, lens);
    sprites.setInt("uAtlas", ATLAS);
    sprites.set("uSheet", this.atlas.size, this.atlas.size);
    sprites.set("uCount", batch.count);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.spriteNumbers);
    const start = from * SPRITE * FLOAT;
    for (const [place, many, at] of [[0, 2, 0], [1, 4, 2], [2, 4, 6], [3, 2, 10]] as const) {
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, many, gl.FLOAT, false, SPRITE * FLOAT, start + at * FLOAT);
      gl.vertexAttribDivisor(place, 1);
    }
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, to - from);
    for (const place of [0, 1, 2, 3]) gl.disableVertexAttribArray(place);
  }
}

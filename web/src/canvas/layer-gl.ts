// Draws the graph by the graphics card, and looks the same as the 2D layer: what is in view goes to it as lists of slots, what it knows
// of each slot stays there and follows what changes.

import { Atlas } from "./gl/atlas";
import { Batch, type Found } from "./gl/batch";
import { Cells } from "./gl/cells";
import { EdgePack, NodePack } from "./gl/pack";
import { Painter, type Ground, type Lens } from "./gl/painter";
import { Top } from "./gl/top";
import { spriteScale } from "./draw-nodes";
import { dotsOf, EVERYTHING, MARGIN } from "./layer-2d";
import { levelOf, type Draw, type Layer, type Level, type View } from "./layer";
import type { Overview } from "./overview";
import type { Palette } from "./palette";
import { inView, Kept, type Pen } from "./pen";
import { LIFTED, type Patch, type Scene } from "./scene";

/** New words are drawn for so long in a frame; those left follow in the next ones. */
const WORDS_MS = 5;
/** Copying the overview takes longer than a change of it is worth: no more often than this. */
const OVERVIEW_MS = 150;
const LIFTED_MOST = 2_000;
/** The atlas holds all that a view shows more than once. */
const ATLAS_SMALL = 2_048;
const ATLAS_LARGE = 4_096;
const PIXELS_SMALL = 1_600_000;

const NOTHING: Found = { nodes: [], edges: [] };
type Thing = Omit<Pen, "ctx" | "kept">;

export class LayerGl implements Layer {
  readonly name = "gl";
  isClosed = false;
  private readonly kept = new Kept();
  private readonly top: Top;
  private readonly rest = new Batch();
  private readonly above = new Batch();
  private readonly atlas: Atlas;
  private readonly painter: Painter;
  private readonly cells: Cells;
  private packs: { nodes: NodePack; edges: EdgePack } | null = null;
  private scene: Scene | null = null;
  private version = 0;
  /** What `rest` was built for, and the level of that. */
  private built = { key: "", level: "near" as Level };
  private lifted: readonly number[] = [];
  private overviewIs = { version: -1, at: 0 };
  private ratio = 0;

  /** `canvas` is a new one with this context; it is put above `below`, and goes when the layer is closed. */
  constructor(private readonly gl: WebGL2RenderingContext, private readonly canvas: HTMLCanvasElement, private readonly below: HTMLCanvasElement, private palette: Palette, private readonly overview: Overview) {
    const most = Math.min(ATLAS_LARGE, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    this.atlas = new Atlas(gl, below.width * below.height > PIXELS_SMALL ? most : Math.min(most, ATLAS_SMALL));
    this.painter = new Painter(gl, palette, this.atlas);
    this.cells = new Cells(this.atlas);
    this.kept.use(palette);
    this.top = new Top(below.className, this.kept);
    canvas.className = below.className;
    canvas.setAttribute("aria-hidden", "true");
  }

  load(scene: Scene): void {
    this.scene = scene;
    this.packs = { nodes: new NodePack(scene), edges: new EdgePack(scene) };
    this.packs.nodes.load();
    this.packs.edges.load();
    this.forgetWords();
  }

  resize(width: number, height: number, ratio: number): void {
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    this.canvas.width = w;
    this.canvas.height = h;
    this.top.resize(w, h);
    // Words are as sharp as the screen they were drawn for.
    if (ratio !== this.ratio) this.cells.clear();
    this.ratio = ratio;
    this.version += 1;
  }

  patch(patch: Patch): void {
    this.version += 1;
    if (patch.all) {
      this.packs?.nodes.load();
      this.packs?.edges.load();
      this.forgetWords();
      return;
    }
    this.packs?.nodes.patch(patch.nodes);
    this.packs?.edges.patch(patch.edges);
    this.kept.forget(patch.nodes);
    this.cells.forget(patch.nodes, patch.edges);
    // Ports tell their names where no edge does.
    if (patch.moved) this.cells.forget(patch.edges.flatMap((edge) => [this.scene?.from[edge] ?? -1, this.scene?.to[edge] ?? -1]), []);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.kept.use(palette);
    this.painter.setPalette(palette);
    this.cells.clear();
    this.overviewIs.version = -1;
    this.version += 1;
  }

  forgetWords(): void {
    this.kept.forgetWords();
    this.cells.clear();
    this.version += 1;
  }

  /** Puts its surfaces in the place of the one below, which gives its memory back. */
  show(): void {
    this.below.after(this.canvas, this.top.canvas);
    this.below.width = this.below.height = 1;
  }

  close(): void {
    this.isClosed = true;
    this.canvas.remove();
    this.top.canvas.remove();
    // Browsers keep few contexts at a time; one that nobody needs is given back at once.
    if (!this.gl.isContextLost()) this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  draw(view: View, draw: Draw): { level: Level; moves: boolean } {
    const { scene, packs } = this;
    const { ctx } = this.top;
    if (!scene || !packs || !ctx) return { level: "near", moves: false };
    if (packs.nodes.near((view.width / 2 - view.x) / view.zoom, (view.height / 2 - view.y) / view.zoom)) this.version += 1;
    this.follow(packs.nodes, draw);
    const thing = { view, scene, palette: this.palette, level: "near" as Level, draw };
    thing.level = this.gather(thing, ctx);
    const lens = this.lens(thing, packs.nodes);
    this.painter.paintGround(lens, thing.level === "far" ? { dots: null, overview: this.far(view, draw.now) } : { dots: dotsOf(view), overview: null });
    // The overview makes way for what is new in it a little later.
    const isOld = thing.level === "far" && this.overviewIs.version !== this.overview.version;
    this.painter.upload(packs.nodes, packs.edges);
    for (const batch of draw.lifted ? [this.rest, this.above] : [this.rest]) {
      batch.setStrokes(thing);
      this.painter.paint(batch, lens);
    }
    this.top.draw(thing, this.overview);
    const isRunning = (this.rest.hasRunning || this.above.hasRunning) && !this.palette.still;
    return { level: thing.level, moves: isRunning || isOld || !this.cells.isComplete };
  }

  /** What is dragged moves without being told of. */
  private follow(nodes: NodePack, draw: Draw): void {
    const now = draw.lifted?.nodes ?? [];
    if (now !== this.lifted) nodes.patch(this.lifted);
    nodes.patch(now);
    this.lifted = now;
  }

  /** Brings the lists up to date; answers how finely is drawn. */
  private gather(thing: Thing, ctx: CanvasRenderingContext2D): Level {
    const { view, scene, draw } = thing;
    const { overlay, lifted } = draw;
    const key = [this.version, view.x, view.y, view.zoom, view.width, view.height, view.ratio, draw.isDomShown, overlay.hovered, lifted?.nodes.length, lifted?.nodes[0]].join("|");
    // Elements of the page come and go without being told of.
    const mayMount = draw.isDomShown && (this.built.level === "near" || this.rest.hasMounted);
    const isSame = key === this.built.key && !mayMount && this.cells.isComplete;
    if (isSame && !lifted) return this.built.level;
    const { level, found } = this.look(scene, view, draw);
    const pen: Pen = { ...thing, level, ctx, kept: this.kept };
    const scale = spriteScale(view.zoom * view.ratio, draw.isDomShown);
    const maker = { cells: this.cells, scale, origin: this.packs?.nodes.origin ?? { x: 0, y: 0 } };
    this.cells.begin(level, scale, performance.now() + WORDS_MS, !isSame);
    const split = lifted ? parts(scene, found, lifted, level) : { rest: found, above: NOTHING };
    // What rests stays as it is while something is dragged.
    if (!isSame) this.rest.build(pen, split.rest, maker);
    this.above.build(pen, split.above, maker);
    this.built = { key, level };
    return level;
  }

  private look(scene: Scene, view: View, draw: Draw): { level: Level; found: Found } {
    const { count } = scene.doc.nodes;
    const { density } = this.overview;
    if (levelOf(view.zoom, 0, count, density, draw.settings) === "far") return { level: "far", found: NOTHING };
    const found = inView(scene, view, draw.settings.onlyInView ? MARGIN : EVERYTHING);
    return { level: levelOf(view.zoom, found.nodes.length, count, density, draw.settings), found };
  }

  private lens({ view, level, draw }: Thing, { origin }: NodePack): Lens {
    const { ratio } = view;
    return {
      width: this.canvas.width,
      height: this.canvas.height,
      ratio,
      scale: view.zoom * ratio,
      x: (origin.x * view.zoom + view.x) * ratio,
      y: (origin.y * view.zoom + view.y) * ratio,
      level: level === "near" || level === "mid" ? 0 : level === "flat" ? 1 : 2,
      into: draw.overlay.into,
    };
  }

  /** Where the overview is on the screen; copies it first if it is another one. */
  private far(view: View, now: number): NonNullable<Ground["overview"]> {
    const { overview, overviewIs } = this;
    overview.ensure();
    const isDue = overviewIs.version < 0 || now - overviewIs.at >= OVERVIEW_MS;
    if (overviewIs.version !== overview.version && isDue) {
      this.painter.setPicture(overview.canvas);
      this.overviewIs = { version: overview.version, at: now };
    }
    const by = (view.zoom / overview.density) * view.ratio;
    return { x: (overview.box.x * view.zoom + view.x) * view.ratio, y: (overview.box.y * view.zoom + view.y) * view.ratio, w: overview.canvas.width * by, h: overview.canvas.height * by };
  }
}

/** What rests, and what is drawn above it; of an overview only that. */
function parts(scene: Scene, found: Found, lifted: NonNullable<Draw["lifted"]>, level: Level): { rest: Found; above: Found } {
  if (level === "far") return { rest: NOTHING, above: { nodes: lifted.nodes.slice(0, LIFTED_MOST), edges: [] } };
  const isLifted = (slot: number) => ((scene.flags[slot] ?? 0) & LIFTED) !== 0;
  const edges = new Set(lifted.edges);
  return {
    rest: { nodes: found.nodes.filter((slot) => !isLifted(slot)), edges: found.edges.filter((edge) => !edges.has(edge)) },
    above: { nodes: found.nodes.filter(isLifted), edges: found.edges.filter((edge) => edges.has(edge)) },
  };
}

// One canvas at work: the scene, its layer, the camera, and the one loop that draws them. Nothing here renders React.

import type { GraphDocument } from "../graph/document/document";
import type { Selection } from "../graph/document/selection";
import { CANVAS_SETTINGS, type CanvasSettings } from "../state/view";
import { whenIdle } from "../ui/idle";
import { listenToIcons } from "../ui/node-icon";
import { loadTree } from "./box-index";
import { CanvasCamera } from "./camera";
import type { FrameTimes } from "./frame-times";
import { Late } from "./late";
import { Layer2D } from "./layer-2d";
import { NO_OVERLAY, type Layer, type Level, type Overlay } from "./layer";
import { Mounts } from "./mounts";
import { Overview } from "./overview";
import { readPalette, watchTheme, type Palette } from "./palette";
import { askRenderer } from "./renderer";
import { LIFTED, Scene, type Patch } from "./scene";

const REST_MS = 120;
const PINNED_MOST = 50;
/** A line at the foot of the page that comes and goes moves nothing that somebody looks at; pixels. */
const SLIGHT = 120;

/** Only what is not seen whole has a small map. */
export const minimap = new Late(() => import("./minimap"));

export interface Surfaces {
  root: HTMLElement;
  canvas: HTMLCanvasElement;
  world: HTMLElement;
  mini: HTMLCanvasElement;
}

export class Stage {
  readonly scene: Scene;
  readonly camera: CanvasCamera;
  readonly overview: Overview;
  readonly mounts: Mounts;
  settings: CanvasSettings = CANVAS_SETTINGS;
  level: Level = "near";
  overlay: Overlay = NO_OVERLAY;
  lifted: { nodes: readonly number[]; edges: readonly number[] } | null = null;
  /** Where the keyboard is; -1 for nowhere. */
  focused = -1;
  /** From the first picture on. */
  times: FrameTimes | null = null;
  /** Hears that the camera came to rest, and where that may be told from outside. */
  onRest: (data?: DOMStringMap) => void = () => {};
  /** Draws above the graph on a surface of its own, with each frame. */
  readonly above = new Set<(now: number) => void>();
  /** Done when the graph has been seen for the first time: what a picture does not need comes after it. */
  readonly painted: Promise<void>;
  private onPainted: () => void = () => {};
  private layer: Layer | null = null;
  /** What the layer was chosen by; null before the first picture stands. */
  private wished: CanvasSettings["renderer"] | null = null;
  private surfaces: Surfaces | null = null;
  private palette: Palette;
  private frame = 0;
  private idle: (() => void) | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private isDomShown = true;
  private zoomAtRest = 1;
  private isWorldShown = true;
  private isComposed = false;
  private hasTree = false;
  /** How high it was when all was fitted in; no number before that. */
  private fittedTo = NaN;
  private isPainted = false;
  /** How often the document changed and how many nodes are selected, as last painted. */
  private told = { changes: -1, selected: -1, level: "" };
  private readonly listeners = new Set<() => void>();
  /** Nodes that look different since the last frame, and those that are elsewhere. */
  private readonly touched = new Set<number>();
  private readonly moved = new Set<number>();
  private readonly stops: (() => void)[] = [];

  constructor(doc: GraphDocument, selection: Selection) {
    this.palette = readPalette();
    this.scene = new Scene(doc, selection);
    this.camera = new CanvasCamera(() => this.onMoved(), () => this.palette.still, () => this.scene.places.bounds());
    this.overview = new Overview(this.scene, this.palette);
    this.mounts = new Mounts(this.scene);
    this.painted = new Promise((resolve) => (this.onPainted = resolve));
    this.painted.then(() => import("./frame-times")).then(
      (code) => (this.times = new code.FrameTimes()),
      () => undefined, // a canvas that nobody times is still one
    );
  }

  attach(surfaces: Surfaces): () => void {
    this.surfaces = surfaces;
    this.scene.open();
    this.overview.spoil();
    this.wished = null;
    this.layer = new Layer2D(surfaces.canvas, this.palette, this.overview);
    this.layer.load(this.scene);
    const resize = new ResizeObserver(() => this.onResize());
    resize.observe(surfaces.root);
    this.onResize();
    this.stops.push(
      () => resize.disconnect(),
      this.scene.listen((patch) => this.onPatch(patch)),
      watchTheme(() => this.onTheme()),
      listenToIcons(() => this.onTheme()),
    );
    void document.fonts.ready.then(() => this.forgetWords());
    return () => this.close();
  }

  private close(): void {
    for (const stop of this.stops.splice(0)) stop();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.idle?.();
    this.idle = null;
    clearTimeout(this.rest);
    this.layer?.close();
    this.scene.close();
    this.layer = null;
    this.surfaces = null;
  }

  /** Hears where the keyboard is. */
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  setFocused(node: number): void {
    if (node === this.focused) return;
    this.focused = node;
    this.mounts.spoil();
    for (const listener of this.listeners) listener();
    this.request();
  }

  /** What stays mounted wherever the view is: where the keyboard is, and what is selected. */
  private pinned(): number[] {
    const { selection } = this.scene;
    return [...(this.focused >= 0 ? [this.focused] : []), ...(selection.nodeCount <= PINNED_MOST ? selection.nodes() : [])];
  }

  /** Draws in the next frame. */
  request = (): void => {
    if (this.frame !== 0 || !this.surfaces) return;
    this.times?.wanted(performance.now());
    this.frame = requestAnimationFrame(this.paint);
  };

  show(overlay: Partial<Overlay>): void {
    this.overlay = { ...this.overlay, ...overlay };
    this.request();
  }

  fit(isFlown = true): void {
    const { camera, scene } = this;
    const box = scene.places.bounds();
    camera.isTouched = false;
    if (!box || camera.view.width === 0) return;
    const to = camera.fitting(box, scene.doc.nodes.count);
    if (isFlown) camera.fly(to, performance.now());
    else camera.put(to);
  }

  /** Sees what is dragged as such: it is drawn by itself, above a picture of the rest. */
  lift(nodes: readonly number[] | null, edges: readonly number[] = []): void {
    for (const slot of this.lifted?.nodes ?? []) this.scene.setFlag(slot, LIFTED, false);
    this.lifted = nodes ? { nodes, edges } : null;
    for (const slot of nodes ?? []) this.scene.setFlag(slot, LIFTED, true);
    this.layer?.patch({ all: false, nodes: [], edges: [], moved: true });
    this.request();
  }

  private paint = (now: number): void => {
    this.frame = 0;
    const { layer, surfaces, camera, scene } = this;
    if (!layer || !surfaces || camera.view.width === 0) return;
    this.times?.begin(performance.now());
    if (this.touched.size > 0) this.mounts.patch([...this.touched]);
    if (this.moved.size > 0) this.placeCards(this.moved);
    this.touched.clear();
    this.moved.clear();
    camera.step(now);
    if (this.overview.density === 0) this.overview.ensure();
    const drawn = layer.draw(camera.view, { now, settings: this.settings, overlay: this.overlay, lifted: this.lifted, isDomShown: this.isDomShown });
    for (const draw of this.above) draw(now);
    this.level = drawn.level;
    const isNear = drawn.level === "near";
    // While the zoom changes what is mounted is only hidden: it may be wanted again at once.
    const more = this.isDomShown && this.mounts.step(camera.view, isNear, camera.heading, this.pinned());
    this.moveWorld(isNear);
    if (!surfaces.mini.hidden) minimap.code?.drawMini(surfaces.mini, this.overview, camera.view, this.palette, this.request);
    if (drawn.moves || more || camera.isFlying || minimap.isComing) this.request();
    this.askIdle();
    this.tell(surfaces.root.dataset);
    this.times?.end(performance.now());
    if (this.isPainted && this.wished !== this.settings.renderer) this.choose();
    if (this.isPainted) return;
    this.onPainted();
    if (scene.doc.nodes.count === 0) return;
    this.isPainted = true;
    performance.mark("tidemill:canvas");
    this.atRest();
  };

  /** Asks for the layer that is wished for. Until it comes, and where it cannot, 2D draws. */
  private choose(): void {
    const { surfaces } = this;
    const wish = this.settings.renderer;
    this.wished = wish;
    if (!surfaces) return;
    if (this.layer?.name !== "2d") this.take(new Layer2D(surfaces.canvas, this.palette, this.overview));
    const isWanted = () => this.surfaces === surfaces && this.wished === wish;
    askRenderer(wish, isWanted, {
      canvas: surfaces.canvas,
      palette: () => this.palette,
      overview: this.overview,
      ready: (layer) => this.take(layer),
      lost: () => isWanted() && this.take(new Layer2D(surfaces.canvas, this.palette, this.overview)),
      regained: () => isWanted() && this.choose(),
    });
  }

  /** Has another layer draw from now on; at once, so that nothing is missing in between. */
  private take(layer: Layer): void {
    const { width, height, ratio } = this.camera.view;
    this.layer?.close();
    this.layer = layer;
    layer.load(this.scene);
    layer.resize(width, height, ratio);
    if (this.surfaces) this.surfaces.root.dataset["renderer"] = layer.name;
    this.paint(performance.now());
  }

  /** Tells by attributes what this frame shows: who measures or tests from outside waits for them. */
  private tell(data: DOMStringMap): void {
    const { told } = this;
    const { doc, selection } = this.scene;
    const [changes, selected] = [doc.version, selection.nodeCount];
    if (changes !== told.changes) data["changes"] = String(changes);
    if (selected !== told.selected) data["selected"] = String(selected);
    if (this.level !== told.level) data["level"] = this.level;
    this.told = { changes, selected, level: this.level };
  }

  /** The elements of the page follow the camera by one transform. */
  private moveWorld(isNear: boolean): void {
    const { world } = this.surfaces ?? {};
    if (!world) return;
    const { x, y, zoom } = this.camera.view;
    const isShown = isNear && this.isDomShown;
    if (isShown !== this.isWorldShown) {
      this.isWorldShown = isShown;
      world.style.visibility = isShown ? "visible" : "hidden";
    }
    world.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
  }

  private placeCards(slots: ReadonlySet<number>): void {
    const { world } = this.surfaces ?? {};
    if (!world) return;
    for (const slot of this.mounts.slots) {
      if (!slots.has(slot)) continue;
      const card = world.querySelector<HTMLElement>(`[data-slot="${slot}"]`);
      if (card) card.style.transform = `translate(${this.scene.places.x[slot] ?? 0}px, ${this.scene.places.y[slot] ?? 0}px)`;
    }
  }

  private onMoved(): void {
    const { zoom } = this.camera.view;
    // While the zoom changes, text in elements would be laid out anew each frame: the canvas draws it instead.
    if (zoom !== this.zoomAtRest) this.isDomShown = false;
    // A picture of its own moves without being painted; at another zoom it would be blurred.
    else this.setComposed(true);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.atRest(), REST_MS);
    this.request();
  }

  private atRest(): void {
    const { view } = this.camera;
    if (this.camera.isFlying) return;
    if (this.zoomAtRest !== view.zoom) this.setComposed(false);
    this.zoomAtRest = view.zoom;
    this.isDomShown = true;
    const data = this.surfaces?.root.dataset;
    if (data) {
      data["zoom"] = view.zoom.toFixed(4);
      data["x"] = view.x.toFixed(1);
      data["y"] = view.y.toFixed(1);
    }
    this.onRest(data);
    this.request();
  }

  private setComposed(isOn: boolean): void {
    const { world } = this.surfaces ?? {};
    if (!world || this.isComposed === isOn) return;
    this.isComposed = isOn;
    world.style.willChange = isOn ? "transform" : "auto";
  }

  private onResize(): void {
    const { surfaces, camera } = this;
    if (!surfaces) return;
    const { clientWidth: width, clientHeight: height } = surfaces.root;
    if (width === 0 || height === 0) return;
    const isSame = width === camera.view.width && Math.abs(height - this.fittedTo) < SLIGHT;
    camera.resize(width, height, devicePixelRatio);
    this.layer?.resize(width, height, devicePixelRatio);
    this.mounts.spoil();
    if (!camera.isTouched && !isSame) {
      this.fit(false);
      this.fittedTo = this.scene.doc.nodes.count > 0 ? height : NaN;
    }
    // At once: a canvas that was given a size is empty until it is drawn.
    this.paint(performance.now());
  }

  private onPatch(patch: Patch): void {
    const { lifted } = this;
    const isDrag = lifted !== null && patch.moved && patch.nodes.every((slot) => ((this.scene.flags[slot] ?? 0) & LIFTED) !== 0);
    for (const slot of patch.nodes) {
      if (patch.moved) this.moved.add(slot);
      // What is dragged is put where it belongs without being rendered.
      if (!isDrag) this.touched.add(slot);
    }
    if (!isDrag) {
      this.layer?.patch(patch);
      if (patch.all) this.overview.spoil();
      else if (patch.nodes.length > 0) this.overview.patch(patch.nodes, patch.moved);
      if (patch.all) this.mounts.patch(null);
      if (patch.moved || patch.all) this.mounts.spoil();
      if (!this.fittedTo && this.scene.doc.nodes.count > 0 && !this.camera.isTouched) this.onResize();
    }
    this.request();
  }

  private onTheme(): void {
    this.palette = readPalette();
    this.layer?.setPalette(this.palette);
    this.overview.setPalette(this.palette);
    this.request();
  }

  private forgetWords(): void {
    this.layer?.forgetWords();
    this.request();
  }

  /** What can wait is done when nothing else is to do: indexes, the overview. */
  private askIdle(): void {
    const isStale = this.scene.nodeIndex.isStale || this.scene.edgeIndex.isStale;
    if (isStale && !this.hasTree) {
      void loadTree().then(() => {
        this.hasTree = true;
        this.askIdle();
      });
    }
    if (this.idle !== null || !((isStale && this.hasTree) || this.overview.hasWork)) return;
    this.idle = whenIdle((left) => {
      this.idle = null;
      if (!this.surfaces || this.lifted) return;
      const until = performance.now() + Math.min(8, left());
      let more = true;
      while (more && performance.now() < until) more = this.hasTree && (this.scene.nodeIndex.isStale || this.scene.edgeIndex.isStale) ? this.scene.tidy() || true : this.overview.work();
      if (this.level === "far") this.request();
      this.askIdle();
    });
  }
}

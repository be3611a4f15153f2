// What gestures do to one canvas: hits by index, drags with snapping and previews, edges that snap to ports.

import { curveOf } from "../../graph/curve";
import { FRAME, NOTE } from "../../graph/document/places";
import { handleOf, isContainer, whyNot, type Kinds } from "../../graph/edit/connect";
import { holderAt, snapped } from "../../graph/edit/move";
import type { Box } from "../../graph/geometry";
import { viewBox } from "../layer";
import type { Stage } from "../stage";
import type { CanvasEvents, End, Point } from "../types";
import { NOTHING, type Hands, type Hit, type Press } from "./gestures";
import { hitAt, portNear } from "./hits";

/** What more than these are dragged is shown as an outline only. */
const LIFTED_MOST = 2_000;
const LIFTED_EDGES_MOST = 5_000;
const NEIGHBOURS_MOST = 400;
const SNAP = 6;
const SMALLEST_W = 80;
const SMALLEST_H = 40;
const INSERT_NEAR = 2.5;

interface Moving {
  roots: number[];
  /** Where all of it was, and how far it has been moved. */
  box: Box;
  by: Point;
  /** Where it was pressed, on the graph: the view may move below the pointer. */
  from: Point;
  neighbours: Box[];
  /** The view that they were looked for in. */
  seen: Box;
  all: ReadonlySet<number>;
  isGhost: boolean;
  into: number;
  edge: number;
}

export interface Given {
  stage: Stage;
  on: () => CanvasEvents;
  kinds: () => Kinds;
  isEditable: () => boolean;
  /** The window's point of a point of the surface. */
  client: (at: Point) => Point;
  setCursor: (name: string) => void;
}

export class CanvasHands implements Hands {
  private moving: Moving | null = null;
  private marquee: { from: Point; nodes: number[]; edges: number[] } | null = null;
  private wire: { fixed: End; isSource: boolean; edge: number; target: { end: End; place: Point } | null } | null = null;
  private sizing: { node: number; from: Box; box: Box } | null = null;

  constructor(private readonly given: Given) {}

  private get stage(): Stage {
    return this.given.stage;
  }

  private get context() {
    const { scene } = this.stage;
    return { doc: scene.doc, places: scene.places, kinds: this.given.kinds() };
  }

  isEditable(): boolean {
    return this.given.isEditable();
  }

  isSelecting(): boolean {
    return this.isEditable() && this.stage.settings.drag === "select";
  }

  hit(at: Point, isTouch: boolean): Hit {
    return hitAt(this.stage, at, isTouch, this.isEditable());
  }

  isSelected(node: number): boolean {
    return this.stage.scene.selection.hasNode(node);
  }

  pan(by: Point): void {
    this.stage.camera.isTouched = true;
    this.stage.camera.pan(by);
  }

  zoom(factor: number, at: Point): void {
    this.stage.camera.isTouched = true;
    this.stage.camera.zoom(factor, at);
  }

  click(hit: Hit, press: Press): void {
    const { selection } = this.stage.scene;
    const isMore = press.shift || press.command;
    if (hit.kind === "port" && this.isEditable() && !isMore) {
      this.quickAdd({ node: hit.node, port: hit.port }, hit.isOutput, press.at, -1);
      return;
    }
    if (this.isTooSmall() && hit.kind !== "none") {
      // Nodes of three pixels cannot be chosen one by one: a press goes nearer.
      this.stage.camera.isTouched = true;
      this.stage.camera.fly({ ...this.stage.camera.centering(this.stage.camera.toWorld(press.at), this.stage.settings.lodLow) }, performance.now());
      return;
    }
    if (hit.node >= 0) {
      if (isMore) selection.toggleNode(hit.node);
      else selection.set([hit.node]);
    } else if (hit.edge >= 0) {
      if (isMore) selection.toggleEdge(hit.edge);
      else selection.set([], [hit.edge]);
    } else if (!isMore) selection.clear();
  }

  open(hit: Hit, press: Press): void {
    const on = this.given.on();
    if (hit.node >= 0) on.open?.(hit.node);
    else if (hit.kind === "none" && this.isEditable()) on.add?.({ client: this.given.client(press.at), place: this.stage.camera.toWorld(press.at) });
  }

  menu(hit: Hit, at: Point): void {
    const { selection } = this.stage.scene;
    if (hit.node >= 0 && !selection.hasNode(hit.node)) selection.set([hit.node]);
    else if (hit.node < 0 && hit.edge >= 0 && !selection.hasEdge(hit.edge)) selection.set([], [hit.edge]);
    else if (hit.node < 0 && hit.edge < 0) selection.clear();
    this.given.on().menu?.({ client: this.given.client(at), place: this.stage.camera.toWorld(at), node: hit.node, edge: hit.edge });
  }

  beginMove(node: number, press: Press): boolean {
    const { scene, camera } = this.stage;
    const { selection, places } = scene;
    if (!this.given.on().move || this.isTooSmall()) return false;
    if (!selection.hasNode(node)) {
      if (press.shift || press.command) selection.add([node]);
      else selection.set([node]);
    }
    const roots = places.nest.outermost(selection.nodes());
    const all = places.nest.withInside(roots);
    const box = places.boundsOf(roots);
    if (!box) return false;
    const inside = new Set(all);
    const isGhost = all.length > LIFTED_MOST;
    const seen = viewBox(camera.view);
    this.moving = { roots, box, by: { x: 0, y: 0 }, from: camera.toWorld(press.at), neighbours: this.neighboursIn(seen, inside, roots), seen, all: inside, isGhost, into: -1, edge: -1 };
    if (isGhost) this.stage.show({ ghost: box });
    else this.stage.lift(all, [...new Set(all.flatMap((slot) => scene.edgesOf(slot)))].slice(0, LIFTED_EDGES_MOST));
    return true;
  }

  /** What something that is dragged may be level with. */
  private neighboursIn(view: Box, inside: ReadonlySet<number>, roots: readonly number[]): Box[] {
    const { scene } = this.stage;
    const { places } = scene;
    const around = new Set(roots.flatMap((root) => places.nest.up(root)));
    return scene.nodesIn(view).filter((slot) => !inside.has(slot) && !around.has(slot)).slice(0, NEIGHBOURS_MOST).map((slot) => places.box(slot));
  }

  moveTo(at: Point, isFree: boolean): void {
    const { moving, stage } = this;
    if (!moving) return;
    const { zoom } = stage.camera.view;
    const under = stage.camera.toWorld(at);
    const wish = { x: under.x - moving.from.x, y: under.y - moving.from.y };
    const seen = viewBox(stage.camera.view);
    if (Math.abs(seen.x - moving.seen.x) > seen.w / 4 || Math.abs(seen.y - moving.seen.y) > seen.h / 4) {
      moving.seen = seen;
      moving.neighbours = this.neighboursIn(seen, moving.all, moving.roots);
    }
    const to = isFree ? { by: { x: Math.round(wish.x), y: Math.round(wish.y) }, guides: [] } : snapped(moving.box, wish, moving.neighbours, SNAP / zoom);
    const step = { x: to.by.x - moving.by.x, y: to.by.y - moving.by.y };
    moving.by = to.by;
    const { scene } = stage;
    moving.into = holderAt(scene.doc, scene.places, scene.nodesIn({ ...under, w: 0, h: 0 }), under, moving.all);
    moving.edge = this.edgeUnder(moving);
    if (moving.isGhost) stage.show({ ghost: { ...moving.box, x: moving.box.x + to.by.x, y: moving.box.y + to.by.y } });
    else if (step.x !== 0 || step.y !== 0) scene.places.shift(moving.roots, step.x, step.y);
    const isStaying = moving.roots.every((slot) => scene.places.parentOf(slot) === moving.into);
    stage.show({ guides: to.guides, into: isStaying ? -1 : moving.into, edge: moving.edge });
  }

  endMove(isKept: boolean): void {
    const { moving, stage } = this;
    if (!moving) return;
    this.moving = null;
    const { places } = stage.scene;
    const isStaying = moving.roots.every((slot) => places.parentOf(slot) === moving.into);
    stage.lift(null);
    stage.show({ guides: [], into: -1, edge: -1, ghost: null });
    if (isKept && (moving.by.x !== 0 || moving.by.y !== 0 || !isStaying)) {
      // The document says where things are from here on; what was shown meanwhile is taken back first.
      if (!moving.isGhost) places.settle(moving.roots);
      this.given.on().move?.(moving.roots, moving.by, isStaying ? undefined : moving.into);
      if (moving.edge >= 0 && moving.roots[0] !== undefined) this.given.on().insert?.(moving.roots[0], moving.edge);
    } else if (!moving.isGhost) places.settle(moving.roots);
  }

  beginMarquee(from: Point, isMore: boolean): void {
    const { selection } = this.stage.scene;
    this.marquee = { from: this.stage.camera.toWorld(from), nodes: isMore ? selection.nodes() : [], edges: isMore ? selection.edges() : [] };
    if (!isMore) selection.clear();
  }

  marqueeTo(at: Point): void {
    const { marquee, stage } = this;
    if (!marquee) return;
    const to = stage.camera.toWorld(at);
    const { from } = marquee;
    stage.show({ marquee: { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) } });
  }

  endMarquee(isKept: boolean): void {
    const { marquee, stage } = this;
    const box = stage.overlay.marquee;
    this.marquee = null;
    stage.show({ marquee: null });
    if (!marquee || !box || !isKept) return;
    const { scene } = stage;
    const { kind } = scene.places;
    // Frames are chosen when all of them is inside: else nothing in them could be chosen alone.
    const found = scene.nodesIn(box).filter((slot) => kind[slot] !== FRAME || isWithin(scene.places.box(slot), box));
    scene.selection.set([...marquee.nodes, ...found], marquee.edges);
  }

  beginWire(hit: Hit): boolean {
    const on = this.given.on();
    if (!on.connect) return false;
    const { scene } = this.stage;
    if (hit.kind === "port") this.wire = { fixed: { node: hit.node, port: hit.port }, isSource: hit.isOutput, edge: -1, target: null };
    else {
      const { source, target } = scene.doc.links;
      const row = scene.doc.edges.at(hit.edge);
      const [from, to] = [source[hit.edge] ?? -1, target[hit.edge] ?? -1];
      if (!row || from < 0 || to < 0) return false;
      // The other end stays where it is.
      const fixed = hit.isOutput ? { node: to, port: row.targetHandle ?? null } : { node: from, port: row.sourceHandle ?? null };
      this.wire = { fixed, isSource: !hit.isOutput, edge: hit.edge, target: null };
    }
    this.given.setCursor("wiring");
    return true;
  }

  wireTo(at: Point): void {
    const { wire, stage } = this;
    if (!wire) return;
    const { scene, camera } = stage;
    const place = camera.toWorld(at);
    const near = portNear(stage, at, !wire.isSource, wire.fixed.node);
    const fault = near ? this.fault(near.end) : null;
    wire.target = near && fault === null ? near : null;
    const fixed = scene.portPlace(wire.fixed.node, wire.fixed.port, wire.isSource);
    const end = near?.place ?? place;
    const [from, to] = wire.isSource ? [fixed, end] : [end, fixed];
    const high = scene.places.h[wire.fixed.node] ?? 0;
    const bottom = Math.max(from.y, to.y) + high / 2;
    stage.show({ wire: curveOf({ x0: from.x, y0: from.y, x1: to.x, y1: to.y, high, bottom }), isWireRight: near === null || fault === null, port: near?.place ?? null, edge: -1 });
  }

  endWire(at: Point | null): void {
    const { wire, stage } = this;
    if (at) this.wireTo(at);
    const near = at ? portNear(stage, at, !(wire?.isSource ?? true), wire?.fixed.node ?? -1) : null;
    this.wire = null;
    stage.show({ wire: null, port: null, isWireRight: true });
    if (!wire || !at) return;
    const { target } = wire;
    if (target) {
      const [source, to] = wire.isSource ? [wire.fixed, target.end] : [target.end, wire.fixed];
      this.given.on().connect?.(source, to, wire.edge);
    } else if (near) this.given.on().say?.(this.faultOf(wire, near.end) ?? "");
    else this.quickAdd(wire.fixed, wire.isSource, at, wire.edge);
  }

  beginResize(node: number): boolean {
    if (!this.given.on().resize) return false;
    const from = this.stage.scene.places.box(node);
    this.sizing = { node, from, box: from };
    return true;
  }

  resizeTo(by: Point, isFree: boolean): void {
    const { sizing, stage } = this;
    if (!sizing) return;
    const { zoom } = stage.camera.view;
    const snap = (value: number) => (isFree ? Math.round(value) : Math.round(value / 20) * 20);
    const { x, y, w, h } = sizing.from;
    sizing.box = { x, y, w: Math.max(SMALLEST_W, snap(x + w + by.x / zoom) - x), h: Math.max(SMALLEST_H, snap(y + h + by.y / zoom) - y) };
    stage.show({ ghost: sizing.box });
  }

  endResize(isKept: boolean): void {
    const { sizing, stage } = this;
    this.sizing = null;
    stage.show({ ghost: null });
    if (sizing && isKept && sizing.box !== sizing.from) this.given.on().resize?.(sizing.node, sizing.box);
  }

  cursor(name: string): void {
    this.given.setCursor(name);
  }

  /** The pointer is over another part of the page. */
  leave(): void {
    if (this.stage.overlay.hovered >= 0) this.stage.show({ hovered: -1 });
  }

  /** What is under the pointer while nothing is pressed. */
  hover(at: Point): Hit {
    const hit = this.isTooSmall() ? NOTHING : this.hit(at, false);
    const hovered = hit.kind === "edge" || hit.kind === "end" ? hit.edge : -1;
    if (this.stage.overlay.hovered !== hovered) this.stage.show({ hovered });
    return hit;
  }

  private isTooSmall(): boolean {
    return this.stage.level === "far" || this.stage.camera.view.zoom * 208 < 3;
  }

  private fault(end: End): string | null {
    return this.wire ? this.faultOf(this.wire, end) : null;
  }

  private faultOf(wire: { fixed: End; isSource: boolean; edge: number }, end: End): string | null {
    const { context } = this;
    const [source, target] = wire.isSource ? [wire.fixed, end] : [end, wire.fixed];
    const named = (one: End, isOutput: boolean) => ({ node: one.node, port: handleOf(context, one.node, one.port, isOutput) });
    return whyNot(context, named(source, true), named(target, false), wire.edge);
  }

  private quickAdd(from: End, isSource: boolean, at: Point, edge: number): void {
    this.given.on().quickAdd?.({ client: this.given.client(at), place: this.stage.camera.toWorld(at), from, isSource, edge });
  }

  /** The edge that one dragged node without edges would be put on. */
  private edgeUnder({ roots, box, by }: Moving): number {
    const [node] = roots;
    const { scene, camera } = this.stage;
    if (roots.length !== 1 || node === undefined || !this.given.on().insert || scene.places.kind[node] === NOTE || scene.places.kind[node] === FRAME) return -1;
    if (scene.edgesOf(node).length > 0 || isContainer(scene.doc.nodes.at(node)?.type)) return -1;
    return scene.edgeAt(box.x + by.x + box.w / 2, box.y + by.y + box.h / 2, camera.view.zoom / INSERT_NEAR);
  }
}

function isWithin(inner: Box, outer: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
}

// Others on the canvas: their pointers, what they have selected and where they type, on a surface of its own above the graph, so
// that a pointer that moves draws no node anew. And following one of them.

import { curveOf } from "../graph/curve";
import { fieldIn, inkOn, type Person, type Window } from "../graph/people";
import type { People } from "../state/document/presence";
import type { Stage } from "./stage";
import type { Point } from "./types";

/** A pointer takes so long to where it was seen last: two of its reports follow each other in less. */
const GLIDE_MS = 90;
/** After so long without a move a pointer goes without its name. */
const NAMED_MS = 4_000;
/** Most of the way to where somebody looks is gone in so long. */
const FOLLOW_MS = 120;
const NEAR_ENOUGH = 0.5;
/** Outlines of one person that are drawn in one frame. */
const OUTLINES_MOST = 200;
const OUTLINE_LEAST = 5;
const GAP = 3;
/** A name reaches in from so far. */
const OUTSIDE = 200;
const CHIP = { high: 18, pad: 6, text: 11, most: 24 };
const ARROW = { w: 13, h: 17 };

interface Glide {
  from: Point;
  to: Point;
  began: number;
}

/** What stands for somebody's slots, found once for each selection and each version of the document. */
interface Found {
  selection: Person["selection"];
  version: number;
  nodes: readonly number[];
  edges: readonly number[];
}

export class PeopleLayer {
  /** Hears that following ended by itself. */
  onFollowed: () => void = () => {};
  private readonly ctx: CanvasRenderingContext2D | null;
  private readonly glides = new Map<number, Glide>();
  private readonly found = new Map<number, Found>();
  private readonly chips = new Map<string, OffscreenCanvas>();
  private told: Window | null = null;
  private followed: number | null = null;
  private followedAt = 0;
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isEmpty = true;
  private readonly family: string;
  private readonly stops: (() => void)[];

  constructor(private readonly stage: Stage, private readonly canvas: HTMLCanvasElement, private readonly people: People) {
    this.ctx = canvas.getContext("2d");
    this.family = getComputedStyle(canvas).fontFamily;
    this.stops = [people.listenMoves(this.request), people.listen(this.request), stage.scene.doc.listen(this.request)];
    stage.above.add(this.draw);
    this.request();
  }

  close(): void {
    for (const stop of this.stops) stop();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.stage.above.delete(this.draw);
  }

  /** Goes where somebody looks, and on with them; null stops. */
  follow(id: number | null): void {
    this.followed = id;
    this.followedAt = performance.now();
    this.request();
  }

  /** Tells what of the graph this page shows. While it follows somebody that is what they see: two who follow each other stand still. */
  private tellView(): void {
    const view = this.window();
    const { told } = this;
    if (told && view && told.x === view.x && told.y === view.y && told.width === view.width && told.height === view.height) return;
    this.told = view;
    this.people.tell({ view });
  }

  private window(): Window | null {
    const view = this.followed === null ? null : this.people.find(this.followed)?.view;
    if (view) return view;
    const { x, y, zoom, width, height } = this.stage.camera.view;
    return width === 0 ? null : { x: (0 - x) / zoom, y: (0 - y) / zoom, width: width / zoom, height: height / zoom };
  }

  request = (): void => {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      this.walk(now);
      this.draw(now);
    });
  };

  /** The next step after whom it follows. The graph is drawn anew with it, and this above it. */
  private walk(now: number): void {
    if (this.followed === null) return;
    const person = this.people.find(this.followed);
    if (!person) {
      this.followed = null;
      return this.onFollowed();
    }
    const { camera } = this.stage;
    const [at, ms] = [camera.view, Math.min(100, now - this.followedAt)];
    this.followedAt = now;
    if (!person.view || at.width === 0) return;
    const { x, y, width, height } = person.view;
    const zoom = Math.min(2.5, at.width / width, at.height / height);
    const to = camera.centering({ x: x + width / 2, y: y + height / 2 }, zoom);
    const isThere = Math.abs(to.x - at.x) < NEAR_ENOUGH && Math.abs(to.y - at.y) < NEAR_ENOUGH && Math.abs(to.zoom / at.zoom - 1) < 0.001;
    if (isThere) return;
    const part = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : 1 - Math.exp(-ms / FOLLOW_MS);
    camera.isTouched = true;
    camera.put({ x: at.x + (to.x - at.x) * part, y: at.y + (to.y - at.y) * part, zoom: at.zoom * (to.zoom / at.zoom) ** part });
    this.request();
  }

  draw = (now: number): void => {
    const { ctx, canvas } = this;
    const { view } = this.stage.camera;
    if (!ctx || view.width === 0) return;
    const [wide, high] = [Math.round(view.width * view.ratio), Math.round(view.height * view.ratio)];
    if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    else if (!this.isEmpty) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, wide, high);
    }
    ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    const list = this.people.list;
    this.isEmpty = list.length === 0;
    list.forEach((person, at) => this.drawSelection(ctx, person, at % 3));
    for (const person of list) this.drawField(ctx, person);
    let next = Infinity;
    for (const person of this.people.now) next = Math.min(next, this.drawPointer(ctx, person, now));
    for (const id of this.glides.keys()) if (!this.people.find(id)?.pointer) this.glides.delete(id);
    clearTimeout(this.timer);
    this.tellView();
    if (next === 0) this.request();
    else if (next < Infinity) this.timer = setTimeout(this.request, next);
  };

  /** Answers in how many ms it will look otherwise by itself. */
  private drawPointer(ctx: CanvasRenderingContext2D, { id, pointer, user }: Person, now: number): number {
    if (!pointer) return Infinity;
    let glide = this.glides.get(id);
    if (!glide) this.glides.set(id, (glide = { from: pointer, to: pointer, began: now - GLIDE_MS }));
    else if (glide.to.x !== pointer.x || glide.to.y !== pointer.y) {
      this.glides.set(id, (glide = { from: placeIn(glide, now), to: pointer, began: now }));
    }
    const { camera } = this.stage;
    const { x, y } = camera.toScreen(placeIn(glide, now));
    const since = now - glide.began;
    const next = since < GLIDE_MS ? 0 : since < NAMED_MS ? NAMED_MS - since : Infinity;
    if (x < -OUTSIDE || y < -OUTSIDE || x > camera.view.width + OUTSIDE || y > camera.view.height + OUTSIDE) return next;
    drawArrow(ctx, x, y, user.color);
    if (since < NAMED_MS) this.drawChip(ctx, user, x + ARROW.w - 2, y + ARROW.h - 2);
    return next;
  }

  private drawSelection(ctx: CanvasRenderingContext2D, person: Person, turn: number): void {
    const { nodes, edges } = this.slotsOf(person);
    if (nodes.length === 0 && edges.length === 0) return;
    const { scene, camera } = this.stage;
    const { x: dx, y: dy, zoom } = camera.view;
    const by = GAP + turn * GAP;
    ctx.strokeStyle = person.user.color;
    ctx.lineWidth = 2;
    ctx.beginPath();
    let count = 0;
    for (const slot of nodes) {
      const box = this.boxOnScreen(slot);
      if (!box || count > OUTLINES_MOST) continue;
      count += 1;
      ctx.roundRect(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by, Math.max(3, 10 * zoom + by));
    }
    for (const slot of edges) {
      const run = scene.runOf(slot);
      if (!run || (count += 1) > OUTLINES_MOST) continue;
      const curve = curveOf(run);
      const at = (n: number) => (curve[n] ?? 0) * zoom + (n % 2 === 0 ? dx : dy);
      ctx.moveTo(at(0), at(1));
      for (let n = 2; n + 5 < curve.length; n += 6) ctx.bezierCurveTo(at(n), at(n + 1), at(n + 2), at(n + 3), at(n + 4), at(n + 5));
    }
    ctx.stroke();
  }

  /** Who types in a field of a node is named at it. */
  private drawField(ctx: CanvasRenderingContext2D, { field, user }: Person): void {
    const place = fieldIn(field);
    const slot = place ? this.stage.scene.doc.nodes.slot(place.node) : undefined;
    const box = slot === undefined ? null : this.boxOnScreen(slot);
    if (!box || box.w < ARROW.w * 4) return;
    this.drawChip(ctx, user, box.x, box.y - CHIP.high - GAP * 2);
  }

  /** Where a node is seen; null where it is not in view. One too small to see is as small as can be seen. */
  private boxOnScreen(slot: number): { x: number; y: number; w: number; h: number } | null {
    const { scene, camera } = this.stage;
    const { places } = scene;
    const seen = scene.doc.nodes.at(slot) ? (places.seenAs[slot] ?? -1) : -1;
    if (seen < 0) return null;
    const { x: dx, y: dy, zoom, width, height } = camera.view;
    const [x, y] = [(places.x[seen] ?? 0) * zoom + dx, (places.y[seen] ?? 0) * zoom + dy];
    const [w, h] = [Math.max(OUTLINE_LEAST, (places.w[seen] ?? 0) * zoom), Math.max(OUTLINE_LEAST, (places.h[seen] ?? 0) * zoom)];
    return x > width || y > height || x + w < 0 || y + h < 0 ? null : { x, y, w, h };
  }

  private slotsOf({ id, selection }: Person): Found {
    const { doc } = this.stage.scene;
    const before = this.found.get(id);
    if (before?.selection === selection && before.version === doc.version) return before;
    const isSlot = (slot: number | undefined): slot is number => slot !== undefined;
    const now: Found = {
      selection,
      version: doc.version,
      nodes: selection.nodes.map((one) => doc.nodes.slot(one)).filter(isSlot),
      edges: selection.edges.map((one) => doc.edges.slot(one)).filter(isSlot),
    };
    this.found.set(id, now);
    return now;
  }

  /** A name on its colour, drawn once. */
  private drawChip(ctx: CanvasRenderingContext2D, { name, color }: Person["user"], x: number, y: number): void {
    const { ratio } = this.stage.camera.view;
    const key = `${ratio} ${color} ${name}`;
    let chip = this.chips.get(key);
    if (!chip) {
      if (this.chips.size > 500) this.chips.clear();
      this.chips.set(key, (chip = chipOf(name, color, ratio, this.family)));
    }
    ctx.drawImage(chip, Math.round(x), Math.round(y), chip.width / ratio, chip.height / ratio);
  }
}

function placeIn({ from, to, began }: Glide, now: number): Point {
  const part = Math.min(1, Math.max(0, (now - began) / GLIDE_MS));
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function drawArrow(ctx: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + ARROW.w, y + ARROW.h * 0.64);
  ctx.lineTo(x + ARROW.w * 0.44, y + ARROW.h * 0.7);
  ctx.lineTo(x + ARROW.w * 0.14, y + ARROW.h);
  ctx.closePath();
  ctx.fillStyle = color;
  ctx.strokeStyle = inkOn(color);
  ctx.lineWidth = 1.2;
  ctx.lineJoin = "round";
  ctx.fill();
  ctx.stroke();
}

function chipOf(name: string, color: string, ratio: number, family: string): OffscreenCanvas {
  const letters = [...name];
  const text = letters.length > CHIP.most ? `${letters.slice(0, CHIP.most - 1).join("")}…` : name;
  const font = `600 ${CHIP.text}px ${family}`;
  const measure = new OffscreenCanvas(1, 1).getContext("2d");
  if (measure) measure.font = font;
  const wide = Math.ceil((measure?.measureText(text).width ?? 0) + 2 * CHIP.pad);
  const chip = new OffscreenCanvas(Math.ceil(wide * ratio), Math.ceil(CHIP.high * ratio));
  const ctx = chip.getContext("2d");
  if (!ctx) return chip;
  ctx.scale(ratio, ratio);
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.roundRect(0, 0, wide, CHIP.high, 5);
  ctx.fill();
  ctx.font = font;
  ctx.fillStyle = inkOn(color);
  ctx.textBaseline = "middle";
  ctx.fillText(text, CHIP.pad, CHIP.high / 2 + 0.5);
  return chip;
}

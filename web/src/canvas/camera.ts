// The camera of one canvas: one object that wheel, drag and keys write and the next frame reads. Flights end where they should.

import { fit, reveal, ZOOM_LEAST, ZOOM_MOST, type Camera } from "../graph/camera";
import type { Box } from "../graph/geometry";
import type { View } from "./layer";
import type { Point } from "./types";

const FLIGHT_MS = 240;
const NARROW = 560;
const NARROW_ZOOM = 0.8;
const SMALL = 60;
const SMALL_ZOOM = 0.4;

export class CanvasCamera {
  readonly view: View = { x: 0, y: 0, zoom: 1, width: 0, height: 0, ratio: 1 };
  /** Whether a person moved it: then a new size keeps it. */
  isTouched = false;
  /** Which way it moved last, for what to prepare first. */
  readonly heading: Point = { x: 0, y: 0 };
  private flight: { from: Camera; to: Camera; begin: number } | null = null;

  /** `bounds` is what there is to see: asked for when it is needed, since finding it means looking at every node. */
  constructor(private readonly moved: () => void, private readonly isStill: () => boolean, private readonly bounds: () => Box | null) {}

  get isFlying(): boolean {
    return this.flight !== null;
  }

  resize(width: number, height: number, ratio: number): void {
    Object.assign(this.view, { width, height, ratio });
  }

  pan(by: Point): void {
    this.put({ x: this.view.x + by.x, y: this.view.y + by.y, zoom: this.view.zoom });
  }

  zoom(factor: number, at: Point): void {
    const { view } = this;
    const zoom = Math.min(ZOOM_MOST, Math.max(this.least(), view.zoom * factor));
    const by = zoom / view.zoom;
    this.put({ zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by });
  }

  /** A graph of 100,000 nodes is seen whole at less than the usual least. */
  private least(): number {
    const around = this.bounds();
    if (!around || this.view.width === 0) return ZOOM_LEAST;
    return Math.min(ZOOM_LEAST, 0.6 * Math.min(this.view.width / around.w, this.view.height / around.h));
  }

  put(camera: Camera): void {
    this.flight = null;
    this.set(camera);
  }

  private set(camera: Camera): void {
    const { view, heading } = this;
    if (![camera.x, camera.y, camera.zoom].every(Number.isFinite)) return;
    heading.x = camera.x - view.x;
    heading.y = camera.y - view.y;
    view.x = camera.x;
    view.y = camera.y;
    view.zoom = camera.zoom;
    this.moved();
  }

  /** Goes there in a short flight, at once under reduced motion. */
  fly(to: Camera, now: number): void {
    if (this.isStill() || this.view.width === 0) this.put(to);
    else {
      this.flight = { from: { x: this.view.x, y: this.view.y, zoom: this.view.zoom }, to, begin: now };
      this.moved();
    }
  }

  /** The next step of a flight. */
  step(now: number): void {
    const { flight, view } = this;
    if (!flight) return;
    const part = Math.min(1, Math.max(0, (now - flight.begin) / FLIGHT_MS));
    const eased = 1 - (1 - part) ** 3;
    const { from, to } = flight;
    // The middle of the view goes straight, zoom by factors: as it would by hand.
    const zoom = from.zoom * (to.zoom / from.zoom) ** eased;
    const middle = (camera: Camera) => ({ x: (view.width / 2 - camera.x) / camera.zoom, y: (view.height / 2 - camera.y) / camera.zoom });
    const [a, b] = [middle(from), middle(to)];
    const mid = { x: a.x + (b.x - a.x) * eased, y: a.y + (b.y - a.y) * eased };
    this.set(part === 1 ? to : { zoom, x: view.width / 2 - mid.x * zoom, y: view.height / 2 - mid.y * zoom });
    if (part === 1) this.flight = null;
  }

  /** All of a box, at most at its own size; of a small graph no less than can be read. */
  fitting(box: Box, nodes: number): Camera {
    const { width, height } = this.view;
    const least = width < NARROW ? NARROW_ZOOM : nodes <= SMALL ? SMALL_ZOOM : 0;
    const whole = fit(box, width, height, least);
    const zoom = Math.min((width * 0.94) / box.w, (height * 0.94) / box.h);
    return zoom >= ZOOM_LEAST || least > 0 ? whole : { zoom, x: (width - box.w * zoom) / 2 - box.x * zoom, y: (height - box.h * zoom) / 2 - box.y * zoom };
  }

  revealing(box: Box): Camera {
    return reveal(this.view, box, this.view.width, this.view.height);
  }

  centering(place: Point, zoom = this.view.zoom): Camera {
    return { zoom, x: this.view.width / 2 - place.x * zoom, y: this.view.height / 2 - place.y * zoom };
  }

  toWorld(at: Point): Point {
    return { x: (at.x - this.view.x) / this.view.zoom, y: (at.y - this.view.y) / this.view.zoom };
  }

  toScreen(place: Point): Point {
    return { x: place.x * this.view.zoom + this.view.x, y: place.y * this.view.zoom + this.view.y };
  }
}

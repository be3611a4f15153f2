// What presses, moves and lets-go mean: a machine of a few states. It knows points and what they hit, no elements and no time.

import type { Point } from "../types";

export interface Hit {
  kind: "none" | "node" | "edge" | "port" | "end" | "corner";
  /** Slots, -1 where it is none. */
  node: number;
  edge: number;
  /** Of a port its name; of an end of an edge, whether it is the source's. */
  port: string | null;
  isOutput: boolean;
}

export const NOTHING: Hit = { kind: "none", node: -1, edge: -1, port: null, isOutput: false };

export interface Press {
  id: number;
  /** Where, in pixels of the surface. */
  at: Point;
  button: number;
  isTouch: boolean;
  /** Keys that are held. */
  shift: boolean;
  command: boolean;
  alt: boolean;
  /** How many presses there were shortly after each other at this place. */
  count: number;
}

/** What a gesture does; all points are pixels of the surface. */
export interface Hands {
  isEditable(): boolean;
  /** Whether a drag over the empty canvas selects. */
  isSelecting(): boolean;
  hit(at: Point, isTouch: boolean): Hit;
  isSelected(node: number): boolean;
  pan(by: Point): void;
  zoom(factor: number, at: Point): void;
  click(hit: Hit, press: Press): void;
  open(hit: Hit, press: Press): void;
  menu(hit: Hit, at: Point): void;
  beginMove(node: number, press: Press): boolean;
  moveTo(at: Point, isFree: boolean): void;
  endMove(isKept: boolean): void;
  beginMarquee(from: Point, isMore: boolean): void;
  marqueeTo(at: Point): void;
  endMarquee(isKept: boolean): void;
  beginWire(hit: Hit): boolean;
  wireTo(at: Point): void;
  endWire(at: Point | null): void;
  beginResize(node: number): boolean;
  resizeTo(by: Point, isFree: boolean): void;
  endResize(isKept: boolean): void;
  /** What the pointer shows. */
  cursor(name: "" | "panning" | "moving" | "wiring" | "resizing"): void;
}

type Mode = "idle" | "pressed" | "panning" | "pinching" | "moving" | "marquee" | "wiring" | "resizing";

const DRAG_FROM = 4;
const DRAG_FROM_TOUCH = 10;

export class Gestures {
  mode: Mode = "idle";
  /** Whether Space is held: then every drag pans. */
  isSpaceHeld = false;
  private press: Press | null = null;
  private isFree = false;
  private hit: Hit = NOTHING;
  private readonly pointers = new Map<number, Point>();
  /** Whether the wire hangs at the pointer without a button held: the next press ends it. */
  private isWireLoose = false;

  constructor(private readonly hands: Hands) {}

  get isBusy(): boolean {
    return this.mode !== "idle";
  }

  /** Where the pointer of this drag was pressed, and where it is. */
  get drag(): { from: Point; at: Point } | null {
    const at = this.press ? this.pointers.get(this.press.id) : undefined;
    return this.press && at ? { from: this.press.at, at } : null;
  }

  /** The view has moved below a pointer that rests. */
  again(): void {
    if (this.press && this.drag) this.move(this.press.id, this.drag.at, { alt: this.isFree });
  }

  down(press: Press): void {
    if (this.mode === "wiring" && this.isWireLoose) {
      this.leave(() => this.hands.endWire(press.button === 0 ? press.at : null));
      return;
    }
    this.pointers.set(press.id, press.at);
    if (press.isTouch && this.pointers.size === 2) {
      this.stop();
      this.mode = "pinching";
      return;
    }
    if (this.mode !== "idle" || press.button > 1) return;
    this.mode = "pressed";
    this.press = press;
    this.hit = press.button === 0 && !this.isSpaceHeld ? this.hands.hit(press.at, press.isTouch) : NOTHING;
  }

  move(id: number, at: Point, keys: { alt: boolean }): void {
    const before = this.pointers.get(id);
    this.isFree = keys.alt;
    if (this.mode === "wiring" && this.isWireLoose) this.hands.wireTo(at);
    if (!before) return;
    if (this.mode === "pinching") {
      this.pinch(id, before, at);
      return;
    }
    this.pointers.set(id, at);
    const { press } = this;
    if (!press || press.id !== id) return;
    if (this.mode === "pressed" && far(press.at, at, press.isTouch)) this.begin(press);
    const by = { x: at.x - press.at.x, y: at.y - press.at.y };
    if (this.mode === "panning") this.hands.pan({ x: at.x - before.x, y: at.y - before.y });
    else if (this.mode === "moving") this.hands.moveTo(at, keys.alt);
    else if (this.mode === "marquee") this.hands.marqueeTo(at);
    else if (this.mode === "wiring") this.hands.wireTo(at);
    else if (this.mode === "resizing") this.hands.resizeTo(by, keys.alt);
  }

  up(id: number, at: Point): void {
    if (!this.pointers.delete(id)) return;
    if (this.mode === "pinching") {
      // The finger that stays goes on to pan.
      const [rest] = this.pointers.keys();
      if (rest === undefined) this.leave(() => {});
      else {
        this.mode = "panning";
        this.press = { id: rest, at: this.pointers.get(rest) ?? at, button: 0, isTouch: true, shift: false, command: false, alt: false, count: 1 };
      }
      return;
    }
    const { press, hit, mode } = this;
    if (!press || press.id !== id) return;
    if (mode === "pressed") {
      this.leave(() => {
        if (press.button !== 0 || this.isSpaceHeld) return;
        if (press.count === 2) this.hands.open(hit, press);
        else this.hands.click(hit, press);
      });
    } else if (mode === "wiring") this.leave(() => this.hands.endWire(at));
    else this.end(true);
  }

  /** The pointer was held in place for long: on touch this is the other button. */
  held(): void {
    const { press, hit } = this;
    if (this.mode !== "pressed" || !press?.isTouch) return;
    this.leave(() => this.hands.menu(hit, press.at));
  }

  /** Escape, or the system took the pointer away: all is as it was before. Answers whether there was anything to stop. */
  cancel(): boolean {
    const wasBusy = this.mode !== "idle";
    this.stop();
    this.pointers.clear();
    return wasBusy;
  }

  /** Begins an edge that follows the pointer until the next press. */
  wire(hit: Hit): void {
    this.cancel();
    if (!this.hands.beginWire(hit)) return;
    this.mode = "wiring";
    this.isWireLoose = true;
    this.hands.cursor("wiring");
  }

  private begin(press: Press): void {
    const { hands, hit } = this;
    const isPan = press.button === 1 || this.isSpaceHeld;
    const mode = isPan ? "panning" : this.dragOf(hit, press);
    this.mode = mode;
    if (mode === "marquee") hands.beginMarquee(press.at, press.shift || press.command);
    if (mode === "panning" || mode === "moving" || mode === "resizing" || mode === "wiring") hands.cursor(mode);
  }

  /** What a drag from here does. */
  private dragOf(hit: Hit, press: Press): Mode {
    const { hands } = this;
    if (hands.isEditable()) {
      if ((hit.kind === "port" || hit.kind === "end") && hands.beginWire(hit)) return "wiring";
      if (hit.kind === "corner" && hands.beginResize(hit.node)) return "resizing";
      // A finger that moves means the view, but for what was chosen before.
      const isMeant = !press.isTouch || hands.isSelected(hit.node);
      if (hit.node >= 0 && (hit.kind === "node" || hit.kind === "port") && isMeant && hands.beginMove(hit.node, press)) return "moving";
    }
    if (press.isTouch || !hands.isSelecting()) return "panning";
    return "marquee";
  }

  private pinch(id: number, before: Point, at: Point): void {
    const other = [...this.pointers].find(([one]) => one !== id)?.[1];
    this.pointers.set(id, at);
    if (!other) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    this.hands.pan({ x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 });
    if (was > 0) this.hands.zoom(is / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }

  private stop(): void {
    if (this.mode === "wiring") this.leave(() => this.hands.endWire(null));
    else this.end(false);
  }

  private end(isKept: boolean): void {
    const { mode, hands } = this;
    this.leave(() => {
      if (mode === "moving") hands.endMove(isKept);
      else if (mode === "marquee") hands.endMarquee(isKept);
      else if (mode === "resizing") hands.endResize(isKept);
    });
  }

  /** Back to rest first: what follows may begin something new. */
  private leave(then: () => void): void {
    this.mode = "idle";
    this.press = null;
    this.hit = NOTHING;
    this.isWireLoose = false;
    this.hands.cursor("");
    then();
  }
}

function far(from: Point, to: Point, isTouch: boolean): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) >= (isTouch ? DRAG_FROM_TOUCH : DRAG_FROM);
}

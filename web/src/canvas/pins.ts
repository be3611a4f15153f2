// Comments on the canvas: a bubble at each node and each place that something open is said about, on a layer of its own above the
// graph. A bubble is an element, so that it is pressed, pointed at and read out like any; where there are too many to be told
// apart, each is a dot of a drawing.

import { marksWhere } from "../graph/comments/marks";
import { markWords, type CommentMark } from "../graph/comments/threads";
import { initials, inkOn } from "../graph/people";
import { readPalette, watchTheme } from "./palette";
import type { Stage } from "./stage";
import s from "./pins.module.css";

/** More bubbles than these would lie on each other. */
const BUBBLES_MOST = 60;
const DOT = 4;
/** A bubble stands on its node's upper edge, so far from its right corner: what a run says of the node is there. */
const FROM_CORNER = 46;
const OVER = 3;
/** A bubble reaches into the view from so far. */
const OUTSIDE = 40;

interface Placed extends CommentMark {
  key: string;
  /** Pixels of the canvas. */
  left: number;
  top: number;
}

export class PinLayer {
  /** Hears which mark was pressed. */
  onOpen: (mark: CommentMark) => void = () => {};
  private marks: readonly CommentMark[] = [];
  /** The thread that is open in the list. */
  private current: string | null = null;
  private readonly bubbles = new Map<string, HTMLButtonElement>();
  private readonly shown = new Map<string, CommentMark>();
  private readonly ctx: CanvasRenderingContext2D | null;
  private colour = readPalette().tide;
  private hasDots = false;
  private readonly stop: () => void;

  constructor(private readonly stage: Stage, private readonly root: HTMLElement, private readonly canvas: HTMLCanvasElement) {
    this.ctx = canvas.getContext("2d");
    this.stop = watchTheme(() => {
      this.colour = readPalette().tide;
      this.draw();
    });
    stage.above.add(this.draw);
  }

  close(): void {
    this.stop();
    this.stage.above.delete(this.draw);
    for (const bubble of this.bubbles.values()) bubble.remove();
  }

  show(marks: readonly CommentMark[], current: string | null): void {
    this.marks = marks;
    this.current = current;
    this.draw();
  }

  private readonly draw = (): void => {
    const { view } = this.stage.camera;
    if (view.width === 0) return;
    const placed = this.inView();
    const isCrowded = placed.length > BUBBLES_MOST;
    this.drawDots(isCrowded ? placed : []);
    const wanted = isCrowded ? placed.filter((one) => this.isCurrent(one)) : placed;
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, bubble] of this.bubbles) {
      if (keys.has(key)) continue;
      bubble.remove();
      this.bubbles.delete(key);
    }
    for (const one of wanted) this.put(one);
  };

  /** What is in view, those of nodes that are seen as one together. */
  private inView(): Placed[] {
    const { camera, scene } = this.stage;
    const { x: dx, y: dy, zoom, width, height } = camera.view;
    const { places, doc } = scene;
    const seenAs = (node: string) => {
      const slot = doc.nodes.slot(node);
      return slot === undefined || !doc.nodes.at(slot) ? -1 : (places.seenAs[slot] ?? -1);
    };
    const placed: Placed[] = [];
    for (const { mark, slot } of marksWhere(this.marks, seenAs)) {
      const at = (place: number, by: number) => place * zoom + by;
      const [x, y] = slot < 0 ? [mark.x, mark.y] : [places.x[slot] ?? 0, places.y[slot] ?? 0];
      const left = slot < 0 ? at(x, dx) : Math.max(at(x, dx), at(x + (places.w[slot] ?? 0), dx) - FROM_CORNER);
      const top = at(y, dy) + (slot < 0 ? 0 : OVER);
      if (left < -OUTSIDE || top < 0 || left > width || top > height + OUTSIDE) continue;
      placed.push({ ...mark, key: slot < 0 ? (mark.threads[0]?.id ?? "new") : `node ${slot}`, left, top });
    }
    return placed;
  }

  private isCurrent({ threads }: CommentMark): boolean {
    return this.current !== null && threads.some(({ id }) => id === this.current);
  }

  private put(mark: Placed): void {
    const { key, left, top, threads, isUnread } = mark;
    this.shown.set(key, mark);
    const bubble = this.bubbles.get(key) ?? this.make(key);
    bubble.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px) translateY(-100%)`;
    const [first] = threads;
    const isOne = threads.length === 1;
    const label = threads.length === 0 ? "Here your comment will stand" : markWords(mark);
    const text = !first ? "+" : isOne ? initials(first.first.author.name) : threads.length > 99 ? "99+" : String(threads.length);
    const signature = `${text} ${label} ${first?.first.author.color} ${this.isCurrent(mark)}`;
    if (bubble.dataset["shown"] === signature) return;
    bubble.dataset["shown"] = signature;
    bubble.dataset["letters"] = text;
    bubble.title = bubble.ariaLabel = label;
    bubble.className = [s.pin, first ? "" : s.fresh, isUnread ? s.unread : "", this.isCurrent(mark) ? s.current : ""].join(" ");
    const color = first && isOne ? first.first.author.color : "";
    bubble.style.backgroundColor = color;
    bubble.style.color = color === "" ? "" : inkOn(color);
  }

  private make(key: string): HTMLButtonElement {
    const bubble = document.createElement("button");
    bubble.type = "button";
    // By keyboard the list leads to each of them.
    bubble.tabIndex = -1;
    bubble.addEventListener("click", () => {
      const mark = this.shown.get(key);
      if (mark && mark.threads.length > 0) this.onOpen(mark);
    });
    // Who moves the view is not stopped by what lies below the pointer.
    bubble.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        document.querySelector("[data-canvas]")?.dispatchEvent(new WheelEvent("wheel", event));
      },
      { passive: false },
    );
    this.bubbles.set(key, bubble);
    this.root.append(bubble);
    return bubble;
  }

  private drawDots(placed: readonly Placed[]): void {
    const { ctx, canvas, hasDots } = this;
    if (!ctx || (placed.length === 0 && !hasDots)) return;
    this.hasDots = placed.length > 0;
    const { width, height, ratio } = this.stage.camera.view;
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = this.colour;
    ctx.beginPath();
    for (const { left, top } of placed) {
      ctx.moveTo(left + DOT, top);
      ctx.arc(left, top, DOT, 0, 2 * Math.PI);
    }
    ctx.fill();
  }
}

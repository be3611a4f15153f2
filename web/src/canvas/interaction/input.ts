// Listens to pointers and the wheel of one element and hands them to the gestures.

import type { Point } from "../types";
import type { AutoPan } from "./auto-pan";
import { Gestures, NOTHING, type Hit, type Press } from "./gestures";
import type { CanvasHands } from "./hands";
import { meaningOf } from "./wheel";

const LONG_MS = 500;
const DOUBLE_MS = 350;
const DOUBLE_NEAR = 6;

/** Marks an element on the canvas that takes presses itself. */
export const OWN_PRESSES = "data-tools";

export function listenTo(element: HTMLElement, hands: CanvasHands, gestures: Gestures, autoPan: AutoPan, onHover: (hit: Hit, at: Point) => void): () => void {
  let last = { at: { x: 0, y: 0 }, when: 0, count: 0 };
  let long: ReturnType<typeof setTimeout> | undefined;
  let corner = element.getBoundingClientRect();
  const at = (event: MouseEvent): Point => ({ x: event.clientX - corner.left, y: event.clientY - corner.top });
  const isOwn = (event: Event) => (event.target as Element).closest(`[${OWN_PRESSES}]`) !== null;

  const onDown = (event: PointerEvent) => {
    if (isOwn(event)) return;
    corner = element.getBoundingClientRect();
    const point = at(event);
    const isAgain = event.timeStamp - last.when < DOUBLE_MS && Math.hypot(point.x - last.at.x, point.y - last.at.y) < DOUBLE_NEAR;
    last = { at: point, when: event.timeStamp, count: isAgain ? last.count + 1 : 1 };
    const press: Press = {
      id: event.pointerId, at: point, button: event.button, isTouch: event.pointerType === "touch", shift: event.shiftKey,
      command: event.ctrlKey || event.metaKey, alt: event.altKey, count: last.count,
    };
    element.focus({ preventScroll: true });
    if (event.button === 1) event.preventDefault();
    gestures.down(press);
    try {
      element.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already, or a test made it up.
    }
    clearTimeout(long);
    if (press.isTouch) long = setTimeout(() => gestures.held(), LONG_MS);
  };
  const onMove = (event: PointerEvent) => {
    const point = at(event);
    if (gestures.isBusy) {
      gestures.move(event.pointerId, point, { alt: event.altKey });
      autoPan.moved();
      if (gestures.mode !== "pressed") clearTimeout(long);
    } else if (event.pointerType !== "touch" && !isOwn(event)) onHover(hands.hover(point), point);
  };
  // What a node put out is shown beside it only as long as it is pointed at.
  const onLeave = () => {
    hands.leave();
    onHover(NOTHING, last.at);
  };
  const onUp = (event: PointerEvent) => {
    clearTimeout(long);
    gestures.up(event.pointerId, at(event));
  };
  const onCancel = () => {
    clearTimeout(long);
    gestures.cancel();
  };
  const onWheel = (event: WheelEvent) => {
    if (isOwn(event)) return;
    event.preventDefault();
    const meaning = meaningOf({ dx: event.deltaX, dy: event.deltaY, mode: event.deltaMode, control: event.ctrlKey || event.metaKey, shift: event.shiftKey });
    if ("pan" in meaning) hands.pan(meaning.pan);
    else hands.zoom(meaning.zoom, at(event));
    // What is dragged stays at the pointer.
    gestures.again();
  };
  const onMenu = (event: MouseEvent) => {
    if (isOwn(event)) return;
    event.preventDefault();
    // A long press has opened it already; the menu key comes without a pointer.
    if ((event as PointerEvent).pointerType === "touch" || event.button !== 2) return;
    gestures.cancel();
    hands.menu(hands.hit(at(event), false), at(event));
  };
  const onResize = () => (corner = element.getBoundingClientRect());
  const options = { passive: false } as const;
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("pointermove", onMove);
  element.addEventListener("pointerup", onUp);
  element.addEventListener("pointercancel", onCancel);
  element.addEventListener("wheel", onWheel, options);
  element.addEventListener("contextmenu", onMenu);
  element.addEventListener("pointerenter", onResize);
  element.addEventListener("pointerleave", onLeave);
  return () => {
    clearTimeout(long);
    autoPan.stop();
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("pointermove", onMove);
    element.removeEventListener("pointerup", onUp);
    element.removeEventListener("pointercancel", onCancel);
    element.removeEventListener("wheel", onWheel);
    element.removeEventListener("contextmenu", onMenu);
    element.removeEventListener("pointerenter", onResize);
    element.removeEventListener("pointerleave", onLeave);
  };
}

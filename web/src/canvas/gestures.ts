// Wheel, drag, pinch and keys become camera changes.

import { zoomAt, type Camera } from "../graph/camera";

const DRAG_FROM = 4;
const KEY_STEP = 60;
export const ZOOM_STEP = 1.25;

export interface Surface {
  camera: () => Camera;
  move: (camera: Camera) => void;
  fit: () => void;
  /** A press that did not become a drag, on no card, at screen coordinates. */
  tap: (sx: number, sy: number) => void;
}

export function attachGestures(element: HTMLElement, surface: Surface): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let dragged = false;
  let from = { x: 0, y: 0 };

  const at = (event: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onWheel = (event: WheelEvent) => {
    event.preventDefault();
    const { x, y } = at(event);
    const camera = surface.camera();
    // A mouse wheel moves in large whole steps along one axis; a touchpad scrolls finely and in both.
    const wheel = event.deltaMode !== 0 || (event.deltaX === 0 && Math.abs(event.deltaY) >= 60 && Number.isInteger(event.deltaY));
    if (event.ctrlKey || event.metaKey || wheel) {
      const scale = event.ctrlKey && !wheel ? 0.01 : 0.002;
      surface.move(zoomAt(camera, Math.exp(-clamp(event.deltaY * (event.deltaMode === 1 ? 30 : 1), 240) * scale), x, y));
    } else {
      surface.move({ ...camera, x: camera.x - event.deltaX, y: camera.y - event.deltaY });
    }
  };
  const onDown = (event: PointerEvent) => {
    if (event.button > 1 || (event.target as Element).closest("[data-tools]")) return;
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) {
      dragged = false;
      from = at(event);
    }
  };
  const onMove = (event: PointerEvent) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    if (!dragged && pointers.size === 1 && Math.hypot(now.x - from.x, now.y - from.y) < DRAG_FROM) return;
    if (!dragged) {
      dragged = true;
      element.dataset["dragging"] = "";
      for (const id of pointers.keys()) element.setPointerCapture(id);
    }
    const camera = surface.camera();
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (!other) {
      surface.move({ ...camera, x: camera.x + now.x - before.x, y: camera.y + now.y - before.y });
      return;
    }
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(now.x - other.x, now.y - other.y);
    const shifted = { ...camera, x: camera.x + (now.x - before.x) / 2, y: camera.y + (now.y - before.y) / 2 };
    surface.move(zoomAt(shifted, was > 0 ? is / was : 1, (now.x + other.x) / 2, (now.y + other.y) / 2));
  };
  const onUp = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
    delete element.dataset["dragging"];
    if (!dragged && event.type === "pointerup" && !(event.target as Element).closest("button")) surface.tap(from.x, from.y);
  };
  /** A drag that began on a card must not end as a click on it. */
  const onClick = (event: MouseEvent) => {
    if (!dragged) return;
    dragged = false;
    event.stopPropagation();
    event.preventDefault();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = surface.camera();
    const middle = [element.clientWidth / 2, element.clientHeight / 2] as const;
    const pan = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (pan && event.target === element) {
      surface.move({ ...camera, x: camera.x + (pan[0] ?? 0) * KEY_STEP, y: camera.y + (pan[1] ?? 0) * KEY_STEP });
    } else if (event.key === "+" || event.key === "=") surface.move(zoomAt(camera, ZOOM_STEP, ...middle));
    else if (event.key === "-") surface.move(zoomAt(camera, 1 / ZOOM_STEP, ...middle));
    else if (event.key === "0") surface.move(zoomAt(camera, 1 / camera.zoom, ...middle));
    else if (event.key === "f") surface.fit();
    else return;
    event.preventDefault();
  };

  element.addEventListener("wheel", onWheel, { passive: false });
  element.addEventListener("pointerdown", onDown);
  element.addEventListener("pointermove", onMove);
  element.addEventListener("pointerup", onUp);
  element.addEventListener("pointercancel", onUp);
  element.addEventListener("click", onClick, { capture: true });
  element.addEventListener("keydown", onKey);
  return () => {
    element.removeEventListener("wheel", onWheel);
    element.removeEventListener("pointerdown", onDown);
    element.removeEventListener("pointermove", onMove);
    element.removeEventListener("pointerup", onUp);
    element.removeEventListener("pointercancel", onUp);
    element.removeEventListener("click", onClick, { capture: true });
    element.removeEventListener("keydown", onKey);
  };
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

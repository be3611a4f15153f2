// Zooming and panning a timeline by wheel, drag, pinch and keys. The window is a ref: moving it draws, and renders nothing.

import { useCallback, useEffect, useRef, type RefObject } from "react";
import { panWindow, zoomWindow, type Window } from "../../graph/timeline";

const DRAG_FROM = 4;
const WHEEL = 0.0022;

export interface Zoom {
  /** What is looked at; null is the whole, also when it grows. */
  window: RefObject<Window | null>;
  zoomBy: (factor: number, around?: number) => void;
  fit: () => void;
  /** Whether a press that ends now moved the window, and so is no click. */
  dragged: RefObject<boolean>;
}

interface ZoomOptions {
  area: RefObject<HTMLElement | null>;
  /** Where in the area the time runs: from its left edge, so many pixels wide. */
  lane: () => { left: number; width: number };
  whole: RefObject<Window>;
  changed: () => void;
}

export function useZoom({ area, lane, whole, changed }: ZoomOptions): Zoom {
  const window = useRef<Window | null>(null);
  const dragged = useRef(false);
  const set = useCallback(
    (next: Window) => {
      const all = whole.current;
      window.current = next.to - next.from >= (all.to - all.from) * 0.9999 ? null : next;
      changed();
    },
    [whole, changed],
  );
  const zoomBy = useCallback((factor: number, around = 0.5) => set(zoomWindow(window.current ?? whole.current, whole.current, factor, around)), [set, whole]);
  const panBy = useCallback(
    (pixels: number) => {
      const shown = window.current;
      if (shown) set(panWindow(shown, whole.current, (pixels / Math.max(1, lane().width)) * (shown.to - shown.from)));
    },
    [set, whole, lane],
  );
  const fit = useCallback(() => {
    window.current = null;
    changed();
  }, [changed]);

  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const around = (clientX: number) => {
      const { left, width } = lane();
      return Math.max(0, Math.min(1, (clientX - element.getBoundingClientRect().left - left) / Math.max(1, width)));
    };
    const onWheel = (event: WheelEvent) => {
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
      if (event.ctrlKey || event.metaKey) zoomBy(Math.exp(-event.deltaY * WHEEL * (event.deltaMode === 1 ? 16 : 1)), around(event.clientX));
      else if (sideways !== 0 && window.current) panBy(sideways);
      else return;
      event.preventDefault();
    };
    const stop = followPointers(element, { around, zoomBy, panBy, dragged });
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
      stop();
    };
  }, [area, lane, zoomBy, panBy]);
  return { window, zoomBy, fit, dragged };
}

interface Moves {
  around: (clientX: number) => number;
  zoomBy: (factor: number, around: number) => void;
  panBy: (pixels: number) => void;
  dragged: RefObject<boolean>;
}

/** One pointer drags, two pinch. */
function followPointers(element: HTMLElement, { around, zoomBy, panBy, dragged }: Moves): () => void {
  const down = new Map<number, { x: number; begun: number }>();
  const apart = () => {
    const [a, b] = [...down.values()];
    return a && b ? { distance: Math.max(8, Math.abs(a.x - b.x)), middle: (a.x + b.x) / 2 } : null;
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    down.set(event.pointerId, { x: event.clientX, begun: event.clientX });
    if (down.size === 1) dragged.current = false;
  };
  const onMove = (event: PointerEvent) => {
    const pointer = down.get(event.pointerId);
    if (!pointer) return;
    const before = apart();
    const by = event.clientX - pointer.x;
    pointer.x = event.clientX;
    const after = apart();
    if (before && after) {
      dragged.current = true;
      zoomBy(after.distance / before.distance, around(after.middle));
    } else if (dragged.current || Math.abs(event.clientX - pointer.begun) > DRAG_FROM) {
      dragged.current = true;
      panBy(-by);
    }
  };
  const onUp = (event: PointerEvent) => down.delete(event.pointerId);
  element.addEventListener("pointerdown", onDown);
  addEventListener("pointermove", onMove);
  addEventListener("pointerup", onUp);
  addEventListener("pointercancel", onUp);
  return () => {
    element.removeEventListener("pointerdown", onDown);
    removeEventListener("pointermove", onMove);
    removeEventListener("pointerup", onUp);
    removeEventListener("pointercancel", onUp);
  };
}

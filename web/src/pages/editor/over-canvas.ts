// What comes over the canvas from outside of it: the pointer, a node type from the list, a text or file.

import { useEffect, useRef, type RefObject } from "react";
import type { CanvasHandle, Point } from "../../canvas/types";
import type { Context } from "../../graph/commands/registry";
import { DRAGGED_KIND } from "../../graph/edit/kinds";
import { addDropped } from "./adding";

type Area = RefObject<HTMLElement | null>;

/** Where the pointer is in the window; null while it is not over the canvas. */
export function usePointer(area: Area): RefObject<Point | null> {
  const pointer = useRef<Point | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    const on = { signal: gone.signal, passive: true };
    area.current?.addEventListener("pointermove", ({ clientX: x, clientY: y }) => void (pointer.current = { x, y }), on);
    area.current?.addEventListener("pointerleave", () => void (pointer.current = null), on);
    return () => gone.abort();
  }, [area]);
  return pointer;
}

interface Drops {
  area: Area;
  canvas: RefObject<CanvasHandle | null>;
  context: Context;
  /** A text or file: a workflow, or nodes of one. */
  take: (text: string, at: Point) => unknown;
}

/** Adds what is dropped on the canvas, where it was dropped. */
export function useDrops({ area, canvas, context, take }: Drops): void {
  useEffect(() => {
    const gone = new AbortController();
    const dropped = (data: DataTransfer, place: Point, edge: number) => {
      const kind = context.kinds.get(data.getData(DRAGGED_KIND));
      const [file] = data.files;
      if (kind) addDropped(context, kind, { place, edge, into: context.host.frameAt(place) });
      else if (file) void file.text().then((text) => take(text, place));
      else if (data.getData("text/plain") !== "") take(data.getData("text/plain"), place);
    };
    area.current?.addEventListener("dragover", (event) => event.preventDefault(), { signal: gone.signal });
    area.current?.addEventListener(
      "drop",
      (event) => {
        const client = { x: event.clientX, y: event.clientY };
        const place = canvas.current?.toWorld(client);
        if (!place || !event.dataTransfer) return;
        event.preventDefault();
        dropped(event.dataTransfer, place, canvas.current?.edgeAt(client) ?? -1);
      },
      { signal: gone.signal },
    );
    return () => gone.abort();
  }, [area, canvas, context, take]);
}

// Laying out by the server: said to be at work while it is, and done at once for a large file that has no places.

import { useCallback, useEffect, type RefObject } from "react";
import { api } from "../../api/calls";
import type { CanvasHandle, Point } from "../../canvas/types";
import type { Host } from "../../graph/commands/registry";
import { placesOf, type Places } from "../../graph/document/places";
import { layoutWish, type LayoutPlace } from "../../graph/edit/arrange";
import { counted } from "../../graph/edit/names";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";
import { asFailure, sentence } from "../../ui/states";

export function useLayout(session: Session, canvas: RefObject<CanvasHandle | null>, onWorking: (words: string | null) => void): Host["layout"] {
  const layout = useCallback<Host["layout"]>(
    async (request) => {
      onWorking(`Laying out ${counted(request.nodes.length, "node")}`);
      try {
        return (await api.layout(request)).places as unknown as LayoutPlace[];
      } finally {
        onWorking(null);
      }
    },
    [onWorking],
  );
  useFirstLayout(session, canvas, layout);
  return layout;
}

/** A large file without places gets them from the server; they become part of it with the first edit that places something. */
function useFirstLayout({ doc }: Session, canvas: RefObject<CanvasHandle | null>, layout: Host["layout"]): void {
  useEffect(() => {
    const places = placesOf(doc);
    let isGone = false;
    const ask = () => {
      const wish = layoutWish(doc, places, null);
      layout(wish.request).then(
        (found) => {
          // Where somebody moved something meanwhile, the rows are part of the file, and stay.
          if (isGone || places.unwritten().length === 0) return;
          places.take(cornersOf(places, new Map(wish.slots.map((slot, at) => [slot, { x: found[at]?.[0] ?? 0, y: found[at]?.[1] ?? 0 }]))));
          canvas.current?.fit();
        },
        (error: unknown) => {
          if (!isGone) toast("bad", `The graph has no places and stands in rows. The server could not lay it out. ${sentence(asFailure(error))}`, { label: "Try again", run: ask });
        },
      );
    };
    if (places.needsLayout) ask();
    return () => {
      isGone = true;
    };
  }, [doc, canvas, layout]);
}

/** Corners that count from those of parents, as corners of the canvas. */
export function cornersOf(places: Pick<Places, "parentOf">, own: ReadonlyMap<number, Point>): Map<number, Point> {
  const corners = new Map<number, Point>();
  for (const slot of own.keys()) {
    const way: number[] = [];
    for (let at = slot; at >= 0 && own.has(at) && !corners.has(at) && !way.includes(at); at = places.parentOf(at)) way.push(at);
    for (const at of way.reverse()) {
      const from = corners.get(places.parentOf(at)) ?? { x: 0, y: 0 };
      const by = own.get(at) ?? { x: 0, y: 0 };
      corners.set(at, { x: from.x + by.x, y: from.y + by.y });
    }
  }
  return corners;
}

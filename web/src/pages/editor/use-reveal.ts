// From the id of a node to the node itself: selected, in view, with the keyboard.

import { useCallback, type RefObject } from "react";
import type { CanvasHandle } from "../../canvas/types";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";

/** Selects a node and brings it into view. */
export function useReveal({ doc, selection }: { doc: GraphDocument; selection: Selection }, canvas: RefObject<CanvasHandle | null>): (id: string) => void {
  return useCallback(
    (id: string) => {
      const at = doc.nodes.slot(id);
      if (at === undefined || !doc.nodes.at(at)) return;
      selection.set([at]);
      canvas.current?.reveal(at, { focus: true });
    },
    [doc, selection, canvas],
  );
}

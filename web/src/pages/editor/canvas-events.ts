// What gestures and keys of the canvas do to the document.

import { placesOf } from "../../graph/document/places";
import type { NodeType } from "../../api/types";
import type { CanvasEvents } from "../../canvas/types";
import { connect, insertOnEdge, reconnect, whyNot } from "../../graph/edit/connect";
import { move, nudge, resize } from "../../graph/edit/move";
import { remove } from "../../graph/edit/remove";
import { setCollapsed } from "../../graph/edit/frames";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";

interface Given {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  onOpen: (node: number) => void;
  say: (text: string) => void;
}

export function canvasEvents({ session, kinds, onOpen, say }: Given): CanvasEvents {
  const { doc, selection } = session;
  const places = placesOf(doc);
  const context = { doc, places, kinds };
  return {
    open: onOpen,
    move: (nodes, by, into) => void move(doc, places, nodes, by, into),
    resize: (node, box) => void resize(doc, places, node, box),
    connect: (source, target, edge) => {
      const why = whyNot(context, source, target, edge);
      if (why !== null) toast("plain", why);
      else if (edge >= 0) reconnect(context, edge, source, target);
      else connect(context, source, target);
    },
    insert: (node, edge) => void insertOnEdge(context, edge, node),
    remove: () => {
      remove(doc, places, { nodes: selection.nodes(), edges: selection.edges() });
      selection.clear();
    },
    nudge: (by) => void nudge(doc, places, selection.nodes(), by),
    collapse: (node) => setCollapsed(doc, [node], !places.isCollapsed(node)),
    say,
  };
}

// What gestures and keys of the canvas do to the document, and what they open.

import type { CanvasEvents } from "../../canvas/types";
import { placesOf } from "../../graph/document/places";
import type { Context } from "../../graph/commands/registry";
import { connect, insertOnEdge, reconnect, whyNot } from "../../graph/edit/connect";
import { setCollapsed } from "../../graph/edit/frames";
import { move, nudge, resize } from "../../graph/edit/move";
import { remove } from "../../graph/edit/remove";
import { addAtEnd, addDropped, fitsAt } from "./adding";
import type { Open } from "./surfaces";

interface Given {
  context: Context;
  onOpen: (node: number) => void;
  open: (what: Open) => void;
}

export function canvasEvents({ context, onOpen, open }: Given): CanvasEvents {
  const { doc, selection, kinds, host } = context;
  const places = placesOf(doc);
  const given = { doc, places, kinds };
  let drags = 0;
  return {
    open: onOpen,
    menu: ({ client }) => open({ kind: "menu", at: client }),
    // What is dropped on an edge has been moved just before: both are one step.
    move: (nodes, by, into) => void move(doc, places, nodes, by, into, { join: `drag ${(drags += 1)}` }),
    resize: (node, box) => void resize(doc, places, node, box),
    connect: (source, target, edge) => {
      const why = whyNot(given, source, target, edge);
      if (why !== null) host.tell(why);
      else if (edge >= 0) reconnect(given, edge, source, target);
      else connect(given, source, target);
    },
    quickAdd: (at) =>
      open({
        kind: "quick_add",
        at: at.client,
        after: at.isSource ? at.from.node : -1,
        fits: fitsAt(at),
        label: at.isSource ? "Add what comes next" : "Add what comes before",
        pick: (kind) => addAtEnd(context, kind, at),
      }),
    insert: (node, edge) => {
      if (insertOnEdge(given, edge, node, `drag ${drags}`) === null) host.tell("This node cannot stand on that edge.");
    },
    add: ({ client, place }) => open({ kind: "quick_add", at: client, after: -1, pick: (kind) => addDropped(context, kind, { place, edge: -1, into: host.frameAt(place) }) }),
    remove: () => {
      remove(doc, places, { nodes: selection.nodes(), edges: selection.edges() });
      selection.clear();
    },
    nudge: (by) => void nudge(doc, places, selection.nodes(), by),
    connectFrom: (node) => {
      selection.set([node]);
      open({ kind: "connect" });
    },
    collapse: (node) => setCollapsed(doc, [node], !places.isCollapsed(node)),
  };
}

// A graph to look at and not to change: the canvas over a document of its own, told by ids what is selected and how it went.

import { memo, useEffect, useMemo, useRef } from "react";
import { GraphDocument } from "../graph/document/document";
import { Selection } from "../graph/document/selection";
import type { PlacedGraph } from "../graph/placed";
import { Canvas } from "./canvas";
import { statusesOf, type Runs } from "./statuses";
import type { CanvasHandle, NodeKind } from "./types";

export interface GraphViewProps {
  graph: PlacedGraph;
  kinds: ReadonlyMap<string, NodeKind>;
  /** Null when no execution is shown. */
  runs: Runs | null;
  over: boolean;
  selected: string | null;
  onSelect: (node: string | null) => void;
  problems?: ReadonlyMap<string, "error" | "warning"> | undefined;
  label: string;
}

export const GraphView = memo(function GraphView({ graph, kinds, runs, over, selected, onSelect, problems, label }: GraphViewProps) {
  const { doc, selection, statuses } = useMemo(() => {
    const made = new GraphDocument(graph.file);
    return { doc: made, selection: new Selection(), statuses: statusesOf(made) };
  }, [graph]);
  const handle = useRef<CanvasHandle>(null);
  useEffect(() => statuses.show(runs, over), [statuses, runs, over]);

  const told = useRef({ selected, onSelect });
  told.current = { selected, onSelect };
  useEffect(() => {
    const slot = selected === null ? undefined : doc.nodes.slot(selected);
    if (slot === undefined) selection.clear();
    else if (!selection.hasNode(slot) || selection.nodeCount !== 1) selection.set([slot]);
    if (slot !== undefined) handle.current?.reveal(slot);
  }, [doc, selection, selected]);
  useEffect(
    () =>
      selection.listen(() => {
        const id = selection.current >= 0 ? doc.nodes.key(selection.current) : null;
        if (id !== told.current.selected) told.current.onSelect(id);
      }),
    [doc, selection],
  );

  const marks = useMemo(() => {
    const bySlot = new Map<number, "error" | "warning">();
    for (const [id, mark] of problems ?? []) {
      const slot = doc.nodes.slot(id);
      if (slot !== undefined) bySlot.set(slot, mark);
    }
    return bySlot;
  }, [doc, problems]);
  return <Canvas ref={handle} doc={doc} selection={selection} kinds={kinds} statuses={statuses} problems={marks} editable={false} label={label} />;
});

// The picture of a graph: a drawing surface for everything, and React cards above it where nodes are near and few.
// Camera moves touch no React state; only the set of cards in view does.

import { Maximize, Minus, Plus } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, type KeyboardEvent } from "react";
import type { PlacedGraph, PlacedNode } from "../graph/file";
import { neighbour } from "../graph/geometry";
import { prepareEdges } from "./draw";
import { ZOOM_STEP } from "./gestures";
import { textOf, type NodeKind, type Runs } from "./look";
import { NodeCard } from "./node-card";
import { NoteCard } from "./note-card";
import { useSurface } from "./surface";
import s from "./graph-view.module.css";

/** A graph with more notes than these is read elsewhere. */
const NOTES_MOST = 100;

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

export const GraphView = memo(function GraphView(props: GraphViewProps) {
  const { graph, kinds, runs, over, selected, onSelect, problems, label } = props;
  const surface = useSurface(graph);
  const { root, canvas, mini, world, cards, zoom } = surface;

  const texts = useCallback(
    (node: PlacedNode) => textOf(node, kinds.get(node.type), runs?.get(node.id), runs !== null, over),
    [kinds, runs, over],
  );
  const edges = useMemo(() => prepareEdges(graph), [graph]);
  const notes = useMemo(() => graph.nodes.filter((node) => node.note !== null).slice(0, NOTES_MOST), [graph]);
  const { center, present } = surface;
  useLayoutEffect(() => present({ graph, edges, runs, over, selected, cards: cards !== null, texts }, onSelect));

  useEffect(() => {
    const node = selected === null ? undefined : graph.byId.get(selected);
    if (node) center(node);
  }, [selected, graph, center]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && selected !== null) onSelect(null);
    const step = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const)[event.key as "ArrowLeft"];
    const id = (event.target as HTMLElement).dataset["node"];
    const from = id === undefined ? undefined : graph.byId.get(id);
    if (!step || !from || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = neighbour(graph, from, step[0], step[1]);
    if (!next) return;
    onSelect(next.id);
    surface.focusLater(next.id);
  };

  return (
    // The group takes keys for panning and zooming; nodes inside are buttons.
    <div ref={root} className={s.view} role="group" tabIndex={0} aria-label={`${label}. Arrow keys pan, plus and minus zoom, F fits.`} onKeyDown={onKeyDown}>
      <canvas ref={canvas} className={s.canvas} aria-hidden="true" />
      <canvas ref={mini} className={s.mini} data-tools="" aria-hidden="true" hidden={!surface.partial} onPointerDown={surface.jump} onPointerMove={surface.jump} />
      <div ref={world} className={s.world}>
        {cards === null ? null : notes.map((node) => <NoteCard key={node.id} node={node} />)}
        {cards?.map((node) => (
          <NodeCard key={node.id} node={node} text={texts(node)} selected={selected === node.id} problem={problems?.get(node.id)} onSelect={onSelect} />
        ))}
      </div>
      <div className={s.tools} data-tools="" role="toolbar" aria-label="Zoom">
        <button type="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => surface.zoomBy(1 / ZOOM_STEP)}>
          <Minus aria-hidden="true" />
        </button>
        <button type="button" className={s.percent} aria-label={`${zoom} %, show at 100 %`} title="Show at 100 % (0)" onClick={() => surface.zoomBy(null)}>
          {zoom} %
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => surface.zoomBy(ZOOM_STEP)}>
          <Plus aria-hidden="true" />
        </button>
        <button type="button" aria-label="Fit the graph" title="Fit the graph (F)" onClick={surface.fitAll}>
          <Maximize aria-hidden="true" />
        </button>
      </div>
    </div>
  );
});

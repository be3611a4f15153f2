// The picture of a graph: a drawing surface for everything, and React cards above it where nodes are near and few.
// Camera moves touch no React state; only the set of cards in view does.

import { Maximize, Minus, Plus } from "lucide-react";
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { fit, reveal, viewOf, zoomAt, type Camera } from "../graph/camera";
import type { PlacedGraph, PlacedNode } from "../graph/file";
import { contains, graphBox, holds, neighbour, overlaps } from "../graph/geometry";
import { draw, prepareEdges, type Picture } from "./draw";
import { attachGestures, ZOOM_STEP } from "./gestures";
import { textOf, type NodeKind, type Runs } from "./look";
import { drawMini, miniSpot } from "./minimap";
import { NodeCard } from "./node-card";
import { readPalette, watchTheme, type Palette } from "./palette";
import s from "./graph-view.module.css";

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

const CARD_ZOOM = 0.62;
const CARDS_MOST = 300;
const CARD_MARGIN = 240;
const NARROW = 560;
const NARROW_ZOOM = 0.8;
const SMALL = 60;
const SMALL_ZOOM = 0.4;
const GRID = 20;
const GRID_LEAST = 14;

export const GraphView = memo(function GraphView(props: GraphViewProps) {
  const { graph, kinds, runs, over, selected, onSelect, problems, label } = props;
  const surface = useSurface(graph);
  const { root, canvas, mini, world, cards, zoom } = surface;

  const texts = useCallback(
    (node: PlacedNode) => textOf(node, kinds.get(node.type), runs?.get(node.id), runs !== null, over),
    [kinds, runs, over],
  );
  const edges = useMemo(() => prepareEdges(graph), [graph]);
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

/** The camera and the drawing loop, outside React's rendering. */
function useSurface(graph: PlacedGraph) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const mini = useRef<HTMLCanvasElement>(null);
  const world = useRef<HTMLDivElement>(null);
  const live = useRef({
    camera: { x: 0, y: 0, zoom: 1 } as Camera,
    width: 0,
    height: 0,
    touched: false,
    frame: 0,
    palette: null as Palette | null,
    picture: null as Picture | null,
    onSelect: null as ((node: string | null) => void) | null,
    focus: null as string | null,
    graph,
  });
  const [cards, setCards] = useState<readonly PlacedNode[] | null>([]);
  const [zoom, setZoom] = useState(100);
  const [partial, setPartial] = useState(false);

  const paint = useCallback((now: number) => {
    const at = live.current;
    at.frame = 0;
    const ctx = canvas.current?.getContext("2d");
    if (!ctx || !at.picture || at.width === 0) return;
    at.palette ??= readPalette();
    if (draw(ctx, at.width, at.height, at.camera, at.picture, at.palette, now)) at.frame = requestAnimationFrame(paint);
    if (mini.current && !mini.current.hidden) drawMini(mini.current, viewOf(at.camera, at.width, at.height), at.picture, at.palette);
  }, []);

  const repaint = useCallback(() => {
    if (live.current.frame === 0) live.current.frame = requestAnimationFrame(paint);
  }, [paint]);

  const move = useCallback(
    (camera: Camera) => {
      const at = live.current;
      at.camera = camera;
      if (world.current) world.current.style.transform = `translate(${camera.x}px, ${camera.y}px) scale(${camera.zoom})`;
      if (root.current) {
        let step = GRID * camera.zoom;
        while (step < GRID_LEAST) step *= 2;
        root.current.style.backgroundSize = `${step}px ${step}px`;
        root.current.style.backgroundPosition = `${camera.x}px ${camera.y}px`;
      }
      setZoom(Math.round(camera.zoom * 100));
      setPartial(at.width >= NARROW && !holds(viewOf(camera, at.width, at.height), graphBox(at.graph)));
      setCards((before) => cardsInView(at.graph, camera, at.width, at.height, before));
      repaint();
    },
    [repaint],
  );

  const fitAll = useCallback(() => {
    const at = live.current;
    if (at.width === 0) return;
    const whole = fit(graphBox(at.graph), at.width, at.height, leastZoom(at.width, at.graph.nodes.length));
    const chosen = at.picture?.selected;
    const node = chosen == null ? undefined : at.graph.byId.get(chosen);
    move(node ? reveal(whole, node, at.width, at.height) : whole);
  }, [move]);

  useLayoutEffect(() => {
    live.current.graph = graph;
    live.current.touched = false;
    fitAll();
  }, [graph, fitAll]);

  useEffect(() => {
    const element = root.current;
    const surface = canvas.current;
    if (!element || !surface) return;
    const at = live.current;
    const resize = new ResizeObserver(() => {
      at.width = element.clientWidth;
      at.height = element.clientHeight;
      surface.width = Math.round(at.width * devicePixelRatio);
      surface.height = Math.round(at.height * devicePixelRatio);
      if (at.touched) move(at.camera);
      else fitAll();
      paint(performance.now());
    });
    resize.observe(element);
    const stopTheme = watchTheme(() => {
      at.palette = null;
      repaint();
    });
    const stopGestures = attachGestures(element, {
      camera: () => at.camera,
      move: (camera) => {
        at.touched = true;
        move(camera);
      },
      fit: fitAll,
      tap: (sx, sy) => at.onSelect?.(nodeAt(at.graph, at.camera, sx, sy)),
    });
    void document.fonts.ready.then(repaint);
    return () => {
      resize.disconnect();
      stopTheme();
      stopGestures();
      cancelAnimationFrame(at.frame);
      at.frame = 0;
    };
  }, [fitAll, move, paint, repaint]);

  /** After each rendering: what to draw now, and who waits for focus. */
  const present = (picture: Picture, onSelect: (node: string | null) => void) => {
    live.current.picture = picture;
    live.current.onSelect = onSelect;
    repaint();
    const { focus } = live.current;
    if (focus === null) return;
    const card = world.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(focus)}"]`);
    if (!card) return;
    card.focus({ preventScroll: true });
    live.current.focus = null;
  };

  const center = useCallback(
    (node: PlacedNode) => {
      const at = live.current;
      if (at.width === 0) return;
      const moved = reveal(at.camera, node, at.width, at.height);
      if (moved.x !== at.camera.x || moved.y !== at.camera.y) move(moved);
    },
    [move],
  );

  /** A press or drag on the small map brings that part of the graph to the middle. */
  const jump = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons !== 1 || !mini.current) return;
    const at = live.current;
    const box = mini.current.getBoundingClientRect();
    const spot = miniSpot(graphBox(at.graph), box.width, box.height, event.clientX - box.left, event.clientY - box.top);
    at.touched = true;
    move({ ...at.camera, x: at.width / 2 - spot.x * at.camera.zoom, y: at.height / 2 - spot.y * at.camera.zoom });
  };

  return {
    root,
    canvas,
    mini,
    partial,
    jump,
    world,
    cards,
    zoom,
    present,
    center,
    fitAll: () => {
      live.current.touched = false;
      fitAll();
    },
    zoomBy: (factor: number | null) => {
      const at = live.current;
      at.touched = true;
      move(zoomAt(at.camera, factor ?? 1 / at.camera.zoom, at.width / 2, at.height / 2));
    },
    focusLater: (id: string) => (live.current.focus = id),
  };
}

/** The first view never makes a small graph unreadable; of a large one it shows all. */
function leastZoom(width: number, nodes: number): number {
  if (width < NARROW) return NARROW_ZOOM;
  return nodes <= SMALL ? SMALL_ZOOM : 0;
}

/** The nodes React draws; null when they are too small or too many. The same list again when nothing changed. */
function cardsInView(graph: PlacedGraph, camera: Camera, width: number, height: number, before: readonly PlacedNode[] | null): readonly PlacedNode[] | null {
  if (camera.zoom < CARD_ZOOM || width === 0) return null;
  const view = viewOf(camera, width, height, CARD_MARGIN);
  const inView: PlacedNode[] = [];
  for (const node of graph.nodes) {
    if (node.frame || !overlaps(view, node)) continue;
    inView.push(node);
    if (inView.length > CARDS_MOST) return null;
  }
  const same = before?.length === inView.length && before.every((node, at) => node === inView[at]);
  return same ? before : inView;
}

function nodeAt(graph: PlacedGraph, camera: Camera, sx: number, sy: number): string | null {
  const x = (sx - camera.x) / camera.zoom;
  const y = (sy - camera.y) / camera.zoom;
  const hits = graph.nodes.filter((node) => contains(node, x, y));
  return (hits.find((node) => !node.frame) ?? hits[0])?.id ?? null;
}

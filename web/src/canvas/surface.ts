// The camera and the drawing loop of a graph's picture, outside React's rendering.

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type PointerEvent, type RefObject } from "react";
import { fit, reveal, viewOf, zoomAt, type Camera } from "../graph/camera";
import type { PlacedGraph, PlacedNode } from "../graph/file";
import { contains, graphBox, holds, overlaps } from "../graph/geometry";
import { draw, type Picture } from "./draw";
import { attachGestures } from "./gestures";
import { drawMini, miniSpot } from "./minimap";
import { readPalette, watchTheme, type Palette } from "./palette";

const CARD_ZOOM = 0.62;
const CARDS_MOST = 300;
const CARD_MARGIN = 240;
const NARROW = 560;
const NARROW_ZOOM = 0.8;
const SMALL = 60;
const SMALL_ZOOM = 0.4;
const GRID = 20;
const GRID_LEAST = 14;

/** What changes with every movement, and must not render anything. */
interface Live {
  camera: Camera;
  width: number;
  height: number;
  /** Whether a person moved the camera: then a new size keeps it. */
  touched: boolean;
  frame: number;
  palette: Palette | null;
  picture: Picture | null;
  onSelect: ((node: string | null) => void) | null;
  /** The node whose card takes the focus as soon as it is there. */
  focus: string | null;
  graph: PlacedGraph;
}

interface Parts {
  root: RefObject<HTMLDivElement | null>;
  canvas: RefObject<HTMLCanvasElement | null>;
  mini: RefObject<HTMLCanvasElement | null>;
  world: RefObject<HTMLDivElement | null>;
  live: RefObject<Live>;
}

export function useSurface(graph: PlacedGraph) {
  const parts = useParts(graph);
  const { root, canvas, mini, world, live } = parts;
  const { paint, repaint } = usePainter(parts);
  const { cards, zoom, partial, move, fitAll } = useCamera(parts, graph, repaint);
  useAttached(parts, { paint, repaint, move, fitAll });

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
    [live, move],
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

function useParts(graph: PlacedGraph): Parts {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const mini = useRef<HTMLCanvasElement>(null);
  const world = useRef<HTMLDivElement>(null);
  const live = useRef<Live>({
    camera: { x: 0, y: 0, zoom: 1 },
    width: 0,
    height: 0,
    touched: false,
    frame: 0,
    palette: null,
    picture: null,
    onSelect: null,
    focus: null,
    graph,
  });
  return { root, canvas, mini, world, live };
}

/** Draws at most once a frame, and goes on while something moves. */
function usePainter({ canvas, mini, live }: Parts) {
  const paint = useCallback(
    (now: number) => {
      const at = live.current;
      at.frame = 0;
      const ctx = canvas.current?.getContext("2d");
      if (!ctx || !at.picture || at.width === 0) return;
      at.palette ??= readPalette();
      if (draw(ctx, at.width, at.height, at.camera, at.picture, at.palette, now)) at.frame = requestAnimationFrame(paint);
      if (mini.current && !mini.current.hidden) drawMini(mini.current, viewOf(at.camera, at.width, at.height), at.picture, at.palette);
    },
    [canvas, mini, live],
  );
  const repaint = useCallback(() => {
    if (live.current.frame === 0) live.current.frame = requestAnimationFrame(paint);
  }, [live, paint]);
  return { paint, repaint };
}

/** Moves the camera; renders only when the set of cards, the percentage or the small map changes. */
function useCamera({ root, world, live }: Parts, graph: PlacedGraph, repaint: () => void) {
  const [cards, setCards] = useState<readonly PlacedNode[] | null>([]);
  const [zoom, setZoom] = useState(100);
  const [partial, setPartial] = useState(false);

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
    [root, world, live, repaint],
  );

  const fitAll = useCallback(() => {
    const at = live.current;
    if (at.width === 0) return;
    const whole = fit(graphBox(at.graph), at.width, at.height, leastZoom(at.width, at.graph.nodes.length));
    const chosen = at.picture?.selected;
    const node = chosen == null ? undefined : at.graph.byId.get(chosen);
    move(node ? reveal(whole, node, at.width, at.height) : whole);
  }, [live, move]);

  useLayoutEffect(() => {
    live.current.graph = graph;
    live.current.touched = false;
    fitAll();
  }, [live, graph, fitAll]);
  return { cards, zoom, partial, move, fitAll };
}

interface Moves {
  paint: (now: number) => void;
  repaint: () => void;
  move: (camera: Camera) => void;
  fitAll: () => void;
}

/** Listens to size, theme and gestures as long as the picture is there. */
function useAttached({ root, canvas, live }: Parts, { paint, repaint, move, fitAll }: Moves): void {
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
  }, [root, canvas, live, fitAll, move, paint, repaint]);
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
  const hits = graph.nodes.filter((node) => node.note === null && contains(node, x, y));
  return (hits.find((node) => !node.frame) ?? hits[0])?.id ?? null;
}

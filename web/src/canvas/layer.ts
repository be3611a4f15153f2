// What a drawing surface offers, and how finely it draws: the same for all that can draw.

import type { Box } from "../graph/geometry";
import type { CanvasSettings } from "../state/view";
import type { Palette } from "./palette";
import type { Patch, Scene } from "./scene";
import type { Point } from "./types";

/** Screen = world · zoom + offset, in CSS pixels; `ratio` device pixels for each. */
export interface View {
  x: number;
  y: number;
  zoom: number;
  width: number;
  height: number;
  ratio: number;
}

/** How finely nodes are drawn. `dense` is `flat` with nothing but what is needed to see where they are. */
export type Level = "near" | "mid" | "flat" | "dense" | "far";

/** What is drawn above the graph while somebody does something. */
export interface Overlay {
  marquee: Box | null;
  /** An edge that is being drawn, as a curve. */
  wire: readonly number[] | null;
  /** Whether it may end where it would snap to. */
  isWireRight: boolean;
  /** Vertical and horizontal lines that a moved node is level with. */
  guides: readonly { x0: number; y0: number; x1: number; y1: number }[];
  /** A container that what is dragged would fall into. */
  into: number;
  /** An edge that what is dragged would be put on, or whose end is being dragged; and the one under the pointer. */
  edge: number;
  hovered: number;
  /** Ports to show on the canvas: where an edge may end. */
  ports: readonly Point[];
  port: Point | null;
  /** The outline of what is dragged, where that is too much to draw. */
  ghost: Box | null;
  /** A node whose outline tells where the keyboard is. */
  focused: number;
}

export const NO_OVERLAY: Overlay = { marquee: null, wire: null, isWireRight: true, guides: [], into: -1, edge: -1, hovered: -1, ports: [], port: null, ghost: null, focused: -1 };

export interface Draw {
  /** ms, for what moves. */
  now: number;
  settings: CanvasSettings;
  overlay: Overlay;
  /** Nodes and edges that follow the pointer, drawn above what rests; null where nothing is dragged. */
  lifted: { nodes: readonly number[]; edges: readonly number[] } | null;
  /** Whether elements of the page stand above what is mounted: they are hidden while the zoom changes. */
  isDomShown: boolean;
}

export interface Layer {
  readonly name: "2d" | "gl";
  resize(width: number, height: number, ratio: number): void;
  load(scene: Scene): void;
  /** What it has drawn from these is out of date. */
  patch(patch: Patch): void;
  setPalette(palette: Palette): void;
  /** Fonts have come: words are as wide as these make them. */
  forgetWords(): void;
  /** Answers the level it was drawn at, and whether something in it moves. */
  draw(view: View, draw: Draw): { level: Level; moves: boolean };
  close(): void;
}

/** More nodes than these are drawn from the overview as soon as it is sharp enough. */
const OVERVIEW_FROM = 2_000;
/** The overview is sharp enough below this many screen pixels for each of its own. */
const OVERVIEW_STRETCH = 2;

/** How finely to draw, from what is in view. `density` is the overview's pixels for each unit of the graph. */
export function levelOf(zoom: number, inView: number, total: number, density: number, settings: CanvasSettings): Level {
  if (total > OVERVIEW_FROM && zoom < density * OVERVIEW_STRETCH && zoom < settings.lodLow) return "far";
  const isMany = inView > settings.maxVisibleNodes;
  if (zoom >= settings.lodMedium) return isMany ? "mid" : "near";
  if (zoom >= settings.lodLow) return isMany ? "flat" : "mid";
  if (total < settings.lodFrom) return "mid";
  return isMany ? "dense" : "flat";
}

export function viewBox(view: View, margin = 0): Box {
  return { x: (-view.x - margin) / view.zoom, y: (-view.y - margin) / view.zoom, w: (view.width + 2 * margin) / view.zoom, h: (view.height + 2 * margin) / view.zoom };
}

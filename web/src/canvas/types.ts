// What the canvas is given and what it tells: the contract with the pages.

import type { Ref } from "react";
import type { Box } from "../graph/geometry";
import type { GraphDocument } from "../graph/document/document";
import type { Selection } from "../graph/document/selection";
import type { PortsOf } from "../graph/edit/ports";
import type { CanvasSettings } from "../state/view";
import type { Stage } from "./stage";

export interface Point {
  x: number;
  y: number;
}

/** What is known of a node type, as far as a picture needs it. A node type of the API is one. */
export interface NodeKind extends Partial<PortsOf> {
  name: string;
  category: string;
  icon?: string | null | undefined;
}

/** How a node fares; the first five are told by word and shape too, never by colour alone. */
export type NodeLook = "rest" | "running" | "ok" | "failed" | "skipped" | "disabled";
export type EdgeLook = "rest" | "ok" | "run" | "dead";

/** What an execution says of the graph. Lives outside of React, so that 500 changes a second cost one patch a frame. */
export interface Statuses {
  look(node: number): NodeLook;
  edge(edge: number): EdgeLook;
  /** The one line under the name; null leaves what the node says of itself. */
  line(node: number): string | null;
  badge(node: number): string | null;
  /** What it put out last, for a look at it while pointing; null where nothing is known. */
  peek?(node: number): string | null;
  /** Hears the nodes whose answers are others now; edges at them are read anew too. */
  listen(listener: (nodes: readonly number[]) => void): () => void;
}

/** An end of an edge: a node and the name of its port, null where it has but one. */
export interface End {
  node: number;
  port: string | null;
}

/** What the canvas wants done. Without a handler a gesture is not offered. Places are the graph's, points the window's. */
export interface CanvasEvents {
  /** Enter or a double press on a node. */
  open?(node: number): void;
  /** Right press, long press or the menu key; the selection has been set to what is under it. Slots are -1 where nothing is. */
  menu?(at: { client: Point; place: Point; node: number; edge: number }): void;
  /** Something was dragged by `by`; `into` is the slot of what holds it from now on, -1 for none, undefined where that stays. */
  move?(nodes: readonly number[], by: Point, into: number | undefined): void;
  resize?(node: number, box: Box): void;
  /** An edge was drawn between two ports; `edge` is the one whose end was dragged there, -1 for a new one. */
  connect?(source: End, target: End, edge: number): void;
  /** An edge was let go over nothing: the place for a menu of what could follow (`from` is its source) or lead there. */
  quickAdd?(at: { client: Point; place: Point; from: End; isSource: boolean; edge: number }): void;
  /** One node was dropped on an edge. */
  insert?(node: number, edge: number): void;
  /** A double press on the canvas itself. */
  add?(at: { client: Point; place: Point }): void;
  /** What the keys of the canvas ask for. Keys that it does not take go on to the page. */
  remove?(): void;
  nudge?(by: Point): void;
  /** C on a node: choose from a list what it leads to. */
  connectFrom?(node: number): void;
  collapse?(node: number): void;
  /** Words for a screen reader beside those of the canvas itself. */
  say?(text: string): void;
}

export interface CanvasProps {
  ref?: Ref<CanvasHandle>;
  doc: GraphDocument;
  selection: Selection;
  kinds: ReadonlyMap<string, NodeKind>;
  statuses?: Statuses | null;
  /** Marks on nodes, by slot. */
  problems?: ReadonlyMap<number, "error" | "warning"> | undefined;
  editable: boolean;
  on?: CanvasEvents;
  settings?: Partial<CanvasSettings>;
  /** The graph has been seen for the first time. */
  onPainted?: () => void;
  /** Where the camera begins; without it the whole graph is shown. */
  view?: { x: number; y: number; zoom: number } | undefined;
  /** What it shows, for who cannot see it. */
  label: string;
}

export interface CanvasHandle {
  /** Shows all of the graph. */
  fit(): void;
  zoomTo(boxes: readonly Box[]): void;
  /** Moves as little as needed to show a node, and nearer where it could not be read; `focus` also puts the focus on it. */
  reveal(node: number, options?: { focus?: boolean }): void;
  center(place: Point): void;
  /** Zooms about the middle; null goes to 100 %. */
  zoomBy(factor: number | null): void;
  toWorld(client: Point): Point;
  toScreen(place: Point): Point;
  /** The place in the middle of the view. */
  viewCenter(): Point;
  /** What is in view. */
  viewBox(): Box;
  /** The slot of the edge at a place of the window, or -1. */
  edgeAt(client: Point): number;
  /** Begins to draw an edge from a port, as if its handle were pressed: the next press ends it. */
  connectFrom(end: End): void;
  focus(): void;
  /** For what else is drawn above the graph. */
  readonly stage: Stage;
}

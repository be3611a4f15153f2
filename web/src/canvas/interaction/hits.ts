// What is under a point: by index and arithmetic, never by elements, so that it is the same at every level of detail.

import { FRAME, NODE, NOTE } from "../../graph/document/places";
import { FRAME_HEAD } from "../../graph/document/places";
import type { Stage } from "../stage";
import type { End, Point } from "../types";
import { NOTHING, type Hit } from "./gestures";

const PORT = 9;
const PORT_TOUCH = 20;
const CORNER = 14;
const END = 14;
/** Ports are there for pressing from this zoom on. */
export const PORTS_FROM = 0.4;
const WIRE_NEAR = 28;

export function hitAt(stage: Stage, at: Point, isTouch: boolean, isEditable: boolean): Hit {
  const { scene, camera } = stage;
  const { zoom } = camera.view;
  const place = camera.toWorld(at);
  const reach = (isTouch ? PORT_TOUCH : PORT) / zoom;
  if (isEditable && zoom >= PORTS_FROM) {
    const port = portAt(stage, place, reach);
    if (port) return port;
  }
  const node = scene.nodeAt(place.x, place.y);
  const kind = scene.places.kind[node];
  if (isEditable && (kind === NOTE || (kind === FRAME && !scene.places.isCollapsed(node))) && isCorner(stage, node, place, CORNER / zoom)) {
    return { ...NOTHING, kind: "corner", node };
  }
  if (node >= 0 && kind === NODE) return { ...NOTHING, kind: "node", node };
  // Edges run above notes and frames.
  const edge = scene.edgeAt(place.x, place.y, isTouch ? zoom / 2 : zoom);
  if (edge >= 0) return edgeHit(stage, edge, place, isEditable);
  if (node < 0) return NOTHING;
  if (kind === FRAME && !isHandle(stage, node, place)) return NOTHING;
  return { ...NOTHING, kind: "node", node };
}

/** A frame is pressed by its head or border: what is between is canvas, where marquees begin. */
function isHandle(stage: Stage, node: number, place: Point): boolean {
  const { scene, camera } = stage;
  if (scene.places.isCollapsed(node)) return true;
  const { x, y, w, h } = scene.places.box(node);
  const border = 6 / camera.view.zoom;
  return place.y <= y + FRAME_HEAD || place.x <= x + border || place.x >= x + w - border || place.y >= y + h - border;
}

function isCorner(stage: Stage, node: number, place: Point, reach: number): boolean {
  const { x, y, w, h } = stage.scene.places.box(node);
  return Math.abs(place.x - x - w) < reach && Math.abs(place.y - y - h) < reach;
}

/** An end of an edge can be dragged elsewhere; the rest of it is pressed. */
function edgeHit(stage: Stage, edge: number, place: Point, isEditable: boolean): Hit {
  const run = stage.scene.runOf(edge);
  const hit: Hit = { ...NOTHING, kind: "edge", edge };
  if (!run || !isEditable) return hit;
  const reach = END / stage.camera.view.zoom;
  if (Math.hypot(place.x - run.x1, place.y - run.y1) < reach) return { ...hit, kind: "end", isOutput: false };
  if (Math.hypot(place.x - run.x0, place.y - run.y0) < reach) return { ...hit, kind: "end", isOutput: true };
  return hit;
}

function portAt(stage: Stage, place: Point, reach: number): Hit | null {
  let [best, least]: [Hit | null, number] = [null, reach];
  for (const node of stage.scene.nodesIn({ x: place.x - reach, y: place.y - reach, w: 2 * reach, h: 2 * reach })) {
    for (const port of portsOf(stage, node)) {
      const far = Math.hypot(port.place.x - place.x, port.place.y - place.y);
      if (far < least) [best, least] = [{ ...NOTHING, kind: "port", node, port: port.name, isOutput: port.isOutput }, far];
    }
  }
  return best;
}

export interface PortSpot {
  name: string;
  isOutput: boolean;
  place: Point;
}

/** The ports of a node where they are. */
export function portsOf({ scene }: Stage, node: number): PortSpot[] {
  if (scene.places.kind[node] === NOTE) return [];
  const { inputs, outputs } = scene.portsOf(node);
  return [
    ...inputs.map((name) => ({ name, isOutput: false, place: scene.portPlace(node, inputs.length > 1 ? name : null, false) })),
    ...outputs.map((name) => ({ name, isOutput: true, place: scene.portPlace(node, outputs.length > 1 ? name : null, true) })),
  ];
}

/** The port that a wire would snap to: one that is near, or of the node under the pointer the nearest. */
export function portNear(stage: Stage, at: Point, isOutput: boolean, fixed: number): { end: End; place: Point } | null {
  const place = stage.camera.toWorld(at);
  const reach = WIRE_NEAR / stage.camera.view.zoom;
  let best: { end: End; place: Point } | null = null;
  let least = Infinity;
  for (const node of stage.scene.nodesIn({ x: place.x - reach, y: place.y - reach, w: 2 * reach, h: 2 * reach })) {
    const { x, y, w, h } = stage.scene.places.box(node);
    const isOver = stage.scene.places.kind[node] === NODE && place.x >= x && place.x <= x + w && place.y >= y && place.y <= y + h;
    for (const port of portsOf(stage, node)) {
      if (port.isOutput !== isOutput) continue;
      const far = Math.hypot(port.place.x - place.x, port.place.y - place.y) + (node === fixed ? reach / 2 : 0);
      if (far >= least || (far > reach && !isOver)) continue;
      [best, least] = [{ end: { node, port: port.name }, place: port.place }, far];
    }
  }
  return best;
}

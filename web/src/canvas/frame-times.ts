// How fast a canvas draws while it moves: two numbers for each frame, and figures of them when it has come to rest.

import { tellRendering, type Rendering } from "../state/view";
import { viewBox } from "./layer";
import { EDGE_LOOKS, NODE_LOOKS, type Scene } from "./scene";
import type { Stage } from "./stage";

/** Frames that are remembered: four seconds of movement. */
const KEPT = 240;
/** Fewer tell nothing. */
const LEAST = 10;
/** A frame that was wanted this soon after the one before belongs to the same movement; before a later one there was a pause. */
const PAUSE_MS = 40;

export class FrameTimes {
  private readonly gaps = new Float32Array(KEPT);
  private readonly draws = new Float32Array(KEPT);
  private count = 0;
  private isInMotion = false;
  private wasInMotion = false;
  private isDrawing = false;
  private last = -Infinity;
  private began = -Infinity;
  private gap = Infinity;
  private readonly openMs = sinceGone();

  /** A frame is asked for. */
  wanted(now: number): void {
    // What is asked for while one is drawn is wanted right after it.
    this.isInMotion = this.isDrawing || now - this.last <= PAUSE_MS;
  }

  /** A frame begins to be drawn. */
  begin(now: number): void {
    this.wasInMotion = this.isInMotion;
    this.gap = now - this.began;
    this.began = now;
    this.isDrawing = true;
  }

  /** It was drawn. */
  end(now: number): void {
    this.isDrawing = false;
    this.last = now;
    if (!this.wasInMotion || !Number.isFinite(this.gap)) return;
    const at = this.count % KEPT;
    this.gaps[at] = this.gap;
    this.draws[at] = now - this.began;
    this.count += 1;
  }

  /** Of the movement that has ended, which is forgotten with that; null where it was too short. */
  take(): { fps: number; frameMs: number; slowMs: number } | null {
    const kept = Math.min(this.count, KEPT);
    this.count = 0;
    if (kept < LEAST) return null;
    const gaps = this.gaps.slice(0, kept).sort();
    const mean = (of: Float32Array) => of.subarray(0, kept).reduce((sum, one) => sum + one, 0) / kept;
    return { fps: 1_000 / mean(this.gaps), frameMs: mean(this.draws), slowMs: gaps[Math.min(kept - 1, Math.floor(kept * 0.95))] ?? 0 };
  }

  /** Tells how the last movement was drawn, for the page of performance, and what a run looks like, for who measures from outside; only once the canvas rests. */
  tell({ scene, camera }: Stage, data?: DOMStringMap): void {
    if (data && scene.shown) data["looks"] = JSON.stringify(looksOf(scene));
    const figures = this.take();
    if (!figures) return;
    const { doc } = scene;
    const visible = scene.nodesIn(viewBox(camera.view)).length;
    const name = doc.file["name"];
    const rendering: Rendering = {
      ...figures,
      name: typeof name === "string" && name !== "" ? name : "a graph",
      nodes: doc.nodes.count,
      visible,
      nodeMs: visible === 0 ? 0 : figures.frameMs / visible,
      openMs: this.openMs,
    };
    tellRendering(rendering);
  }
}

/** How many nodes and edges look how; those at rest are not counted. */
export function looksOf({ look, edgeLook, doc }: Pick<Scene, "look" | "edgeLook" | "doc">): { [look: string]: number } {
  const counts: { [look: string]: number } = {};
  const count = (key: string) => (counts[key] = (counts[key] ?? 0) + 1);
  for (let slot = 0; slot < doc.nodes.size; slot += 1) if ((look[slot] ?? 0) > 0) count(`node ${NODE_LOOKS[look[slot] ?? 0]}`);
  for (let slot = 0; slot < doc.edges.size; slot += 1) if ((edgeLook[slot] ?? 0) > 0) count(`edge ${EDGE_LOOKS[edgeLook[slot] ?? 0]}`);
  return counts;
}

/** From going to this page, from another page of ours or else by opening its address, until the first picture of the canvas. */
export function sinceGone(): number | null {
  const last = (name: string) => performance.getEntriesByName(name).at(-1)?.startTime;
  const painted = last("tidemill:canvas");
  const gone = last("tidemill:go") ?? 0;
  // A graph without nodes paints none: then the last picture is that of an earlier canvas.
  return painted === undefined || painted < gone ? null : painted - gone;
}

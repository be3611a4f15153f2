// Outlines around nodes and along edges on a surface of its own above the graph: what came, went, changed or moved between two
// states. Drawn with each frame of the stage, only what is in view; from far away a mark is as small as can be seen.

import { curveOf } from "../graph/curve";
import { enclosing } from "../graph/geometry";
import { readPalette, watchTheme } from "./palette";
import type { Stage } from "./stage";

export type Mark = "added" | "removed" | "changed" | "moved";

/** What is marked, by slot. */
export interface Marks {
  nodes: ReadonlyMap<number, Mark>;
  edges: ReadonlyMap<number, Mark>;
}

const LEAST = 4;
const GAP = 3;
/** Below this size on the screen a mark is filled: an outline would hardly be seen. */
const FILLED = 14;
/** How much of the view a graph takes that is seen whole. */
const PART = 0.9;
const ALL: readonly Mark[] = ["moved", "changed", "added", "removed"];
/** Told by more than colour. */
const DASHES: Record<Mark, readonly number[]> = { added: [], changed: [7, 3], moved: [14, 5], removed: [2, 3] };

export class OutlineLayer {
  private readonly ctx: CanvasRenderingContext2D | null;
  private colours = coloursNow();
  private readonly stop: () => void;
  private readonly byMark: readonly (readonly [Mark, readonly number[], readonly number[]])[];

  /** `onDrawn` hears of each frame, for what follows this camera. */
  constructor(private readonly stage: Stage, private readonly canvas: HTMLCanvasElement, marks: Marks, private readonly onDrawn: () => void = () => {}) {
    this.ctx = canvas.getContext("2d");
    const slots = (of: ReadonlyMap<number, Mark>, mark: Mark) => [...of].flatMap(([slot, one]) => (one === mark ? [slot] : []));
    this.byMark = ALL.map((mark) => [mark, slots(marks.nodes, mark), slots(marks.edges, mark)] as const);
    this.stop = watchTheme(() => {
      this.colours = coloursNow();
      stage.request();
    });
    stage.above.add(this.draw);
    stage.request();
  }

  close(): void {
    this.stop();
    this.stage.above.delete(this.draw);
  }

  private readonly draw = (): void => {
    const { ctx, canvas } = this;
    const { view } = this.stage.camera;
    if (ctx && view.width > 0) {
      const [wide, high] = [Math.round(view.width * view.ratio), Math.round(view.height * view.ratio)];
      if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, wide, high);
      ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      for (const [mark, nodes, edges] of this.byMark) {
        ctx.strokeStyle = ctx.fillStyle = this.colours[mark];
        ctx.setLineDash([...DASHES[mark]]);
        ctx.lineWidth = 2;
        this.drawEdges(ctx, edges);
        this.drawNodes(ctx, nodes);
      }
    }
    this.onDrawn();
  };

  private drawNodes(ctx: CanvasRenderingContext2D, slots: readonly number[]): void {
    const { places } = this.stage.scene;
    const { x: dx, y: dy, zoom, width, height } = this.stage.camera.view;
    ctx.beginPath();
    for (const slot of slots) {
      const seen = places.seenAs[slot] ?? -1;
      if (seen < 0) continue;
      const [x, y] = [(places.x[seen] ?? 0) * zoom + dx, (places.y[seen] ?? 0) * zoom + dy];
      const [w, h] = [Math.max(LEAST, (places.w[seen] ?? 0) * zoom), Math.max(LEAST, (places.h[seen] ?? 0) * zoom)];
      if (x > width || y > height || x + w < 0 || y + h < 0) continue;
      if (w < FILLED) ctx.fillRect(x, y, w, h);
      else ctx.roundRect(x - GAP, y - GAP, w + 2 * GAP, h + 2 * GAP, Math.max(2, 10 * zoom + GAP));
    }
    ctx.stroke();
  }

  private drawEdges(ctx: CanvasRenderingContext2D, slots: readonly number[]): void {
    const { scene, camera, level } = this.stage;
    // From far away the lines themselves are not drawn one by one either.
    if (slots.length === 0 || level === "far") return;
    const { x: dx, y: dy, zoom } = camera.view;
    ctx.beginPath();
    for (const slot of slots) {
      const run = scene.runOf(slot);
      if (!run) continue;
      const curve = curveOf(run);
      const at = (n: number) => (curve[n] ?? 0) * zoom + (n % 2 === 0 ? dx : dy);
      ctx.moveTo(at(0), at(1));
      for (let n = 2; n + 5 < curve.length; n += 6) ctx.bezierCurveTo(at(n), at(n + 1), at(n + 2), at(n + 3), at(n + 4), at(n + 5));
    }
    ctx.stroke();
  }
}

function coloursNow(): Record<Mark, string> {
  const { ok, bad, warn, info } = readPalette();
  return { added: ok, removed: bad, changed: warn, moved: info };
}

/** Puts one camera where another is. What was put tells of itself in its next frame: the same place again ends there. */
export function follow(leader: Stage, follower: Stage): void {
  const [{ x, y, zoom, width }, there] = [leader.camera.view, follower.camera.view];
  if (width === 0 || (x === there.x && y === there.y && zoom === there.zoom)) return;
  follower.camera.isTouched = true;
  follower.camera.put({ x, y, zoom });
}

/** Shows the same part of both: all there is in one of them or the other. */
export function fitBoth(one: Stage, other: Stage): void {
  const [a, b] = [one.scene.places.bounds(), other.scene.places.bounds()];
  const box = enclosing([a, b].filter((one) => one !== null));
  if (!box || one.camera.view.width === 0) return;
  const { width, height } = one.camera.view;
  const zoom = Math.min(1, (width * PART) / box.w, (height * PART) / box.h);
  one.camera.isTouched = other.camera.isTouched = true;
  one.camera.put(one.camera.centering({ x: box.x + box.w / 2, y: box.y + box.h / 2 }, zoom));
  follow(one, other);
}

// The keyboard on the canvas: walking along edges or over the plane, choosing, zooming. What it does not know goes on to the page.

import { NODE, NOTE } from "../../graph/document/places";
import { GRID } from "../../graph/edit/move";
import type { Scene } from "../scene";
import type { Stage } from "../stage";
import type { CanvasEvents } from "../types";
import type { Gestures } from "./gestures";

export const ZOOM_STEP = 1.25;

export interface Key {
  key: string;
  shift: boolean;
  command: boolean;
  alt: boolean;
}

interface Given {
  stage: Stage;
  gestures: Gestures;
  on: () => CanvasEvents;
  isEditable: () => boolean;
  /** Puts the keyboard on a node, shows and says it. */
  focus: (node: number, isChosen: boolean) => void;
  menu: () => void;
}

type Way = [dx: -1 | 0 | 1, dy: -1 | 0 | 1];
const WAYS: Record<string, Way> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const BARE: ReadonlySet<string> = new Set(["Enter", "Delete", "Backspace"]);

export class Keys {
  /** M was pressed: arrows move what is chosen until Enter or Escape. */
  isMoving = false;

  constructor(private readonly given: Given) {}

  /** Answers whether the key was for the canvas. */
  down(key: Key): boolean {
    const { gestures, stage } = this.given;
    if (key.key === "Escape") return this.escape();
    const way = WAYS[key.key];
    if (way) return this.arrow(way, key);
    if (key.command) return false;
    if (key.key === " ") {
      gestures.isSpaceHeld = true;
      return true;
    }
    if (this.isMoving && key.key === "Enter") {
      this.isMoving = false;
      this.given.on().say?.("Moving ended.");
      return true;
    }
    // With Shift or Alt these are commands of the page: delete and reconnect, run to here, run from here.
    if ((key.shift || key.alt) && BARE.has(key.key)) return false;
    const run = this.commands()[key.key.length === 1 ? key.key.toLowerCase() : key.key];
    // So are letters: what comments, what is laid out.
    if (!run || (key.key.length === 1 && (key.alt || (key.shift && /[a-z]/i.test(key.key))))) return false;
    if (key.key === "F10" && !key.shift) return false;
    const before = stage.focused;
    return run(before);
  }

  /** Space that was no drag chooses the node at the keyboard. */
  up(key: string): void {
    const { gestures, stage } = this.given;
    if (key !== " ") return;
    const wasHeld = gestures.isSpaceHeld;
    gestures.isSpaceHeld = false;
    if (wasHeld && !gestures.isBusy && stage.focused >= 0) stage.scene.selection.toggleNode(stage.focused);
  }

  private commands(): Record<string, (focused: number) => boolean> {
    const { stage, on, isEditable, menu } = this.given;
    const { camera } = stage;
    const middle = { x: camera.view.width / 2, y: camera.view.height / 2 };
    const zoom = (factor: number) => {
      camera.isTouched = true;
      camera.zoom(factor, middle);
      return true;
    };
    const edit = (run: (() => void) | undefined) => {
      if (!isEditable() || !run) return false;
      run();
      return true;
    };
    return {
      "+": () => zoom(ZOOM_STEP),
      "=": () => zoom(ZOOM_STEP),
      "-": () => zoom(1 / ZOOM_STEP),
      "0": () => zoom(1 / camera.view.zoom),
      f: () => {
        stage.fit();
        return true;
      },
      Home: () => this.go(first(stage.scene)),
      Enter: (focused) => focused >= 0 && on().open !== undefined && (on().open?.(focused), true),
      c: (focused) => focused >= 0 && edit(on().connectFrom && (() => on().connectFrom?.(focused))),
      e: (focused) => focused >= 0 && stage.scene.places.nest.holdsAny(focused) && edit(on().collapse && (() => on().collapse?.(focused))),
      m: () => !stage.scene.selection.isEmpty && on().nudge !== undefined && edit(() => this.beginMoving()),
      Delete: () => !stage.scene.selection.isEmpty && edit(on().remove),
      Backspace: () => !stage.scene.selection.isEmpty && edit(on().remove),
      ContextMenu: () => (menu(), true),
      F10: () => (menu(), true),
    };
  }

  private beginMoving(): void {
    this.isMoving = true;
    this.given.on().say?.("Arrows move what is selected. Enter ends.");
  }

  private escape(): boolean {
    const { gestures, stage } = this.given;
    if (gestures.cancel()) return true;
    if (this.isMoving) {
      this.isMoving = false;
      return true;
    }
    if (stage.scene.selection.isEmpty) return false;
    stage.scene.selection.clear();
    return true;
  }

  private arrow(way: Way, key: Key): boolean {
    const { stage, on, isEditable } = this.given;
    const [dx, dy] = way;
    if ((this.isMoving || key.shift) && isEditable() && on().nudge && !stage.scene.selection.isEmpty) {
      const by = key.alt ? 1 : GRID;
      on().nudge?.({ x: dx * by, y: dy * by });
      return true;
    }
    const from = stage.focused >= 0 && stage.scene.places.isSeen(stage.focused) ? stage.focused : -1;
    if (from < 0) return this.go(nearestInView(stage));
    const next = key.alt || dx === 0 ? neighbour(stage.scene, from, dx, dy) : alongEdge(stage.scene, from, dx > 0);
    return this.go(next, !key.command);
  }

  private go(node: number, isChosen = true): boolean {
    if (node >= 0) this.given.focus(node, isChosen);
    return true;
  }
}

/** What the uppermost edge from here leads to, or comes from; else what is nearest on that side. */
export function alongEdge(scene: Scene, from: number, isOnward: boolean): number {
  const { source, target } = scene.doc.links;
  const edges = isOnward ? scene.doc.links.out(from) : scene.doc.links.in(from);
  const seen = edges.map((edge) => scene.places.seenAs[(isOnward ? target[edge] : source[edge]) ?? -1] ?? -1).filter((slot) => slot >= 0 && slot !== from);
  const y = (slot: number) => scene.places.y[slot] ?? 0;
  const next = seen.reduce((best, slot) => (best < 0 || y(slot) < y(best) ? slot : best), -1);
  return next >= 0 ? next : neighbour(scene, from, isOnward ? 1 : -1, 0);
}

/** The nearest in a direction. Looks farther and farther, so that a large graph is not gone through for each key. */
export function neighbour(scene: Scene, from: number, dx: number, dy: number): number {
  const { places } = scene;
  const box = places.box(from);
  const around = places.bounds();
  const [x, y] = [box.x + box.w / 2, box.y + box.h / 2];
  const farthest = around ? Math.max(around.w, around.h) * 2 : 0;
  for (let reach = 1_000; ; reach *= 4) {
    let [best, least] = [-1, Infinity];
    for (const slot of scene.nodesIn({ x: x - reach, y: y - reach, w: 2 * reach, h: 2 * reach })) {
      if (slot === from || places.nest.isInside(from, slot)) continue;
      const other = places.box(slot);
      const [ax, ay] = [other.x + other.w / 2 - x, other.y + other.h / 2 - y];
      const ahead = ax * dx + ay * dy;
      const aside = Math.abs(dx === 0 ? ax : ay);
      if (ahead > 0 && ahead + 2 * aside < least) [best, least] = [slot, ahead + 2 * aside];
    }
    // Something farther ahead cannot cost less than the reach.
    if (least < reach || reach > farthest) return best;
  }
}

function nearestInView(stage: Stage): number {
  const { scene, camera } = stage;
  if (scene.selection.current >= 0 && scene.places.isSeen(scene.selection.current)) return scene.selection.current;
  const middle = camera.toWorld({ x: camera.view.width / 2, y: camera.view.height / 2 });
  const { x, y, w, h } = scene.places;
  const far = (slot: number) => Math.abs((x[slot] ?? 0) + (w[slot] ?? 0) / 2 - middle.x) + Math.abs((y[slot] ?? 0) + (h[slot] ?? 0) / 2 - middle.y);
  const inView = scene.nodesIn({ x: middle.x - 2_000, y: middle.y - 2_000, w: 4_000, h: 4_000 }).filter((slot) => scene.places.kind[slot] !== NOTE);
  const best = inView.reduce((nearest, slot) => (nearest < 0 || far(slot) < far(nearest) ? slot : nearest), -1);
  return best >= 0 ? best : first(scene);
}

/** The first that nothing leads to, else the first. */
export function first(scene: Scene): number {
  const { kind } = scene.places;
  let any = -1;
  for (let slot = 0; slot < scene.doc.nodes.size; slot += 1) {
    if (kind[slot] !== NODE || !scene.places.isSeen(slot)) continue;
    if (scene.doc.links.inDegree(slot) === 0) return slot;
    if (any < 0) any = slot;
  }
  return any;
}

// Asks for the layer of the graphics card where it may draw: its code and its trial come after the first picture.

import type { CanvasSettings } from "../state/view";
import { whenIdle } from "../ui/idle";
import type { Layer } from "./layer";
import type { Overview } from "./overview";
import type { Palette } from "./palette";

export interface Surface {
  canvas: HTMLCanvasElement;
  palette: () => Palette;
  overview: Overview;
  /** It draws from now on. */
  ready(layer: Layer): void;
  /** The graphics card is gone: something else has to draw, at once. */
  lost(): void;
  /** It is back. */
  regained(): void;
}

/** A trial takes some 30 ms: at once it would stand in the way of a first drag. */
const AFTER_MS = 800;
const IDLE_MS = 5_000;

export function askRenderer(wish: CanvasSettings["renderer"], isWanted: () => boolean, surface: Surface): void {
  if (wish === "2d" || typeof WebGL2RenderingContext === "undefined") return;
  const open = async () => {
    const { tryGl } = await import("./gl/probe");
    const gl = isWanted() ? tryGl(wish) : null;
    if (!gl) return;
    const { openGl } = await import("./gl/open");
    if (isWanted()) openGl(gl, surface);
    else gl.getExtension("WEBGL_lose_context")?.loseContext();
  };
  // Where it does not come, 2D goes on.
  const begin = () => isWanted() && void open().catch(() => undefined);
  if (wish === "gl") begin();
  else setTimeout(() => whenIdle(begin, IDLE_MS), AFTER_MS);
}

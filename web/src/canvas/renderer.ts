// Asks for the layer of the graphics card where it may draw: its code and its trial come after the first picture.

import type { CanvasSettings } from "../state/view";
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

/** A trial at once would stand in the way of a first drag. */
const AFTER_MS = 800;

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
  setTimeout(() => isWanted() && void open().catch(() => undefined), wish === "gl" ? 0 : AFTER_MS);
}

// Opens the graphics card for a canvas: tries it first, watches whether it is lost.

import type { CanvasSettings } from "../../state/view";
import { LayerGl } from "../layer-gl";
import type { Surface } from "../renderer";
import { reasonAgainst, rendererOf, trial, TRIAL_SHADERS, type Facts } from "./probe";
import { Program } from "./program";

/** No smoothing: shaders smooth what has edges. Depth says what hides what stands on nodes below. */
const WANTED: WebGLContextAttributes = { alpha: false, antialias: false, depth: true, stencil: false, preserveDrawingBuffer: false };

let losses = 0;
/** What a trial found out holds for all canvases of the page. */
let known: Pick<Facts, "renderer" | "trialMs"> | null = null;

export async function openGl(wish: Exclude<CanvasSettings["renderer"], "2d">, isWanted: () => boolean, surface: Surface): Promise<void> {
  if (known && reasonAgainst(wish, { hasContext: true, losses, ...known }) !== null) return;
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { ...WANTED, failIfMajorPerformanceCaveat: wish === "auto" });
  const facts = gl ? factsOf(gl, wish) : { renderer: "", trialMs: Infinity };
  if (gl) known ??= wish === "auto" ? facts : null;
  if (!gl || reasonAgainst(wish, { hasContext: true, losses, ...facts }) !== null) {
    gl?.getExtension("WEBGL_lose_context")?.loseContext();
    return;
  }
  // What was asked in between may have changed.
  if (!isWanted()) return;
  const layer = new LayerGl(gl, canvas, surface.canvas, surface.palette(), surface.overview);
  watch(canvas, layer, surface);
  layer.show();
  surface.ready(layer);
}

function factsOf(gl: WebGL2RenderingContext, wish: "auto" | "gl"): Pick<Facts, "renderer" | "trialMs"> {
  const renderer = rendererOf(gl);
  // A program that calls itself a graphics card is not worth a trial, and who wishes for the card gets it.
  const isDecided = wish === "gl" || reasonAgainst("auto", { hasContext: true, renderer, trialMs: 0, losses: 0 }) !== null;
  return { renderer, trialMs: isDecided ? 0 : trial(gl, new Program(gl, ...TRIAL_SHADERS)) };
}

/** A lost context draws nothing: 2D takes over in the same turn. It may come back, on the same element. */
function watch(canvas: HTMLCanvasElement, layer: LayerGl, surface: Surface): void {
  canvas.addEventListener("webglcontextlost", (event) => {
    if (layer.isClosed) return;
    losses += 1;
    // Without this it would never be given back.
    event.preventDefault();
    surface.lost();
  });
  canvas.addEventListener("webglcontextrestored", () => {
    // A new layer opens one of its own.
    layer.close();
    surface.regained();
  });
}

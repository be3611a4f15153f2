// Puts the layer of the graphics card on a canvas, and watches whether the card is lost.

import { LayerGl } from "../layer-gl";
import type { Surface } from "../renderer";
import { countLoss } from "./probe";

/** Lost ones that may come back: nothing else holds them. */
const awaited = new Set<WebGL2RenderingContext>();

export function openGl(gl: WebGL2RenderingContext, surface: Surface): void {
  const canvas = gl.canvas as HTMLCanvasElement;
  const layer = new LayerGl(gl, canvas, surface.canvas, surface.palette(), surface.overview);
  watch(gl, canvas, layer, surface);
  layer.show();
  surface.ready(layer);
}

/** A lost context draws nothing: 2D takes over in the same turn. It may come back, on the same element. */
function watch(gl: WebGL2RenderingContext, canvas: HTMLCanvasElement, layer: LayerGl, surface: Surface): void {
  canvas.addEventListener("webglcontextlost", (event) => {
    if (layer.isClosed) return;
    countLoss();
    // Without this it would never be given back.
    event.preventDefault();
    awaited.add(gl);
    surface.lost();
  });
  canvas.addEventListener("webglcontextrestored", () => {
    awaited.delete(gl);
    // A new layer opens one of its own.
    layer.close();
    surface.regained();
  });
}

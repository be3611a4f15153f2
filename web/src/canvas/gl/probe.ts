// Whether the graphics card draws faster than the processor here: a decision from a few facts, and how these are found out.
// It comes alone, so that nobody loads the layer for nothing.

import { Program } from "./program";

export interface Facts {
  /** What calls itself the graphics card. */
  renderer: string;
  /** How long the trial took, in ms; Infinity where it failed. */
  trialMs: number;
  /** How often a context was lost since the page was opened. */
  losses: number;
}

/** Graphics cards that are programs: the 2D layer is faster than each of them. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|microsoft basic|virgl|svga3d/i;
const TRIAL_MOST_MS = 12;
const LOSSES_MOST = 2;
const TRIALS = 3;
const TRIAL_SIZE = 512;
const LAYERS = 24;

/** Says by a reason why the graphics card does not draw; null where it does. A wish for it asks no more than that it can: without a
 *  context of WebGL 2, or with a warning that it is slow where nobody wished for it, there are no facts. */
export function reasonAgainst(wish: "auto" | "gl", facts: Facts | null): string | null {
  if (!facts) return "there is none that can";
  if (wish === "gl") return null;
  if (SOFTWARE.test(facts.renderer)) return "it is a program";
  if (facts.losses >= LOSSES_MOST) return "it was lost too often";
  return facts.trialMs <= TRIAL_MOST_MS ? null : "it is slow";
}

function rendererOf(gl: WebGL2RenderingContext): string {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? "");
}

const VERTEX = `#version 300 es
void main() {
  vec2 at = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(at * 2.0 - 1.0, 0.0, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
out vec4 seen;
void main() { seen = vec4(fract(sin(dot(gl_FragCoord.xy, vec2(12.9898, 78.233))) * 43758.5453)) * 0.1; }`;

/** The best time of a few frames with more in each than the canvas ever has. */
function trial(gl: WebGL2RenderingContext): number {
  gl.canvas.width = gl.canvas.height = TRIAL_SIZE;
  gl.viewport(0, 0, TRIAL_SIZE, TRIAL_SIZE);
  gl.enable(gl.BLEND);
  new Program(gl, VERTEX, FRAGMENT).use();
  const pixel = new Uint8Array(4);
  let best = Infinity;
  for (let round = 0; round < TRIALS; round += 1) {
    const begin = performance.now();
    gl.drawArraysInstanced(gl.TRIANGLES, 0, 3, LAYERS);
    // Reading waits until all is drawn.
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    best = Math.min(best, performance.now() - begin);
  }
  return gl.getError() === gl.NO_ERROR ? best : Infinity;
}

/** No smoothing: shaders smooth what has edges. Depth says what hides what stands on nodes below. */
const WANTED: WebGLContextAttributes = { alpha: false, antialias: false, depth: true, stencil: false, preserveDrawingBuffer: false };

let losses = 0;
/** What a trial found out holds for all canvases of the page. */
let known: Pick<Facts, "renderer" | "trialMs"> | null = null;

export function countLoss(): void {
  losses += 1;
}

/** A context to draw with, on an element of its own; null where the graphics card should not draw. */
export function tryGl(wish: "auto" | "gl"): WebGL2RenderingContext | null {
  if (known && reasonAgainst(wish, { losses, ...known }) !== null) return null;
  const gl = document.createElement("canvas").getContext("webgl2", { ...WANTED, failIfMajorPerformanceCaveat: wish === "auto" });
  const facts = gl ? { losses, ...factsOf(gl, wish) } : null;
  if (reasonAgainst(wish, facts) === null) return gl;
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return null;
}

function factsOf(gl: WebGL2RenderingContext, wish: "auto" | "gl"): Pick<Facts, "renderer" | "trialMs"> {
  // Who wishes for the card gets it.
  if (wish === "gl") return { renderer: "", trialMs: 0 };
  if (known) return known;
  const renderer = rendererOf(gl);
  // A program that calls itself a graphics card is not worth a trial.
  const isProgram = SOFTWARE.test(renderer);
  known = { renderer, trialMs: isProgram ? Infinity : trial(gl) };
  return known;
}

// Whether the graphics card draws faster than the processor here: a decision from a few facts, and how these are found out.

export interface Facts {
  /** Whether there is a context of WebGL 2 at all, without a warning that it is slow. */
  hasContext: boolean;
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

/** Says by a reason why the graphics card does not draw; null where it does. A wish for it asks no more than that it can. */
export function reasonAgainst(wish: "auto" | "gl", { hasContext, renderer, trialMs, losses }: Facts): string | null {
  if (!hasContext) return "no WebGL 2 here";
  if (wish === "gl") return null;
  if (SOFTWARE.test(renderer)) return "the graphics card is a program";
  if (losses >= LOSSES_MOST) return "it was lost too often";
  if (!(trialMs <= TRIAL_MOST_MS)) return "it is slow";
  return null;
}

export function rendererOf(gl: WebGL2RenderingContext): string {
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
export function trial(gl: WebGL2RenderingContext, program: { use(): void }): number {
  gl.canvas.width = gl.canvas.height = TRIAL_SIZE;
  gl.viewport(0, 0, TRIAL_SIZE, TRIAL_SIZE);
  gl.enable(gl.BLEND);
  program.use();
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

export const TRIAL_SHADERS = [VERTEX, FRAGMENT] as const;

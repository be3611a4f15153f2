// What this machine can do at all: the frames of an empty page that moves one element, clears a canvas, or clears one by WebGL.

import { framesBetween, judged } from "./figures.mjs";
import { openPage, SIZE } from "./browser.mjs";
import { pause } from "./input.mjs";

const SECONDS = 2;
export const KINDS = ["dom", "2d", "webgl"];
/** Below this the machine is busy with something else, and nothing measured on it says anything. */
export const LEAST_FPS = 58;

/** Runs in the page. */
function draw({ kind, width, height }) {
  document.body.style.margin = "0";
  const shown = document.createElement(kind === "dom" ? "div" : "canvas");
  Object.assign(shown.style, { width: kind === "dom" ? "100px" : `${width}px`, height: kind === "dom" ? "100px" : `${height}px`, background: "teal" });
  if (kind !== "dom") Object.assign(shown, { width, height });
  document.body.append(shown);
  const brush = kind === "2d" ? shown.getContext("2d") : null;
  const gl = kind === "webgl" ? shown.getContext("webgl2") : null;
  let at = 0;
  const frame = () => {
    at += 1;
    if (kind === "dom") shown.style.transform = `translate(${at % 600}px, 10px)`;
    if (brush) {
      brush.fillStyle = `rgb(${at % 255} 0 0)`;
      brush.fillRect(0, 0, width, height);
    }
    if (gl) {
      gl.clearColor((at % 255) / 255, 0, 0, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : null;
}

export async function floorOf(browser, kind) {
  const { context, page } = await openPage(browser);
  await page.goto("about:blank");
  const renderer = await page.evaluate(draw, { kind, ...SIZE });
  await pause(500);
  const from = await page.evaluate("performance.now()");
  await pause(SECONDS * 1_000);
  const [times, to] = await page.evaluate("[__bench.frames, performance.now()]");
  await context.close();
  return { ...judged(framesBetween(times, from, to)), ...(renderer ? { renderer } : {}) };
}

/** All kinds; tried again for a while when something else is busy for a moment. */
export async function floor(browser, tries = 3) {
  const best = {};
  for (let left = tries; left > 0; left -= 1) {
    for (const kind of KINDS) {
      const now = await floorOf(browser, kind);
      if (!best[kind] || now.fps > best[kind].fps) best[kind] = now;
    }
    if (isQuiet(best)) break;
    await pause(2_000);
  }
  return { ...best, quiet: isQuiet(best) };
}

/** WebGL is told but does not count: SwiftShader takes a core of its own for it. */
export const isQuiet = (measured) => measured.dom.fps >= LEAST_FPS && measured["2d"].fps >= LEAST_FPS;

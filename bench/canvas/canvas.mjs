// Finds its way on a canvas from outside: where the camera is, and where a node is on the screen.
// The page tells by attributes of one element, [data-canvas]: data-zoom, data-x and data-y (screen = world · zoom + offset, in
// pixels from its corner), set when the camera rests.

import { hand, paced, pause } from "./input.mjs";

const REST_MS = 100;
const REST_TRIES = 40;
const NEAR = 0.03;
const ATTEMPTS = 16;
const PROBE = -6;
const EVENTS = 60;
/** Larger turns are taken for the wheel of a mouse, which zooms by steps of its own; smaller ones get lost in rounding. */
const MOST_DELTA = 40;
const LEAST_DELTA = 0.5;
/** How much to zoom at once, as a logarithm: about four times. */
const MOST_STEP = 1.4;
const GRAB = { x: 0.35, y: 0.5 };

/** Runs in the page. */
function readCamera() {
  const root = document.querySelector("[data-canvas]");
  if (!root) return null;
  const box = root.getBoundingClientRect();
  const [zoom, x, y] = [root.dataset.zoom, root.dataset.x, root.dataset.y].map(Number);
  return { zoom, x, y, left: box.left, top: box.top, width: box.width, height: box.height };
}

/** The camera once it rests. */
export async function camera(page) {
  let last = null;
  for (let left = REST_TRIES; left > 0; left -= 1) {
    const now = await page.evaluate(readCamera);
    if (now === null) throw new Error("the page has no element [data-canvas]");
    if (!(now.zoom > 0)) throw new Error("[data-canvas] does not say its data-zoom, data-x and data-y");
    if (last && last.zoom === now.zoom && last.x === now.x && last.y === now.y) return now;
    last = now;
    await pause(REST_MS);
  }
  return last;
}

export const middle = ({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 });

/**
 * Zooms to `wanted` around the middle. Answers the camera and by how much one unit of the wheel zooms, which every
 * canvas decides for itself.
 */
export async function zoomTo(page, line, wanted) {
  const { zoom: turn } = hand(line);
  let now = await camera(page);
  let perUnit = 0;
  let largest = 0;
  let delta = now.zoom < wanted ? PROBE : -PROBE;
  for (let left = ATTEMPTS; left > 0 && Math.abs(delta) >= LEAST_DELTA; left -= 1) {
    const { x, y } = middle(now);
    const events = Math.max(1, Math.ceil(Math.abs(delta) / MOST_DELTA));
    await paced(events / EVENTS, () => turn(x, y, delta / events));
    await pause(2 * REST_MS);
    const then = await camera(page);
    // The largest step says it best: small ones are rounded, and at the end of its range a canvas zooms less.
    const moved = Math.log(then.zoom / now.zoom);
    if (Math.abs(moved) > largest) [largest, perUnit] = [Math.abs(moved), moved / -delta];
    now = then;
    const rest = Math.log(wanted / now.zoom);
    if (perUnit > 0 && Math.abs(rest) < NEAR) break;
    delta = -Math.max(-MOST_STEP, Math.min(MOST_STEP, rest)) / (perUnit || 0.01);
  }
  if (perUnit === 0) throw new Error("the canvas does not zoom by a wheel with the control key");
  return { camera: now, perUnit };
}

/** The node nearest to the middle that is wholly in view and not under anything else, and where to grab it. */
export async function grabbable(page, graph, now) {
  const center = middle(now);
  const seen = graph.nodes
    .filter((node) => node.type !== "note" && !node.parentId)
    .map((node) => {
      const x = now.left + node.position.x * now.zoom + now.x;
      const y = now.top + node.position.y * now.zoom + now.y;
      return { id: node.id, x, y, w: node.width * now.zoom, h: node.height * now.zoom };
    })
    .filter(({ x, y, w, h }) => x > now.left + 8 && y > now.top + 8 && x + w < now.left + now.width - 8 && y + h < now.top + now.height - 8)
    .map((box) => ({ ...box, grab: { x: box.x + box.w * GRAB.x, y: box.y + box.h * GRAB.y } }))
    .sort((a, b) => Math.hypot(a.grab.x - center.x, a.grab.y - center.y) - Math.hypot(b.grab.x - center.x, b.grab.y - center.y))
    .slice(0, 20);
  // Runs in the page: what lies over the canvas (a minimap, a bar of tools, a panel) is no part of it.
  const free = await page.evaluate((spots) => {
    const clear = ({ x, y }) => {
      const hit = document.elementFromPoint(x, y);
      return hit !== null && hit.closest("[data-canvas]") !== null && hit.closest("[data-tools], aside, [role=toolbar], [role=dialog]") === null;
    };
    return spots.findIndex(clear);
  }, seen.map((box) => box.grab));
  if (free === -1) throw new Error("no node can be grabbed: none is wholly in view, or the camera's attributes are not true");
  return seen[free];
}

/** Where a mounted node is on the screen, two frames from now; null when the page keeps no element for it. */
export function placeOf(page, id) {
  return page.evaluate(async (wanted) => {
    for (let left = 2; left > 0; left -= 1) await new Promise(requestAnimationFrame);
    const shown = document.querySelector(`[data-canvas] [data-node="${wanted}"], [data-canvas] [data-id="${wanted}"]`);
    if (!shown) return null;
    const { left, top } = shown.getBoundingClientRect();
    return { x: left, y: top };
  }, id);
}

// Edits by keyboard, timed from the key to the frame that shows them: undo, paste, select all, delete, lay out.
// The canvas tells by attributes of [data-canvas] what it has painted: data-changes counts edits, data-selected the nodes
// that are selected. A page without them is taken at its word: the frame after the key's own task.

import { camera, middle } from "./canvas.mjs";
import { round } from "./figures.mjs";
import { pause } from "./input.mjs";
import { awaitEdit } from "./recorder.mjs";
import { open } from "./script.mjs";

const LIMIT_MS = 15_000;
const REST_MS = 700;
const POLL_MS = 50;
const PASTED = 1_000;
export const LAYOUT_COMMAND = "Lay out";

/** Presses a key and waits until what it does is seen. */
export async function timed(page, keys, hook, limit = LIMIT_MS) {
  await page.evaluate(awaitEdit, { hook, limit });
  await page.keyboard.press(keys);
  // Asked from here: a page's policy allows no code that comes as text, which waiting inside the page would be.
  for (let left = (2 * limit) / POLL_MS; left > 0; left -= 1) {
    const { ms, seen } = await page.evaluate("__bench.edit");
    if (ms !== null) {
      await pause(REST_MS);
      return { ms: round(ms), seen };
    }
    await pause(POLL_MS);
  }
  throw new Error(`nothing came of ${keys}`);
}

/** Gives the canvas the keyboard, with nothing selected. */
async function focus(page) {
  await page.evaluate(() => {
    const root = document.querySelector("[data-canvas]");
    (root.matches("[tabindex]") ? root : (root.querySelector("[tabindex='0']") ?? root)).focus({ preventScroll: true });
  });
  await page.keyboard.press("Escape");
  await pause(200);
}

/** What `count` nodes are on the clipboard, as files are written. */
export function piece(count) {
  const nodes = Array.from({ length: count }, (_, at) => ({
    id: `p${at}`,
    type: "no_op",
    position: { x: (at % 32) * 240, y: Math.floor(at / 32) * 120 },
    width: 180,
    height: 60,
    data: { label: `Pasted ${at}` },
  }));
  const edges = nodes.slice(1).map((node, at) => ({ id: `q${at}`, source: `p${at}`, target: node.id }));
  return JSON.stringify({ nodes, edges });
}

/** Deletes all of a graph and takes it back. */
export async function deleteAndUndo(tab, url) {
  await open(tab, url);
  await focus(tab.page);
  await timed(tab.page, "Control+a", "data-selected");
  const deleted = await timed(tab.page, "Delete", "data-changes");
  const undone = await timed(tab.page, "Control+z", "data-changes");
  return { delete: deleted, undo: undone };
}

/** Selects all of a graph, then pastes a thousand nodes into it. */
export async function selectAndPaste(tab, url) {
  await open(tab, url);
  await focus(tab.page);
  const selected = await timed(tab.page, "Control+a", "data-selected");
  await focus(tab.page);
  const { x, y } = middle(await camera(tab.page));
  await tab.page.mouse.move(x, y);
  await tab.page.evaluate((text) => navigator.clipboard.writeText(text), piece(PASTED));
  const pasted = await timed(tab.page, "Control+v", "data-changes");
  return { select_all: selected, paste: pasted };
}

/** Lays the whole graph out by the command palette: from Enter, over the server, to the frame that shows it. */
export async function layOut(tab, url, command = LAYOUT_COMMAND) {
  await open(tab, url);
  await focus(tab.page);
  await tab.page.keyboard.press("Control+k");
  await tab.page.keyboard.type(command);
  await pause(REST_MS);
  const answered = tab.page.waitForResponse((answer) => new URL(answer.url()).pathname.endsWith("/layout"), { timeout: LIMIT_MS }).then((answer) => answer.status(), () => null);
  const { ms, seen } = await timed(tab.page, "Enter", "data-changes");
  const status = await Promise.race([answered, pause(REST_MS).then(() => null)]);
  if (status !== 200) throw new Error(status === null ? `no command "${command}" asked the server for a layout` : `the layout was answered ${status}`);
  return { layout: { ms, seen } };
}

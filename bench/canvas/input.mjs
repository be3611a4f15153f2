// Mouse and wheel as a hand moves them: 60 events a second through the browser's own input, none of them waited for.

const HZ = 60;
const CONTROL = 2;

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Calls `step` 60 times a second for some seconds, by the clock: a late one is not made up for. */
export async function paced(seconds, step) {
  const count = Math.round(seconds * HZ);
  const began = performance.now();
  for (let at = 0; at < count; at += 1) {
    step(at, count);
    const wait = began + ((at + 1) * 1_000) / HZ - performance.now();
    if (wait > 0) await pause(wait);
  }
}

/** One way for the first half of a phase, and back: what is moved stays in view. */
export const thereAndBack = (by, at, count) => (at < count / 2 ? [by.x, by.y] : [-by.x, -by.y]);

export function hand(line) {
  const send = (event) => line.send("Input.dispatchMouseEvent", event).catch(() => undefined); // the page may be gone by then
  return {
    move: (x, y, buttons = 0) => void send({ type: "mouseMoved", x, y, button: buttons ? "left" : "none", buttons }),
    press: (x, y) => send({ type: "mousePressed", x, y, button: "left", buttons: 1, clickCount: 1 }),
    release: (x, y) => send({ type: "mouseReleased", x, y, button: "left", buttons: 0, clickCount: 1 }),
    /** Two fingers that move: what is under them follows. */
    pan: (x, y, deltaX, deltaY) => void send({ type: "mouseWheel", x, y, deltaX, deltaY }),
    /** Two fingers that part or meet, as browsers tell of them: a wheel with the control key. */
    zoom: (x, y, delta) => void send({ type: "mouseWheel", x, y, deltaX: 0, deltaY: delta, modifiers: CONTROL }),
  };
}

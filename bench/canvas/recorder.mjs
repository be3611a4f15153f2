// What runs inside the measured page: it writes down frames, elements, and when the page answered. Nothing of the page is changed.

/** The mark that a page sets when it first painted the real graph. */
export const PAINTED = "tidemill:canvas";

/** Put into every page before its own code. Runs there, so it may use nothing from here. */
export function record(painted) {
  const bench = { frames: [], dom: 0, painted: null, interactive: null, edit: null, commits: null, cards: null };
  globalThis.__bench = bench;
  const all = document.getElementsByTagName("*");
  const frame = (time) => {
    bench.frames.push(time);
    if (bench.frames.length % 6 === 0) bench.dom = Math.max(bench.dom, all.length);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => {
    for (const mark of list.getEntriesByName(painted)) bench.painted ??= mark.startTime;
  }).observe({ type: "mark", buffered: true });
  // Interactive: a pointer reached a page that had painted, and the frame after that is on its way.
  const onMove = () => {
    if (bench.painted === null || bench.interactive !== null) return;
    bench.interactive = -1;
    requestAnimationFrame(() => {
      bench.interactive = performance.now();
      removeEventListener("pointermove", onMove, true);
    });
  };
  addEventListener("pointermove", onMove, true);
}

/**
 * Put into a page beside the recorder: stands where React's own tools would, so that React tells of each commit. Counts them, and walks what
 * a commit changed for the cards in it, and whether they look otherwise than before. Only where that is asked for: other frames are measured without it.
 */
export function countCommits() {
  const bench = globalThis.__bench;
  const [ELEMENT, RENDERED] = [5, 1]; // React's tag of an element, and its flag of a component that ran
  bench.commits = [];
  bench.cards = [];
  const shown = new WeakMap();
  const note = (fiber, isNew, at) => {
    const card = fiber.child?.tag === ELEMENT && typeof fiber.type !== "string" ? fiber.child : null;
    const node = card?.memoizedProps["data-node"];
    if (node === undefined || !(isNew || (fiber.flags & RENDERED) !== 0)) return;
    const before = shown.get(card.stateNode);
    const now = card.stateNode.outerHTML;
    shown.set(card.stateNode, now);
    bench.cards.push({ at, node, isNew, isSame: before === now });
  };
  const walk = (fiber, at) => {
    const before = fiber.alternate;
    note(fiber, before === null, at);
    // Where a commit changed nothing below, the very same children are there.
    if (before !== null && before.child === fiber.child) return;
    for (let child = fiber.child; child; child = child.sibling) walk(child, at);
  };
  const onCommitFiberRoot = (_, root) => {
    const at = performance.now();
    bench.commits.push(at);
    walk(root.current, at);
  };
  const hook = { supportsFiber: true, inject: () => 1, onCommitFiberRoot, onPostCommitFiberRoot() {}, onCommitFiberUnmount() {}, checkDCE() {} };
  globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = hook;
}

/** Waits for an edit to be seen: from the key until the frame after the canvas says that it shows something else. Runs in the page. */
export function awaitEdit({ hook, limit }) {
  const bench = globalThis.__bench;
  const edit = { from: null, ms: null, seen: false };
  bench.edit = edit;
  const root = document.querySelector("[data-canvas]");
  // Painted: a task after the frame's callbacks.
  const painted = (then) => requestAnimationFrame(() => afterFrame(then));
  const afterFrame = (then) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      then();
    };
    port2.postMessage(0);
  };
  const end = (seen) => {
    if (edit.ms !== null) return;
    observer.disconnect();
    clearTimeout(timer);
    edit.seen = seen;
    edit.ms = performance.now() - edit.from;
  };
  const observer = new MutationObserver(() => {
    if (edit.from !== null) painted(() => end(true));
  });
  // What never comes is as slow as it may be.
  const timer = setTimeout(() => {
    edit.from = Math.min(edit.from ?? Infinity, performance.now() - limit);
    end(false);
  }, limit);
  const hooked = hook !== null && root?.hasAttribute(hook);
  if (hooked) observer.observe(root, { attributes: true, attributeFilter: [hook] });
  const onKey = (event) => {
    if (event.key === "Control" || event.key === "Meta" || event.key === "Shift") return;
    removeEventListener("keydown", onKey, true);
    edit.from = event.timeStamp;
    // A page without the hook is taken at its word: what a key does is done in its task and shown in the next frame.
    if (!hooked) painted(() => end(false));
  };
  addEventListener("keydown", onKey, true);
}

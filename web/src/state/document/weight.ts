// How large an open document is: the bytes of its file as JSON, counted a little at a time so that nothing is late for it.

import type { GraphDocument } from "../../graph/document/document";

/** So long it counts at a time, and rests between. */
const SLICE_MS = 3;
const REST_MS = 60;
/** Of the time at most one part in so many. */
const SHARE = 100;
/** How often it looks whether anything has changed. */
const EVERY_MS = 30_000;

/** Counts now, and again when the document has changed; answers what ends that. */
export function weigh(doc: GraphDocument, told: (bytes: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let [counted, spent] = [-1, 0];
  const begin = (): void => {
    if (doc.version === counted) return rest(EVERY_MS);
    [counted, spent] = [doc.version, 0];
    const count = counting(doc);
    const slice = (): void => {
      const from = performance.now();
      let step = count.next();
      while (!step.done && performance.now() - from < SLICE_MS) step = count.next();
      spent += performance.now() - from;
      if (!step.done) {
        timer = setTimeout(slice, REST_MS);
        return;
      }
      told(step.value);
      rest(Math.max(EVERY_MS, spent * SHARE));
    };
    slice();
  };
  const rest = (ms: number) => void (timer = setTimeout(begin, ms));
  timer = setTimeout(begin, REST_MS);
  return () => clearTimeout(timer);
}

/** Rows that are counted between two looks at the clock. */
const ROWS = 20;

function* counting({ nodes, edges, file }: GraphDocument): Generator<void, number> {
  const utf8 = new TextEncoder();
  const bytesOf = (value: unknown) => utf8.encode(JSON.stringify(value)).length;
  let bytes = bytesOf(file);
  for (const table of [nodes, edges]) {
    for (let slot = 0; slot < table.size; slot += 1) {
      const row = table.at(slot);
      // A comma follows each.
      if (row) bytes += bytesOf(row) + 1;
      if (slot % ROWS === 0) yield;
    }
  }
  return bytes;
}

// Typed arrays that grow: at least to a size, by half more, so that adding one after the other costs little.

type Numbers = Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** The array itself where it is large enough; else a larger copy, filled up with `fill`. */
export function grown<T extends Numbers>(array: T, least: number, fill: number): T {
  if (array.length >= least) return array;
  const Kind = array.constructor as new (length: number) => T;
  // A file that was just read gets some room: the first node added to 100,000 would have every array copied.
  const next = new Kind(array.length === 0 ? least + (least >> 4) : Math.max(least, Math.ceil(array.length * 1.5)));
  next.set(array as never);
  if (fill !== 0) next.fill(fill, array.length);
  return next;
}

// Where on a slider each event of a run stands: long waits are shortened, and what happened at once is set apart.

/** The part of the slider that even steps take, whatever time passed between them. */
const EVEN = 0.35;
/** No gap between two events takes more than this part of the time. */
const LONGEST = 0.12;

/** A place from 0 to 1 for each of the times, which never go back. The first is at 0, the last at 1. */
export function placesOf(times: readonly number[]): Float64Array {
  const places = new Float64Array(times.length);
  if (times.length < 2) return places;
  const gaps = new Float64Array(times.length);
  let whole = 0;
  for (let at = 1; at < times.length; at += 1) {
    const gap = (times[at] ?? 0) - (times[at - 1] ?? 0);
    gaps[at] = Number.isFinite(gap) ? Math.max(0, gap) : 0;
    whole += gaps[at] ?? 0;
  }
  let kept = 0;
  for (let at = 1; at < times.length; at += 1) {
    gaps[at] = Math.min(gaps[at] ?? 0, whole * LONGEST);
    kept += gaps[at] ?? 0;
  }
  const even = kept > 0 ? EVEN : 1;
  let place = 0;
  for (let at = 1; at < times.length; at += 1) {
    place += even / (times.length - 1) + (kept > 0 ? ((1 - even) * (gaps[at] ?? 0)) / kept : 0);
    places[at] = place;
  }
  places[times.length - 1] = 1;
  return places;
}

/** How many events stand at a place or before it. The first always does. */
export function countAtPlace(places: Float64Array, place: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 2) <= place + 1e-9) low = middle + 1;
    else high = middle;
  }
  return low;
}

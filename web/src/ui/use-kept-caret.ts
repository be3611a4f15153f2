// The caret of a field whose text others change while somebody writes in it: it stays between the same letters.

import { useLayoutEffect, useRef, type RefObject } from "react";

/** Where a place of a text is in another one: what was put in or taken out before it moves it. */
export function placeAfter(place: number, before: string, after: string): number {
  if (after.startsWith(before.slice(0, place))) return place;
  if (after.endsWith(before.slice(place))) return place + after.length - before.length;
  const most = Math.min(before.length, after.length);
  let [start, end] = [0, 0];
  while (start < most && before[start] === after[start]) start += 1;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  // It stands in what was replaced: behind what came for it.
  return after.length - end;
}

/** For a field that shows `text`; it must be given to the field as its ref. */
export function useKeptCaret(text: string): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  // Read while the old text is still in the field: once the new one is set, the browser has put the caret at its end.
  const element = field.current;
  const before = element && document.activeElement === element ? { text: element.value, start: element.selectionStart, end: element.selectionEnd, way: element.selectionDirection } : null;
  useLayoutEffect(() => {
    if (!element || !before || before.text === text || before.start === null || before.end === null) return;
    element.setSelectionRange(placeAfter(before.start, before.text, text), placeAfter(before.end, before.text, text), before.way ?? "none");
  }, [text]);
  return field;
}

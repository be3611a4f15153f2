// Where the keyboard goes back to.

/** Remembers what has the focus. The answer gives it back, unless it was taken somewhere outside of `inside` since. */
export function focusKept(inside: Element, before = document.activeElement): () => void {
  return () => {
    const now = document.activeElement;
    const isLost = now === null || now === document.body || inside.contains(now);
    if (isLost && before instanceof HTMLElement) before.focus();
  };
}

// Popovers that a press opens while it still lasts: they stay when it ends, and take nothing that did not begin in them.

/**
 * Not left to the browser's own light dismissal: the end of the press that opened a popover would close it, and the click that
 * follows a long press would choose whatever happens to stand below the finger.
 */
export function heldOpen(element: HTMLElement, close: () => void): () => void {
  let isMeant = false;
  const onDown = (event: PointerEvent) => {
    if (element.contains(event.target as Node)) isMeant = true;
    else close();
  };
  const onClick = (event: MouseEvent) => {
    // Keys click without a press: their detail is 0.
    if (isMeant || event.detail === 0) return;
    event.stopPropagation();
    event.preventDefault();
  };
  addEventListener("pointerdown", onDown, true);
  element.addEventListener("click", onClick, true);
  return () => {
    removeEventListener("pointerdown", onDown, true);
    element.removeEventListener("click", onClick, true);
  };
}

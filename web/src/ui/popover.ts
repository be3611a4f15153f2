// What lies above the page at a place: menus, and lists to pick from. It closes by a press elsewhere, and gives the focus back.

import { useEffect, useRef, type RefObject } from "react";
import { focusKept } from "./focus";

interface PopoverOptions {
  /** Puts it where it belongs, once it is shown and has its size. */
  place: (element: HTMLElement) => void;
  /** Where it belongs: a new one shows it anew. */
  at: unknown;
  onClose: () => void;
  /** What opened it, and closes it too: presses there are not elsewhere. */
  opener?: RefObject<HTMLElement | null> | undefined;
  /** What is done with it once it stands: the focus goes in. */
  onShown?: (element: HTMLElement) => void;
}

/** For an element with `popover="manual"`. `giveBack` is for what is done while it goes: the focus is then where it was. */
export function usePopover(options: PopoverOptions): { root: RefObject<HTMLDivElement | null>; giveBack: () => void } {
  const root = useRef<HTMLDivElement>(null);
  const back = useRef<() => void>(null);
  const now = useRef(options);
  now.current = options;
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const opener = now.current.opener?.current ?? null;
    const giveBack = focusKept(element, opener ?? document.activeElement);
    back.current = giveBack;
    element.showPopover();
    now.current.place(element);
    now.current.onShown?.(element);
    const letGo = heldOpen(element, opener, () => now.current.onClose());
    return () => {
      letGo();
      giveBack();
    };
  }, [options.at]);
  return { root, giveBack: () => back.current?.() };
}

/**
 * A press that opened a popover may still last: it stays when that ends, and takes nothing that did not begin in it. Not left to
 * the browser's own light dismissal: the end of the press would close it, and the click that follows a long press would choose
 * whatever happens to stand below the finger.
 */
function heldOpen(element: HTMLElement, opener: HTMLElement | null, close: () => void): () => void {
  let isMeant = false;
  const onDown = (event: PointerEvent) => {
    const target = event.target as Node;
    if (element.contains(target)) isMeant = true;
    else if (!opener?.contains(target)) close();
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

/** Puts a fixed element there, or as near to it as lies inside of the window. */
export function putInside(element: HTMLElement, x: number, y: number, gap: number): void {
  element.style.left = `${Math.max(gap, Math.min(x, innerWidth - element.offsetWidth - gap))}px`;
  element.style.top = `${Math.max(gap, Math.min(y, innerHeight - element.offsetHeight - gap))}px`;
}

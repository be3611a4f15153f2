// Keys of commands that are pressed before the code that knows them has come: kept from the browser, to which Ctrl+A would mark
// the words of the page, and handed on once somebody hears them.

import { useEffect } from "react";
import { isTyping } from "../../ui/typing";

/** What commands have with Ctrl or ⌘, but for copying and pasting: of these the browser tells by itself. Single letters may be words. */
const KEYS = /^([.adfgkosyz]|enter)$/i;

const held: KeyboardEvent[] = [];

function hold(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !KEYS.test(event.key) || isTyping(event.target)) return;
  event.preventDefault();
  if (!event.repeat) held.push(event);
}

const letGo = () => removeEventListener("keydown", hold);

/** Holds them from the moment on that a workflow is asked for. */
export function useEarlyKeys(workflow: string): void {
  useEffect(() => {
    held.length = 0;
    addEventListener("keydown", hold);
    return letGo;
  }, [workflow]);
}

/** Presses again what was held, where the focus is by now. */
export function handOnKeys(): void {
  letGo();
  for (const event of held.splice(0)) document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", event));
}

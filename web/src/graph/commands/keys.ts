// Keys as people press them, one way to write each: `mod+shift+z`. `mod` is ⌘ on a Mac and Ctrl elsewhere.

export type Keys = string;

/** What a keyboard event says; also what a test can make. */
export interface Pressed {
  key: string;
  code?: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
  shiftKey?: boolean;
}

const NAMES: Readonly<Record<string, string>> = {
  " ": "space", arrowup: "up", arrowdown: "down", arrowleft: "left", arrowright: "right", escape: "esc", contextmenu: "menu", del: "delete", spacebar: "space",
};
const MODIFIERS = new Set(["control", "shift", "alt", "meta", "altgraph", "capslock", "fn", "dead", "unidentified", "process"]);

/** The keys of an event, or null where only a modifier is held. */
export function keysOf(event: Pressed, isMac: boolean): Keys | null {
  let key = event.key.toLowerCase();
  if (MODIFIERS.has(key)) return null;
  // With Alt a Mac types other letters, with Shift digits become signs, and other alphabets have none of these letters: the
  // key itself counts there.
  const code = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code ?? "");
  if (code && (event.altKey || (code[2] !== undefined && event.shiftKey) || (code[1] !== undefined && !/^[a-z]$/.test(key)))) key = (code[1] ?? code[2] ?? "").toLowerCase();
  key = NAMES[key] ?? key;
  const isSign = key.length === 1 && !/[a-z0-9]/.test(key) && key.toUpperCase() === key;
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (isMac && event.ctrlKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && !isSign) parts.push("shift");
  return [...parts, key].join("+");
}

const ORDER = ["mod", "ctrl", "alt", "shift"];

/** The same keys in the order they are written here. */
export function tidyKeys(keys: Keys): Keys {
  const parts = keys.toLowerCase().split(/(?<!^|\+)\+/);
  const key = parts.pop() ?? "";
  return [...ORDER.filter((one) => parts.includes(one)), key].join("+");
}

const MAC: Readonly<Record<string, string>> = { mod: "⌘", ctrl: "⌃", alt: "⌥", shift: "⇧", enter: "↩", backspace: "⌫", delete: "⌦", esc: "⎋", tab: "⇥", up: "↑", down: "↓", left: "←", right: "→", space: "Space" };
const OTHERS: Readonly<Record<string, string>> = { mod: "Ctrl", ctrl: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", backspace: "Backspace", delete: "Del", esc: "Esc", tab: "Tab", up: "↑", down: "↓", left: "←", right: "→", space: "Space", menu: "Menu" };

/** As a keyboard shows them: `⌘⇧Z`, `Ctrl+Shift+Z`. */
export function shownKeys(keys: Keys, isMac: boolean): string {
  const parts = keys.split(/(?<!^|\+)\+/);
  const names = parts.map((part) => (isMac ? MAC[part] : OTHERS[part]) ?? (part.length === 1 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1)));
  return names.join(isMac ? "" : "+");
}

/** Keys as `aria-keyshortcuts` wants them. */
export function ariaKeys(keys: Keys, isMac: boolean): string {
  const names: Readonly<Record<string, string>> = { mod: isMac ? "Meta" : "Control", ctrl: "Control", alt: "Alt", shift: "Shift", up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft", right: "ArrowRight", esc: "Escape", menu: "ContextMenu" };
  return keys.split(/(?<!^|\+)\+/).map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part.charAt(0).toUpperCase() + part.slice(1))).join("+");
}

/** Keys that a browser keeps for itself, or that would take typing and moving the focus away. */
const KEPT = new Set(["mod+w", "mod+t", "mod+n", "mod+q", "mod+shift+w", "mod+shift+t", "mod+shift+n", "mod+l", "mod+r", "mod+shift+r", "tab", "shift+tab", "f5", "f11", "f12", "mod+tab"]);

export function isKept(keys: Keys): boolean {
  return KEPT.has(keys);
}

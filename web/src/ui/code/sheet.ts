// Lets CodeMirror style the page under `style-src 'self'`: its rules go into a constructed sheet instead of a style element.

import { StyleModule } from "style-mod";

let done = false;

/**
 * The library constructs a sheet for shadow roots only, and keeps it under a symbol of the root. One mount into a shadow root that is
 * never shown makes that sheet; the document then shares it.
 */
export function useConstructedSheet(): void {
  if (done || !("adoptedStyleSheets" in document)) return;
  done = true;
  const shadow = document.createElement("div").attachShadow({ mode: "open" });
  StyleModule.mount(shadow, []);
  for (const symbol of Object.getOwnPropertySymbols(shadow)) {
    const set = (shadow as unknown as Record<symbol, unknown>)[symbol];
    if (typeof set === "object" && set !== null && "sheet" in set) (document as unknown as Record<symbol, unknown>)[symbol] = set;
  }
}

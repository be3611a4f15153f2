// The tokens that the drawing surface needs, read from the stylesheet whenever the theme changes.

import type { Tint } from "../graph/notes";

export interface Palette {
  ground: string;
  card: string;
  line: string;
  line2: string;
  text: string;
  dim: string;
  faint: string;
  tide: string;
  ok: string;
  bad: string;
  info: string;
  chip: string;
  frame: string;
  /** The font of a node's name at a size in world units. */
  name: (size: number) => string;
  mono: string;
  category: Record<string, string>;
  /** The colours a note or group may be given. */
  tint: Record<Tint, string>;
  edge: number;
  edgeRun: number;
  dash: number;
  still: boolean;
}

const CATEGORIES = ["trigger", "logic", "data", "network", "ai", "code", "people", "storage"];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const family = token("--font");
  const size = (name: string) => Number.parseFloat(token(name)) || 1;
  return {
    ground: token("--bg-0"),
    card: token("--bg-2"),
    line: token("--line"),
    line2: token("--line-2"),
    text: token("--text-1"),
    dim: token("--text-2"),
    faint: token("--text-3"),
    tide: token("--tide"),
    ok: token("--ok"),
    bad: token("--bad"),
    info: token("--info"),
    chip: token("--bg-3"),
    frame: token("--cat-logic"),
    name: (px) => `600 ${px}px ${family}`,
    mono: `500 ${token("--fs-11")} ${token("--mono")}`,
    category: Object.fromEntries(CATEGORIES.map((name) => [name, token(`--cat-${name}`)])),
    tint: {
      yellow: token("--cat-trigger"),
      blue: token("--cat-data"),
      green: token("--cat-network"),
      pink: token("--cat-ai"),
      purple: token("--cat-logic"),
      orange: token("--cat-people"),
      red: token("--bad"),
      grey: token("--idle"),
    },
    edge: size("--stroke-edge"),
    edgeRun: size("--stroke-run"),
    dash: size("--dash"),
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
}

export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

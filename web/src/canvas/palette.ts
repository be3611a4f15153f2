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
  tideSoft: string;
  /** Edges at rest. */
  edgeLine: string;
  /** The dots of the grid. */
  dot: string;
  ok: string;
  bad: string;
  info: string;
  warn: string;
  chip: string;
  /** What floats above the graph. */
  bar: string;
  frame: string;
  /** The font of a node's name at a size in world units. */
  name: (size: number) => string;
  /** The font of words beside names. */
  plain: (size: number) => string;
  mono: (size: number) => string;
  category: Record<string, string>;
  /** Categories as the only colour of a node: on a card, and quiet. */
  flat: Record<string, string>;
  /** The colours a note or group may be given. */
  tint: Record<Tint, string>;
  edge: number;
  edgeRun: number;
  dash: number;
  still: boolean;
  isLight: boolean;
}

const CATEGORIES = ["trigger", "logic", "data", "network", "ai", "code", "people", "storage"];

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const family = token("--font");
  const mono = token("--mono");
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
    tideSoft: token("--tide-soft"),
    edgeLine: mixed(token("--line-2"), token("--text-3"), 0.22),
    dot: mixed(token("--bg-0"), token("--text-3"), 0.28),
    ok: token("--ok"),
    bad: token("--bad"),
    info: token("--info"),
    warn: token("--warn"),
    chip: token("--bg-3"),
    bar: token("--bg-1"),
    frame: token("--cat-logic"),
    name: (px) => `600 ${px}px ${family}`,
    plain: (px) => `400 ${px}px ${family}`,
    mono: (px) => `500 ${px}px ${mono}`,
    category: Object.fromEntries(CATEGORIES.map((name) => [name, token(`--cat-${name}`)])),
    flat: Object.fromEntries(CATEGORIES.map((name) => [name, mixed(token("--bg-2"), token(`--cat-${name}`), 0.42)])),
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
    isLight: document.documentElement.dataset["theme"] === "light",
  };
}

/** A colour between two, written as tokens are: #rrggbb, or #rgb where building the page made it shorter. */
export function mixed(from: string, to: string, part: number): string {
  const channel = (colour: string, at: number) => {
    const digits = colour.length === 4 ? (colour[at + 1] ?? "").repeat(2) : colour.slice(1 + at * 2, 3 + at * 2);
    return Number.parseInt(digits, 16) || 0;
  };
  return `#${[0, 1, 2].map((at) => Math.round(channel(from, at) * (1 - part) + channel(to, at) * part).toString(16).padStart(2, "0")).join("")}`;
}

export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

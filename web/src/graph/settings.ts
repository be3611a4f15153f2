// The settings of this device: what each may be, and how they are read from a text that anybody may have changed.

export type Density = "comfortable" | "compact";

export interface Settings {
  density: Density;
  /** Zoom below which nodes are flat, and from which they show all; in graphs of at least `lodFrom` nodes. */
  lodLow: number;
  lodMedium: number;
  lodFrom: number;
  /** With more nodes in view than these, detail is one level lower. */
  maxVisible: number;
  /** Far edges are straight and fewer. */
  simplifyEdges: boolean;
  /** What is out of view is not drawn. */
  onlyInView: boolean;
  /** What a press and drag on the empty canvas does: select what it goes around, or move the view. */
  drag: "select" | "pan";
  /** What draws the canvas: the graphics card where that is faster, or always one of the two. */
  renderer: "auto" | "2d" | "gl";
}

export const DEFAULTS: Settings = {
  density: "comfortable",
  lodLow: 0.3,
  lodMedium: 0.7,
  lodFrom: 500,
  maxVisible: 1_000,
  simplifyEdges: true,
  onlyInView: true,
  drag: "select",
  renderer: "auto",
};

export type NumberKey = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];

/** Least, most and step of each number. */
export const RANGES: Record<NumberKey, readonly [least: number, most: number, step: number]> = {
  lodLow: [0.05, 1, 0.05],
  lodMedium: [0.1, 2, 0.05],
  lodFrom: [0, 100_000, 100],
  maxVisible: [50, 20_000, 50],
};

/** What is not a setting, or not one that can be, is as if it had never been set. */
export function settingsOf(value: unknown, defaults: Settings = DEFAULTS): Settings {
  const given = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const settings: Settings = { ...defaults };
  if (given["density"] === "compact") settings.density = "compact";
  if (given["drag"] === "pan") settings.drag = "pan";
  if (given["renderer"] === "2d" || given["renderer"] === "gl") settings.renderer = given["renderer"];
  for (const key of ["simplifyEdges", "onlyInView"] as const) if (typeof given[key] === "boolean") settings[key] = given[key];
  for (const key of Object.keys(RANGES) as NumberKey[]) {
    const number = given[key];
    if (typeof number === "number" && Number.isFinite(number)) settings[key] = within(key, number);
  }
  // Detail never goes down as one zooms in.
  settings.lodMedium = Math.max(settings.lodMedium, settings.lodLow);
  return settings;
}

export function readSettings(text: string | null, defaults: Settings = DEFAULTS): Settings {
  try {
    return settingsOf(text === null ? null : JSON.parse(text), defaults);
  } catch {
    return { ...defaults };
  }
}

/** What the server says of drawing: the defaults of devices that have not chosen. What is not there is as delivered. */
export function defaultsOf(rendering: { lod_threshold_low?: unknown; lod_threshold_medium?: unknown; max_visible_nodes?: unknown; virtual_scrolling?: unknown } | null | undefined): Settings {
  const { lod_threshold_low: lodLow, lod_threshold_medium: lodMedium, max_visible_nodes: maxVisible, virtual_scrolling: onlyInView } = rendering ?? {};
  return settingsOf({ lodLow, lodMedium, maxVisible, onlyInView });
}

/** Only what differs from the defaults is kept, so that better defaults of a later version reach those who never chose. */
export function writeSettings(settings: Settings, defaults: Settings = DEFAULTS): string | null {
  const chosen = Object.entries(settings).filter(([key, value]) => value !== defaults[key as keyof Settings]);
  return chosen.length === 0 ? null : JSON.stringify(Object.fromEntries(chosen));
}

export function within(key: NumberKey, number: number): number {
  const [least, most] = RANGES[key];
  return Math.min(most, Math.max(least, number));
}

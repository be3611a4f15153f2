// The view store: what belongs to this page alone and to no document or execution.

import { create } from "zustand";
import { watchAnswers } from "../api/client";
import { readSettings, settingsOf, writeSettings, type Settings } from "../graph/settings";

export type Theme = "dark" | "light" | "system";

export interface Toast {
  id: number;
  tone: "plain" | "ok" | "bad";
  text: string;
  /** One thing to do about it. */
  action?: { label: string; run: () => void };
}

/** How much of a graph is drawn, and how finely. */
export interface CanvasSettings {
  /** From this zoom on, nodes are elements of the page; from the lower one on, they show icon and name. */
  lodMedium: number;
  lodLow: number;
  /** With more nodes in view than these, they are drawn one level simpler. */
  maxVisibleNodes: number;
  /** A graph with fewer nodes never loses its names, however small they are. */
  lodFrom: number;
  /** Whether edges become straight lines, and fewer, where they are small and many. */
  simplifyEdges: boolean;
  /** Whether what is out of view is not drawn. */
  onlyInView: boolean;
  /** What a press and drag on the empty canvas does: select what it goes around, or move the view. */
  drag: "select" | "pan";
  /** What draws: the graphics card where that is faster, or always one of the two. */
  renderer: "auto" | "2d" | "gl";
}

export const CANVAS_SETTINGS: CanvasSettings = { lodMedium: 0.7, lodLow: 0.3, maxVisibleNodes: 1_000, lodFrom: 500, simplifyEdges: true, onlyInView: true, drag: "select", renderer: "auto" };

/** The settings of this device as the canvas takes them. */
export function canvasSettings(settings: Settings): CanvasSettings {
  const { lodMedium, lodLow, lodFrom, simplifyEdges, onlyInView, maxVisible: maxVisibleNodes, drag, renderer } = settings;
  return { lodMedium, lodLow, lodFrom, simplifyEdges, onlyInView, maxVisibleNodes, drag, renderer };
}

/** Figures of a canvas, taken now and then while it draws. */
export interface Rendering {
  /** The workflow or execution that is drawn. */
  name: string;
  nodes: number;
  visible: number;
  /** Mean time of drawing one frame, and of one node in it. */
  frameMs: number;
  nodeMs: number;
  fps: number;
  /** The time between frames that all but one in twenty kept to. */
  slowMs: number;
  /** From going to its page until it was drawn; null while that is not known. */
  openMs: number | null;
}

interface ViewState {
  theme: Theme;
  /** Of this device; kept in its storage. */
  settings: Settings;
  /** What they are where nobody chose otherwise: as this server wants it. */
  defaults: Settings;
  /** What the canvas says of the graph that it drew last; null before the first. */
  rendering: Rendering | null;
  /** Whether the server answers. Null until the first answer. */
  reached: boolean | null;
  /** While it does not: of when the oldest answer is that this device had kept; 0 where none was needed. */
  keptAt: number;
  signedOut: boolean;
  toasts: readonly Toast[];
  /** Keys that somebody chose for commands; an empty list for none. */
  bindings: Readonly<Record<string, readonly string[]>>;
  /** What was chosen in the command palette, the newest first. */
  recent: readonly string[];
}

const THEME_KEY = "tidemill.theme";
const SETTINGS_KEY = "tidemill.settings";
const DEFAULTS_KEY = "tidemill.defaults";
const BINDINGS_KEY = "tidemill.bindings";
const RECENT_KEY = "tidemill.recent";
const RECENT_MOST = 12;
const TOAST_MS = 6_000;

export const useView = create<ViewState>(() => ({ theme: storedTheme(), settings: storedSettings(), defaults: storedDefaults(), rendering: null, reached: null, keptAt: 0, signedOut: false, toasts: [], bindings: storedBindings(), recent: storedRecent() }));

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a text, or forgets it; where storage is blocked, a choice lasts as long as the page. */
function store(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Said above.
  }
}

function storedDefaults(): Settings {
  return readSettings(stored(DEFAULTS_KEY));
}

function storedSettings(): Settings {
  return readSettings(stored(SETTINGS_KEY), storedDefaults());
}

/** The server says how graphs are drawn where a device has not chosen; the next visit begins with that. */
export function takeDefaults(defaults: Settings): void {
  store(DEFAULTS_KEY, writeSettings(defaults));
  const { defaults: before } = useView.getState();
  if (writeSettings(defaults, before) === null) return;
  useView.setState({ defaults, settings: readSettings(stored(SETTINGS_KEY), defaults) });
}

function storedTheme(): Theme {
  const wish = stored(THEME_KEY);
  return wish === "dark" || wish === "light" ? wish : "system";
}

export function setTheme(theme: Theme): void {
  store(THEME_KEY, theme === "system" ? null : theme);
  useView.setState({ theme });
  showTheme();
}

/** Changes settings of this device; what cannot be is brought to what can. */
export function setSettings(some: Partial<Settings>): void {
  const { settings: before, defaults } = useView.getState();
  const settings = settingsOf({ ...before, ...some });
  store(SETTINGS_KEY, writeSettings(settings, defaults));
  useView.setState({ settings });
  showDensity();
}

/** All but how dense the pages are. */
export function resetCanvas(): void {
  const { defaults, settings } = useView.getState();
  setSettings({ ...defaults, density: settings.density });
}

/** A canvas tells how it draws; the page of performance shows it. */
export function tellRendering(rendering: Rendering): void {
  useView.setState({ rendering });
}

function showDensity(): void {
  document.documentElement.dataset["density"] = useView.getState().settings.density;
}

/** Another tab changed the theme or the settings. */
function follow({ key }: StorageEvent): void {
  if (key !== null && ![THEME_KEY, SETTINGS_KEY, BINDINGS_KEY].includes(key)) return;
  useView.setState({ theme: storedTheme(), settings: storedSettings(), bindings: storedBindings() });
  showTheme();
  showDensity();
}

function showTheme(): void {
  const { theme } = useView.getState();
  const light = theme === "light" || (theme === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset["theme"] = light ? "light" : "dark";
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--bg-1").trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground);
}

function storedJson(key: string): unknown {
  try {
    return JSON.parse(stored(key) ?? "null");
  } catch {
    return null; // written by something else
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function storedBindings(): Record<string, string[]> {
  const value = storedJson(BINDINGS_KEY);
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string[]] => isTexts(entry[1])));
}

function storedRecent(): string[] {
  const value = storedJson(RECENT_KEY);
  return isTexts(value) ? value.slice(0, RECENT_MOST) : [];
}

/** Gives a command other keys; null gives it its usual ones again, without a command all have theirs again. */
export function bind(command: string | null, keys: readonly string[] | null): void {
  const bindings = command === null ? {} : { ...useView.getState().bindings };
  if (command !== null && keys) bindings[command] = keys;
  else if (command !== null) delete bindings[command];
  useView.setState({ bindings });
  store(BINDINGS_KEY, Object.keys(bindings).length === 0 ? null : JSON.stringify(bindings));
}

/** Remembers a choice of the command palette. */
export function remember(choice: string): void {
  const recent = [choice, ...useView.getState().recent.filter((one) => one !== choice)].slice(0, RECENT_MOST);
  useView.setState({ recent });
  store(RECENT_KEY, JSON.stringify(recent));
}

let nextToast = 1;

/** A failure stays until it is closed; the rest leaves by itself, unless it is to stay. Answers by what it can be closed. */
export function toast(tone: Toast["tone"], text: string, action?: Toast["action"], stays = tone === "bad"): number {
  const id = nextToast++;
  const entry: Toast = action ? { id, tone, text, action } : { id, tone, text };
  useView.setState((state) => ({ toasts: [...state.toasts.slice(-2), entry] }));
  if (!stays) setTimeout(() => closeToast(id), TOAST_MS);
  return id;
}

export function closeToast(id: number): void {
  useView.setState((state) => ({ toasts: state.toasts.filter((entry) => entry.id !== id) }));
}

/** Starts listening to the system's theme and to every answer of the server. */
export function startView(): void {
  showTheme();
  showDensity();
  addEventListener("storage", follow);
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", showTheme);
  watchAnswers((result, at = 0) => {
    const state = useView.getState();
    const reached = result !== "unreachable";
    const keptAt = reached ? 0 : Math.min(state.keptAt || at, at || state.keptAt);
    if (state.reached !== reached || state.keptAt !== keptAt) useView.setState({ reached, keptAt });
    if (result === "signed_out" && !state.signedOut) useView.setState({ signedOut: true });
  });
}

// The view store: what belongs to this page alone and to no document or execution.

import { create } from "zustand";
import { watchAnswers } from "../api/client";

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
  /** What a press and drag on the empty canvas does: select what it goes around, or move the view. */
  drag: "select" | "pan";
}

export const CANVAS_SETTINGS: CanvasSettings = { lodMedium: 0.7, lodLow: 0.3, maxVisibleNodes: 1_000, lodFrom: 500, simplifyEdges: true, drag: "select" };

interface ViewState {
  theme: Theme;
  canvas: CanvasSettings;
  /** Whether the server answers. Null until the first answer. */
  reached: boolean | null;
  signedOut: boolean;
  toasts: readonly Toast[];
}

const THEME_KEY = "tidemill.theme";
const TOAST_MS = 6_000;

export const useView = create<ViewState>(() => ({ theme: storedTheme(), canvas: CANVAS_SETTINGS, reached: null, signedOut: false, toasts: [] }));

function storedTheme(): Theme {
  try {
    const wish = localStorage.getItem(THEME_KEY);
    return wish === "dark" || wish === "light" ? wish : "system";
  } catch {
    return "system";
  }
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(THEME_KEY);
    else localStorage.setItem(THEME_KEY, theme);
  } catch {
    // Blocked storage: the choice lasts as long as the page.
  }
  useView.setState({ theme });
  showTheme();
}

function showTheme(): void {
  const { theme } = useView.getState();
  const light = theme === "light" || (theme === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset["theme"] = light ? "light" : "dark";
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--bg-1").trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground);
}

let nextToast = 1;

/** A failure stays until it is closed; the rest leaves by itself. */
export function toast(tone: Toast["tone"], text: string, action?: Toast["action"]): void {
  const id = nextToast++;
  const entry: Toast = action ? { id, tone, text, action } : { id, tone, text };
  useView.setState((state) => ({ toasts: [...state.toasts.slice(-2), entry] }));
  if (tone !== "bad") setTimeout(() => closeToast(id), TOAST_MS);
}

export function closeToast(id: number): void {
  useView.setState((state) => ({ toasts: state.toasts.filter((entry) => entry.id !== id) }));
}

/** Starts listening to the system's theme and to every answer of the server. */
export function startView(): void {
  showTheme();
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", showTheme);
  watchAnswers((result) => {
    const state = useView.getState();
    const reached = result !== "unreachable";
    if (state.reached !== reached) useView.setState({ reached });
    if (result === "signed_out" && !state.signedOut) useView.setState({ signedOut: true });
  });
}

// People who have one document open: what they say of themselves, read with care, since it comes from other programs; names and
// colours for who has chosen none.

import { idOf, nameOf, partsOf } from "./overlay/names";

export interface Point {
  x: number;
  y: number;
}

/** A part of the graph. */
export interface Window extends Point {
  width: number;
  height: number;
}

export interface User {
  name: string;
  /** `#rrggbb`: it travels, so it is no token. */
  color: string;
}

/** What somebody says of themselves (docs/design/0007). Coordinates are the graph's. */
export interface Presence {
  user: User;
  /** What they see. */
  view: Window | null;
  pointer: Point | null;
  selection: { nodes: readonly string[]; edges: readonly string[] };
  /** The field that they are in: `<list>/<row>/<field>`. */
  field: string | null;
  /** They only look on. */
  isViewer?: boolean;
}

export interface Person extends Presence {
  /** One for each page that somebody has open. */
  id: number;
}

/** Each stands out from the grounds of both themes, and bears white words. */
export const COLORS = ["#c2410c", "#b45309", "#4d7c0f", "#15803d", "#0b7d75", "#0671ad", "#2f66ea", "#8a4bf0", "#b92bc9", "#cf2a6b"] as const;

/** More ids than these are not told. */
export const SELECTED_MOST = 100;
const NAME_MOST = 40;
const FIELD_MOST = 1_000;
const NOBODY = "Somebody";

const MOODS = ["Amber", "Brave", "Bright", "Calm", "Clever", "Coral", "Early", "Gentle", "Golden", "Happy", "Keen", "Lively", "Lucky", "Merry", "Misty", "Nimble", "Polar", "Quick", "Quiet", "Silver", "Steady", "Sunny", "Swift", "Wandering"];
const BEINGS = ["Avocet", "Crab", "Curlew", "Dolphin", "Eider", "Gannet", "Gull", "Heron", "Kestrel", "Limpet", "Narwhal", "Osprey", "Otter", "Petrel", "Plover", "Puffin", "Seal", "Shearwater", "Skua", "Starfish", "Tern", "Turtle", "Urchin", "Whale"];

/** A friendly name and a colour; `random` gives numbers below 1. */
export function inventUser(random: () => number): User {
  const one = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? NOBODY;
  return { name: `${one(MOODS)} ${one(BEINGS)}`, color: one(COLORS) };
}

/** A name as it is shown: on one line, not long; empty where nothing is left. */
export function cleanName(text: string): string {
  return [...text.replace(/[\p{C}\s]+/gu, " ").trim()].slice(0, NAME_MOST).join("").trim();
}

export function isColor(value: unknown): value is string {
  return typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value);
}

/** White or black, whichever is read more easily on a colour: others may say any. */
export function inkOn(color: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0) > 0.18 ? "#000000" : "#ffffff";
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(" ").filter(Boolean);
  const first = (word: string | undefined) => [...(word ?? "")][0] ?? "";
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : "")).toUpperCase();
}

type Loose = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);
const isFinite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.slice(0, SELECTED_MOST).filter((one): one is string => typeof one === "string") : []);

/** What a state says; null where it is none. What makes no sense in it is as if it were not said. */
export function readPerson(id: number, state: unknown): Person | null {
  if (!isObject(state)) return null;
  const [user, selection] = [isObject(state["user"]) ? state["user"] : {}, isObject(state["selection"]) ? state["selection"] : {}];
  const { name, color } = user;
  const { field } = state;
  return {
    id,
    user: {
      name: (typeof name === "string" && cleanName(name)) || NOBODY,
      color: isColor(color) ? color : (COLORS[Math.abs(id) % COLORS.length] ?? COLORS[0]),
    },
    view: readWindow(state["view"]),
    pointer: readPoint(state["pointer"]),
    selection: { nodes: texts(selection["nodes"]), edges: texts(selection["edges"]) },
    field: typeof field === "string" && field.length <= FIELD_MOST ? field : null,
    ...(state["isViewer"] === true && { isViewer: true }),
  };
}

function readPoint(value: unknown): Point | null {
  if (!isObject(value)) return null;
  const { x, y } = value;
  return isFinite(x) && isFinite(y) ? { x, y } : null;
}

function readWindow(value: unknown): Window | null {
  const point = readPoint(value);
  if (!point || !isObject(value)) return null;
  const { width, height } = value;
  return isFinite(width) && isFinite(height) && width > 0 && height > 0 ? { ...point, width, height } : null;
}

/** Whether two say the same but for where their pointer is and what they see. */
export function isSameBeside(a: Person, b: Person): boolean {
  const same = (left: readonly string[], right: readonly string[]) => left.length === right.length && left.every((one, at) => one === right[at]);
  return a.user.name === b.user.name && a.user.color === b.user.color && a.field === b.field && a.isViewer === b.isViewer && same(a.selection.nodes, b.selection.nodes) && same(a.selection.edges, b.selection.edges);
}

const DATA = "data/";

/** The field of a node's data, as states name it. */
export function fieldOf(node: string, key: string): string {
  return `nodes/${nameOf(node)}/${DATA}${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The node and the key of its data that a state names; null where it is in no such field. */
export function fieldIn(field: string | null): { node: string; key: string } | null {
  const parts = field?.startsWith("nodes/") ? partsOf(field.slice("nodes/".length)) : null;
  const node = parts ? idOf(parts[0]) : null;
  if (!parts || typeof node !== "string" || !parts[1].startsWith(DATA)) return null;
  return { node, key: parts[1].slice(DATA.length).replaceAll("~1", "/").replaceAll("~0", "~") };
}

/** What somebody does, in words. `title` is what a node is called; null where it is not there. */
export function doingOf({ field, selection: { nodes, edges }, isViewer = false }: Presence, title: (node: string) => string | null): string {
  const place = fieldIn(field);
  const at = place && title(place.node);
  if (place && at !== null) return `Edits ${place.key} of ${at}`;
  const [only] = nodes;
  if (only !== undefined && nodes.length === 1 && edges.length === 0) return `At ${title(only) ?? "a node that is gone"}`;
  const count = (number: number, what: string) => (number === 0 ? [] : [`${number}${number === SELECTED_MOST ? " or more" : ""} ${what}${number === 1 ? "" : "s"}`]);
  const chosen = [...count(nodes.length, "node"), ...count(edges.length, "edge")].join(" and ");
  if (chosen === "") return isViewer ? "Viewing" : "Looks around";
  return `Has ${chosen} selected`;
}

// The tile of a node type: its icon on its category's colour.

import {
  Bot, Box, Braces, Calculator, Calendar, ChartColumn, Clock3, Code, Combine, Database, Diamond, FileText, Filter, FlaskConical, Frame, Globe, Hash,
  CalendarClock, CircleDot, CornerDownLeft, Group, Layers, List, ListOrdered, Lock, Mail, OctagonX, Play, Repeat, Reply, ShieldCheck, Signpost, Sparkles, Split, SquareFunction, StickyNote, Table, Timer, ToggleLeft, Type, User, Variable, Webhook, Zap, type LucideIcon,
} from "lucide-react";
import { useSyncExternalStore } from "react";
import s from "./node-icon.module.css";

const BY_NAME: Record<string, LucideIcon> = {
  bot: Bot, box: Box, braces: Braces, calculator: Calculator, calendar: Calendar, chart: ChartColumn, "chart-column": ChartColumn, clock: Clock3,
  code: Code, combine: Combine, merge: Combine, database: Database, diamond: Diamond, "file-text": FileText, filter: Filter, flask: FlaskConical,
  "flask-conical": FlaskConical, frame: Frame, globe: Globe, hash: Hash, layers: Layers, list: List, mail: Mail, play: Play, repeat: Repeat,
  "shield-check": ShieldCheck, sparkles: Sparkles, split: Split, "sticky-note": StickyNote, table: Table, timer: Timer, toggle: ToggleLeft,
  "toggle-left": ToggleLeft, type: Type, text: Type, "calendar-clock": CalendarClock, "circle-dot": CircleDot,
  "corner-down-left": CornerDownLeft, group: Group, "list-ordered": ListOrdered, lock: Lock, "octagon-x": OctagonX, reply: Reply, signpost: Signpost,
  "square-function": SquareFunction, user: User, variable: Variable, webhook: Webhook, zap: Zap,
};

const listeners = new Set<() => void>();
/** Those that came later. */
let more: Readonly<Record<string, LucideIcon>> = {};

/** Adds to the icons that types may name; what has drawn a guess in their place is told. */
export function addIcons(icons: Readonly<Record<string, LucideIcon>>): void {
  more = icons;
  for (const listener of listeners) listener();
}

export function listenToIcons(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const BY_TYPE: [RegExp, LucideIcon][] = [
  [/manual/, Play],
  [/webhook|respond/, Webhook],
  [/schedule|cron/, Clock3],
  [/condition/, Diamond],
  [/switch|split|partition/, Split],
  [/join|merge|zip/, Combine],
  [/for_each|while|loop|retry|repeat/, Repeat],
  [/filter|find/, Filter],
  [/http|fetch|paginator/, Globe],
  [/number|counter|range/, Hash],
  [/text|string|template|format/, Type],
  [/bool/, ToggleLeft],
  [/date|time|wait/, Calendar],
  [/operation|accumulator|reduce|math/, Calculator],
  [/extract|parse|transform|set|json/, Braces],
  [/variable|context/, Variable],
  [/visualization|renderer|chart/, ChartColumn],
  [/delay|timeout|throttle|rate/, Timer],
  [/javascript|code|expression/, Code],
  [/map|sort|unique|chunk|slice|reverse|flat|sample|compact|group_by/, List],
  [/note/, StickyNote],
  [/group/, Frame],
  [/mock/, FlaskConical],
];

const BY_CATEGORY: Record<string, LucideIcon> = {
  trigger: Zap, logic: Split, data: Braces, network: Globe, ai: Sparkles, code: Code, people: User, storage: Database,
};

export type Category = "trigger" | "logic" | "data" | "network" | "ai" | "code" | "people" | "storage";

/** One of the eight colours; the server's words for a category vary more than the colours do. */
export function categoryOf(category: string | undefined, type: string): Category {
  const name = category === "other" ? "" : (category ?? "").toLowerCase();
  if (/trigger|input/.test(name) && !/data/.test(name)) return name.includes("trigger") ? "trigger" : "data";
  if (/logic|flow|control|container|loop/.test(name)) return "logic";
  if (/network|http|integration/.test(name)) return "network";
  if (/\bai\b|llm|model/.test(name)) return "ai";
  if (/code|script|test/.test(name)) return "code";
  if (/people|human|time/.test(name)) return "people";
  if (/storage|database|file|show|output/.test(name)) return "storage";
  if (name !== "") return "data";
  if (/trigger|webhook|schedule|manual/.test(type)) return "trigger";
  if (/condition|switch|join|split|for_each|while|try|parallel|retry|timeout/.test(type)) return "logic";
  if (/http|graphql/.test(type)) return "network";
  if (/visualization|renderer|sql|cache|file/.test(type)) return "storage";
  return "data";
}

function named(icon: string): LucideIcon | undefined {
  return BY_NAME[icon.toLowerCase()] ?? more[icon.toLowerCase()];
}

/** Whether a name that a type gives its icon stands for one: else it would be guessed from the type's name. */
export function isKnownIcon(name: string): boolean {
  return named(name) !== undefined;
}

/** The icon of a node type: the one it names, else one that its own name or its category calls for. */
export function iconFor(type: string, icon: string | null | undefined, category: Category): LucideIcon {
  return (icon ? named(icon) : undefined) ?? BY_TYPE.find(([rule]) => rule.test(type))?.[1] ?? BY_CATEGORY[category] ?? Box;
}

export function NodeTile({ type, icon, category, size = "m" }: { type: string; icon?: string | null | undefined; category: Category; size?: "s" | "m" | "l" }) {
  const Icon = useSyncExternalStore(listenToIcons, () => iconFor(type, icon, category), () => iconFor(type, icon, category));
  return (
    <span className={`${s.tile} ${s[size]} ${s[category]}`} aria-hidden="true">
      <Icon strokeWidth={1.7} />
    </span>
  );
}

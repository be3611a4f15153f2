// Commands: everything the editor can be asked for, by name. Keys, menus, the palette and buttons all come here.

import type { GraphDocument } from "../document/document";
import type { Selection } from "../document/selection";
import type { Point, Where } from "../edit/family";
import type { LayoutPlace, LayoutRequest } from "../edit/arrange";
import type { Kinds } from "../edit/kinds";
import type { FileGraph } from "../file";
import { isKept, tidyKeys, type Keys } from "./keys";

export type View = "in" | "out" | "actual" | "all" | "selection";
/** Panels and dialogs that commands open or close. */
export type Surface = "commands" | "find" | "shortcuts" | "outline" | "comments" | "comment" | "problems" | "versions" | "add" | "quick_add" | "replace" | "menu" | "node" | "node_wide" | "rename" | "move_into" | "connect" | "conflicts";
export type RunHow = "all" | "to" | "from" | "stop";

/** What only the page around the document can do. */
export interface Host {
  /** The canvas place of the pointer, else the middle of what is seen. */
  place(): Point;
  /** The frame or container at a place, -1 for none. */
  frameAt(place: Point): number;
  /** Brings nodes into sight. */
  reveal(slots: readonly number[]): void;
  view(how: View): void;
  show(surface: Surface): void;
  readClipboard(): Promise<string>;
  writeClipboard(text: string): Promise<void>;
  /** Pastes a text, whatever it is of; says itself what could not be taken over. */
  take(text: string): Promise<void>;
  layout(request: LayoutRequest): Promise<readonly LayoutPlace[]>;
  createWorkflow(graph: FileGraph & { name: string }): Promise<{ id: string; name: string }>;
  run(how: RunHow, slot: number): void;
  /** The last output of a node, for pinning; undefined where there is none. */
  lastOutput(slot: number): unknown;
  publish(): void;
  saveNow(): void;
  openFile(): void;
  downloadFile(): void;
  /** Copies the address under which others look on. */
  copyViewLink(): void;
  /** Words for a while: also read out. */
  tell(text: string, tone?: "plain" | "ok" | "bad"): void;
}

export interface Context {
  doc: GraphDocument;
  selection: Selection;
  where: Where;
  kinds: Kinds;
  host: Host;
}

export const GROUPS = ["Edit", "Select", "Add", "Arrange", "Node", "View", "Run", "Workflow"] as const;
export type Group = (typeof GROUPS)[number];

export interface Command {
  id: string;
  title: string;
  group: Group;
  /** The keys it has unless somebody chose others. */
  keys: readonly Keys[];
  /** Other words by which it is found. */
  words?: string;
  /** Whether it can be done now. */
  when?: (context: Context) => boolean;
  run: (context: Context) => void | Promise<void>;
  /** The browser's own event does it when its usual keys are pressed: it may read the clipboard without asking. */
  isNative?: boolean;
  /** Holding the keys down repeats it. */
  repeats?: boolean;
}

/** Keys that somebody chose, by command; an empty list for none. */
export type Bindings = Readonly<Record<string, readonly Keys[]>>;

export function keysFor(command: Command, bindings: Bindings): readonly Keys[] {
  return bindings[command.id] ?? command.keys;
}

/** Commands by their keys, in the order of the list. */
export function byKeys(commands: readonly Command[], bindings: Bindings): Map<Keys, Command[]> {
  const found = new Map<Keys, Command[]>();
  for (const command of commands) {
    for (const keys of keysFor(command, bindings)) {
      const list = found.get(tidyKeys(keys));
      if (list) list.push(command);
      else found.set(tidyKeys(keys), [command]);
    }
  }
  return found;
}

export function canRun(command: Command, context: Context): boolean {
  return command.when?.(context) ?? true;
}

/** The other commands that have these keys. Those that are never possible at the same time may share them. */
export function sharing(commands: readonly Command[], bindings: Bindings, command: Command, keys: Keys): Command[] {
  const partners = PAIRS.find((pair) => pair.includes(command.id)) ?? [];
  return (byKeys(commands, bindings).get(tidyKeys(keys)) ?? []).filter((other) => other.id !== command.id && !partners.includes(other.id));
}

const PAIRS: readonly (readonly string[])[] = [
  ["node.disable", "node.enable"],
  ["node.collapse", "node.expand"],
  ["node.pin", "node.unpin"],
];

/** Why keys cannot be given to a command, or null. */
export function refusesKeys(commands: readonly Command[], bindings: Bindings, command: Command, keys: Keys): string | null {
  if (isKept(tidyKeys(keys))) return "The browser keeps these keys for itself";
  const [other] = sharing(commands, bindings, command, keys);
  return other ? `“${other.title}” has these keys` : null;
}

/** Runs a command where it is possible; what goes wrong is told. Answers whether it was run. */
export async function runCommand(command: Command, context: Context): Promise<boolean> {
  if (!canRun(command, context)) return false;
  try {
    await command.run(context);
  } catch (error) {
    context.host.tell(`${command.title}: ${error instanceof Error ? error.message : "something unexpected happened"}`, "bad");
  }
  return true;
}

// The commands that change what is seen or selected, and those of the whole workflow.

import { sameType, selectAll, selectReached } from "../edit/choose";
import { EDITING } from "./editing";
import type { Command, Context, Group, RunHow, Surface, View } from "./registry";

const some = ({ selection }: Context) => selection.nodeCount > 0;
const one = ({ selection }: Context) => selection.only >= 0;

const SELECT: readonly Command[] = [
  { id: "select.all", title: "Select all", group: "Select", keys: ["mod+a"], run: ({ doc, selection }) => selectAll(doc, selection) },
  { id: "select.none", title: "Select none", group: "Select", keys: ["esc"], words: "clear deselect", when: ({ selection }) => !selection.isEmpty, run: ({ selection }) => selection.clear() },
  { id: "select.after", title: "Select what comes after", group: "Select", keys: ["alt+shift+right"], words: "successors downstream", when: some, run: ({ doc, selection }) => selectReached(doc, selection, "after") },
  { id: "select.before", title: "Select what comes before", group: "Select", keys: ["alt+shift+left"], words: "predecessors upstream", when: some, run: ({ doc, selection }) => selectReached(doc, selection, "before") },
  { id: "select.type", title: "Select all of this type", group: "Select", keys: ["alt+t"], words: "same kind", when: some, run: ({ doc, selection }) => selection.set(sameType(doc, selection.nodes())) },
];

function view(id: View, title: string, keys: string[], words: string, when?: Command["when"]): Command {
  return { id: `view.${id}`, title, group: "View", keys, words, ...(when && { when }), repeats: id === "in" || id === "out", run: ({ host }) => host.view(id) };
}

function show(id: Surface, title: string, keys: string[], words: string, group: Group = "View"): Command {
  return { id: `show.${id}`, title, group, keys, words, run: ({ host }) => host.show(id) };
}

const VIEW: readonly Command[] = [
  view("in", "Zoom in", ["+", "="], "larger"),
  view("out", "Zoom out", ["-"], "smaller"),
  view("actual", "Zoom to 100 %", ["0"], "actual size"),
  view("all", "Zoom to fit", ["1"], "everything whole"),
  view("selection", "Zoom to the selection", ["2"], "focus", some),
  show("commands", "Search or run a command", ["mod+k"], "palette"),
  show("find", "Search in this workflow", ["mod+f"], "find"),
  show("outline", "Outline", ["shift+o"], "list tree table screen reader"),
  show("comments", "Comments", ["alt+c"], "notes discuss threads answers"),
  show("problems", "Problems", ["shift+p"], "errors warnings"),
  show("conflicts", "Settle changes", [], "conflicts resolve merge mine theirs"),
  show("versions", "Versions", ["shift+v"], "history branch restore compare diff label"),
  show("shortcuts", "Keyboard shortcuts", ["?"], "keys bindings help"),
  show("menu", "Menu of the selection", ["shift+f10", "menu"], "context"),
];

function run(id: RunHow, title: string, keys: string[], words: string, when?: Command["when"]): Command {
  return { id: `run.${id}`, title, group: "Run", keys, words, ...(when && { when }), run: ({ host, selection }) => host.run(id, selection.only) };
}

const RUN: readonly Command[] = [
  run("all", "Run", ["mod+enter"], "execute start"),
  run("to", "Run to here", ["shift+enter"], "execute until", one),
  run("from", "Run from here", ["alt+enter"], "execute again fork", one),
  run("stop", "Stop", ["mod+shift+."], "cancel"),
];

const WORKFLOW: readonly Command[] = [
  { id: "workflow.save", title: "Save now", group: "Workflow", keys: ["mod+s"], run: ({ host }) => host.saveNow() },
  { id: "workflow.publish", title: "Publish", group: "Workflow", keys: [], words: "version release", run: ({ host }) => host.publish() },
  { id: "workflow.share", title: "Copy a view-only link", group: "Workflow", keys: [], words: "share invite viewer read only present", run: ({ host }) => host.copyViewLink() },
  { id: "workflow.import", title: "Import a file", group: "Workflow", keys: ["mod+o"], words: "open json yaml n8n react flow", run: ({ host }) => host.openFile() },
  { id: "workflow.download", title: "Download as a file", group: "Workflow", keys: ["mod+shift+s"], words: "export json", run: ({ host }) => host.downloadFile() },
];

/** All of them, in the order of the shortcut sheet. */
export const COMMANDS: readonly Command[] = [...EDITING, ...SELECT, ...VIEW, ...RUN, ...WORKFLOW];

const BY_ID = new Map(COMMANDS.map((command) => [command.id, command]));
export function commandOf(id: string): Command {
  const command = BY_ID.get(id);
  if (!command) throw new Error(`there is no command ${id}`);
  return command;
}

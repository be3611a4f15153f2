// Search or run a command: commands, nodes of this workflow, other workflows; what was chosen lately comes first.

import { CornerDownLeft, Search, Workflow } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { best, fuzzy } from "../../graph/commands/fuzzy";
import { shownKeys } from "../../graph/commands/keys";
import { canRun, keysFor, runCommand, type Bindings, type Command, type Context } from "../../graph/commands/registry";
import { COMMANDS } from "../../graph/commands/viewing";
import { kindOf, nameOf } from "../../graph/edit/kinds";
import { Key } from "../../ui/button";
import { Modal } from "../../ui/dialog";
import { useDebounced } from "../../ui/hooks";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import s from "./command-palette.module.css";
import { Lit, PickList, type PickRow } from "./pick-list";
import { IS_MAC } from "./platform";

export interface WorkflowFound {
  id: string;
  name: string;
}

interface CommandPaletteProps {
  context: Context;
  bindings: Bindings;
  /** Keys of what was chosen lately, the newest first. */
  recent: readonly string[];
  /** What was typed before it stood. */
  typed?: () => string;
  onChosen: (key: string) => void;
  /** Workflows by name; an answer that comes too late is not shown. */
  findWorkflows: (query: string, signal: AbortSignal) => Promise<readonly WorkflowFound[]>;
  onOpenWorkflow: (id: string) => void;
  onClose: () => void;
}

const NODES_MOST = 200;
const REST_MS = 200;

export function CommandPalette({ context, bindings, recent, typed = () => "", onChosen, findWorkflows, onOpenWorkflow, onClose }: CommandPaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [query, setQuery] = useState(typed);
  const late = useDeferredValue(query);
  const { found: workflows, failed } = useWorkflows(query, findWorkflows);
  const rows = useMemo(() => {
    // What fits best stands first, whichever it is.
    const sections = [commandRows(context, bindings, recent, late), nodeRows(context, late), workflowRows(workflows, late)];
    return sections.sort((a, b) => b.score - a.score).flatMap((section) => section.rows);
  }, [context, bindings, recent, late, workflows]);

  // The dialog closes first: a command may open another, or give the focus to something.
  const after = useRef<(() => void) | null>(null);
  const pick = (key: string) => {
    const id = key.slice(key.indexOf(":") + 1);
    if (key.startsWith("command:")) {
      const command = COMMANDS.find((one) => one.id === id);
      onChosen(id);
      after.current = () => command && void runCommand(command, context);
    } else if (key.startsWith("workflow:")) after.current = () => onOpenWorkflow(id);
    else {
      const slot = Number(id);
      after.current = () => {
        context.selection.set([slot]);
        context.host.reveal([slot]);
      };
    }
    dialog.current?.close();
  };
  return (
    <Modal
      ref={dialog}
      size="list"
      name={{ label: "Search or run a command" }}
      onClose={() => {
        onClose();
        after.current?.();
      }}
    >
      <PickList
        label="Search or run a command"
        placeholder="A command, a node, a workflow…"
        icon={<Search aria-hidden="true" />}
        query={query}
        onQuery={setQuery}
        rows={rows}
        onPick={pick}
        onClose={() => dialog.current?.close()}
        isLate={late !== query}
        empty={failed ? "No command or node is called so. Workflows could not be searched: the server does not answer." : "Nothing is called so. Try fewer letters."}
      />
      <footer className={s.foot} aria-hidden="true">
        <span>
          <Key>↑</Key> <Key>↓</Key> to walk
        </span>
        <span>
          <Key>
            <CornerDownLeft />
          </Key>{" "}
          to run or open
        </span>
        <span>
          <Key>Esc</Key> to close
        </span>
      </footer>
    </Modal>
  );
}

function useWorkflows(query: string, find: CommandPaletteProps["findWorkflows"]): { found: readonly WorkflowFound[]; failed: boolean } {
  const rested = useDebounced(query.trim(), REST_MS);
  const [answer, setAnswer] = useState<{ found: readonly WorkflowFound[]; failed: boolean }>({ found: [], failed: false });
  const search = useRef(find);
  search.current = find;
  useEffect(() => {
    if (rested.length < 2) {
      setAnswer({ found: [], failed: false });
      return;
    }
    const stop = new AbortController();
    search.current(rested, stop.signal).then(
      (found) => stop.signal.aborted || setAnswer({ found, failed: false }),
      () => stop.signal.aborted || setAnswer({ found: [], failed: true }),
    );
    return () => stop.abort();
  }, [rested]);
  return answer;
}

interface Section {
  rows: PickRow[];
  score: number;
}
const NOTHING: Section = { rows: [], score: 0 };

function commandRows(context: Context, bindings: Bindings, recent: readonly string[], query: string): Section {
  const possible = COMMANDS.filter((command) => command.id !== "show.commands" && canRun(command, context));
  const row = (command: Command, at: readonly number[], isRecent = false): PickRow => {
    const [keys] = keysFor(command, bindings);
    return {
      key: `command:${command.id}`,
      title: <Lit text={command.title} at={at} />,
      name: command.title,
      detail: isRecent ? "" : command.group,
      ...(keys !== undefined && { aside: <Key>{shownKeys(keys, IS_MAC)}</Key> }),
    };
  };
  if (query.trim() === "") {
    const lately = recent.flatMap((id) => possible.find((command) => command.id === id) ?? []).slice(0, 5);
    const rest = possible.filter((command) => !lately.includes(command));
    const first = lately.length > 0 ? [{ key: "recent", heading: "Recent" }, ...lately.map((one) => row(one, [], true))] : [];
    return { rows: [...first, { key: "commands", heading: "Commands" }, ...rest.map((one) => row(one, []))], score: 0 };
  }
  const bonus = (command: Command) => (recent.includes(command.id) ? 10 : 0);
  const named = best(query, possible, (command) => command.title, 40, bonus);
  const known = new Set(named.map(({ entry }) => entry));
  const told = best(query, possible.filter((command) => !known.has(command)), (command) => `${command.words ?? ""} ${command.group}`, 12).filter(({ match }) => match.score > 50);
  const all = [...named.map(({ entry, match }) => row(entry, match.at)), ...told.map(({ entry }) => row(entry, []))];
  const score = Math.max(named[0]?.match.score ?? 0, told.length > 0 ? 50 : 0);
  return all.length > 0 ? { rows: [{ key: "commands", heading: "Commands" }, ...all], score } : NOTHING;
}

function nodeRows({ doc, kinds }: Context, query: string): Section {
  if (query.trim().length < 2) return NOTHING;
  const found = best(query, doc.nodes.entries(), ([, node]) => nameOf(node, kinds), NODES_MOST);
  if (found.length === 0) return NOTHING;
  const rows = found.map(({ entry: [slot, node], match }): PickRow => {
    const kind = kindOf(kinds, node.type);
    const title = nameOf(node, kinds);
    return {
      key: `node:${slot}`,
      title: <Lit text={title.slice(0, 160)} at={match.at} />,
      name: `Node ${title.slice(0, 160)}`,
      // Nodes without a label are called as their type is: their ids tell them apart.
      detail: title === kind?.name ? node.id : (kind?.name ?? node.type),
      icon: <NodeTile type={node.type ?? ""} icon={kind?.icon} category={categoryOf(kind?.category, node.type ?? "")} size="s" />,
    };
  });
  return { rows: [{ key: "nodes", heading: "Nodes of this workflow" }, ...rows], score: found[0]?.match.score ?? 0 };
}

function workflowRows(found: readonly WorkflowFound[], query: string): Section {
  if (found.length === 0 || query.trim().length < 2) return NOTHING;
  const rows = found.map((one): PickRow => ({ key: `workflow:${one.id}`, title: one.name, name: `Workflow ${one.name}`, icon: <Workflow aria-hidden="true" /> }));
  // They come later than the rest: what is walked over already does not move for them, but for those that fit far better.
  return { rows: [{ key: "workflows", heading: "Workflows" }, ...rows], score: Math.max(...found.map((one) => fuzzy(query, one.name)?.score ?? 0)) - 60 };
}

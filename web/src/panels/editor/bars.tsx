// Small bars over the canvas: what is selected and what can be done with it, how near one is, and in which containers.

import {
  AlignCenterHorizontal, AlignCenterVertical, AlignEndHorizontal, AlignEndVertical, AlignHorizontalSpaceAround, AlignStartHorizontal, AlignStartVertical, AlignVerticalSpaceAround, Copy, Group, Maximize, Minus, Plus,
  PowerOff, Power, Trash2, Wand2, X, Ellipsis, type LucideIcon,
} from "lucide-react";
import { Fragment } from "react";
import { selectionWords } from "../../graph/commands/editing";
import { ariaKeys, shownKeys } from "../../graph/commands/keys";
import { canRun, keysFor, runCommand, type Bindings, type Context, type View } from "../../graph/commands/registry";
import { commandOf } from "../../graph/commands/viewing";
import type { GraphDocument } from "../../graph/document/document";
import { around } from "../../graph/edit/family";
import { nameOf, type Kinds } from "../../graph/edit/kinds";
import { Button } from "../../ui/button";
import s from "./bars.module.css";
import { IS_MAC } from "./platform";
import { useDocumentVersion, useSelectionVersion } from "./use-document";

const SELECTED: readonly (readonly [id: string, icon: LucideIcon] | "line")[] = [
  ["arrange.left", AlignStartVertical],
  ["arrange.centre", AlignCenterVertical],
  ["arrange.right", AlignEndVertical],
  ["arrange.top", AlignStartHorizontal],
  ["arrange.middle", AlignCenterHorizontal],
  ["arrange.bottom", AlignEndHorizontal],
  ["arrange.across", AlignHorizontalSpaceAround],
  ["arrange.down", AlignVerticalSpaceAround],
  "line",
  ["arrange.layout", Wand2],
  ["node.group", Group],
  ["edit.duplicate", Copy],
  ["node.disable", PowerOff],
  ["node.enable", Power],
  "line",
  ["edit.delete", Trash2],
];

interface SelectionBarProps {
  context: Context;
  bindings: Bindings;
  /** Opens the menu of the selection at a place of the window. */
  onMenu: (at: { x: number; y: number }) => void;
}

/** Shown while several things are selected. */
export function SelectionBar({ context, bindings, onMenu }: SelectionBarProps) {
  const { doc, selection } = context;
  useDocumentVersion(doc);
  useSelectionVersion(selection);
  const { nodeCount, edgeCount } = selection;
  if (nodeCount + edgeCount < 2) return null;
  const possible = SELECTED.filter((entry) => entry === "line" || canRun(commandOf(entry[0]), context));
  return (
    <div className={s.bar} role="toolbar" aria-label="What is selected">
      <span className={`${s.words} num`} role="status">
        {selectionWords(nodeCount, edgeCount)}
      </span>
      {possible.map((entry, at) =>
        entry === "line" ? <i key={at} className={s.line} aria-hidden="true" /> : <Tool key={entry[0]} id={entry[0]} Icon={entry[1]} context={context} bindings={bindings} />,
      )}
      <Button
        kind="quiet"
        iconOnly
        icon={<Ellipsis aria-hidden="true" />}
        aria-haspopup="menu"
        onClick={(event) => {
          const { left, bottom } = event.currentTarget.getBoundingClientRect();
          onMenu({ x: left, y: bottom });
        }}
      >
        More
      </Button>
      <Button kind="quiet" iconOnly icon={<X aria-hidden="true" />} onClick={() => selection.clear()}>
        Select none
      </Button>
    </div>
  );
}

function Tool({ id, Icon, context, bindings }: { id: string; Icon: LucideIcon; context: Context; bindings: Bindings }) {
  const command = commandOf(id);
  const [keys] = keysFor(command, bindings);
  const shown = keys === undefined ? command.title : `${command.title} (${shownKeys(keys, IS_MAC)})`;
  return (
    <Button
      kind="quiet"
      iconOnly
      icon={<Icon aria-hidden="true" />}
      title={shown}
      aria-label={command.title}
      aria-keyshortcuts={keys === undefined ? undefined : ariaKeys(keys, IS_MAC)}
      onClick={() => void runCommand(command, context)}
    />
  );
}

/** How near one is. */
export function ZoomBar({ zoom, onView }: { zoom: number; onView: (how: View) => void }) {
  return (
    <div className={s.bar} role="toolbar" aria-label="Zoom">
      <Button kind="quiet" iconOnly icon={<Minus aria-hidden="true" />} onClick={() => onView("out")}>
        Zoom out
      </Button>
      <button type="button" className={`${s.zoom} num`} title="Zoom to 100 %" aria-label={`Zoom is ${percent(zoom)}; to 100 %`} onClick={() => onView("actual")}>
        {percent(zoom)}
      </button>
      <Button kind="quiet" iconOnly icon={<Plus aria-hidden="true" />} onClick={() => onView("in")}>
        Zoom in
      </Button>
      <Button kind="quiet" iconOnly icon={<Maximize aria-hidden="true" />} onClick={() => onView("all")}>
        Zoom to fit
      </Button>
    </div>
  );
}

function percent(zoom: number): string {
  const value = zoom * 100;
  return `${value < 1 ? value.toPrecision(1) : Math.round(value)} %`;
}

interface ContainerCrumbsProps {
  doc: GraphDocument;
  kinds: Kinds;
  /** The node whose way in is shown; -1 shows nothing. */
  slot: number;
  /** -1 is the whole workflow. */
  onGo: (slot: number) => void;
}

/** The containers around a node, the outermost first. */
export function ContainerCrumbs({ doc, kinds, slot, onGo }: ContainerCrumbsProps) {
  useDocumentVersion(doc);
  const way = slot < 0 ? [] : around(doc, slot).reverse();
  if (way.length === 0) return null;
  return (
    <nav className={`${s.bar} ${s.crumbs}`} aria-label="Containers around the selected node">
      <button type="button" onClick={() => onGo(-1)}>
        Workflow
      </button>
      {way.map((one) => (
        <Fragment key={one}>
          <span aria-hidden="true">›</span>
          <button type="button" className="cut" dir="auto" onClick={() => onGo(one)}>
            {nameOf(doc.nodes.at(one), kinds)}
          </button>
        </Fragment>
      ))}
    </nav>
  );
}

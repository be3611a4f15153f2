// The outline: every node as a row of a tree, along the edges, with what stands inside a container below it. What is chosen
// here is selected, so that every command does the same as on the canvas.

import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { ChevronRight, Ellipsis, PowerOff, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import type { Context } from "../../graph/commands/registry";
import { kindOf, nameOf } from "../../graph/edit/kinds";
import type { OutlineRow } from "../../graph/edit/order";
import { outputsOf } from "../../graph/edit/ports";
import { isDisabled } from "../../graph/edit/settle";
import f from "../../ui/field.module.css";
import { count, plural } from "../../ui/format";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import { Empty } from "../../ui/states";
import { rowAfter } from "../../ui/walk";
import s from "./outline.module.css";
import { useOutline } from "./use-outline";
import { useSelectionVersion } from "./use-document";

interface OutlineProps {
  context: Context;
  /** What became of a node in the last run, as something small to show; null where it did not run. */
  statusOf?: (slot: number) => ReactNode;
  /** How many problems a node has. */
  problemsOf?: (slot: number) => number;
  onOpen: (slot: number) => void;
  /** Opens the menu of the selection at a place of the window. */
  onMenu: (at: { x: number; y: number }) => void;
  onAdd?: () => void;
}

const ROW = 36;

export function Outline({ context, statusOf, problemsOf, onOpen, onMenu, onAdd }: OutlineProps) {
  const [query, setQuery] = useState("");
  const outlined = useOutline(context, query);
  useSelectionVersion(context.selection);
  const walk = useWalk(context, outlined, onOpen);
  const { rows, isLate } = outlined;
  return (
    <section className={s.root} aria-label="Outline of the workflow">
      <Search query={query} onQuery={setQuery} all={context.doc.nodes.count} found={rows.length} onDown={walk.enter} />
      {rows.length === 0 && !isLate ? (
        <Nothing isSearched={query.trim() !== ""} onAdd={onAdd} />
      ) : (
        <Rows context={context} outlined={outlined} walk={walk} statusOf={statusOf} problemsOf={problemsOf} onOpen={onOpen} onMenu={onMenu} />
      )}
    </section>
  );
}

type Outlined = ReturnType<typeof useOutline>;

interface Walk {
  list: RefObject<HTMLDivElement | null>;
  virtual: Virtualizer<HTMLDivElement, Element>;
  /** The row that keys start from. */
  at: number;
  /** Leads from the field to the first row. */
  enter: () => void;
  press: (row: OutlineRow, index: number, isMore: boolean) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function useWalk(context: Context, { rows, toggle, isClosed }: Outlined, onOpen: (slot: number) => void): Walk {
  const { selection } = context;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 12, getItemKey: (at) => rows[at]?.slot ?? at });
  const at = Math.min(active, rows.length - 1);
  useFollow(context, rows, setActive, (to) => virtual.scrollToIndex(to));

  const go = (to: number, isMore: boolean) => {
    const row = rows[to];
    if (!row) return;
    setActive(to);
    virtual.scrollToIndex(to);
    if (isMore) selection.add([row.slot]);
    else selection.set([row.slot]);
    context.host.reveal([row.slot]);
  };
  const enter = () => {
    list.current?.focus();
    go(0, false);
  };
  const press = (row: OutlineRow, index: number, isMore: boolean) => {
    setActive(index);
    if (isMore) selection.toggleNode(row.slot);
    else selection.set([row.slot]);
    context.host.reveal([row.slot]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[at];
    if (!row || event.metaKey || event.ctrlKey || event.altKey) return;
    const to = nextRow(event.key, rows, at, isClosed);
    if (to !== null) go(to, event.shiftKey);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") toggle(row.slot);
    else if (event.key === " ") selection.toggleNode(row.slot);
    else if (event.key === "Enter" && !event.shiftKey) onOpen(row.slot);
    else return;
    event.preventDefault();
  };
  return { list, virtual, at, enter, press, onKeyDown };
}

interface SearchProps {
  query: string;
  onQuery: (query: string) => void;
  /** How many nodes there are, and how many rows of them are left. */
  all: number;
  found: number;
  onDown: () => void;
}

function Search({ query, onQuery, all, found, onDown }: SearchProps) {
  return (
    <header className={s.head}>
      {/* No key leads here: / adds a node. */}
      <input
        className={f.field}
        type="search"
        aria-label="Search nodes"
        placeholder="Search nodes"
        value={query}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" || found === 0) return;
          event.preventDefault();
          onDown();
        }}
      />
      <span className={`${s.count} faint num`} role="status">
        {query.trim() === "" ? plural(all, "node") : `${count(found)} of ${count(all)}`}
      </span>
    </header>
  );
}

function Nothing({ isSearched, onAdd }: { isSearched: boolean; onAdd?: () => void }) {
  if (isSearched) return <p className={s.none}>No node is called so.</p>;
  return (
    <Empty title="No nodes yet" actions={onAdd ? <button type="button" className={s.add} onClick={onAdd}>Add a node</button> : undefined}>
      Nodes are listed here along their edges.
    </Empty>
  );
}

interface RowsProps extends Omit<OutlineProps, "onAdd"> {
  outlined: Outlined;
  walk: Walk;
}

function Rows({ context, outlined, walk, statusOf, problemsOf, onOpen, onMenu }: RowsProps) {
  const { selection } = context;
  const { rows, toggle, isClosed } = outlined;
  const { list, virtual, at, press, onKeyDown } = walk;
  return (
    <div
      ref={list}
      className={s.list}
      role="treegrid"
      aria-label="Nodes along their edges. Enter opens, Space adds to the selection, the menu key shows what can be done."
      aria-rowcount={rows.length}
      aria-multiselectable="true"
      aria-activedescendant={rows[at] ? `outline-${rows[at].slot}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="presentation">
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? (
            <Row
              key={item.key}
              context={context}
              row={row}
              index={item.index}
              top={item.start}
              active={item.index === at}
              selected={selection.hasNode(row.slot)}
              open={row.hasChildren ? !isClosed(row.slot) : undefined}
              status={statusOf?.(row.slot)}
              problems={problemsOf?.(row.slot) ?? 0}
              onPress={(isMore) => press(row, item.index, isMore)}
              onOpen={() => onOpen(row.slot)}
              onToggle={() => toggle(row.slot)}
              onMenu={(place) => {
                if (!selection.hasNode(row.slot)) press(row, item.index, false);
                onMenu(place);
              }}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

/** Selecting on the canvas leads here too. */
function useFollow({ selection }: Context, rows: readonly OutlineRow[], setActive: (at: number) => void, show: (at: number) => void): void {
  const { only } = selection;
  const last = useRef(-1);
  useEffect(() => {
    if (only < 0 || only === last.current) return;
    last.current = only;
    const at = rows.findIndex((row) => row.slot === only);
    if (at < 0) return;
    setActive(at);
    show(at);
    // What shows rows changes with each render; only another node, or other rows, are news.
  }, [only, rows]);
}

/** The row a key leads to; null where the key does not move. */
function nextRow(key: string, rows: readonly OutlineRow[], at: number, isClosed: (slot: number) => boolean): number | null {
  const row = rows[at];
  const isOpen = row?.hasChildren === true && !isClosed(row.slot);
  switch (key) {
    case "ArrowRight":
      return isOpen ? at + 1 : row?.hasChildren ? null : at;
    case "ArrowLeft":
      return isOpen ? null : Math.max(0, rows.findLastIndex((other, index) => index < at && other.depth < (row?.depth ?? 0)));
    default:
      return rowAfter(key, at, rows.length);
  }
}

interface RowProps {
  context: Context;
  row: OutlineRow;
  index: number;
  top: number;
  active: boolean;
  selected: boolean;
  open: boolean | undefined;
  status: ReactNode;
  problems: number;
  onPress: (isMore: boolean) => void;
  onOpen: () => void;
  onToggle: () => void;
  onMenu: (at: { x: number; y: number }) => void;
}

function Row({ context, row, index, top, active, selected, open, status, problems, onPress, onOpen, onToggle, onMenu }: RowProps) {
  const { doc, kinds } = context;
  const node = doc.nodes.at(row.slot);
  if (!node) return null;
  const kind = kindOf(kinds, node.type);
  const leads = leadsTo(context, row.slot);
  return (
    <div
      id={`outline-${row.slot}`}
      role="row"
      aria-level={row.depth + 1}
      aria-rowindex={index + 1}
      aria-expanded={open}
      aria-selected={selected}
      className={`${s.row} ${active ? s.active : ""} ${selected ? s.selected : ""} ${isDisabled(node) ? s.off : ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => onPress(event.shiftKey || event.metaKey || event.ctrlKey)}
      onDoubleClick={onOpen}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <span role="gridcell" className={s.name} style={{ paddingInlineStart: `calc(${row.depth} * var(--indent))` }}>
        <button type="button" tabIndex={-1} className={s.twist} aria-hidden="true" data-open={open} onClick={(event) => (event.stopPropagation(), onToggle())} hidden={open === undefined}>
          <ChevronRight />
        </button>
        {open === undefined ? <i className={s.twist} /> : null}
        <NodeTile type={node.type ?? ""} icon={kind?.icon} category={categoryOf(kind?.category, node.type ?? "")} size="s" />
        <span className="cut" dir="auto">
          {nameOf(node, kinds).slice(0, 200)}
        </span>
        {isDisabled(node) ? <PowerOff className={s.mark} role="img" aria-label="disabled" /> : null}
      </span>
      <span role="gridcell" className={`${s.type} cut`}>
        {kind?.name ?? `Unknown type ${node.type ?? ""}`}
      </span>
      <span role="gridcell" className={s.state}>
        {problems > 0 ? (
          <span className={s.problems}>
            <TriangleAlert aria-hidden="true" />
            {count(problems)}
            <span className="hidden">{problems === 1 ? " problem" : " problems"}</span>
          </span>
        ) : null}
        {status}
        <span className="hidden">{leads}</span>
      </span>
      <span role="gridcell" className={s.tools}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={`What can be done with ${nameOf(node, kinds).slice(0, 80)}`}
          aria-haspopup="menu"
          onClick={(event) => {
            event.stopPropagation();
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            onMenu({ x: left, y: bottom });
          }}
        >
          <Ellipsis aria-hidden="true" />
        </button>
      </span>
    </div>
  );
}

const NAMED_MOST = 5;

/** Where its edges lead, in words: what the canvas shows by lines. */
function leadsTo({ doc, kinds }: Context, slot: number): string {
  const node = doc.nodes.at(slot);
  const edges = doc.links.out(slot).reverse();
  if (edges.length === 0) return outputsOf(node, kindOf(kinds, node?.type)).length === 0 ? "" : "leads nowhere";
  const names = edges.slice(0, NAMED_MOST).map((edge) => {
    const target = doc.nodes.at(doc.links.target[edge] ?? -1);
    const port = doc.edges.at(edge)?.sourceHandle;
    return `${port ? `${port}: ` : ""}${target ? nameOf(target, kinds).slice(0, 60) : "a node that is missing"}`;
  });
  return `leads to ${names.join(", ")}${edges.length > NAMED_MOST ? ` and ${count(edges.length - NAMED_MOST)} more` : ""}`;
}

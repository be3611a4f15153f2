// Executions as a table of which only the rows in view are in the page: arrows walk it, Space and Shift choose, Enter opens.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type MouseEvent } from "react";
import type { ExecutionItem } from "../api/types";
import { words } from "../graph/summary";
import { duration, startedBy } from "../ui/format";
import { Link } from "../ui/router";
import { StatusText } from "../ui/status";
import { Ago } from "../ui/time";
import { rowAfter } from "../ui/walk";
import s from "./execution-table.module.css";

export interface ExecutionTableProps {
  items: readonly ExecutionItem[];
  /** How many there are in all, as far as is known. */
  total: number;
  row: number;
  chosen: ReadonlySet<string>;
  active: string | null;
  onActive: (id: string | null) => void;
  /** `range` adds all from the last one chosen on. */
  onChoose: (id: string, range: boolean) => void;
  onChooseAll: () => void;
  onClear: () => void;
  onOpen: (id: string) => void;
  /** The end is near: more may be read. */
  onEnd: () => void;
}

export function ExecutionTable(props: ExecutionTableProps) {
  const { items, total, row, chosen, active, onChoose, onEnd, onActive } = props;
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => list.current,
    estimateSize: () => row,
    overscan: 12,
    getItemKey: (at) => items[at]?.id ?? at,
  });
  useEffect(() => virtual.measure(), [row]);
  useAnchor(list, items, row);
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - 30) onEnd();
  }, [last, items.length]);
  const at = active === null ? -1 : items.findIndex((item) => item.id === active);
  const onKeyDown = useKeys(props, at, (to) => virtual.scrollToIndex(to));
  const all = items.length > 0 && chosen.size >= items.length;

  return (
    <div className={s.wrap} role="grid" aria-label="Executions. Arrow keys walk, Space chooses, Enter opens." aria-multiselectable="true" aria-rowcount={total + 1} aria-colcount={7} tabIndex={0} aria-activedescendant={at >= 0 ? `execution-${active}` : undefined} onKeyDown={onKeyDown}>
      <div role="rowgroup">
        <div className={`${s.row} ${s.head}`} role="row" aria-rowindex={1}>
          <span role="columnheader" className={s.check}>
            <input type="checkbox" tabIndex={-1} aria-label="Choose all that are listed" checked={all} ref={(box) => void (box && (box.indeterminate = chosen.size > 0 && !all))} onChange={() => (all ? props.onClear() : props.onChooseAll())} />
          </span>
          {[["Status", s.status], ["Workflow", s.name], ["Execution", s.id], ["Started by", s.trigger], ["Started", s.when], ["Time", s.time]].map(([label, className]) => (
            <span key={label} role="columnheader" className={className}>
              {label}
            </span>
          ))}
        </div>
      </div>
      <div ref={list} className={s.list} role="rowgroup">
        <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="presentation">
          {shown.map((place) => {
            const item = items[place.index];
            if (!item) return null;
            return <Row key={item.id} item={item} at={place.index} top={place.start} height={row} chosen={chosen.has(item.id)} active={item.id === active} onChoose={onChoose} onActive={onActive} />;
          })}
        </div>
      </div>
    </div>
  );
}

/** What comes in above keeps what is read where it is, unless the list stands at its top. */
function useAnchor(list: React.RefObject<HTMLDivElement | null>, items: readonly ExecutionItem[], row: number): void {
  const first = useRef<string | null>(null);
  useLayoutEffect(() => {
    const before = first.current;
    first.current = items[0]?.id ?? null;
    const element = list.current;
    if (!element || before === null || before === first.current || element.scrollTop === 0) return;
    const moved = items.findIndex((item) => item.id === before);
    if (moved > 0) element.scrollTop += moved * row;
  }, [items, row, list]);
}

function useKeys({ items, active, onActive, onChoose, onChooseAll, onClear, onOpen }: ExecutionTableProps, at: number, reveal: (at: number) => void) {
  return (event: KeyboardEvent) => {
    if ((event.metaKey || event.ctrlKey) && event.key === "a") {
      onChooseAll();
      return event.preventDefault();
    }
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const to = rowAfter(event.key, at, items.length);
    if (to !== null) {
      const item = items[to];
      if (!item) return;
      onActive(item.id);
      if (event.shiftKey) onChoose(item.id, true);
      reveal(to);
    } else if (event.key === " " && active !== null) onChoose(active, event.shiftKey);
    else if (event.key === "Enter" && active !== null) onOpen(active);
    else if (event.key === "Escape") onClear();
    else return;
    event.preventDefault();
  };
}

interface RowProps {
  item: ExecutionItem;
  at: number;
  top: number;
  height: number;
  chosen: boolean;
  active: boolean;
  onChoose: (id: string, range: boolean) => void;
  onActive: (id: string) => void;
}

function Row({ item, at, top, height, chosen, active, onChoose, onActive }: RowProps) {
  const failed = item.error ? item.error.message || words(item.error.code) : null;
  const name = item.workflow ? item.workflow.name || "Deleted workflow" : "Graph without a workflow";
  const onCheck = (event: MouseEvent) => {
    onActive(item.id);
    onChoose(item.id, event.shiftKey);
  };
  return (
    <div
      id={`execution-${item.id}`}
      role="row"
      aria-rowindex={at + 2}
      aria-selected={chosen}
      className={`${s.row} ${s.placed} ${chosen ? s.chosen : ""} ${active ? s.active : ""}`}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <span role="gridcell" className={s.check}>
        <input type="checkbox" tabIndex={-1} checked={chosen} aria-label={`Choose execution ${item.id}`} onClick={onCheck} onChange={() => undefined} />
      </span>
      <span role="gridcell" className={s.status}>
        <StatusText status={item.status} />
      </span>
      <span role="gridcell" className={s.name}>
        <Link to={`/executions/${encodeURIComponent(item.id)}`} className={`${s.link} cut`} dir="auto" tabIndex={-1} data-row="">
          {name}
        </Link>
        {failed ? <span className={`${s.reason} cut`}>{failed}</span> : null}
      </span>
      <span role="gridcell" className={`${s.id} mono faint`}>
        {item.id}
      </span>
      <span role="gridcell" className={`${s.trigger} faint cut`}>
        {startedBy(item.trigger)}
      </span>
      <span role="gridcell" className={`${s.when} dim`}>
        <Ago at={item.started_at} />
      </span>
      <span role="gridcell" className={`${s.time} mono num`}>
        {duration(item.duration_ms)}
      </span>
    </div>
  );
}

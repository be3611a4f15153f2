// The list of workflows: only rows in view are in the page, and keys do all that the mouse can.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { WorkflowItem } from "../api/types";
import { choose, chosen, isChosen, NONE, span, type Choice } from "../graph/choice";
import { toast, useView } from "../state/view";
import { count } from "../ui/format";
import { PHONE, useMedia } from "../ui/hooks";
import type { MenuEntry } from "../ui/menu";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { rowAfter } from "../ui/walk";
import { editorPath } from "./paths";
import { WorkflowHead, WorkflowRow, type RowActions } from "./workflow-row";
import s from "./workflow-rows.module.css";
import type { Rows } from "./workflow-window";

const HEIGHT = { comfortable: 80, compact: 50, phone: 64 };
/** A choice of more rows than these is made by a filter. */
const SPAN_MOST = 2_000;

export interface RowsProps {
  rows: Rows;
  choice: Choice;
  onChoice: (choice: Choice) => void;
  run: (item: WorkflowItem) => void;
  running: string | null;
  entries: (item: WorkflowItem) => readonly MenuEntry[];
  onDelete: () => void;
  /** Whoever calls it gives the list the keyboard. */
  focus: RefObject<(() => void) | null>;
}

export function WorkflowRows(props: RowsProps) {
  const { rows, choice, onChoice, running, focus } = props;
  const density = useView((state) => state.settings.density);
  const phone = useMedia(PHONE);
  const height = phone ? HEIGHT.phone : HEIGHT[density];
  const list = useScroller(rows, height, focus);
  const { row } = list;
  const picks = usePicks(rows, choice, onChoice, list.setActive);
  const actions = useStable({ toggle: picks.toggle, run: props.run, entries: props.entries });
  const at = rows.at(row);
  return (
    <>
      <WorkflowHead all={rows.total > 0 && chosen(choice) === rows.total} some={chosen(choice) > 0} onAll={(on) => onChoice(on ? { all: true, count: rows.total } : NONE)} />
      <div
        ref={list.scroller}
        className={`${s.scroller} ${rows.stale ? s.stale : ""}`}
        tabIndex={0}
        role="grid"
        aria-label="Workflows. Arrow keys move, Space chooses, Enter opens."
        aria-multiselectable="true"
        aria-rowcount={rows.total}
        aria-activedescendant={at ? `workflow-${at.id}` : undefined}
        onKeyDown={(event) => onKey(event, props, list, picks)}
      >
        <div role="rowgroup" className={s.inner} style={{ height: list.height }}>
          {list.seen.map(({ index, start }) => {
            const item = rows.at(index);
            return (
              <WorkflowRow
                key={index}
                item={item}
                row={index}
                top={start}
                height={height}
                compact={density === "compact"}
                chosen={item !== undefined && isChosen(choice, item.id)}
                active={index === row}
                busy={item !== undefined && running === item.id}
                actions={actions}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}

/** Which rows are in view, and which one the keys are on. */
function useScroller(rows: Rows, height: number, focus: RowsProps["focus"]) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const virtual = useVirtualizer({ count: rows.total, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 6 });
  useEffect(() => virtual.measure(), [height, virtual]);
  const seen = virtual.getVirtualItems();
  const first = seen[0]?.index ?? 0;
  const last = seen.at(-1)?.index ?? 0;
  const { look } = rows;
  useEffect(() => look(first, last), [look, first, last]);
  useEffect(() => {
    focus.current = () => {
      setActive(0);
      scroller.current?.focus();
    };
  }, [focus]);
  return {
    scroller,
    seen,
    height: virtual.getTotalSize(),
    row: Math.min(active, Math.max(0, rows.total - 1)),
    setActive,
    go: (to: number) => {
      setActive(to);
      virtual.scrollToIndex(to, { align: "auto" });
    },
    /** How many rows Page Up and Page Down go. */
    screen: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1),
  };
}

function onKey(event: KeyboardEvent<HTMLDivElement>, props: RowsProps, list: ReturnType<typeof useScroller>, picks: ReturnType<typeof usePicks>): void {
  if (event.target !== event.currentTarget) return;
  const { rows, choice, onChoice } = props;
  const { row } = list;
  const item = rows.at(row);
  const command = event.metaKey || event.ctrlKey;
  const to = command || event.altKey ? null : rowAfter(event.key, row, rows.total, list.screen());
  if (to !== null) {
    if (event.shiftKey) picks.spanTo(row, to);
    else picks.anchor.current = to;
    list.go(to);
  } else if (event.key === "Enter" && item) {
    if (command) props.run(item);
    else navigate(editorPath(item.id));
  } else if (event.key === " " && item) {
    picks.toggle(row, item, event.shiftKey);
  } else if (event.key === "a" && command) {
    onChoice({ all: true, count: rows.total });
  } else if (event.key === "Escape" && chosen(choice) > 0) {
    onChoice(NONE);
  } else if (event.key === "Delete" && (chosen(choice) > 0 || item)) {
    if (chosen(choice) === 0 && item) onChoice(choose(NONE, [item.id], true));
    props.onDelete();
  } else return;
  event.preventDefault();
}

/** Choosing one row, or all from the one that was chosen last. */
function usePicks(rows: Rows, choice: Choice, onChoice: (choice: Choice) => void, setActive: (row: number) => void) {
  const anchor = useRef(0);
  const newest = useRef(choice);
  newest.current = choice;
  const spanTo = (row: number, to: number) => {
    const [from, until] = span(anchor.current, to);
    if (until - from >= SPAN_MOST) {
      toast("plain", `More than ${count(SPAN_MOST)} rows at a time are chosen by a filter: narrow the list, then choose all of it.`);
      return;
    }
    setActive(row);
    rows.fetch(from, until).then(
      (items) => onChoice(choose(newest.current, items.map((item) => item.id), true)),
      (error: unknown) => toast("bad", `These rows could not be read. ${sentence(asFailure(error))}`),
    );
  };
  const toggle = (row: number, item: WorkflowItem, spanned: boolean) => {
    if (spanned) return spanTo(row, row);
    setActive(row);
    anchor.current = row;
    if (!choice.all) return onChoice(choose(choice, [item.id], !choice.ids.has(item.id)));
    // One is taken out of all: the others get names, where they are not too many.
    if (rows.total > SPAN_MOST) {
      toast("plain", `All ${count(rows.total)} are chosen. To leave some out, narrow the list to ${count(SPAN_MOST)} or fewer.`);
      return;
    }
    rows.fetch(0, rows.total - 1).then(
      (items) => onChoice(choose(NONE, items.map((one) => one.id).filter((id) => id !== item.id), true)),
      (error: unknown) => toast("bad", `These rows could not be read. ${sentence(asFailure(error))}`),
    );
  };
  return { toggle, spanTo, anchor };
}

/** One object for the life of the component whose functions are always the newest: what is given it need not be drawn again. */
function useStable(newest: RowActions): RowActions {
  const held = useRef(newest);
  held.current = newest;
  const [stable] = useState<RowActions>(() => ({
    toggle: (row, item, spanned) => held.current.toggle(row, item, spanned),
    run: (item) => held.current.run(item),
    entries: (item) => held.current.entries(item),
  }));
  return stable;
}

// A long list of lines, only those in view in the page. It stays at its end while it stands there and grows.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { rowAfter } from "../../ui/walk";
import s from "./run.module.css";

interface LinesProps<T> {
  label: string;
  items: readonly T[];
  /** Moves when the list grew in place. */
  version: number;
  keyOf: (item: T) => string | number;
  row: (item: T, active: boolean) => ReactNode;
  /** What is shown below a line that is open; null for lists whose lines do not open. */
  more: ((item: T) => ReactNode) | null;
  onChoose: (item: T) => void;
}

const ROW = 26;

export function Lines<T>({ label, items, version, keyOf, row, more, onChoose }: LinesProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [active, setActive] = useState<string | number | null>(null);
  const [open, setOpen] = useState<string | number | null>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW,
    overscan: 20,
    getItemKey: (at) => {
      const item = items[at];
      return item === undefined ? at : keyOf(item);
    },
  });
  useEffect(() => {
    if (atEnd.current && open === null && items.length > 0) virtual.scrollToIndex(items.length - 1, { align: "end" });
    // Only a list that grew follows its end.
  }, [version, items.length]);

  const at = items.findIndex((item) => keyOf(item) === active);
  const press = (item: T) => {
    const key = keyOf(item);
    setActive(key);
    if (more !== null) setOpen((before) => (before === key ? null : key));
    onChoose(item);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target !== list.current) return;
    // Whoever goes up from none begins at the end, where the list stands.
    const to = rowAfter(event.key, at < 0 && event.key === "ArrowUp" ? items.length : at, items.length);
    const current = items[at];
    if (to !== null) {
      const item = items[to];
      if (item === undefined) return;
      setActive(keyOf(item));
      virtual.scrollToIndex(to);
    } else if ((event.key === "Enter" || event.key === " ") && current !== undefined) press(current);
    else return;
    event.preventDefault();
  };
  const activeId = (key: string | number) => `line-${label.replace(/\W+/g, "-")}-${key}`;
  return (
    <div
      ref={list}
      className={s.lines}
      role="grid"
      aria-label={label}
      aria-rowcount={items.length}
      aria-activedescendant={at >= 0 && active !== null ? activeId(active) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < ROW;
      }}
    >
      <div className={s.linesInner} style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {virtual.getVirtualItems().map((place) => {
          const item = items[place.index];
          if (item === undefined) return null;
          const key = keyOf(item);
          const isOpen = key === open;
          return (
            <div
              key={place.key}
              ref={virtual.measureElement}
              id={activeId(key)}
              data-index={place.index}
              role="row"
              aria-rowindex={place.index + 1}
              aria-selected={key === active}
              className={s.placed}
              style={{ transform: `translateY(${place.start}px)` }}
            >
              <div role="gridcell">
                <div className={`${s.lineRow} ${key === active ? s.lineActive : ""}`} onClick={() => press(item)}>
                  {row(item, key === active)}
                </div>
                {isOpen && more !== null ? <div className={s.more}>{more(item)}</div> : null}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

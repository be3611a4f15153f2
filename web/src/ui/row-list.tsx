// A list of rows that are pressed, as high as their words need; only what is in sight is in the page.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef, type ReactNode } from "react";
import s from "./row-list.module.css";

interface RowListProps<T> {
  items: readonly T[];
  /** About how high a row is, in pixels. */
  row: number;
  children: (item: T) => ReactNode;
  onPress: (item: T) => void;
  /** Rows that lead nowhere. */
  isOff: (item: T) => boolean;
}

export function RowList<T>({ items, row, children, onPress, isOff }: RowListProps<T>) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => list.current, estimateSize: () => row, overscan: 8 });
  return (
    <div ref={list} className={s.list}>
      <ul className={s.inner} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const item = items[index];
          return item === undefined ? null : (
            <li key={key} ref={virtual.measureElement} data-index={index} style={{ transform: `translateY(${start}px)` }} aria-setsize={items.length} aria-posinset={index + 1}>
              <button type="button" className={s.row} disabled={isOff(item)} onClick={() => onPress(item)}>
                {children(item)}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

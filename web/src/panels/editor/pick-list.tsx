// A list to pick from while typing above it: arrows walk it, Enter picks, and only what is in sight is in the page.

import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";
import f from "../../ui/field.module.css";
import { useOnceReady } from "../../ui/once-ready";
import { stepOf } from "../../ui/walk";
import s from "./pick-list.module.css";

export interface PickRow {
  key: string;
  /** A heading is walked over. */
  heading?: string;
  icon?: ReactNode;
  title?: ReactNode;
  /** Read out after what the row shows. */
  name?: string;
  detail?: ReactNode;
  aside?: ReactNode;
  disabled?: boolean;
  onDragStart?: (event: React.DragEvent<HTMLElement>) => void;
}

interface PickListProps {
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  rows: readonly PickRow[];
  onPick: (key: string, event: { altKey: boolean }) => void;
  onClose?: () => void;
  /** Said in place of the list. */
  empty: ReactNode;
  /** Beside the field: a key that leads here. */
  hint?: ReactNode;
  icon?: ReactNode;
  /** The rows are of an earlier query: Enter waits for those of this one. */
  isLate?: boolean;
  inputRef?: React.RefObject<HTMLInputElement | null>;
}

/** Rows are as high as a finger needs where there is one. */
const ROW = matchMedia("(pointer: coarse)").matches ? 40 : 30;
const HEADING = 30;

export function PickList(props: PickListProps) {
  const { label, query, onQuery, rows, onPick, onClose, empty, hint, icon, isLate = false } = props;
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const own = useRef<HTMLInputElement>(null);
  const field = props.inputRef ?? own;
  const { at, setActive, virtual, go } = useWalk(list, rows);
  useEffect(() => setActive(-1), [query]);
  const pickLate = useOnceReady(!isLate, () => rows[at] && onPick(rows[at].key, { altKey: false }));

  const onKeyDown = (event: KeyboardEvent) => {
    // With a modifier it is a command of the page: run, save.
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) return;
    const row = rows[at];
    const by = stepOf(event.key, 8) ?? Infinity;
    if (Number.isFinite(by)) go(by); // Home and End are those of the field
    else if (event.key === "Enter" && isLate) pickLate(true);
    else if (event.key === "Enter" && row && !event.nativeEvent.isComposing) onPick(row.key, event);
    else if (event.key === "Escape" && query !== "") onQuery("");
    else if (event.key === "Escape" && onClose) onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onChange = (next: string) => {
    pickLate(null);
    onQuery(next);
  };

  return (
    <div className={s.root}>
      <div className={`${f.signed} ${s.head}`}>
        {icon}
        <Field field={field} id={id} active={rows[at] ? `${id}-${at}` : undefined} label={label} placeholder={props.placeholder} query={query} onChange={onChange} onKeyDown={onKeyDown} />
        {query === "" ? hint : null}
      </div>
      {rows.length === 0 ? <div className={s.empty}>{empty}</div> : <Options list={list} id={id} label={label} rows={rows} virtual={virtual} at={at} onPick={onPick} onPoint={setActive} />}
      <span className="hidden" role="status">
        {query === "" ? "" : rows.filter((row) => row.heading === undefined).length === 0 ? "Nothing found" : ""}
      </span>
    </div>
  );
}

const canPick = (row: PickRow | undefined) => row !== undefined && row.heading === undefined && !row.disabled;

/** The row that Enter picks, which is the first until keys or the pointer lead to another. */
function useWalk(list: RefObject<HTMLDivElement | null>, rows: readonly PickRow[]) {
  const [active, setActive] = useState(-1);
  const first = rows.findIndex(canPick);
  const at = active >= 0 && rows[active] && rows[active]?.heading === undefined ? active : first;
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => list.current, estimateSize: (row) => (rows[row]?.heading === undefined ? ROW : HEADING), overscan: 8, getItemKey: (row) => rows[row]?.key ?? row });

  const go = (by: number) => {
    if (first < 0) return;
    const way = Math.sign(by);
    let to = Math.max(0, Math.min(rows.length - 1, at + by));
    while (rows[to] && !canPick(rows[to])) to += way;
    // Beyond the last that can be picked there may be some that cannot.
    while (!canPick(rows[to]) && to !== at) to -= way;
    setActive(to);
    virtual.scrollToIndex(to === first ? 0 : to);
  };
  return { at, setActive, virtual, go };
}

interface FieldProps {
  field: RefObject<HTMLInputElement | null>;
  /** Of the list. */
  id: string;
  /** The id of the row that Enter picks. */
  active: string | undefined;
  label: string;
  placeholder: string;
  query: string;
  onChange: (query: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Field({ field, id, active, label, placeholder, query, onChange, onKeyDown }: FieldProps) {
  return (
    <input
      ref={field}
      className={f.field}
      role="combobox"
      aria-expanded="true"
      aria-controls={id}
      aria-activedescendant={active}
      aria-autocomplete="list"
      aria-label={label}
      placeholder={placeholder}
      autoComplete="off"
      spellCheck={false}
      value={query}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
    />
  );
}

interface OptionsProps {
  list: RefObject<HTMLDivElement | null>;
  id: string;
  label: string;
  rows: readonly PickRow[];
  virtual: Virtualizer<HTMLDivElement, Element>;
  at: number;
  onPick: PickListProps["onPick"];
  onPoint: (at: number) => void;
}

function Options({ list, id, label, rows, virtual, at, onPick, onPoint }: OptionsProps) {
  return (
    <div ref={list} id={id} className={s.list} role="listbox" aria-label={label} tabIndex={-1}>
      <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="presentation">
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return row ? <Row key={item.key} id={`${id}-${item.index}`} row={row} top={item.start} active={item.index === at} onPick={onPick} onPoint={() => onPoint(item.index)} /> : null;
        })}
      </div>
    </div>
  );
}

interface RowProps {
  id: string;
  row: PickRow;
  top: number;
  active: boolean;
  onPick: PickListProps["onPick"];
  onPoint: () => void;
}

function Row({ id, row, top, active, onPick, onPoint }: RowProps) {
  const style = { transform: `translateY(${top}px)`, height: row.heading === undefined ? ROW : HEADING };
  if (row.heading !== undefined) {
    return (
      <div className={s.heading} role="presentation" style={style}>
        <span className="cut">{row.heading}</span>
      </div>
    );
  }
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      aria-disabled={row.disabled || undefined}
      aria-description={row.name}
      className={`${s.row} ${active ? s.active : ""} ${row.disabled ? s.off : ""}`}
      style={style}
      draggable={row.onDragStart !== undefined}
      onDragStart={row.onDragStart}
      onPointerMove={active ? undefined : onPoint}
      onPointerDown={(event) => event.pointerType === "mouse" && !row.onDragStart && event.preventDefault()}
      onClick={(event) => onPick(row.key, event)}
    >
      {row.icon}
      <span className={s.words}>
        <span className="cut" dir="auto">
          {row.title}
        </span>
        {row.detail ? " " : null}
        {row.detail ? <span className={`${s.detail} cut`}>{row.detail}</span> : null}
      </span>
      {row.aside ? " " : null}
      {row.aside ? <span className={s.aside}>{row.aside}</span> : null}
    </div>
  );
}

/** Letters that were found stand out. */
export function Lit({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return text;
  const found = new Set(at);
  const runs: { text: string; lit: boolean }[] = [];
  for (let n = 0; n < text.length; n += 1) {
    const lit = found.has(n);
    const last = runs.at(-1);
    if (last?.lit === lit) last.text += text.charAt(n);
    else runs.push({ text: text.charAt(n), lit });
  }
  return runs.map((run, n) => (run.lit ? <mark key={n} className={s.lit}>{run.text}</mark> : <span key={n}>{run.text}</span>));
}

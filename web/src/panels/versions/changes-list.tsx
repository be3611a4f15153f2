// What differs between two states, row by row: what came, went, changed and moved, with each field before and after.

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useMemo, useRef, type KeyboardEvent } from "react";
import type { Difference, FieldChange, RowChange } from "../../graph/versions/difference";
import { rowAfter } from "../../ui/walk";
import { TextChange } from "./text-change";
import { fieldWords, KIND_SIGNS, KIND_WORDS, placeWords, textOf } from "./words";
import r from "./rows.module.css";
import s from "./changes.module.css";

/** Fields of one row that are shown; the rest is counted. */
const FIELDS_MOST = 40;
const GUESS = 40;

interface ChangesListProps {
  rows: readonly RowChange[];
  file: Difference["file"];
  chosen: RowChange | null;
  onChoose: (row: RowChange) => void;
  /** Leads to the row in the editor. */
  onOpen: (row: RowChange) => void;
}

export function ChangesList({ rows, file, chosen, onChoose, onOpen }: ChangesListProps) {
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const before = file.length > 0 ? 1 : 0;
  const virtual = useVirtualizer({ count: rows.length + before, getScrollElement: () => list.current, estimateSize: () => GUESS, overscan: 10 });
  const at = useMemo(() => (chosen === null ? -1 : rows.indexOf(chosen)), [rows, chosen]);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at + before, { align: "auto" });
  }, [at, before]);
  // Whoever compares goes on by arrow keys.
  useEffect(() => list.current?.focus({ preventScroll: true }), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const next = rows[rowAfter(event.key, at, rows.length) ?? -1];
    if (next) onChoose(next);
    else if (event.key === "Enter" && chosen) onOpen(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={list} className={r.list} role="grid" aria-label="What differs: arrow keys choose, Enter leads to it" aria-rowcount={rows.length + before} aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined} tabIndex={0} onKeyDown={onKeyDown}>
      <div className={r.inner} style={{ height: virtual.getTotalSize() }} role="rowgroup">
        {virtual.getVirtualItems().map((place) => {
          const row = rows[place.index - before];
          const shared = { "data-index": place.index, ref: virtual.measureElement, className: `${s.row} ${row && row === chosen ? r.chosen : ""}`, style: { transform: `translateY(${place.start}px)` } };
          if (!row) {
            return (
              <div key="file" role="row" aria-rowindex={place.index + 1} {...shared}>
                <div role="gridcell">
                  <span className={s.title}>Settings of the workflow</span>
                  <Fields fields={file} />
                </div>
              </div>
            );
          }
          return (
            <div key={`${row.list}/${row.id}/${row.kind}`} id={`${id}-${place.index - before}`} role="row" aria-rowindex={place.index + 1} aria-selected={row === chosen} onClick={() => onChoose(row)} onDoubleClick={() => onOpen(row)} {...shared}>
              <div role="gridcell">
                <Head row={row} />
                {row.kind === "changed" || row.kind === "moved" ? <Fields fields={row.fields} /> : null}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head({ row }: { row: RowChange }) {
  return (
    <span className={s.head}>
      <span className={s.sign} data-kind={row.kind} aria-hidden="true">
        {KIND_SIGNS[row.kind]}
      </span>
      <span className={`${s.title} cut`} dir="auto" title={row.title}>
        {row.title}
      </span>
      <span className="faint">
        {row.list === "edges" ? "edge " : ""}
        {KIND_WORDS[row.kind]}
      </span>
    </span>
  );
}

function Fields({ fields }: { fields: readonly FieldChange[] }) {
  return (
    <dl className={s.fields}>
      {fields.slice(0, FIELDS_MOST).map((change) => (
        <div key={change.field}>
          <dt className="faint">{change.field === "position" ? "Place" : fieldWords(change.field)}</dt>
          <dd>{change.field === "position" && placeWords(change) ? <span className="num">{placeWords(change)}</span> : <Value change={change} />}</dd>
        </div>
      ))}
      {fields.length > FIELDS_MOST ? <p className="faint">and {fields.length - FIELDS_MOST} more</p> : null}
    </dl>
  );
}

function Value({ change: { before, after } }: { change: FieldChange }) {
  const isLong = (value: unknown) => typeof value === "string" || (typeof value === "object" && value !== null);
  if (isLong(before) && isLong(after)) return <TextChange before={textOf(before)} after={textOf(after)} />;
  return (
    <span className={s.values}>
      {before === undefined ? <span className="faint">not there</span> : <del className={s.gone}>{textOf(before)}</del>}
      <span className="faint" aria-label="becomes">
        →
      </span>
      {after === undefined ? <span className="faint">taken out</span> : <ins className={s.come}>{textOf(after)}</ins>}
    </span>
  );
}

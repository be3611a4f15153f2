// Two values side by side: what differs in colour and with a sign, what is the same gathered in a line.

import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { queries } from "../api/queries";
import { diffRows, ROWS_MOST, type DiffRow } from "../graph/diff";
import { elided, exactNumber } from "../graph/values";
import { bytes, plural } from "../ui/format";
import { Failed, Skeleton } from "../ui/states";
import s from "./diff-view.module.css";

export interface Side {
  execution: string;
  value: unknown;
}

const ROW = 22;

/** Values too big to travel are fetched before they are compared. */
export function DiffView({ left, right, name, label }: { left: Side; right: Side; name: string; label: string }) {
  const [a, b] = [useWhole(left), useWhole(right)];
  if (a.isPending || b.isPending) return <Skeleton rows={4} />;
  const failed = a.isError ? a : b.isError ? b : null;
  if (failed) return <Failed error={failed.error} what="A value could not be read" retry={() => void failed.refetch()} />;
  return <Rows left={a.data} right={b.data} name={name} label={label} />;
}

function useWhole({ execution, value }: Side) {
  const stand = elided(value);
  const whole = useQuery({ ...queries.value(execution, stand?.ref ?? ""), enabled: stand !== null });
  return stand === null ? { data: value, isPending: false, isError: false, error: null, refetch: () => undefined } : whole;
}

function Rows({ left, right, name, label }: { left: unknown; right: unknown; name: string; label: string }) {
  const rows = useMemo(() => diffRows(left, right, name), [left, right, name]);
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 20 });
  const only = rows[0];
  if (rows.length === 1 && only?.change === "same") return <p className="dim">Both are the same{size(left)}.</p>;
  return (
    <>
      <div ref={list} className={s.diff} role="table" aria-label={label} aria-rowcount={rows.length} tabIndex={0}>
        <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="rowgroup">
          {virtual.getVirtualItems().map((place) => {
            const row = rows[place.index];
            return row ? <Row key={place.key} row={row} at={place.index} top={place.start} /> : null;
          })}
        </div>
      </div>
      {rows.length >= ROWS_MOST ? <p className="faint">They differ in more places; the first {ROWS_MOST.toLocaleString("en-GB")} rows are shown.</p> : null}
    </>
  );
}

function Row({ row, at, top }: { row: DiffRow; at: number; top: number }) {
  const style = { transform: `translateY(${top}px)`, "--depth": row.depth } as React.CSSProperties;
  if (row.kind === "skip") {
    return (
      <div role="row" aria-rowindex={at + 1} className={`${s.row} ${s.skip}`} style={style}>
        <span role="cell">{plural(row.count, "part")} the same</span>
      </div>
    );
  }
  const key = row.key ?? row.path;
  const text = (value: unknown) => (row.kind === "open" ? (Array.isArray(value) ? `[ ${plural(value.length, "item")} ]` : "{ … }") : line(value));
  return (
    <div role="row" aria-rowindex={at + 1} className={`${s.row} ${row.kind === "open" && row.change === "changed" ? "" : (s[row.change] ?? "")}`} style={style}>
      <Cell side="left" shown={row.change !== "added"} sign={row.kind === "open" && row.change === "changed" ? "" : "−"} name={key} value={text(row.left)} />
      <Cell side="right" shown={row.change !== "removed"} sign={row.kind === "open" && row.change === "changed" ? "" : "+"} name={key} value={text(row.right)} />
    </div>
  );
}

function Cell({ side, shown, sign, name, value }: { side: "left" | "right"; shown: boolean; sign: string; name: string; value: string }) {
  return (
    <span role="cell" className={`${s.cell} ${s[side]} cut`} title={shown ? `${name}: ${value}` : undefined}>
      {shown ? (
        <>
          <span className={s.sign}>{sign}</span>
          <span className={s.key}>{name}</span>
          <span className="faint">: </span>
          {value}
        </>
      ) : null}
    </span>
  );
}

const LONGEST = 400;

function line(value: unknown): string {
  if (value === undefined) return "";
  const stand = elided(value);
  const text = stand ? `${stand.preview}… (${bytes(stand.bytes)})` : (exactNumber(value) ?? JSON.stringify(value) ?? "null");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function size(value: unknown): string {
  const text = line(value);
  return text.length <= 60 ? `: ${text}` : "";
}

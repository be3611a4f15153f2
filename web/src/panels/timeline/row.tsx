// One row of a timeline in words: what it is, how it stands, how long it took. The bar is drawn behind it.

import { ChevronRight } from "lucide-react";
import { memo, type PointerEvent } from "react";
import { count, duration, plural, statusWord } from "../../ui/format";
import { StatusIcon } from "../../ui/status";
import type { Item } from "./paint";
import s from "./timeline.module.css";

interface RowProps {
  row: Item;
  at: number;
  top: number;
  title: string;
  /** Null where there is nothing to open. */
  open: boolean | null;
  chosen: boolean;
  active: boolean;
  origin: number | null;
  onToggle: (key: string) => void;
  onChoose: (row: Item) => void;
  onHover: (row: Item, event: PointerEvent) => void;
}

export const Row = memo(function Row({ row, at, top, title, open, chosen, active, origin, onToggle, onChoose, onHover }: RowProps) {
  const { step } = row;
  const status = step?.status ?? (row.running > 0 ? "running" : row.failed > 0 ? "failed" : "succeeded");
  const began = step?.phases[0]?.from ?? null;
  return (
    <div
      role="row"
      aria-rowindex={at + 1}
      aria-level={row.depth + 1}
      aria-expanded={open ?? undefined}
      aria-selected={chosen}
      className={`${s.row} ${chosen ? s.chosen : ""} ${active ? s.active : ""} ${s[status] ?? ""}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onChoose(row)}
      onPointerMove={(event) => onHover(row, event)}
    >
      <span role="gridcell" className={s.name} style={{ "--depth": row.depth } as React.CSSProperties}>
        {open === null ? (
          <span className={s.leaf} />
        ) : (
          <button
            type="button"
            tabIndex={-1}
            className={`${s.arrow} ${open ? s.open : ""}`}
            aria-label={`${open ? "Close" : "Open"} ${nameOf(row, title)}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row.key);
            }}
          >
            <ChevronRight aria-hidden="true" />
          </button>
        )}
        <StatusIcon status={status} label />
        <span className="cut" dir="auto" title={title}>
          {nameOf(row, title)}
        </span>
        {row.kind === "step" && row.index !== "" && row.parent?.kind !== "round" ? <span className="mono faint">#{row.index}</span> : null}
        <Counts row={row} />
      </span>
      <span role="gridcell" className={s.bar}>
        <span className="hidden">{began === null || origin === null ? "no time known" : `from ${duration(Math.max(0, began - origin))}`}</span>
      </span>
      <span role="gridcell" className={`${s.time} mono num`}>
        {step === null ? "" : step.durationMs !== null ? duration(step.durationMs) : step.status === "succeeded" || step.status === "failed" ? "–" : statusWord(step.status).toLowerCase()}
      </span>
    </div>
  );
});

function nameOf(row: Item, title: string): string {
  return row.kind === "round" ? `Iteration ${Number(row.index) + 1 || row.index}` : title;
}

/** What a row holds, so that it need not be opened to know. */
function Counts({ row }: { row: Item }) {
  const tries = row.step !== null && row.children.length === 0 && row.step.attempts > 1 ? `${row.step.attempts} tries` : null;
  if (tries) return <span className={`${s.count} faint num`}>{tries}</span>;
  if (row.count === 0) return null;
  const rounds = row.children.filter((child) => child.kind === "round").length;
  return (
    <span className={`${s.count} faint num`}>
      {rounds > 0 ? `${count(rounds)} × ` : row.kind === "group" ? `× ${count(row.count)}` : plural(row.count, "step")}
      {rounds > 0 ? plural(Math.round(row.count / rounds), "step") : ""}
      {row.failed > 0 ? <span className={s.bad}> · {count(row.failed)} failed</span> : null}
      {row.running > 0 ? <span className={s.info}> · {count(row.running)} under way</span> : null}
    </span>
  );
}

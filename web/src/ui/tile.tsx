// A tile: one number, what it is, and how it was lately.

import type { ReactNode } from "react";
import { Chip } from "./status";
import s from "./tile.module.css";

interface TileProps {
  label: string;
  value: string;
  unit?: string;
  note?: ReactNode;
  tone?: "ok" | "bad" | "warn" | undefined;
  /** How it was, oldest first; gaps are null. */
  trend?: readonly (number | null)[];
}

export function Tiles({ children }: { children: ReactNode }) {
  return <dl className={s.tiles}>{children}</dl>;
}

export function Tile({ label, value, unit, note, tone, trend }: TileProps) {
  return (
    <div className={`${s.tile} ${trend ? s.tall : ""}`}>
      <dt>{label}</dt>
      {note !== undefined ? (
        <dd className={s.note}>
          <Chip {...(tone ? { tone } : {})}>{note}</Chip>
        </dd>
      ) : null}
      <dd className={`${s.value} num`}>
        {value}
        {unit ? <small>{unit}</small> : null}
      </dd>
      {trend ? (
        <dd className={`${s.trend} ${tone === "bad" || tone === "warn" ? s[tone] : ""}`} aria-hidden="true">
          <Spark values={trend} />
        </dd>
      ) : null}
    </div>
  );
}

const W = 200;
const H = 40;

/** From zero, so that a small change looks small. */
function Spark({ values }: { values: readonly (number | null)[] }) {
  const most = Math.max(...values.map((value) => value ?? 0), 0) * 1.15 || 1;
  const step = W / Math.max(1, values.length - 1);
  const points = values.flatMap((value, at) => (value === null ? [] : [[at * step, H - (value / most) * H] as const]));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 2) return null;
  const line = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return (
    <svg viewBox={`0 0 ${W} ${H}`} preserveAspectRatio="none">
      <path className={s.area} d={`M${first[0].toFixed(1)} ${H}L${line}L${last[0].toFixed(1)} ${H}Z`} />
      <path className={s.line} d={`M${line}`} />
    </svg>
  );
}

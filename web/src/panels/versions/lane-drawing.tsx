// The lines beside one row of versions: those that pass, those that end in its dot, and the one that goes on.

import { memo } from "react";
import type { LaneRow } from "../../graph/versions/lanes";
import s from "./versions.module.css";

const STEP = 14;
const EDGE = 11;
/** More lanes than these are drawn as one: what is beyond is a crowd. */
const LANES_MOST = 8;
const COLOURS = 6;

interface LaneDrawingProps {
  row: LaneRow;
  /** Lanes of the whole list. */
  width: number;
  height: number;
  look: "draft" | "published" | "auto" | "plain";
}

export const LaneDrawing = memo(function LaneDrawing({ row, width, height, look }: LaneDrawingProps) {
  const lane = (at: number) => Math.min(at, LANES_MOST - 1);
  const x = (at: number) => EDGE + lane(at) * STEP;
  const wide = 2 * EDGE + (Math.min(width, LANES_MOST) - 1) * STEP;
  const [dot, mid] = [x(row.lane), height / 2];
  return (
    <svg className={s.lanes} width={wide} height={height} viewBox={`0 0 ${wide} ${height}`} aria-hidden="true">
      {row.past.map((at) => (
        <path key={`p${at}`} data-lane={lane(at) % COLOURS} d={`M${x(at)} 0V${height}`} />
      ))}
      {row.from.map((at) => (
        <path key={`f${at}`} data-lane={lane(at) % COLOURS} d={at === row.lane ? `M${dot} 0V${mid}` : `M${x(at)} 0C${x(at)} ${mid * 0.7} ${dot} ${mid * 0.3} ${dot} ${mid}`} />
      ))}
      {row.down ? <path data-lane={lane(row.lane) % COLOURS} data-draft={look === "draft" || undefined} d={`M${dot} ${mid}V${height}`} /> : null}
      <circle cx={dot} cy={mid} r={look === "auto" ? 3.5 : 5} data-lane={lane(row.lane) % COLOURS} data-look={look} />
    </svg>
  );
});

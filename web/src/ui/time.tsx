// A moment as "3 min ago", the full date on hover.

import { ago, fullDate } from "./format";
import { useNow } from "./hooks";

const TICK_MS = 1_000;

export function Ago({ at }: { at: string | number | null | undefined }) {
  const now = useNow(TICK_MS);
  const ms = typeof at === "number" ? at : at ? Date.parse(at) : NaN;
  if (Number.isNaN(ms)) return <span>–</span>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={fullDate(ms)} className="num">
      {ago(ms, now)}
    </time>
  );
}

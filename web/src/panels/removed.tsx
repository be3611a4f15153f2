// The note of a long execution whose beginning is no longer there.

import { count } from "../ui/format";
import s from "./steps.module.css";

/** `from` is the seq from which on the history is whole; nothing is shown where that is its first. */
export function Removed({ from }: { from: number }) {
  if (from <= 1) return null;
  return (
    <p className={s.removed} role="note">
      This history grew beyond its limit, and events before seq {count(from)} were removed. From there on it is whole; earlier steps that are still held are listed with their results only.
    </p>
  );
}

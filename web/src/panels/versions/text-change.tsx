// A text before and after, with the words that differ marked.

import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";
import s from "./changes.module.css";

/** Texts that have hardly a word in common are shown one after the other. */
const EDITS_MOST = 400;
const LIKE_LEAST = 0.25;
/** What stays the same is told by its ends where it is longer. */
const SAME_MOST = 160;
const SAME_ENDS = 60;

interface Piece {
  text: string;
  kind: "same" | "gone" | "come";
}

/** The pieces of both texts; null where they are too unlike for that to help. */
export function piecesOf(before: string, after: string): Piece[] | null {
  const changes = diffWordsWithSpace(before, after, { maxEditLength: EDITS_MOST });
  if (!changes) return null;
  const same = changes.reduce((sum, { added, removed, value }) => sum + (added || removed ? 0 : value.trim().length), 0);
  if (same < LIKE_LEAST * Math.min(before.length, after.length)) return null;
  return changes.map(({ added, removed, value }) => ({ kind: added ? "come" : removed ? "gone" : "same", text: added || removed ? value : shortened(value) }));
}

export function TextChange({ before, after }: { before: string; after: string }) {
  const pieces = useMemo(() => piecesOf(before, after), [before, after]);
  if (!pieces) {
    return (
      <span className={s.values}>
        <del className={s.gone}>{before === "" ? "empty" : before}</del>
        <span className="faint" aria-label="becomes">
          →
        </span>
        <ins className={s.come}>{after === "" ? "empty" : after}</ins>
      </span>
    );
  }
  return (
    <span className={s.text}>
      {pieces.map(({ text, kind }, at) =>
        kind === "same" ? (
          <span key={at}>{text}</span>
        ) : kind === "gone" ? (
          <del key={at} className={s.gone}>
            {text}
          </del>
        ) : (
          <ins key={at} className={s.come}>
            {text}
          </ins>
        ),
      )}
    </span>
  );
}

function shortened(text: string): string {
  return text.length <= SAME_MOST ? text : `${text.slice(0, SAME_ENDS)} … ${text.slice(-SAME_ENDS)}`;
}

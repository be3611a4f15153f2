// A text before and after, with the words that differ marked.

import { useMemo } from "react";
import { markedWords } from "../../graph/words";
import s from "./changes.module.css";

/** Texts that have hardly a word in common are shown one after the other. */
const LIKE_LEAST = 0.25;
/** What stays the same is told by its ends where it is longer. */
const SAME_MOST = 160;
const SAME_ENDS = 60;

interface Piece {
  text: string;
  kind: "same" | "gone" | "come";
}

const KINDS = { same: "same", removed: "gone", added: "come" } as const;

/** The pieces of both texts; null where they are too unlike for that to help. */
export function piecesOf(before: string, after: string): Piece[] | null {
  const segments = markedWords(before, after);
  const same = segments.reduce((sum, { change, text }) => sum + (change === "same" ? text.trim().length : 0), 0);
  if (same < LIKE_LEAST * Math.min(before.length, after.length)) return null;
  return segments.map(({ change, text }) => ({ kind: KINDS[change], text: change === "same" ? shortened(text) : text }));
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

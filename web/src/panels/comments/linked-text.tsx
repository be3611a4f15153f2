// A text as it was written, its addresses to be pressed.

import { useMemo } from "react";
import { piecesOf } from "../../graph/comments/links";
import s from "./comments.module.css";

export function LinkedText({ text }: { text: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  return (
    <p className={s.text} dir="auto">
      {pieces.map(({ text: part, href }, at) =>
        href === null ? (
          part
        ) : (
          <a key={at} href={href} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ),
      )}
    </p>
  );
}

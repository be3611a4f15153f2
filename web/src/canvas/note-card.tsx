// A sticky note near enough to read: its text on its shape, wrapped and clipped. It lies below the cards and takes no presses.

import { memo } from "react";
import type { PlacedNode } from "../graph/file";
import { tintOf } from "../graph/notes";
import { LazyMarkdown } from "../ui/lazy-markdown";
import s from "./note-card.module.css";

/** Longer texts do not fit on any note. */
const TEXT_MOST = 2_000;

export const NoteCard = memo(function NoteCard({ node }: { node: PlacedNode }) {
  return (
    <div
      className={`${s.note} ${s[tintOf(node.data) ?? "yellow"]}`}
      role="note"
      style={{ transform: `translate(${node.x}px, ${node.y}px)`, width: `${node.w}px`, height: `${node.h}px` }}
    >
      <div className={s.text}>
        <LazyMarkdown text={(node.note ?? "").slice(0, TEXT_MOST)} flat />
      </div>
    </div>
  );
});

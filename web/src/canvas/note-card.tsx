// A sticky note near enough to read: its text on its shape, wrapped and clipped. It lies below the cards.

import { memo } from "react";
import { tintOf } from "../graph/notes";
import { LazyMarkdown } from "../ui/lazy-markdown";
import { noteFor, readable } from "./card";
import { cardStyle, useSlot } from "./node-card";
import type { Stage } from "./stage";
import s from "./note-card.module.css";

/** Longer texts do not fit on any note. */
const TEXT_MOST = 2_000;

export const NoteCard = memo(function NoteCard({ stage, slot, id }: { stage: Stage; slot: number; id: string }) {
  useSlot(stage, slot);
  const { scene } = stage;
  if (!scene.places.isSeen(slot)) return null;
  const isSelected = scene.selection.hasNode(slot);
  return (
    <div id={id} className={`${s.note} ${s[tintOf(readable(scene, slot).data) ?? "yellow"]} ${isSelected ? s.selected : ""}`} role="note" style={cardStyle(stage, slot)} data-slot={slot} data-note={scene.doc.nodes.key(slot)}>
      <div className={s.text}>
        <LazyMarkdown text={noteFor(scene, slot).slice(0, TEXT_MOST)} flat />
      </div>
    </div>
  );
});

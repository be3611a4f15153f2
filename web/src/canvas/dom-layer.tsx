// The near nodes as elements of the page, in one container that follows the camera.

import { useSyncExternalStore, type Ref } from "react";
import { NOTE } from "../graph/document/places";
import { NodeCard } from "./node-card";
import { NoteCard } from "./note-card";
import type { Stage } from "./stage";
import s from "./canvas.module.css";

export function DomLayer({ stage, world, ids }: { stage: Stage; world: Ref<HTMLDivElement>; ids: string }) {
  const slots = useSyncExternalStore(stage.mounts.listen, stage.mounts.get);
  const { kind } = stage.scene.places;
  return (
    <div ref={world} className={s.world}>
      {slots.map((slot) => {
        const Card = kind[slot] === NOTE ? NoteCard : NodeCard;
        return <Card key={slot} stage={stage} slot={slot} id={`${ids}-${slot}`} />;
      })}
    </div>
  );
}

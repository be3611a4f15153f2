// The graph around a conflict as it stands, and as it would be with the choice that is looked at. Nothing of it is anybody's draft.

import { useEffect, useMemo, useRef } from "react";
import type { CanvasHandle } from "../../canvas/types";
import type { NodeType } from "../../api/types";
import { aroundOf, type Around } from "../../graph/around";
import { fieldTitle, isAbsent } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import { brief } from "../../graph/values";
import type { Tried } from "../../panels/conflicts/use-trying";
import type { Session } from "../../state/document";
import { chosenOf, tryOut } from "../../state/document/settle";
import { useDocValue } from "./use-doc";
import type { Drawing } from "./drawing";
import s from "./choice-preview.module.css";

interface PreviewProps {
  session: Session;
  conflict: Conflict;
  tried: Tried | null;
  kinds: ReadonlyMap<string, NodeType>;
  drawing: Drawing;
}

let made = 0;

export function ChoicePreview({ session: { doc }, conflict, tried, kinds, drawing: { Canvas, Selection } }: PreviewProps) {
  const version = useDocValue(doc, (now) => now.version);
  // Another document is another canvas.
  const { around, key } = useMemo(() => ({ around: aroundOf(doc, conflict.row), key: (made += 1) }), [doc, version, conflict]);
  const selection = useMemo(() => new Selection(), [around, Selection]);
  const canvas = useRef<CanvasHandle>(null);
  useEffect(() => {
    if (!around) return;
    const undo = tried ? tryOut(around.doc, { ...conflict, row: around.row }, tried.choice) : () => undefined;
    mark(around, selection);
    canvas.current?.fit();
    return undo;
  }, [around, conflict, tried, selection]);
  if (!around) return null;
  return (
    <figure className={s.preview}>
      <div className={s.canvas}>
        <Canvas key={key} ref={canvas} doc={around.doc} selection={selection} kinds={kinds} editable={false} label="The graph around this change" />
      </div>
      <figcaption className={`${s.words} cut`} role="status" dir="auto">
        {tried ? `${tried.name}: ${wordsOf(conflict, tried)}` : "As it stands now. Point at a choice to see what it does."}
      </figcaption>
    </figure>
  );
}

/** What it is about is marked; what would be deleted is not there to be marked. */
function mark({ doc, row, slot }: Around, selection: InstanceType<Drawing["Selection"]>): void {
  if ("node" in row) selection.set(doc.nodes.at(slot) ? [slot] : []);
  else selection.set([], doc.edges.at(slot) ? [slot] : []);
}

const WORDS = 80;

export function wordsOf(conflict: Conflict, { choice }: Tried): string {
  const value = chosenOf(conflict, choice);
  if (conflict.field === null) return isAbsent(value) ? "it is deleted" : "it stays";
  return isAbsent(value) ? `${fieldTitle(conflict)} is not set` : `${fieldTitle(conflict)} is ${brief(value, WORDS)}`;
}

// Both graphs of a comparison with what differs marked in each: whoever moves or zooms one does it in the other.

import { useEffect, useMemo, useRef, type RefObject } from "react";
import { fitBoth, follow, OutlineLayer, type Mark, type Marks } from "../../canvas/outlines";
import type { CanvasHandle, NodeKind } from "../../canvas/types";
import type { GraphDocument } from "../../graph/document/document";
import type { Selection } from "../../graph/document/selection";
import type { Difference, RowChange } from "../../graph/versions/difference";
import type { Drawing } from "./drawing";
import s from "./version-compare.module.css";

export interface Sides {
  before: GraphDocument;
  after: GraphDocument;
  difference: Difference;
}

interface BothGraphsProps {
  drawing: Drawing;
  sides: Sides;
  kinds: ReadonlyMap<string, NodeKind>;
  names: readonly [string, string];
  chosen: RowChange | null;
  onChoose: (row: RowChange | null) => void;
}

export function BothGraphs({ drawing: { Canvas, Selection }, sides, kinds, names, chosen, onChoose }: BothGraphsProps) {
  const { before, after, difference } = sides;
  const handles = [useRef<CanvasHandle>(null), useRef<CanvasHandle>(null)] as const;
  const surfaces = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)] as const;
  const selections = useMemo(() => [new Selection(), new Selection()] as const, [before, after]);
  useMarks(sides, handles, surfaces);
  useChosen(sides, selections, handles, chosen, onChoose);
  return (
    <>
      {([before, after] as const).map((doc, side) => (
        <section key={side} className={s.graph} data-side={side === 0 ? "before" : "after"} aria-label={`${side === 0 ? "Before" : "After"}: ${names[side]}`}>
          <h3 className={`${s.graphName} cut`} title={names[side]}>
            {names[side]}
          </h3>
          <div className={s.canvas}>
            {/* Another document is another canvas. */}
            <Canvas key={keyOf(doc)} ref={handles[side]} doc={doc} selection={selections[side as 0 | 1]} kinds={kinds} editable={false} label={`${side === 0 ? "Before" : "After"}: ${difference.nodes.length + difference.edges.length} marked changes`} />
            <canvas ref={surfaces[side]} className={s.marks} aria-hidden="true" />
          </div>
        </section>
      ))}
    </>
  );
}

type Two<T> = readonly [RefObject<T | null>, RefObject<T | null>];

/** Draws the marks of both, and keeps their cameras together. */
function useMarks({ before, after, difference }: Sides, handles: Two<CanvasHandle>, surfaces: Two<HTMLCanvasElement>): void {
  useEffect(() => {
    const stages = handles.map((handle) => handle.current?.stage);
    const [one, other] = stages;
    const [first, second] = surfaces.map((surface) => surface.current);
    if (!one || !other || !first || !second) return;
    fitBoth(one, other);
    const layers = [new OutlineLayer(one, first, marksOf(difference, 0), () => follow(one, other)), new OutlineLayer(other, second, marksOf(difference, 1), () => follow(other, one))];
    return () => {
      for (const layer of layers) layer.close();
    };
  }, [before, after, difference]);
}

/** What is chosen in the list is selected and brought into view, and what is selected in a graph is chosen in the list. */
function useChosen({ difference }: Sides, selections: readonly [Selection, Selection], handles: Two<CanvasHandle>, chosen: RowChange | null, onChoose: (row: RowChange | null) => void): void {
  const now = useRef(chosen);
  now.current = chosen;
  useEffect(() => {
    if (!chosen) return;
    // One of them leads, the other follows; what is gone is led to where it was.
    let isLed = false;
    for (const side of [1, 0] as const) {
      const slot = chosen.slots[side];
      const handle = handles[side].current;
      if (slot < 0 || !handle) {
        selections[side].clear();
        continue;
      }
      const node = chosen.list === "nodes" ? slot : endOf(handle, slot);
      selections[side].set(chosen.list === "nodes" ? [slot] : [], chosen.list === "edges" ? [slot] : []);
      if (!isLed && node >= 0) handle.reveal(node);
      isLed ||= node >= 0;
    }
  }, [chosen, selections]);
  useEffect(() => {
    const stops = ([0, 1] as const).map((side) => {
      const bySlot = new Map(difference.nodes.map((row) => [row.slots[side], row]));
      return selections[side].listen(() => {
        const slot = selections[side].current;
        const row = slot < 0 ? undefined : bySlot.get(slot);
        if (row && row !== now.current) onChoose(row);
      });
    });
    return () => stops.forEach((stop) => stop());
  }, [difference, selections]);
}

/** The node that an edge leaves from. */
function endOf({ stage }: CanvasHandle, edge: number): number {
  const { doc } = stage.scene;
  const source = doc.edges.at(edge)?.source;
  return source === undefined ? -1 : (doc.nodes.slot(source) ?? -1);
}

export function marksOf({ nodes, edges }: Difference, side: 0 | 1): Marks {
  const bySlot = (rows: readonly RowChange[]) => new Map<number, Mark>(rows.flatMap(({ slots, kind }) => (slots[side] >= 0 ? [[slots[side], kind] as const] : [])));
  return { nodes: bySlot(nodes), edges: bySlot(edges) };
}

let made = 0;
const keys = new WeakMap<GraphDocument, number>();

function keyOf(doc: GraphDocument): number {
  const key = keys.get(doc) ?? (made += 1);
  keys.set(doc, key);
  return key;
}

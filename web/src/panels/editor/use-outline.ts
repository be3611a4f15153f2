// The rows of the outline: ordered again when edges, nodes or containers change, after a moment; labels and places change nothing.

import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { Context } from "../../graph/commands/registry";
import { parentOf } from "../../graph/edit/family";
import { kindOf } from "../../graph/edit/kinds";
import { outline, type OutlineRow } from "../../graph/edit/order";

const REST_MS = 120;
const REST_LARGE_MS = 500;
const LARGE = 20_000;

interface Outlined {
  rows: readonly OutlineRow[];
  /** Whether the rows are of an earlier state. */
  isLate: boolean;
  toggle: (slot: number) => void;
  isClosed: (slot: number) => boolean;
}

export function useOutline({ doc, kinds }: Context, query: string): Outlined {
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [state, setState] = useState<{ version: number; late: boolean }>({ version: 0, late: false });
  const [, redraw] = useState(0);
  const rows = useMemo(() => outline(doc, closed), [doc, closed, state.version]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let parents = parentsOf(doc);
    const stop = doc.listen((edit) => {
      redraw((n) => n + 1);
      if (edit.edges.length === 0 && edit.nodes.every((slot) => parents[slot] === (doc.nodes.at(slot) ? parentOf(doc, slot) : -2))) return;
      timer ??= setTimeout(
        () => {
          timer = undefined;
          parents = parentsOf(doc);
          setState((last) => ({ version: last.version + 1, late: false }));
        },
        doc.nodes.count > LARGE ? REST_LARGE_MS : REST_MS,
      );
      setState((last) => (last.late ? last : { ...last, late: true }));
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [doc]);

  const late = useDeferredValue(query);
  const found = useMemo(() => {
    const text = late.trim().toLowerCase();
    if (text === "") return rows;
    const all = closed.size === 0 ? rows : outline(doc);
    return all.filter(({ slot }) => fits(doc.nodes.at(slot), text)).map((row) => ({ ...row, depth: 0, hasChildren: false }));
    function fits(node: ReturnType<typeof doc.nodes.at>, wanted: string): boolean {
      const label = node?.data?.["label"];
      return !!node && ((typeof label === "string" && label.slice(0, 500).toLowerCase().includes(wanted)) || node.id.toLowerCase().includes(wanted) || (kindOf(kinds, node.type)?.name ?? node.type ?? "").toLowerCase().includes(wanted));
    }
  }, [rows, late, doc, kinds, closed]);

  const toggle = useCallback(
    (slot: number) =>
      setClosed((before) => {
        const next = new Set(before);
        if (!next.delete(slot)) next.add(slot);
        return next;
      }),
    [],
  );
  // Rows of what is deleted meanwhile are left out at once; the rest of the order follows.
  const shown = state.late ? found.filter(({ slot }) => doc.nodes.at(slot)) : found;
  return { rows: shown, isLate: state.late, toggle, isClosed: (slot) => closed.has(slot) };
}

/** -2 for what is not there. */
function parentsOf(doc: Context["doc"]): Int32Array {
  const parents = new Int32Array(doc.nodes.size).fill(-2);
  for (const [slot] of doc.nodes.entries()) parents[slot] = parentOf(doc, slot);
  return parents;
}

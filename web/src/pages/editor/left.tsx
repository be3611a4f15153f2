// The list at the left: node types to add, or the graph in words.

import { X } from "lucide-react";
import { Suspense } from "react";
import type { NodeType } from "../../api/types";
import type { Point } from "../../canvas/types";
import type { Context } from "../../graph/commands/registry";
import { Button } from "../../ui/button";
import { Skeleton } from "../../ui/states";
import { addFromList } from "./adding";
import type { List } from "./use-parts";
import { part } from "../../ui/part";
import s from "./editor.module.css";

const AddPalette = part(async () => ({ default: (await import("../../panels/editor/add-palette")).AddPalette }));
const Outline = part(async () => ({ default: (await import("../../panels/editor/outline")).Outline }));

interface LeftProps {
  context: Context;
  kinds: ReadonlyMap<string, NodeType>;
  what: List | null;
  onWhat: (what: List | null) => void;
  problemsOf: (slot: number) => number;
  onOpen: (slot: number) => void;
  onMenu: (at: Point) => void;
}

export function Left({ context, kinds, what, onWhat, problemsOf, onOpen, onMenu }: LeftProps) {
  const { doc, selection } = context;
  if (what === null) return null;
  return (
    <aside className={s.left} aria-label={what === "add" ? "Node types" : "Outline"} data-list={what}>
      <div className={s.switch}>
        <button type="button" aria-pressed={what === "add"} onClick={() => onWhat("add")}>
          Add
        </button>
        <button type="button" aria-pressed={what === "outline"} onClick={() => onWhat("outline")}>
          Outline
        </button>
        <Button kind="quiet" iconOnly icon={<X size={14} aria-hidden="true" />} onClick={() => onWhat(null)}>
          Close the list
        </Button>
      </div>
      <Suspense fallback={<Skeleton rows={10} />}>
        {what === "add" ? (
          <AddPalette doc={doc} kinds={kinds} after={selection.only} onPick={(kind, beside) => addFromList(context, kind, beside)} />
        ) : (
          <Outline context={context} problemsOf={problemsOf} onOpen={onOpen} onMenu={onMenu} onAdd={() => onWhat("add")} />
        )}
      </Suspense>
    </aside>
  );
}

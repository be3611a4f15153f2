// The conflict that is shown on the graph, while the dialog has stepped aside for it.

import { ArrowLeft } from "lucide-react";
import { useEffect, useRef } from "react";
import type { NodeType } from "../../api/types";
import { fieldTitle, isAbsent, kindOf, sidesOf } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { RowTile } from "./conflict-list";
import { useConflicts, whatOf } from "./use-conflicts";
import s from "./conflicts.module.css";

interface ConflictBarProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  at: string | null;
  /** Back to the list, at the one that was shown. */
  onBack: () => void;
}

export function ConflictBar({ session, kinds, at, onBack }: ConflictBarProps) {
  const { chosen, group, me, settle } = useConflicts({ session, kinds, at });
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => bar.current?.querySelector("button")?.focus({ preventScroll: true }), []);
  if (!chosen || !group) return null;
  const sides = sidesOf(chosen, me);
  const wordsOf = (side: "mine" | "theirs") => (kindOf(chosen) !== "row" ? sides[side].choose : isAbsent(chosen[side]) ? "Delete" : "Keep");
  const take = (conflict: Conflict, side: "mine" | "theirs") => {
    const { words, undo } = settle([conflict], { how: side }, `${wordsOf(side)}: ${whatOf(group, [conflict])}`);
    const step = session.doc.canUndo();
    toast("ok", `${words}.`, {
      label: "Undo",
      run: () => {
        // What was done since is taken back first, in its own order.
        if (session.doc.canUndo() === step) undo();
        else toast("plain", "Something else was done since. Take that back first, with Ctrl+Z.");
      },
    });
    onBack();
  };
  return (
    <div
      ref={bar}
      className={s.bar}
      role="toolbar"
      aria-label="The change that is shown"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onBack();
      }}
    >
      <Button kind="quiet" icon={<ArrowLeft size={14} aria-hidden="true" />} onClick={onBack}>
        Back to the list
      </Button>
      <span className={s.shown}>
        <RowTile group={group} kinds={kinds} />
        <span className="cut" dir="auto">
          {group.title} · {fieldTitle(chosen)}
        </span>
      </span>
      <Button onClick={() => take(chosen, "mine")}>{wordsOf("mine")}</Button>
      <Button onClick={() => take(chosen, "theirs")}>{wordsOf("theirs")}</Button>
    </div>
  );
}

// The node whose panel is open, deleted by somebody else: that is said, with a way back, and the keyboard is not left in what is gone.

import { useEffect } from "react";
import { THEIRS, type Edit } from "../../graph/document/document";
import { bringBack } from "../../graph/edit/bring-back";
import { titleOf } from "../../graph/summary";
import type { Session } from "../../state/document";
import { toast } from "../../state/view";

/** So long hands that were typing have to rest before letters are commands again. */
const REST_MS = 1_000;

export function useTakenAway({ doc, selection }: Session, slot: number): void {
  useEffect(() => {
    const back = (edit: Edit) => {
      bringBack(doc, edit, slot);
      if (doc.nodes.at(slot)) selection.set([slot]);
    };
    return doc.listen((edit) => {
      const before = edit.origin === THEIRS ? edit.step.nodes.get(slot)?.before : null;
      if (!before || doc.nodes.at(slot)) return;
      if (document.activeElement?.closest("aside")) leave();
      toast("plain", `“${titleOf(before)}” was deleted while you had it open.`, { label: "Bring it back", run: () => back(edit) }, true);
    });
  }, [doc, selection, slot]);
}

/** To the canvas, where the rest of a word that is being typed would be commands: nothing comes of it. */
function leave(): void {
  document.querySelector<HTMLElement>("[data-canvas]")?.focus();
  const end = () => removeEventListener("keydown", hear, true);
  let timer = setTimeout(end, REST_MS);
  const hear = (event: KeyboardEvent) => {
    const isTyped = [...event.key].length === 1 || ["Enter", "Backspace", "Delete", "Unidentified"].includes(event.key);
    if (!isTyped || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    clearTimeout(timer);
    timer = setTimeout(end, REST_MS);
  };
  addEventListener("keydown", hear, true);
}

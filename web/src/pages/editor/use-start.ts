// The run button: it takes the input that stands in the form on show, or that somebody has chosen there before; what needs none runs at once,
// else the form asks for it.

import { useCallback, useEffect, useRef } from "react";
import type { Session } from "../../state/document";
import { closeToast, toast } from "../../state/view";
import type { EditorRun } from "./use-editor-run";
import type { Parts } from "./use-parts";

export function useStart(session: Session, run: EditorRun, { tab, setTab, setRunning, typed }: Parts): () => void {
  const { doc, selection } = session;
  const asked = useRef<number | null>(null);
  useEffect(() => {
    // What was asked for has been said.
    if (!run.starting || asked.current === null) return;
    closeToast(asked.current);
    asked.current = null;
  }, [run.starting]);
  const start = useCallback(async () => {
    const { asksForInput } = await import("../../graph/form");
    // What somebody sees beside the button is what the button takes.
    const chosen = typed.current !== null && (typed.current.isChosen || (tab === "run" && selection.only < 0));
    const input = typed.current?.input ?? null;
    if (chosen ? input === null : asksForInput({ ...doc.file, nodes: triggersOf(session), edges: [] })) {
      selection.clear();
      setTab("run");
      if (asked.current !== null) closeToast(asked.current);
      asked.current = toast("plain", chosen ? "Mend the input first, then press Run there." : "Say what it starts with, then press Run there.");
    } else {
      run.start(input ?? "{}");
      setRunning(true);
    }
  }, [doc, selection, session, run, tab, setTab, setRunning, typed]);
  return useCallback(() => void start(), [start]);
}

/** Nodes that nothing leads to: of these, one says what a start brings. */
function triggersOf({ doc }: Session) {
  return [...doc.nodes.entries()].filter(([slot]) => doc.links.inDegree(slot) === 0).map(([, node]) => node);
}

// The run button: what needs no input runs at once, else the form asks for it.

import { useCallback, useEffect, useRef } from "react";
import type { Session } from "../../state/document";
import { closeToast, toast } from "../../state/view";
import type { EditorRun } from "./use-editor-run";
import type { Parts } from "./use-parts";

export function useStart(session: Session, run: EditorRun, { setTab, setRunning }: Parts): () => void {
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
    if (asksForInput({ ...doc.file, nodes: triggersOf(session), edges: [] })) {
      selection.clear();
      setTab("run");
      if (asked.current !== null) closeToast(asked.current);
      asked.current = toast("plain", "Say what it starts with, then press Run there.");
    } else {
      run.start("{}");
      setRunning(true);
    }
  }, [doc, selection, session, run, setTab, setRunning]);
  return useCallback(() => void start(), [start]);
}

/** Nodes that nothing leads to: of these, one says what a start brings. */
function triggersOf({ doc }: Session) {
  return [...doc.nodes.entries()].filter(([slot]) => doc.links.inDegree(slot) === 0).map(([, node]) => node);
}

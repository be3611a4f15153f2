// What every field of the panel needs to know: the data to try expressions on, and the field that paths are put into.

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Known } from "../../graph/parameter/complete";
import type { PathProblem } from "../../graph/parameter/check";
import { knownOf } from "./against";
import type { Evaluate, NodeData, NodePanelProps } from "./types";

/** The field that had the focus last: where "insert" puts a path. */
export interface Target {
  label: string;
  insert: (path: string) => void;
}

interface Panel {
  nodeId: string;
  data: NodeData;
  known: Known;
  parameters: { readonly [key: string]: unknown };
  evaluate: Evaluate;
  problems: readonly PathProblem[];
  workflows: readonly { id: string; name: string }[];
  editors: NodePanelProps["editors"];
  target: Target | null;
  setTarget: (target: Target) => void;
  clearTarget: (target: Target) => void;
}

const PanelContext = createContext<Panel | null>(null);

export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (!panel) throw new Error("fields stand inside of a node panel");
  return panel;
}

const NO_PARAMETERS = {};
const NO_WORKFLOWS: readonly { id: string; name: string }[] = [];

export function PanelProvider({ props, children }: { props: NodePanelProps; children: ReactNode }) {
  const { node, data, evaluate, problems, workflows = NO_WORKFLOWS, editors } = props;
  const parameters = node.data ?? NO_PARAMETERS;
  const [target, setTarget] = useState<Target | null>(null);
  const clearTarget = useCallback((gone: Target) => setTarget((now) => (now === gone ? null : now)), []);
  const known = useMemo(() => knownOf(data), [data]);
  const panel = useMemo(
    () => ({ nodeId: node.id, data, known, parameters, evaluate, problems, workflows, editors, target, setTarget, clearTarget }),
    [node.id, data, known, parameters, evaluate, problems, workflows, editors, target, clearTarget],
  );
  return <PanelContext value={panel}>{children}</PanelContext>;
}

/** Makes a field the one that paths are put into once it has the focus; it stays until another one has it, or it goes. */
export function useTarget(label: string, insert: (path: string) => void): () => void {
  const { setTarget, clearTarget } = usePanel();
  const latest = useRef(insert);
  useEffect(() => {
    latest.current = insert;
  });
  const target = useMemo<Target>(() => ({ label, insert: (path) => latest.current(path) }), [label]);
  useEffect(() => () => clearTarget(target), [target, clearTarget]);
  return useCallback(() => setTarget(target), [setTarget, target]);
}

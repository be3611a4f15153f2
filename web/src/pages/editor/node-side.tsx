// The node panel, led to the document and to the last run.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "../../api/queries";
import type { NodeType } from "../../api/types";
import { setLabel } from "../../graph/edit/settle";
import { evaluateOnServer } from "../../panels/node/evaluate";
import { NodePanel } from "../../panels/node/node-panel";
import type { SetFields } from "../../panels/node/types";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { neighboursOf, nodeData, stateOf } from "./node-data";
import { useDocValue, useNode } from "./use-doc";
import type { EditorRun } from "./use-editor-run";
import type { Problems } from "./use-problems";

interface NodeSideProps {
  session: Session;
  slot: number;
  kinds: ReadonlyMap<string, NodeType>;
  problems: Problems;
  run: EditorRun;
  wide: boolean;
  onWide: (wide: boolean) => void;
  onNode: (id: string) => void;
}

export function NodeSide({ session, slot, kinds, problems, run, wide, onWide, onNode }: NodeSideProps) {
  const { doc, selection } = session;
  const node = useNode(doc, slot);
  const version = useDocValue(doc, (now) => now.version);
  const seq = useExecution((state) => (state.execution === run.execution ? state.seq : 0));
  // Inputs come with the steps, once more whenever the run has come to an end or a halt.
  const settled = useExecution((state) => state.execution === run.execution && state.running === 0);
  const steps = useQuery({ ...queries.steps(run.execution ?? ""), enabled: run.execution !== null && seq > 0 && settled });
  const data = useMemo(() => {
    return nodeData(doc, slot, kinds, stateOf(useExecution.getState(), run.execution), steps.data);
    // `version` and `seq` stand for what the document and the execution say.
  }, [doc, slot, kinds, run.execution, steps.data, version, seq]);
  const neighbours = useMemo(() => neighboursOf(doc, slot, kinds), [doc, slot, kinds, version]);
  if (!node) return null;
  const set: SetFields = (fields, options) => {
    const [only, ...others] = Object.keys(fields);
    const label = fields["data/label"];
    // Expressions that name the node by its label follow.
    if (only === "data/label" && others.length === 0 && (label === undefined || typeof label === "string")) setLabel(doc, slot, label ?? "");
    else doc.change(options?.label ?? "Change a parameter", (edit) => edit.setNode(doc.nodes.key(slot), fields), options?.join === undefined ? {} : { join: `${node.id}/${options.join}` });
  };
  const step = (to: string) => {
    const next = to === "previous" ? neighbours.previous[0]?.id : to === "next" ? neighbours.next[0]?.id : to;
    if (next !== undefined) onNode(next);
  };
  return (
    <NodePanel
      key={node.id}
      node={node}
      type={kinds.get(node.type ?? "")}
      typesPending={kinds.size === 0}
      problems={problems.of(node.id)}
      data={data}
      set={set}
      evaluate={evaluateOnServer}
      wide={wide}
      onWide={onWide}
      onClose={() => {
        onWide(false);
        selection.clear();
      }}
      neighbours={neighbours}
      onStep={step}
      onRunTo={() => run.start("{}", node.id)}
      running={run.running || run.starting}
    />
  );
}

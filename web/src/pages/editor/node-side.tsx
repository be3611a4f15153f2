// The node panel, led to the document and to the last run.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { queries } from "../../api/queries";
import type { NodeType } from "../../api/types";
import type { FileNode } from "../../graph/file";
import { fieldsOfType } from "../../graph/parameter/fields";
import { isExpression } from "../../graph/parameter/mode";
import { setLabel } from "../../graph/edit/settle";
import { evaluateOnServer } from "../../panels/node/evaluate";
import { NodePanel } from "../../panels/node/node-panel";
import type { SetFields } from "../../panels/node/types";
import type { Session } from "../../state/document";
import { stateOf, useExecution } from "../../state/execution";
import { useDebounced } from "../../ui/hooks";
import { neighboursOf, nodeData } from "./node-data";
import { useTakenAway } from "./taken-away";
import type { Asked } from "./use-parts";
import { useDocValue, useNode } from "./use-doc";
import type { EditorRun } from "./use-editor-run";
import { useEditors } from "./use-editors";
import type { Problems } from "./use-problems";

const OFFERED_MOST = 100;

interface NodeSideProps {
  session: Session;
  slot: number;
  kinds: ReadonlyMap<string, NodeType>;
  problems: Problems;
  run: EditorRun;
  wide: boolean;
  onWide: (wide: boolean) => void;
  onNode: (id: string) => void;
  asked: Asked | null;
}

/** Workflows to choose from are looked for by what stands in the field: its words, else those that were changed last. */
function useWorkflows(type: NodeType | undefined, node: FileNode | null): readonly { id: string; name: string }[] | undefined {
  const key = useMemo(() => (type ? fieldsOfType(type).find((field) => field.widget === "workflow")?.key : undefined), [type]);
  const value = key === undefined ? undefined : node?.data?.[key];
  const typed = useDebounced(typeof value === "string" ? value.trim() : "", 250);
  const last = useQuery({ ...queries.workflowNames("", OFFERED_MOST), enabled: key !== undefined });
  const isKnown = typed === "" || isExpression(typed) || (last.data?.some(({ id }) => id === typed) ?? true);
  const found = useQuery({ ...queries.workflowNames(typed, OFFERED_MOST), enabled: key !== undefined && !isKnown });
  return isKnown || !found.data || found.data.length === 0 ? last.data : found.data;
}

export function NodeSide({ session, slot, kinds, problems, run, wide, onWide, onNode, asked }: NodeSideProps) {
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
  const type = kinds.get(node?.type ?? "");
  const workflows = useWorkflows(type, node);
  const neighbours = useMemo(() => neighboursOf(doc, slot, kinds), [doc, slot, kinds, version]);
  const editors = useEditors(doc, node?.id);
  useTakenAway(session, slot);
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
      type={type}
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
      editors={editors}
      onStep={step}
      reveal={asked?.node === node.id ? asked : undefined}
      {...(workflows && { workflows })}
      onRunTo={() => run.start("{}", node.id)}
      running={run.running || run.starting}
    />
  );
}

// A node whose type the server does not know: what it holds can be seen and changed as JSON, nothing is lost.

import { TriangleAlert } from "lucide-react";
import { useId } from "react";
import { ANY_FIELD, isObject } from "../../graph/parameter/fields";
import { usePanel } from "./context";
import { ProblemList } from "./parameters";
import s from "./panel.module.css";
import { dataPath, type NodePanelProps } from "./types";
import { JsonWidget } from "./widgets/json";

const FIELD = { ...ANY_FIELD, key: "data", label: "Parameters", widget: "json", reading: "fixed" } as const;

export function UnknownType({ node, problems, set }: NodePanelProps) {
  const { parameters, nodeId } = usePanel();
  const id = useId();
  // The panel sets keys: what is gone from the text is unset, all else is set where it differs.
  const write = (value: unknown) => {
    if (!isObject(value)) return;
    const changes: { [path: string]: unknown } = {};
    for (const key of Object.keys(parameters)) if (!(key in value)) changes[dataPath(key)] = undefined;
    for (const [key, part] of Object.entries(value)) if (JSON.stringify(part) !== JSON.stringify(parameters[key])) changes[dataPath(key)] = part;
    if (Object.keys(changes).length > 0) set(changes, { label: "Change parameters", join: `${nodeId}/data` });
  };
  return (
    <div className={s.form}>
      <div className={s.failure}>
        <TriangleAlert aria-hidden="true" />
        <div>
          <p>{node.type ? `This server has no node type “${node.type.slice(0, 80)}”.` : "This node has no type."}</p>
          <p className="dim">It is kept as it is and cannot run. Its parameters are here as JSON.</p>
        </div>
      </div>
      <ProblemList problems={problems.filter((problem) => problem.code !== "unknown_type" || problem.suggestion)} />
      <JsonWidget field={FIELD} value={parameters} onChange={write} path="" id={id} label="Parameters" invalid={false} />
    </div>
  );
}

// What a node type is for: in words, its ports and parameters, and an example that can be taken over.

import { Copy, Download } from "lucide-react";
import { useMemo } from "react";
import type { NodeType, Port } from "../../api/types";
import { isObject } from "../../graph/parameter/fields";
import { parametersOf } from "../../graph/parameters";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { copyText } from "../../ui/copy";
import { Marked } from "../../ui/marked";
import { JsonTree } from "../json-tree";
import s from "./panel.module.css";
import { dataPath, type SetFields } from "./types";

const EFFECTS: Record<NodeType["effect"], string> = {
  pure: "It computes and touches nothing outside: running it again does no harm.",
  read: "It reads something outside, and changes nothing there.",
  write: "It changes something outside: its call is noted before it is made.",
};

export function Docs({ type, set }: { type: NodeType; set: SetFields }) {
  const parameters = useMemo(() => parametersOf(type.schema), [type.schema]);
  return (
    <article className={s.docs} aria-label={`About ${type.name}`}>
      <p>
        <Marked text={type.summary} />.
      </p>
      <p className="dim">{EFFECTS[type.effect]}</p>
      <dl className={s.ports}>
        <Ports name="Takes" ports={type.inputs} none="nothing: it is where a run begins" more={false} />
        <Ports name="Gives" ports={type.outputs} none="nothing" more={type.dynamic_outputs} />
        <div>
          <dt>Type</dt>
          <dd className="mono">{[type.id, ...(type.aliases ?? [])].join(", ")}</dd>
        </div>
      </dl>
      <Example type={type} set={set} />
      {parameters.length === 0 ? null : (
        <section>
          <h3>Parameters</h3>
          <dl className={s.parameters}>
            {parameters.map((one) => (
              <div key={one.name}>
                <dt>
                  <span className="mono">{one.name}</span>{" "}
                  <span className="faint">
                    {one.type}
                    {one.required ? ", needed" : ""}
                  </span>
                </dt>
                <dd className="dim">
                  <Marked text={one.help} />
                  {one.fallback === null ? null : (
                    <span className="faint">
                      {" "}
                      Unless set: <span className="mono">{one.fallback}</span>
                    </span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </article>
  );
}

function Ports({ name, ports, none, more }: { name: string; ports: readonly Port[]; none: string; more: boolean }) {
  const names = ports.map((port) => (typeof port === "string" ? port : port.name));
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {names.length === 0 && !more ? none : <span className="mono">{names.join(", ")}</span>}
        {more ? " and what its parameters name" : ""}
      </dd>
    </div>
  );
}

/** The node of this type in the type's example workflow. */
function exampleData(type: NodeType): { readonly [key: string]: unknown } | null {
  const example: unknown = type.example;
  const nodes: unknown = isObject(example) ? example["nodes"] : null;
  if (!Array.isArray(nodes)) return null;
  const names = new Set([type.id, ...(type.aliases ?? [])]);
  const found: unknown = nodes.find((node) => isObject(node) && names.has(String(node["type"])));
  return isObject(found) && isObject(found["data"]) ? found["data"] : null;
}

function Example({ type, set }: { type: NodeType; set: SetFields }) {
  const data = useMemo(() => exampleData(type), [type]);
  if (data === null) return null;
  const copy = async () => {
    const done = await copyText(JSON.stringify(type.example, null, 2));
    toast(done ? "plain" : "bad", done ? "Copied a workflow that shows it: paste it on the canvas" : "The browser did not allow copying");
  };
  return (
    <section className={s.form}>
      <h3>Example</h3>
      <JsonTree value={data} name="parameters" label="Parameters of the example" execution={null} depth={3} />
      <div className={s.facts}>
        <Button icon={<Download size={14} aria-hidden="true" />} onClick={() => set(Object.fromEntries(Object.entries(data).map(([key, value]) => [dataPath(key), value])), { label: "Take over the example" })}>
          Take over
        </Button>
        <Button icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy()}>
          Copy the workflow
        </Button>
      </div>
    </section>
  );
}

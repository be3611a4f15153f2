// Node types: what a workflow can be made of, with parameters and an example of each.

import { useQuery } from "@tanstack/react-query";
import { Copy, FilePlus } from "lucide-react";
import { useMemo, useState, type KeyboardEvent } from "react";
import { api } from "../api/calls";
import { queries } from "../api/queries";
import type { Graph, NodeType, Port } from "../api/types";
import { GraphView } from "../canvas/graph-view";
import { placeGraph } from "../graph/placed";
import { parametersOf } from "../graph/parameters";
import { words } from "../graph/summary";
import { JsonTree } from "../panels/json-tree";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { copyText } from "../ui/copy";
import { SearchField } from "../ui/field";
import { count } from "../ui/format";
import { categoryOf, NodeTile } from "../ui/node-icon";
import { Page, PageHead } from "../ui/panel";
import { navigate, useSearch, useTitle } from "../ui/router";
import { asFailure, Empty, Failed, sentence, Skeleton } from "../ui/states";
import { Chip } from "../ui/status";
import { rowAfter } from "../ui/walk";
import { useKinds } from "./kinds";
import { editorPath } from "./paths";
import s from "./node-types.module.css";

export function page() {
  useTitle("Node types");
  const types = useQuery(queries.nodeTypes());
  const [q, setQ] = useState("");
  const [chosen, setChosen] = useSearch("type");
  const found = useMemo(() => search(types.data ?? [], q), [types.data, q]);
  const groups = useMemo(() => groupsOf(found), [found]);
  const ordered = useMemo(() => groups.flatMap(([, list]) => list), [groups]);
  const shown = types.data?.find((type) => type.id === chosen || type.aliases?.includes(chosen)) ?? (chosen === "" ? ordered[0] : undefined);

  const onKeyDown = (event: KeyboardEvent) => {
    // Home and End are those of the field.
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = ordered[rowAfter(event.key, ordered.findIndex((type) => type.id === shown?.id), ordered.length) ?? -1];
    if (!next) return;
    setChosen(next.id);
    document.querySelector(`[data-type="${CSS.escape(next.id)}"]`)?.scrollIntoView({ block: "nearest" });
  };

  return (
    <Page wide>
      <PageHead title="Node types" facts={types.data ? <span className="faint num">{count(types.data.length)}</span> : null} />
      {types.isPending ? (
        <Skeleton rows={10} />
      ) : !types.data ? (
        <Failed error={types.error} what="Node types could not be read" retry={() => void types.refetch()} />
      ) : (
        <div className={s.browser}>
          <div className={s.list} onKeyDown={onKeyDown}>
            <div className={s.search}>
              <SearchField label="Search node types" value={q} onChange={setQ} />
            </div>
            <nav className={s.groups} aria-label="Node types">
              {groups.map(([category, list]) => (
                <section key={category} aria-label={words(category)}>
                  <h2 className={s.category}>{words(category)}</h2>
                  {list.map((type) => (
                    <button
                      key={type.id}
                      type="button"
                      data-type={type.id}
                      className={`${s.item} ${type.id === shown?.id ? s.chosen : ""}`}
                      aria-current={type.id === shown?.id}
                      onClick={() => setChosen(type.id)}
                    >
                      <NodeTile type={type.id} icon={type.icon} category={categoryOf(type.category, type.id)} size="s" />
                      <span className="cut">{type.name}</span>
                    </button>
                  ))}
                </section>
              ))}
              {found.length === 0 ? (
                <Empty title={`No node type matches “${q}”`} actions={<Button onClick={() => setQ("")}>Clear the search</Button>} />
              ) : null}
            </nav>
          </div>
          <div className={s.detail}>{shown ? <Detail key={shown.id} type={shown} /> : <Empty title="Choose a node type">Its parameters and an example show here.</Empty>}</div>
        </div>
      )}
    </Page>
  );
}

function Detail({ type }: { type: NodeType }) {
  return (
    <article className={s.article} aria-label={type.name}>
      <header className={s.title}>
        <NodeTile type={type.id} icon={type.icon} category={categoryOf(type.category, type.id)} size="l" />
        <div className={s.names}>
          <h2>{type.name}</h2>
          <p className="mono faint cut">{[type.id, ...(type.aliases ?? [])].join(" · ")}</p>
        </div>
        <Chip title={EFFECT[type.effect]}>{type.effect === "pure" ? "pure" : `${type.effect}s`}</Chip>
      </header>
      <p className={s.summary}>
        <Marked text={type.summary} />
      </p>
      <p className="dim">{EFFECT[type.effect]}</p>
      <dl className={s.ports}>
        <dt>Inputs</dt>
        <dd>{ports(type.inputs) || "none"}</dd>
        <dt>Outputs</dt>
        <dd>
          {ports(type.outputs)}
          {type.dynamic_outputs ? `${type.outputs.length > 0 ? ", " : ""}named by its parameters` : type.outputs.length === 0 ? "none" : ""}
        </dd>
      </dl>
      <Parameters type={type} />
      {type.example !== null && type.example !== undefined ? <Example type={type} /> : null}
    </article>
  );
}

function Parameters({ type }: { type: NodeType }) {
  const parameters = useMemo(() => parametersOf(type.schema), [type.schema]);
  return (
    <section>
      <h3>Parameters</h3>
      {parameters.length === 0 ? (
        <p className="faint">None.</p>
      ) : (
        <dl className={s.parameters}>
          {parameters.map((parameter) => (
            <div key={parameter.name} className={s.parameter}>
              <dt>
                <span className="mono">{parameter.name}</span>
                <span className="faint">
                  {parameter.type}
                  {parameter.required ? ", needed" : ""}
                </span>
              </dt>
              <dd className="dim">
                <Marked text={parameter.help} />
                {parameter.fallback === null ? null : (
                  <span className="faint">
                    {parameter.help ? " " : ""}Unless set: <span className="mono">{parameter.fallback}</span>
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Example({ type }: { type: NodeType }) {
  const copy = async () => {
    const done = await copyText(JSON.stringify(type.example, null, 2));
    toast(done ? "plain" : "bad", done ? `Copied the example of ${type.name}` : "The browser did not allow copying");
  };
  return (
    <section>
      <div className={s.exampleHead}>
        <h3>Example</h3>
        <span className={s.exampleActions}>
          <TryIt type={type} />
          <Button kind="quiet" icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy()}>
            Copy
          </Button>
        </span>
      </div>
      <ExamplePicture type={type} />
      <JsonTree value={type.example} name="example" label="Example" execution={null} depth={graphOf(type) ? 1 : 4} />
    </section>
  );
}

/** Words with `names` between backticks. */
function Marked({ text }: { text: string }) {
  return text.split("`").map((part, at) =>
    at % 2 === 1 ? (
      <span key={at} className="mono">
        {part}
      </span>
    ) : (
      part
    ),
  );
}

function graphOf(type: NodeType): Graph | null {
  const { example } = type;
  if (typeof example !== "object" || example === null || Array.isArray(example) || !Array.isArray(example["nodes"])) return null;
  return { edges: [], ...example } as unknown as Graph;
}

function ExamplePicture({ type }: { type: NodeType }) {
  const kinds = useKinds();
  const placed = useMemo(() => {
    const graph = graphOf(type);
    return graph ? placeGraph(graph) : null;
  }, [type]);
  const [selected, setSelected] = useState<string | null>(null);
  if (!placed) return null;
  return (
    <div className={s.picture}>
      <GraphView graph={placed} kinds={kinds} runs={null} over={false} selected={selected} onSelect={setSelected} label={`Example of ${type.name}`} />
    </div>
  );
}

/** An example that is a graph can be run at once, as a workflow of its own. */
function TryIt({ type }: { type: NodeType }) {
  const [busy, setBusy] = useState(false);
  const example = graphOf(type);
  if (!example) return null;
  const add = async () => {
    setBusy(true);
    try {
      const workflow = await api.createWorkflow(JSON.stringify({ description: `The example of the node type ${type.name}.`, ...example, name: `Example: ${type.name}` }));
      navigate(editorPath(workflow.id));
    } catch (error) {
      toast("bad", `The example could not be added. ${sentence(asFailure(error))}`);
      setBusy(false);
    }
  };
  return (
    <Button kind="quiet" icon={<FilePlus size={14} aria-hidden="true" />} busy={busy} onClick={() => void add()}>
      Make a workflow of it
    </Button>
  );
}

const EFFECT: Record<NodeType["effect"], string> = {
  pure: "Pure: touches nothing outside, so it may be computed again at any time.",
  read: "Reads from outside. After a crash it may read again.",
  write: "Writes outside. The call is recorded before it is made, so it is not made twice unseen.",
};

function ports(list: readonly Port[]): string {
  return list.map((port) => (typeof port === "string" ? port : port.name)).join(", ");
}

function search(types: readonly NodeType[], q: string): NodeType[] {
  const parts = q.toLowerCase().split(/\s+/).filter(Boolean);
  return types.filter((type) => {
    const text = [type.name, type.id, type.summary, type.category, ...(type.aliases ?? [])].join(" ").toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}

function groupsOf(types: readonly NodeType[]): [string, NodeType[]][] {
  const groups = new Map<string, NodeType[]>();
  for (const type of types) {
    const list = groups.get(type.category) ?? [];
    list.push(type);
    groups.set(type.category, list);
  }
  return [...groups].map(([category, list]) => [category, list.sort((a, b) => a.name.localeCompare(b.name))]);
}

// The node panel alone, on sample nodes: `?node=route&tab=input&theme=light&wide&rtl`.

import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import "../../src/tokens.css";
import "../../src/base.css";
import { queries } from "../../src/api/queries";
import type { FileNode } from "../../src/graph/file";
import { evaluateOnServer } from "../../src/panels/node/evaluate";
import { NodePanel } from "../../src/panels/node/node-panel";
import type { PanelTab, SetFields } from "../../src/panels/node/types";
import { dataOf, NODES, PROBLEMS } from "./samples";
import s from "./page.module.css";

const asked = new URLSearchParams(location.search);
document.documentElement.dataset["theme"] = asked.get("theme") ?? "dark";
if (asked.has("rtl")) document.documentElement.dir = "rtl";

function Page() {
  const types = useQuery(queries.nodeTypes());
  const [nodes, setNodes] = useState<readonly FileNode[]>(NODES);
  const [id, setId] = useState(asked.get("node") ?? "route");
  const [wide, setWide] = useState(asked.has("wide"));
  const [open, setOpen] = useState(true);
  const [undo, setUndo] = useState<readonly string[]>([]);
  const node = nodes.find((one) => one.id === id) ?? nodes[0];
  if (!node) return null;
  const type = types.data?.find((one) => one.id === node.type || one.aliases?.includes(node.type ?? ""));
  const set: SetFields = (fields, options) => {
    setUndo((before) => (options?.join !== undefined && before.at(-1) === options.join ? before : [...before, options?.join ?? options?.label ?? "change"]));
    setNodes((before) => before.map((one) => (one.id === id ? changed(one, fields) : one)));
  };
  const order = NODES.map((one) => one.id);
  const around = (by: number) => {
    const to = nodes[order.indexOf(id) + by];
    return to ? [{ id: to.id, label: String(to.data?.["label"] ?? to.id), type: to.type ?? "" }] : [];
  };
  return (
    <div className={s.page}>
      <main className={s.stage}>
        <h1>Node panel</h1>
        <nav aria-label="Sample nodes" className={s.nodes}>
          {nodes.map((one) => (
            <button key={one.id} type="button" aria-current={one.id === id} onClick={() => (setId(one.id), setOpen(true))}>
              {one.id}
            </button>
          ))}
        </nav>
        <pre id="node" className="mono">{JSON.stringify(node, null, 2).slice(0, 4000)}</pre>
        <p id="undo" className="faint">{undo.length} steps of undo</p>
      </main>
      {open ? (
        <div className={s.side}>
          <NodePanel
            node={node}
            type={type}
            typesPending={types.isPending}
            problems={PROBLEMS[node.id] ?? []}
            data={dataOf(node.id)}
            set={set}
            evaluate={evaluateOnServer}
            wide={wide}
            onWide={setWide}
            onClose={() => setOpen(false)}
            neighbours={{ previous: around(-1), next: around(1) }}
            onStep={(to) => setId(to === "previous" ? (around(-1)[0]?.id ?? id) : to === "next" ? (around(1)[0]?.id ?? id) : to)}
            tab={undefined}
            reveal={asked.has("reveal") ? { path: asked.get("reveal") ?? "", key: 1 } : undefined}
            onRunTo={() => undefined}
          />
        </div>
      ) : null}
    </div>
  );
}

function changed(node: FileNode, fields: { readonly [path: string]: unknown }): FileNode {
  const data = { ...node.data };
  for (const [path, value] of Object.entries(fields)) {
    const key = path.slice("data/".length).replaceAll("~1", "/").replaceAll("~0", "~");
    if (value === undefined) delete data[key];
    else data[key] = value;
  }
  return { ...node, data };
}

const tab = asked.get("tab") as PanelTab | null;
sessionStorage.setItem("tidemill.node-tab", tab ?? "parameters");
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <Page />
      </QueryClientProvider>
    </StrictMode>,
  );
}

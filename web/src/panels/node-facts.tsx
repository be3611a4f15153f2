// A node at rest: its type, its parameters, what the type is for.

import { X } from "lucide-react";
import type { NodeType } from "../api/types";
import type { PlacedNode } from "../graph/file";
import { words } from "../graph/summary";
import { Button } from "../ui/button";
import { categoryOf, NodeTile } from "../ui/node-icon";
import { Chip } from "../ui/status";
import { JsonTree } from "./json-tree";
import s from "./step-detail.module.css";

interface NodeFactsProps {
  node: PlacedNode;
  title: string;
  kind: NodeType | undefined;
  onClose: () => void;
}

export function NodeFacts({ node, title, kind, onClose }: NodeFactsProps) {
  const { label: _label, ...parameters } = node.data;
  return (
    <section aria-label={`Node ${title}`}>
      <header className={s.head}>
        <NodeTile type={node.type} icon={kind?.icon} category={categoryOf(kind?.category, node.type)} />
        <h2 className={`${s.title} cut`} dir="auto" title={title}>
          {title}
        </h2>
        <Chip>{kind?.name ?? words(node.type)}</Chip>
        <Button kind="quiet" iconOnly icon={<X size={16} aria-hidden="true" />} onClick={onClose}>
          Close
        </Button>
      </header>
      <div className={s.body}>
        {kind?.summary ? <p className="dim">{kind.summary}</p> : null}
        <div className={s.value}>
          <div className={s.valueHead}>
            <h3>Parameters</h3>
            <span className="mono faint">{node.id}</span>
          </div>
          <JsonTree key={node.id} value={parameters} name="data" label="Parameters" execution={null} depth={3} />
        </div>
      </div>
    </section>
  );
}

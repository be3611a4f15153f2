// A node near enough to read: 208 × 60, tile, name, one useful line, one badge.

import { TriangleAlert } from "lucide-react";
import { memo } from "react";
import type { PlacedNode } from "../graph/file";
import { portY } from "../graph/geometry";
import { NodeTile } from "../ui/node-icon";
import type { CardText } from "./look";
import s from "./node-card.module.css";

interface NodeCardProps {
  node: PlacedNode;
  text: CardText;
  selected: boolean;
  problem: "error" | "warning" | undefined;
  onSelect: (id: string) => void;
}

const WORD = { rest: "", running: "running", ok: "succeeded", failed: "failed", skipped: "skipped", disabled: "disabled" };

function NodeCardView({ node, text, selected, problem, onSelect }: NodeCardProps) {
  const ports = node.ports.length > 1 ? node.ports : node.hasOutput ? [null] : [];
  const classes = [s.card, s[text.look], selected ? s.selected : "", problem === "error" ? s.wrong : ""].filter(Boolean).join(" ");
  return (
    <button
      type="button"
      className={classes}
      style={{ transform: `translate(${node.x}px, ${node.y}px)` }}
      aria-pressed={selected}
      data-node={node.id}
      onClick={() => onSelect(node.id)}
    >
      <NodeTile type={node.type} icon={text.icon} category={text.category} size="l" />
      <span className={s.words}>
        <span className={s.title} dir="auto">
          {text.title}
        </span>
        <span className={s.line} dir="auto" title={text.look === "failed" ? text.line : undefined}>
          {text.line}
        </span>
      </span>
      {problem ? <TriangleAlert className={`${s.problem} ${s[problem]}`} aria-hidden="true" /> : null}
      {text.badge ? <span className={s.badge}>{text.badge}</span> : null}
      <span className="hidden">
        {text.badge === WORD[text.look] || text.line === WORD[text.look] ? "" : WORD[text.look]}
        {problem ? `, has ${problem === "error" ? "an error" : "a warning"}` : ""}
      </span>
      {node.hasInput ? <i className={`${s.port} ${s.in}`} /> : null}
      {ports.map((port) => (
        <i key={port ?? ""} className={`${s.port} ${s.out}`} style={{ top: `${portY(node, port) - node.y}px` }} />
      ))}
    </button>
  );
}

export const NodeCard = memo(NodeCardView, (a, b) => {
  return (
    a.node === b.node &&
    a.selected === b.selected &&
    a.problem === b.problem &&
    a.onSelect === b.onSelect &&
    a.text.look === b.text.look &&
    a.text.title === b.text.title &&
    a.text.line === b.text.line &&
    a.text.badge === b.text.badge &&
    a.text.icon === b.text.icon
  );
});

// A graph to look at and no more: nodes with their names as far as they can be read, without a canvas and without being editable.

import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { NodeType } from "../api/types";
import type { PlacedGraph, PlacedNode } from "../graph/placed";
import { edgePath, graphBox, pathBox, type Box, type Path } from "../graph/geometry";
import { titleOf } from "../graph/summary";
import { categoryOf, iconFor } from "../ui/node-icon";
import s from "./graph-picture.module.css";

const PAD = 32;
/** Below this, names cannot be read: one scrolls instead. */
const SCALE_LEAST = 0.6;
/** Graphs of more nodes are shapes without words. */
const NAMED_MOST = 400;
const TITLE_LETTERS = 17;
const HEIGHT_MOST = 420;

export function GraphPicture({ graph, kinds, label }: { graph: PlacedGraph; kinds: ReadonlyMap<string, NodeType>; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(element);
    return () => resize.disconnect();
  }, []);
  const box = useMemo(() => boundsOf(graph), [graph]);
  const w = box.w + 2 * PAD;
  const h = box.h + 2 * PAD;
  const named = graph.nodes.length <= NAMED_MOST;
  const fit = Math.min(1, width / w, HEIGHT_MOST / h);
  const scale = named ? Math.max(SCALE_LEAST, fit) : fit;
  return (
    <div ref={frame} className={s.frame} tabIndex={0} role="group" aria-label={`${label}. Scrolls where it is larger than its frame.`}>
      {width > 0 ? (
        <svg className={s.picture} width={Math.floor(w * scale)} height={Math.floor(h * scale)} viewBox={`${box.x - PAD} ${box.y - PAD} ${w} ${h}`} role="img" aria-label={label}>
          {graph.nodes.filter((node) => node.frame).map((node) => (
            <rect key={node.id} className={node.note === null ? s.group : s.note} x={node.x} y={node.y} width={node.w} height={node.h} rx={10} />
          ))}
          {graph.edges.map((edge) => (
            <path key={edge.key} className={s.edge} d={toD(edgePath(edge))} />
          ))}
          {graph.nodes.filter((node) => !node.frame || node.note === null).map((node) => (
            <Node key={node.id} node={node} kind={kinds.get(node.type)} named={named} />
          ))}
        </svg>
      ) : null}
    </div>
  );
}

function Node({ node, kind, named }: { node: PlacedNode; kind: NodeType | undefined; named: boolean }) {
  const title = titleOf(node, kind?.name ?? null);
  if (node.frame) {
    return (
      <text className={s.words} x={node.x + 14} y={node.y + 24}>
        {shortened(title)}
      </text>
    );
  }
  const category = categoryOf(kind?.category, node.type);
  const Icon = iconFor(node.type, kind?.icon, category);
  return (
    <g>
      <rect className={s.node} x={node.x} y={node.y} width={node.w} height={node.h} rx={10} />
      <g className={s[category]}>
        <rect className={s.tile} x={node.x + 12} y={node.y + 13} width={34} height={34} rx={8} />
        {named ? <Icon x={node.x + 20} y={node.y + 21} width={18} height={18} strokeWidth={1.7} aria-hidden="true" /> : null}
      </g>
      {named ? (
        <text className={s.words} x={node.x + 56} y={node.y + node.h / 2 + 4.5}>
          <title>{title}</title>
          {shortened(title)}
        </text>
      ) : null}
    </g>
  );
}

/** Edges that run back reach below their nodes. */
function boundsOf(graph: PlacedGraph): Box {
  const boxes = [graphBox(graph), ...graph.edges.map((edge) => pathBox(edgePath(edge)))];
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, w: Math.max(...boxes.map((box) => box.x + box.w)) - x, h: Math.max(...boxes.map((box) => box.y + box.h)) - y };
}

function shortened(title: string): string {
  return title.length > TITLE_LETTERS ? `${title.slice(0, TITLE_LETTERS - 1).trimEnd()}…` : title;
}

function toD(path: Path): string {
  const text = [`M${path[0]} ${path[1]}`];
  for (let at = 2; at + 5 < path.length; at += 6) text.push(`C${path.slice(at, at + 6).join(" ")}`);
  return text.join("");
}

// The canvas alone, to be drawn by either layer: ?graph=mixed|10k&renderer=2d|gl&theme=dark|light

import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "../../src/tokens.css";
import "../../src/base.css";
import { createRef } from "react";
import { createRoot } from "react-dom/client";
import { Canvas } from "../../src/canvas/canvas";
import type { CanvasHandle, Point } from "../../src/canvas/types";
import { GraphDocument } from "../../src/graph/document/document";
import { Selection } from "../../src/graph/document/selection";
import { grid, KINDS, mixed, statusesFor } from "./graphs";
import s from "./page.module.css";

const asked = new URLSearchParams(location.search);
document.documentElement.dataset["theme"] = asked.get("theme") ?? "dark";
const isMixed = asked.get("graph") !== "10k";
const doc = new GraphDocument(isMixed ? mixed() : grid(10_000));
const selection = new Selection();
const statuses = statusesFor(doc);
const handle = createRef<CanvasHandle>();
const renderer = asked.get("renderer");
const settings = { renderer: renderer === "gl" || renderer === "2d" ? renderer : "auto" } as const;
const problems = new Map(isMixed ? ([[3, "error"], [4, "warning"]] as const) : []);
const nothing = () => {};

const moved: unknown[] = [];

/** What a page does with a drag: a change of the document. */
function move(nodes: readonly number[], by: Point): void {
  moved.push(nodes);
  doc.change("Move", (edit) => {
    for (const slot of nodes) {
      const node = doc.nodes.at(slot);
      if (node) edit.setNode(node.id, { position: { x: (node.position?.x ?? 0) + by.x, y: (node.position?.y ?? 0) + by.y } });
    }
  });
}

Object.assign(globalThis, { shown: { doc, selection, statuses, handle, moved } });
createRoot(document.getElementById("root") as HTMLElement).render(
  <div className={s.page}>
    <Canvas
      ref={handle}
      doc={doc}
      selection={selection}
      kinds={KINDS}
      statuses={statuses}
      problems={problems}
      editable
      settings={settings}
      on={{ move, nudge: nothing }}
      label="A graph"
    />
  </div>,
);

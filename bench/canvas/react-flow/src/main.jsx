// React Flow as it comes (default nodes, background, controls), with the marks that the script looks for and nothing else.

import { Background, Controls, ReactFlow, ReactFlowProvider, useEdgesState, useNodesInitialized, useNodesState, useOnViewportChange, useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/style.css";

const graph = await (await fetch(new URLSearchParams(location.search).get("graph"))).json();

function Graph() {
  const [nodes, , onNodesChange] = useNodesState(graph.nodes);
  const [edges, , onEdgesChange] = useEdgesState(graph.edges);
  const root = useRef(null);
  const { getViewport } = useReactFlow();
  const ready = useNodesInitialized();
  const tell = ({ x, y, zoom }) => Object.assign(root.current.dataset, { zoom, x, y });
  useOnViewportChange({ onEnd: tell });
  useEffect(() => {
    if (!ready) return;
    requestAnimationFrame(() => {
      tell(getViewport());
      performance.mark("tidemill:canvas");
    });
  }, [ready, getViewport]);
  return (
    <div ref={root} data-canvas="" style={{ height: "100%" }}>
      <ReactFlow nodes={nodes} edges={edges} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange} defaultViewport={{ x: 0, y: 0, zoom: 1 }} minZoom={0.01} panOnScroll zoomOnScroll={false}>
        <Background />
        <Controls />
      </ReactFlow>
    </div>
  );
}

createRoot(document.getElementById("root")).render(
  <ReactFlowProvider>
    <Graph />
  </ReactFlowProvider>,
);

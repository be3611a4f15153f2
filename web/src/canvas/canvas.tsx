// The canvas as a component: a stage for its document, the elements above it, the keyboard, and words for who cannot see it.
// Moving the camera renders nothing.

import { Maximize, Minus, Plus } from "lucide-react";
import { Suspense, useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type PointerEvent, type RefObject } from "react";
import { canvasSettings, useView } from "../state/view";
import { DomLayer } from "./dom-layer";
import { handleFor } from "./handle";
import { part } from "../ui/part";
import { minimap, Stage } from "./stage";
import type { CanvasEvents, CanvasProps } from "./types";
import { useInteraction } from "./use-interaction";
import { wordsFor } from "./words";
import s from "./canvas.module.css";

const Peek = part(async () => (await import("./peek")).Peek);
const NO_EVENTS: CanvasEvents = {};
const NO_PROBLEMS: ReadonlyMap<number, "error" | "warning"> = new Map();
const ZOOM_STEP = 1.25;
const NARROW = 560;

export function Canvas(props: CanvasProps) {
  const { ref, doc, selection, kinds, statuses = null, problems = NO_PROBLEMS, editable, on = NO_EVENTS, onPainted, view, label } = props;
  const stage = useMemo(() => new Stage(doc, selection), [doc, selection]);
  // Before it is attached, so that a large graph is read once.
  useLayoutEffect(() => stage.scene.setKinds(kinds), [stage, kinds]);
  useLayoutEffect(() => stage.scene.setStatuses(statuses), [stage, statuses]);
  const ids = useId();
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const world = useRef<HTMLDivElement>(null);
  const mini = useRef<HTMLCanvasElement>(null);
  const wanted = useView((state) => state.settings);
  stage.settings = useMemo(() => ({ ...canvasSettings(wanted), ...props.settings }), [wanted, props.settings]);

  useEffect(() => stage.scene.setProblems(problems), [stage, problems]);
  useEffect(() => void stage.painted.then(onPainted), [stage, onPainted]);
  const begin = useRef(view);
  useLayoutEffect(() => {
    const parts = { root: root.current, canvas: canvas.current, world: world.current, mini: mini.current };
    if (!parts.root || !parts.canvas || !parts.world || !parts.mini) return;
    const from = begin.current;
    if (from) {
      stage.camera.put(from);
      stage.camera.isTouched = true;
    }
    return stage.attach({ root: parts.root, canvas: parts.canvas, world: parts.world, mini: parts.mini });
  }, [stage]);
  const { hovered, keyDown, keyUp, focus, connectFrom, said } = useInteraction({ stage, root, on, kinds, editable });
  useImperativeHandle(ref, () => handleFor(stage, root, focus, connectFrom), [stage, focus, connectFrom]);
  const { focused, isMounted } = useFocused(stage);

  return (
    <div
      ref={root}
      className={`${s.view} ${editable ? s.editable : ""}`}
      role="application"
      aria-roledescription="workflow canvas"
      aria-label={`${label}. Arrow keys walk along edges, with Alt over the plane; plus and minus zoom, F fits.`}
      aria-activedescendant={focused >= 0 ? `${ids}-${focused}` : undefined}
      tabIndex={0}
      data-canvas=""
      onKeyDown={keyDown}
      onKeyUp={keyUp}
    >
      <canvas ref={canvas} className={s.canvas} aria-hidden="true" />
      <DomLayer stage={stage} world={world} ids={ids} />
      {focused >= 0 && !isMounted ? (
        <span id={`${ids}-${focused}`} className="hidden" role="button" aria-pressed={selection.hasNode(focused)}>
          {wordsFor(stage.scene, focused)}
        </span>
      ) : null}
      <Suspense>{hovered >= 0 ? <Peek stage={stage} node={hovered} /> : null}</Suspense>
      <Tools stage={stage} mini={mini} />
      <div className="hidden" role="status" aria-live="polite">
        {said}
      </div>
    </div>
  );
}

/** The node at the keyboard, and whether it is an element of the page already. */
function useFocused(stage: Stage): { focused: number; isMounted: boolean } {
  const focused = useSyncExternalStore(stage.listen, () => stage.focused);
  const slots = useSyncExternalStore(stage.mounts.listen, stage.mounts.get);
  return { focused, isMounted: focused >= 0 && slots.includes(focused) };
}

function Tools({ stage, mini }: { stage: Stage; mini: RefObject<HTMLCanvasElement | null> }) {
  const [zoom, setZoom] = useState(100);
  const [isPartial, setPartial] = useState(false);
  useEffect(() => {
    stage.onRest = (data) => {
      stage.times?.tell(stage, data);
      const { view } = stage.camera;
      const box = stage.scene.places.bounds();
      setZoom(view.zoom < 0.0995 ? Math.round(view.zoom * 1_000) / 10 : Math.round(view.zoom * 100));
      const isAll = box === null || (box.x * view.zoom + view.x >= 0 && box.y * view.zoom + view.y >= 0 && (box.x + box.w) * view.zoom + view.x <= view.width && (box.y + box.h) * view.zoom + view.y <= view.height);
      setPartial(!isAll && view.width >= NARROW);
    };
    stage.onRest();
  }, [stage]);
  useEffect(() => stage.request(), [stage, isPartial]);
  const zoomBy = (factor: number | null) => {
    const { camera } = stage;
    camera.isTouched = true;
    camera.zoom(factor ?? 1 / camera.view.zoom, { x: camera.view.width / 2, y: camera.view.height / 2 });
  };
  /** A press or drag on the small map brings that part of the graph to the middle. */
  const jump = (event: PointerEvent<HTMLCanvasElement>) => {
    const { code } = minimap;
    if (event.buttons !== 1 || !mini.current || !code) return;
    const box = mini.current.getBoundingClientRect();
    stage.camera.isTouched = true;
    stage.camera.put(stage.camera.centering(code.miniSpot(stage.overview, box.width, box.height, { x: event.clientX - box.left, y: event.clientY - box.top })));
  };
  return (
    <>
      <canvas ref={mini} className={s.mini} data-tools="" aria-hidden="true" hidden={!isPartial} onPointerDown={jump} onPointerMove={jump} />
      <div className={s.tools} data-tools="" role="toolbar" aria-label="Zoom">
        <button type="button" aria-label="Zoom out" title="Zoom out (−)" onClick={() => zoomBy(1 / ZOOM_STEP)}>
          <Minus aria-hidden="true" />
        </button>
        <button type="button" className={s.percent} aria-label={`${zoom} %, show at 100 %`} title="Show at 100 % (0)" onClick={() => zoomBy(null)}>
          {zoom} %
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoomBy(ZOOM_STEP)}>
          <Plus aria-hidden="true" />
        </button>
        <button type="button" aria-label="Fit the graph" title="Fit the graph (F)" onClick={() => stage.fit()}>
          <Maximize aria-hidden="true" />
        </button>
      </div>
    </>
  );
}

// What one works with beside the canvas: the list at the left, the panel at the side, bars, menus, keys.

import { Suspense, useCallback, useEffect, useMemo, useRef, type RefObject } from "react";
import { api } from "../../api/calls";
import type { NodeType } from "../../api/types";
import type { CanvasEvents, CanvasHandle, Point } from "../../canvas/types";
import type { Surface } from "../../graph/commands/registry";
import { layoutWish } from "../../graph/edit/arrange";
import { placesOf, type Places } from "../../graph/document/places";
import { ContainerCrumbs, SelectionBar } from "../../panels/editor/bars";
import type { Typed } from "../../panels/input-form";
import { takeText } from "../../panels/editor/take";
import { useSelectionVersion } from "../../panels/editor/use-document";
import { useCommandKeys } from "../../panels/editor/use-keys";
import type { Session } from "../../state/document";
import { toast, useView } from "../../state/view";
import { Skeleton } from "../../ui/states";
import { addFromList } from "./adding";
import { canvasEvents } from "./canvas-events";
import { contextOf, type HostParts } from "./host";
import { Left } from "./left";
import { opened, Surfaces } from "./surfaces";
import type { EditorRun } from "./use-editor-run";
import type { Parts } from "./use-parts";
import type { Problems } from "./use-problems";
import { WorkflowPanel } from "./workflow-panel";
import { part } from "../../ui/part";
import s from "./editor.module.css";

const NodeSide = part(async () => ({ default: (await import("./node-side")).NodeSide }));
const FindBar = part(async () => ({ default: (await import("../../panels/editor/find-bar")).FindBar }));
const RunView = part(async () => ({ default: (await import("./run-view")).RunView }));

interface WorkbenchProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  canvas: RefObject<CanvasHandle | null>;
  pointer: RefObject<Point | null>;
  problems: Problems;
  run: EditorRun;
  publish: () => void;
  parts: Parts;
  blocked: string | null;
  start: () => void;
  /** What the canvas may ask for from now on. */
  onReady: (on: CanvasEvents) => void;
}

export function Workbench(props: WorkbenchProps) {
  const { session, kinds, canvas, problems, run, parts, onReady } = props;
  const { doc, selection } = session;
  const bindings = useView((state) => state.bindings);
  useSelectionVersion(selection);
  const slot = selection.only;
  const { setOpen, setLeft, setWide, setFinding, setRunning } = parts;
  const { commands, take } = useCommands(props);
  const on = useMemo(() => canvasEvents({ context: commands, onOpen: () => setWide(true), open: setOpen, take: (text, at) => void take(text, at) }), [commands, setWide, setOpen, take]);
  useEffect(() => onReady(on), [on, onReady]);
  useCommandKeys(commands, bindings);
  useFirstLayout(session);
  const reveal = useReveal(session, canvas);
  const openMenu = (at: Point) => setOpen({ kind: "menu", at });
  return (
    <>
      <Left context={commands} kinds={kinds} what={parts.left} onWhat={setLeft} problemsOf={(at) => problems.of(doc.nodes.key(at)).length} onOpen={() => setWide(true)} onMenu={openMenu} />
      <div className={s.above}>
        {parts.finding ? (
          <Suspense fallback={null}>
            <FindBar context={commands} onClose={() => setFinding(false)} />
          </Suspense>
        ) : null}
        <SelectionBar context={commands} bindings={bindings} onMenu={openMenu} />
        <ContainerCrumbs doc={doc} slot={slot} onGo={(at) => (at < 0 ? canvas.current?.fit() : reveal(doc.nodes.key(at)))} />
      </div>
      {parts.running && run.execution !== null ? (
        <div className={s.runs}>
          <Suspense fallback={<Skeleton rows={3} />}>
            <RunView session={session} execution={run.execution} kinds={kinds} onNode={reveal} onClose={() => setRunning(false)} />
          </Suspense>
        </div>
      ) : null}
      <Side {...props} slot={slot} reveal={reveal} />
      {parts.open ? <Surfaces open={parts.open} context={commands} kinds={kinds} bindings={bindings} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

/** The panel of the one node that is selected, else that of the workflow. */
function Side({ session, kinds, problems, run, parts, blocked, slot, reveal }: WorkbenchProps & { slot: number; reveal: (id: string) => void }) {
  const { wide, setWide, tab, setTab, setRunning } = parts;
  const typed = useRef<Typed | null>(null);
  const showRun = (begin: () => void) => {
    begin();
    setRunning(true);
  };
  return (
    <aside className={`${s.side} ${wide && slot >= 0 ? s.wide : ""}`} aria-label={slot >= 0 ? "Node" : "Workflow"}>
      {slot >= 0 ? (
        <Suspense fallback={<Skeleton rows={8} />}>
          <NodeSide session={session} slot={slot} kinds={kinds} problems={problems} run={run} wide={wide} onWide={setWide} onNode={reveal} />
        </Suspense>
      ) : (
        <WorkflowPanel
          session={session}
          tab={tab}
          onTab={setTab}
          problems={problems}
          busy={run.starting}
          blocked={blocked}
          typed={typed}
          onRun={(input) => showRun(() => run.start(input))}
          onNode={reveal}
          shown={run.execution}
          onShow={(execution) => showRun(() => run.show(execution))}
        />
      )}
    </aside>
  );
}

/** What commands need of this page. They are asked for long after they were made: they find what is true then. */
function useCommands({ session, kinds, canvas, pointer, run, start, publish, parts }: WorkbenchProps) {
  const { selection } = session;
  const { setTab, setOpen, setLeft, setWide, setFinding } = parts;
  const show = (surface: Surface) => {
    const at = cornerOf(canvas.current, session);
    const above = opened(surface, at);
    if (above) setOpen(above);
    else if (surface === "find") setFinding(true);
    else if (surface === "outline" || surface === "add") {
      setLeft(surface);
      enterList(surface);
    }
    else if (surface === "node_wide") setWide(true);
    else if (surface === "problems") {
      selection.clear();
      setTab("problems");
    } else if (surface === "quick_add") setOpen({ kind: "quick_add", at, after: selection.only, pick: (kind, beside) => addFromList(context.current, kind, beside) });
  };
  const host = useLatest<HostParts>({ session, kinds, canvas, pointer, show, run, start, publish, openFile: () => openFile((text) => void take(text)) });
  const commands = useMemo(() => contextOf(host, kinds), [host, kinds]);
  const context = useLatest(commands);
  const take = useCallback(
    async (text: string, at?: Point) => {
      try {
        await takeText(context.current, text, at);
      } catch (error) {
        toast("bad", error instanceof Error ? error.message : "This could not be read.");
      }
    },
    [context],
  );
  return { commands, take };
}

/** Selects a node and brings it into view. */
function useReveal({ doc, selection }: Session, canvas: RefObject<CanvasHandle | null>) {
  return useCallback(
    (id: string) => {
      const at = doc.nodes.slot(id);
      if (at === undefined || !doc.nodes.at(at)) return;
      selection.set([at]);
      canvas.current?.reveal(at, { focus: true });
    },
    [doc, selection, canvas],
  );
}

/** A large file without places gets them from the server; they become part of it with the first move. */
function useFirstLayout({ doc }: Session): void {
  useEffect(() => {
    const places = placesOf(doc);
    if (!places.needsLayout) return;
    const wish = layoutWish(doc, places, null);
    const { version } = doc;
    api.layout(wish.request).then(
      ({ places: found }) => {
        if (doc.version === version) places.take(cornersOf(places, new Map(wish.slots.map((slot, at) => [slot, { x: found[at]?.[0] ?? 0, y: found[at]?.[1] ?? 0 }]))));
      },
      () => toast("plain", "The server did not lay this graph out; it is shown as a grid. Lay out places it later."),
    );
  }, [doc]);
}

/** Corners that count from those of parents, as corners of the canvas. */
function cornersOf(places: Places, own: ReadonlyMap<number, Point>): Map<number, Point> {
  const corners = new Map<number, Point>();
  const corner = (slot: number): Point => {
    const known = corners.get(slot);
    if (known) return known;
    const at = own.get(slot) ?? { x: 0, y: 0 };
    corners.set(slot, at); // a circle of parents ends here
    const parent = places.parentOf(slot);
    const from = parent >= 0 && own.has(parent) ? corner(parent) : { x: 0, y: 0 };
    const found = { x: at.x + from.x, y: at.y + from.y };
    corners.set(slot, found);
    return found;
  };
  for (const slot of own.keys()) corner(slot);
  return corners;
}

/** A value that callbacks made earlier read as it is now. */
function useLatest<T>(value: T): { current: T } {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** The window's place beside the selected node, else the middle of the canvas: for what keys open. */
function cornerOf(handle: CanvasHandle | null, { doc, selection }: Session): Point {
  const middle = { x: innerWidth / 2, y: innerHeight / 3 };
  const node = doc.nodes.at(selection.current);
  const place = node && handle ? handle.toScreen(placesOf(doc).box(selection.current)) : null;
  return place && place.x > 0 && place.y > 0 && place.x < innerWidth && place.y < innerHeight ? place : middle;
}

const LIST_FRAMES = 120;

/** Puts the keyboard into the list at the left, which may still be on its way. */
function enterList(list: "outline" | "add", frames = LIST_FRAMES): void {
  requestAnimationFrame(() => {
    const shown = document.querySelector(`[data-list="${list}"]`);
    const place = shown?.querySelector<HTMLElement>('[role="treegrid"]') ?? shown?.querySelector<HTMLElement>("input");
    if (place) place.focus();
    else if (frames > 0) enterList(list, frames - 1);
  });
}

function openFile(take: (text: string) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,.yaml,.yml,application/json";
  input.onchange = () => void input.files?.[0]?.text().then(take);
  input.click();
}

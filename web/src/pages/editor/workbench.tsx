// What one works with beside the canvas: the list at the left, the panel at the side, bars, menus, keys.

import { LoaderCircle } from "lucide-react";
import { Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { NodeType } from "../../api/types";
import type { CanvasEvents, CanvasHandle, Point } from "../../canvas/types";
import type { Surface } from "../../graph/commands/registry";
import type { Anchor } from "../../graph/comments/write";
import { counted } from "../../graph/edit/names";
import { placesOf } from "../../graph/document/places";
import { ContainerCrumbs, SelectionBar } from "../../panels/editor/bars";
import { loadReaders, takeText } from "../../panels/editor/take";
import { useSelectionVersion } from "../../panels/editor/use-document";
import { useCommandKeys } from "../../panels/editor/use-keys";
import type { Session } from "../../state/document";
import { toast, useView } from "../../state/view";
import { useDelayed } from "../../ui/hooks";
import { whenIdle } from "../../ui/idle";
import { part } from "../../ui/part";
import { Skeleton } from "../../ui/states";
import { addFromList } from "./adding";
import { canvasEvents } from "./canvas-events";
import type { Drawing } from "./drawing";
import { contextOf, type HostParts } from "./host";
import { jumpTo } from "./jump";
import { Left } from "./left";
import { useDrops, usePointer } from "./over-canvas";
import { loadSurfaces, opened, Surfaces } from "./surfaces";
import { isEmpty, useDocValue } from "./use-doc";
import { useLayout } from "./use-layout";
import type { EditorRun } from "./use-editor-run";
import { useOpen } from "./use-open";
import { NARROW, type Parts } from "./use-parts";
import type { Problems } from "./use-problems";
import { useReveal } from "./use-reveal";
import { WorkflowPanel } from "./workflow-panel";
import s from "./editor.module.css";

const NodeSide = part(async () => (await import("./node-side")).NodeSide);
const EditorPeople = part(async () => (await import("./people")).EditorPeople);
const CommentPins = part(async () => (await import("./comment-pins")).CommentPins);
const Settling = part(async () => (await import("./settling")).Settling);
const Blank = part(async () => (await import("./blank")).Blank);
const FindBar = part(async () => (await import("../../panels/editor/find-bar")).FindBar);
const RunView = part(async () => (await import("./run-view")).RunView);

/** What the first press or key will open, what reads a text that is pasted, and what runs and publishes. */
function loadRest(): void {
  loadSurfaces();
  loadReaders();
  import("./actions").catch(() => undefined); // told when something is run
  for (const one of [NodeSide, FindBar]) one.load().catch(() => undefined); // told when it is opened
}

interface WorkbenchProps {
  session: Session;
  kinds: ReadonlyMap<string, NodeType>;
  canvas: RefObject<CanvasHandle | null>;
  /** What the canvas fills. */
  area: RefObject<HTMLElement | null>;
  problems: Problems;
  run: EditorRun;
  publish: () => void;
  parts: Parts;
  blocked: string | null;
  start: () => void;
  drawing: Drawing;
  /** What the canvas may ask for from now on. */
  onReady: (on: CanvasEvents) => void;
}

export function Workbench(props: WorkbenchProps) {
  const { session, kinds, canvas, problems, run, parts, onReady } = props;
  const { doc, selection } = session;
  const bindings = useView((state) => state.bindings);
  useSelectionVersion(selection);
  useOpen(session);
  const slot = useDeferredValue(useReleased(selection.only));
  const { setOpen, setWide, setFinding, setRunning } = parts;
  const { commands, take } = useCommands(props);
  const isBlank = useDocValue(doc, isEmpty);
  const on = useMemo(() => canvasEvents({ context: commands, onOpen: () => setWide(true), open: setOpen }), [commands, setWide, setOpen]);
  useDrops({ area: props.area, canvas, context: commands, take });
  useEffect(() => onReady(on), [on, onReady]);
  useCommandKeys(commands, bindings);
  useEffect(() => whenIdle(loadRest), []);
  const reveal = useReveal(session, canvas);
  const openMenu = (at: Point) => setOpen({ kind: "menu", at });
  return (
    <>
      <Suspense fallback={null}>
        <div className={s.above}>
          <Settling session={session} kinds={kinds} parts={parts} drawing={props.drawing} reveal={reveal} publish={props.publish} />
        </div>
      </Suspense>
      <Left context={commands} kinds={kinds} parts={parts} onNode={reveal} problemsOf={(at) => problems.of(doc.nodes.key(at)).length} onOpen={() => setWide(true)} onMenu={openMenu} canvas={canvas} />
      <Suspense fallback={null}>
        <EditorPeople workflow={session.workflow} doc={doc} selection={selection} canvas={canvas} />
        <CommentPins doc={doc} canvas={canvas} parts={parts} />
      </Suspense>
      <div className={s.above}>
        <Working words={parts.working} />
        {isBlank ? (
          <Suspense fallback={null}>
            <Blank host={commands.host} />
          </Suspense>
        ) : null}
        {parts.finding ? (
          <Suspense fallback={null}>
            <FindBar context={commands} onClose={() => setFinding(false)} />
          </Suspense>
        ) : null}
        <SelectionBar context={commands} bindings={bindings} onMenu={openMenu} />
        <ContainerCrumbs doc={doc} kinds={kinds} slot={slot} onGo={(at) => (at < 0 ? canvas.current?.fit() : reveal(doc.nodes.key(at)))} />
      </div>
      {parts.running && run.execution !== null ? (
        <div className={s.runs}>
          <Suspense fallback={<Skeleton rows={3} />}>
            <RunView session={session} execution={run.execution} kinds={kinds} onNode={reveal} onClose={() => setRunning(false)} />
          </Suspense>
        </div>
      ) : null}
      <Side {...props} slot={slot} reveal={reveal} />
      {/* What closes must not close what it has opened: a menu ends a moment after the dialog that it led to has begun. */}
      {parts.open ? <Surfaces open={parts.open} context={commands} kinds={kinds} bindings={bindings} onClose={() => setOpen((now) => (now === parts.open ? null : now))} /> : null}
    </>
  );
}

/** What the server is at work on, once that takes long enough to be noticed. */
function Working({ words }: { words: string | null }) {
  const late = useDelayed(words !== null);
  return (
    <p role="status" className={late ? s.working : "hidden"}>
      {late ? (
        <>
          <LoaderCircle aria-hidden="true" /> {words}…
        </>
      ) : null}
    </p>
  );
}

/** The panel of the one node that is selected, else that of the workflow. */
function Side({ session, kinds, canvas, problems, run, parts, blocked, slot, reveal, drawing }: WorkbenchProps & { slot: number; reveal: (id: string) => void }) {
  const { wide, setWide, tab, setTab, setRunning, asked, setAsked, typed } = parts;
  const shown = session.doc.nodes.at(slot)?.id;
  useEffect(() => {
    // Who comes back to the node later did not ask for the field again.
    if (asked && shown !== asked.node) setAsked(null);
  }, [asked, shown, setAsked]);
  const showRun = (begin: () => void) => {
    begin();
    setRunning(true);
  };
  return (
    <aside className={`${s.side} ${wide && slot >= 0 ? s.wide : ""}`} aria-label={slot >= 0 ? "Node" : "Workflow"}>
      {slot >= 0 ? (
        <Suspense fallback={<Skeleton rows={8} />}>
          <NodeSide session={session} slot={slot} kinds={kinds} problems={problems} run={run} wide={wide} onWide={setWide} onNode={reveal} asked={asked} />
        </Suspense>
      ) : (
        <WorkflowPanel
          session={session}
          kinds={kinds}
          tab={tab}
          onTab={setTab}
          problems={problems}
          busy={run.starting}
          blocked={blocked}
          typed={typed}
          onRun={(input) => showRun(() => run.start(input))}
          onProblem={(problem) => jumpTo({ session, canvas, reveal, setAsked }, problem)}
          onNode={reveal}
          drawing={drawing}
          shown={run.execution}
          onShow={(execution) => showRun(() => run.show(execution))}
        />
      )}
    </aside>
  );
}

/** What commands need of this page. They are asked for long after they were made: they find what is true then. */
function useCommands({ session, kinds, canvas, area, run, start, publish, parts }: WorkbenchProps) {
  const { selection } = session;
  const { setTab, setOpen, setLeft, setWide, setFinding, setNotes } = parts;
  const show = (surface: Surface) => {
    const at = cornerOf(canvas.current, session);
    const above = opened(surface, at);
    if (above) setOpen(above);
    else if (surface === "conflicts") parts.setSettling({ at: null, isAside: false, isPublishing: false });
    else if (surface === "find") setFinding(true);
    else if (surface === "comment") {
      const from = parts.open?.kind === "menu" ? canvas.current?.toWorld(parts.open.at) : undefined;
      parts.setCommenting({ at: null, only: null, writing: anchorOf(session, from ?? context.current.host.place()) });
      setLeft("comments");
    } else if (surface === "outline" || surface === "add" || surface === "comments") {
      setLeft(surface);
      enterList(surface);
    }
    else if (surface === "node_wide") setWide(true);
    else if (surface === "problems" || surface === "versions") {
      selection.clear();
      setTab(surface);
    } else if (surface === "quick_add") setOpen({ kind: "quick_add", at, after: selection.only, pick: (kind, beside) => addFromList(context.current, kind, beside) });
  };
  const pointer = usePointer(area);
  const layout = useLayout(session, canvas, parts.setWorking);
  const host = useLatest<HostParts>({ session, kinds, canvas, pointer, show, run, start, publish, layout, take: (text) => take(text), openFile: () => openFile((text) => void take(text)) });
  const commands = useMemo(() => contextOf(host, kinds), [host, kinds]);
  const context = useLatest(commands);
  const take: (text: string, at?: Point) => Promise<void> = useCallback(
    async (text, at) => {
      try {
        const taken = await takeText(context.current, text, at);
        if (taken.notes.length === 0) return;
        setNotes(taken);
        // On a narrow window the list would hide what was pasted.
        if (taken.notes.length > 1 && !matchMedia(NARROW).matches) setLeft("notes");
        else if (taken.notes.length > 1) toast("plain", `There are ${counted(taken.notes.length, "note")} on what was pasted.`, { label: "Read them", run: () => setLeft("notes") });
      } catch (error) {
        toast("bad", error instanceof Error ? error.message : "This could not be read.");
      }
    },
    [context, setNotes, setLeft],
  );
  return { commands, take };
}

/**
 * The node to show in the panel. Who drags a node selects it, and a panel takes longer to show than a frame: while the canvas is pressed,
 * what was shown before stays.
 */
function useReleased(slot: number): number {
  const [shown, setShown] = useState(slot);
  useEffect(() => {
    const show = () => setShown(slot);
    if (!document.querySelector("[data-canvas]:active")) return show();
    const ends = ["pointerup", "pointercancel"] as const;
    for (const end of ends) addEventListener(end, show);
    return () => {
      for (const end of ends) removeEventListener(end, show);
    };
  }, [slot]);
  return shown;
}

/** A value that callbacks made earlier read as it is now. */
function useLatest<T>(value: T): { current: T } {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** What a comment that begins now is about: the node that is selected, else a place. */
function anchorOf({ doc, selection }: Session, place: Point): Anchor {
  const slot = selection.only;
  // What has no id of its own is another row after the next reading.
  if (slot < 0 || doc.nodes.numberAt(slot) >= 0) return { node: null, x: Math.round(place.x), y: Math.round(place.y) };
  const { x, y, w, h } = placesOf(doc).box(slot);
  return { node: doc.nodes.key(slot), x: Math.round(x + w / 2), y: Math.round(y + h / 2) };
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
function enterList(list: "outline" | "add" | "comments", frames = LIST_FRAMES): void {
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

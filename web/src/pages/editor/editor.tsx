// The editor of one draft: the canvas in the middle, lists and panels around it, each told only of what it shows.

import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { NodeType } from "../../api/types";
import { Canvas } from "../../canvas/canvas";
import { statusesOf } from "../../canvas/statuses";
import type { CanvasHandle, Point } from "../../canvas/types";
import type { Context, Surface } from "../../graph/commands/registry";
import { placesOf } from "../../graph/document/places";
import { asksForInput } from "../../graph/form";
import { AddPalette } from "../../panels/editor/add-palette";
import { ContainerCrumbs, SelectionBar } from "../../panels/editor/bars";
import { takeText } from "../../panels/editor/take";
import { useCommandKeys } from "../../panels/editor/use-keys";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { canvasSettings, toast, useView } from "../../state/view";
import { plural } from "../../ui/format";
import { Skeleton } from "../../ui/states";
import { useKinds } from "../kinds";
import { addFromList } from "./adding";
import { canvasEvents } from "./canvas-events";
import { contextOf, type HostParts } from "./host";
import { opened, Surfaces, type Open } from "./surfaces";
import { Top } from "./top";
import { useSelected } from "./use-doc";
import { useEditorRun } from "./use-editor-run";
import { useProblems } from "./use-problems";
import { usePublish } from "./use-publish";
import { WorkflowPanel, type WorkflowTab } from "./workflow-panel";
import s from "./editor.module.css";

const NodeSide = lazy(async () => ({ default: (await import("./node-side")).NodeSide }));
const FindBar = lazy(async () => ({ default: (await import("../../panels/editor/find-bar")).FindBar }));
const Outline = lazy(async () => ({ default: (await import("../../panels/editor/outline")).Outline }));
const RunView = lazy(async () => ({ default: (await import("./run-view")).RunView }));

export function Editor({ session }: { session: Session }) {
  const { doc, selection } = session;
  const kinds = useKinds();
  const canvas = useRef<CanvasHandle>(null);
  const pointer = useRef<Point | null>(null);
  const settings = useView((state) => state.settings);
  const bindings = useView((state) => state.bindings);
  const problems = useProblems(session);
  const run = useEditorRun(session);
  const publishing = usePublish(session);
  const statuses = useStatuses(session);
  useSelected(selection);
  const slot = selection.only;
  const parts = useParts();
  const { setTab, setOpen, setLeft, setWide, setFinding, setRunning } = parts;

  const start = useCallback(() => {
    if (asksForInput({ ...doc.file, nodes: triggersOf(session), edges: [] })) {
      selection.clear();
      setTab("run");
      toast("plain", "Say what it starts with, then press Run there.");
    } else run.start("{}");
    setRunning(true);
  }, [doc, selection, session, run, setTab, setRunning]);
  const show = (surface: Surface) => {
    const above = opened(surface, cornerOf(canvas.current, session));
    if (above) setOpen(above);
    else if (surface === "find") setFinding(true);
    else if (surface === "outline" || surface === "add") setLeft(surface);
    else if (surface === "node_wide") setWide(true);
    else if (surface === "problems") {
      selection.clear();
      setTab("problems");
    } else if (surface === "quick_add") setOpen({ kind: "quick_add", at: cornerOf(canvas.current, session), after: selection.only, pick: (kind, beside) => addFromList(context.current, kind, beside) });
  };
  // Commands are asked for long after they were made: they find what is true then.
  const host = useLatest<HostParts>({ session, kinds, canvas, pointer, show, run, start, publish: publishing.publish, openFile: () => openFile((text) => void take(text)) });
  const commands = useMemo(() => contextOf(host, kinds), [host, kinds]);
  const context = useLatest(commands);
  const take = useCallback(async (text: string, at?: Point) => void (await takeText(context.current, text, at).catch((error: unknown) => toast("bad", error instanceof Error ? error.message : "This could not be read."))), [context]);
  const on = useMemo(() => canvasEvents({ context: commands, onOpen: () => setWide(true), open: setOpen, take: (text, at) => void take(text, at) }), [commands, setWide, setOpen, take]);
  useCommandKeys(commands, bindings);

  const reveal = useCallback(
    (id: string) => {
      const at = doc.nodes.slot(id);
      if (at === undefined || !doc.nodes.at(at)) return;
      selection.set([at]);
      canvas.current?.reveal(at, { focus: true });
    },
    [doc, selection],
  );
  const blocked = problems.errors > 0 ? `${plural(problems.errors, "error")} must be mended first; see Problems.` : null;
  return (
    <div className={s.page} data-left={parts.left === null ? "closed" : "open"}>
      <Top
        session={session}
        changed={publishing.changed}
        running={run.running}
        busy={run.starting ? "run" : publishing.isPending ? "publish" : null}
        blocked={blocked}
        onRun={start}
        onStop={run.stop}
        onPublish={publishing.publish}
        onCommands={() => setOpen({ kind: "commands" })}
        onMenu={() => setLeft(parts.left === null ? "add" : null)}
      />
      <Left context={commands} kinds={kinds} what={parts.left} onWhat={setLeft} problemsOf={(at) => problems.of(doc.nodes.key(at)).length} onOpen={() => setWide(true)} onMenu={(at) => setOpen({ kind: "menu", at })} />
      <div
        className={s.canvas}
        onPointerMove={(event) => {
          pointer.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerLeave={() => {
          pointer.current = null;
        }}
      >
        <Canvas ref={canvas} doc={doc} selection={selection} kinds={kinds} statuses={statuses} problems={problems.marks} editable on={on} settings={canvasSettings(settings)} label={labelOf(session)} />
        {parts.finding ? (
          <Suspense fallback={null}>
            <FindBar context={commands} onClose={() => setFinding(false)} />
          </Suspense>
        ) : null}
        <SelectionBar context={commands} bindings={bindings} onMenu={(at) => setOpen({ kind: "menu", at })} />
        <ContainerCrumbs doc={doc} slot={slot} onGo={(at) => (at < 0 ? canvas.current?.fit() : reveal(doc.nodes.key(at)))} />
      </div>
      {parts.running && run.execution !== null ? (
        <div className={s.runs}>
          <Suspense fallback={<Skeleton rows={3} />}>
            <RunView session={session} execution={run.execution} kinds={kinds} onNode={reveal} onClose={() => setRunning(false)} />
          </Suspense>
        </div>
      ) : null}
      <aside className={`${s.side} ${parts.wide && slot >= 0 ? s.wide : ""}`} aria-label={slot >= 0 ? "Node" : "Workflow"}>
        {slot >= 0 ? (
          <Suspense fallback={<Skeleton rows={8} />}>
            <NodeSide session={session} slot={slot} kinds={kinds} problems={problems} run={run} wide={parts.wide} onWide={setWide} onNode={reveal} />
          </Suspense>
        ) : (
          <WorkflowPanel
            session={session}
            tab={parts.tab}
            onTab={setTab}
            problems={problems}
            busy={run.starting}
            blocked={blocked}
            onRun={(input) => {
              run.start(input);
              setRunning(true);
            }}
            onNode={reveal}
            shown={run.execution}
            onShow={(execution) => {
              run.show(execution);
              setRunning(true);
            }}
          />
        )}
      </aside>
      {parts.open ? <Surfaces open={parts.open} context={commands} kinds={kinds} bindings={bindings} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

/** Which parts of the page are open. */
function useParts() {
  const [tab, setTab] = useState<WorkflowTab>("run");
  const [wide, setWide] = useState(false);
  const [open, setOpen] = useState<Open | null>(null);
  const [finding, setFinding] = useState(false);
  const [running, setRunning] = useState(false);
  const [left, setLeft] = useState<"add" | "outline" | null>(() => (matchMedia("(max-width: 900px)").matches ? null : "add"));
  return { tab, setTab, wide, setWide, open, setOpen, finding, setFinding, running, setRunning, left, setLeft };
}

interface LeftProps {
  context: Context;
  kinds: ReadonlyMap<string, NodeType>;
  what: "add" | "outline" | null;
  onWhat: (what: "add" | "outline" | null) => void;
  problemsOf: (slot: number) => number;
  onOpen: (slot: number) => void;
  onMenu: (at: Point) => void;
}

/** Node types to add, or the graph as a list. */
function Left({ context, kinds, what, onWhat, problemsOf, onOpen, onMenu }: LeftProps) {
  const { doc, selection } = context;
  if (what === null) return null;
  return (
    <aside className={s.left} aria-label={what === "add" ? "Node types" : "Outline"}>
      <div className={s.switch} role="tablist" aria-label="What the list shows">
        <button type="button" role="tab" aria-selected={what === "add"} onClick={() => onWhat("add")}>
          Add
        </button>
        <button type="button" role="tab" aria-selected={what === "outline"} onClick={() => onWhat("outline")}>
          Outline
        </button>
        <button type="button" className={s.close} aria-label="Close the list" onClick={() => onWhat(null)}>
          ×
        </button>
      </div>
      {what === "add" ? (
        <AddPalette doc={doc} kinds={kinds} after={selection.only} onPick={(kind, beside) => addFromList(context, kind, beside)} />
      ) : (
        <Suspense fallback={<Skeleton rows={10} />}>
          <Outline context={context} problemsOf={problemsOf} onOpen={onOpen} onMenu={onMenu} onAdd={() => onWhat("add")} />
        </Suspense>
      )}
    </aside>
  );
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

function openFile(take: (text: string) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,.yaml,.yml,application/json";
  input.onchange = () => void input.files?.[0]?.text().then(take);
  input.click();
}

function labelOf({ doc }: Session): string {
  const name = doc.file["name"];
  return `Graph of ${typeof name === "string" && name !== "" ? name : "the workflow"}, ${plural(doc.nodes.count, "node")}`;
}

/** Nodes that nothing leads to: of these, one says what a start brings. */
function triggersOf({ doc }: Session) {
  return [...doc.nodes.entries()].filter(([slot]) => doc.links.inDegree(slot) === 0).map(([, node]) => node);
}

/** What the execution on show says of the graph, told to the canvas outside of rendering. */
function useStatuses(session: Session) {
  const statuses = useMemo(() => statusesOf(session.doc), [session]);
  useEffect(() => {
    const tell = () => {
      const { nodes, finishedAt, seq } = useExecution.getState();
      statuses.show(seq > 0 ? nodes : null, finishedAt !== null);
    };
    tell();
    return useExecution.subscribe(tell);
  }, [statuses]);
  return statuses;
}

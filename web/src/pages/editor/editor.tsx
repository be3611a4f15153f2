// The editor of one draft: its top bar and the canvas, at once; lists, panels, menus and keys come right after the first picture.

import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Canvas } from "../../canvas/canvas";
import { statusesOf } from "../../canvas/statuses";
import type { CanvasEvents, CanvasHandle, Point } from "../../canvas/types";
import { asksForInput } from "../../graph/form";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { canvasSettings, toast, useView } from "../../state/view";
import { plural } from "../../ui/format";
import { useSearch } from "../../ui/router";
import { useKinds } from "../kinds";
import { stateOf } from "./node-data";
import { Top } from "./top";
import { useEditorRun } from "./use-editor-run";
import { useParts } from "./use-parts";
import { useProblems } from "./use-problems";
import { usePublish } from "./use-publish";
import { part } from "../../ui/part";
import s from "./editor.module.css";

const Workbench = part(async () => ({ default: (await import("./workbench")).Workbench }));

export function Editor({ session }: { session: Session }) {
  const { doc, selection } = session;
  const kinds = useKinds();
  const canvas = useRef<CanvasHandle>(null);
  const pointer = useRef<Point | null>(null);
  const settings = useView((state) => state.settings);
  const problems = useProblems(session);
  const run = useEditorRun(session);
  const publishing = usePublish(session);
  const statuses = useStatuses(session, run.execution);
  const parts = useParts();
  const [on, setOn] = useState<CanvasEvents>(NO_EVENTS);
  const { setTab, setOpen, setLeft, setRunning } = parts;
  const start = useCallback(() => {
    if (asksForInput({ ...doc.file, nodes: triggersOf(session), edges: [] })) {
      selection.clear();
      setTab("run");
      toast("plain", "Say what it starts with, then press Run there.");
    } else {
      run.start("{}");
      setRunning(true);
    }
  }, [doc, selection, session, run, setTab, setRunning]);
  const blocked = problems.errors > 0 ? `${plural(problems.errors, "error")} must be mended first; see Problems.` : null;
  const canvasOptions = useMemo(() => canvasSettings(settings), [settings]);
  useAsked(session, canvas);
  return (
    <div className={s.page}>
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
      <div
        className={s.canvas}
        onPointerMove={(event) => {
          pointer.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerLeave={() => {
          pointer.current = null;
        }}
        onDragOver={(event) => {
          if (on.drop) event.preventDefault();
        }}
        onDrop={(event) => {
          const client = { x: event.clientX, y: event.clientY };
          const place = canvas.current?.toWorld(client);
          if (!on.drop || !place) return;
          event.preventDefault();
          on.drop({ place, edge: canvas.current?.edgeAt(client) ?? -1, data: event.dataTransfer });
        }}
      >
        <Canvas ref={canvas} doc={doc} selection={selection} kinds={kinds} statuses={statuses} problems={problems.marks} editable on={on} settings={canvasOptions} label={labelOf(session)} />
      </div>
      <Suspense fallback={<Places left={parts.left !== null} />}>
        <Workbench session={session} kinds={kinds} canvas={canvas} pointer={pointer} problems={problems} run={run} publish={publishing.publish} parts={parts} blocked={blocked} start={start} onReady={setOn} />
      </Suspense>
    </div>
  );
}

const NO_EVENTS: CanvasEvents = {};

/** Where the panels will stand, so that nothing moves when they come. */
function Places({ left }: { left: boolean }) {
  return (
    <>
      {left ? <aside className={s.left} aria-hidden="true" /> : null}
      <aside className={s.side} aria-hidden="true" />
    </>
  );
}

/** A node that the address names is selected and brought into view. */
function useAsked({ doc, selection }: Session, canvas: { current: CanvasHandle | null }): void {
  const [asked, setAsked] = useSearch("node");
  useEffect(() => {
    const slot = asked === "" ? undefined : doc.nodes.slot(asked);
    if (slot === undefined || !doc.nodes.at(slot)) return;
    selection.set([slot]);
    canvas.current?.reveal(slot, { focus: true });
    setAsked(null);
  }, [asked, setAsked, doc, selection, canvas]);
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
function useStatuses(session: Session, execution: string | null) {
  const statuses = useMemo(() => statusesOf(session.doc), [session]);
  useEffect(() => {
    const tell = () => {
      const state = stateOf(useExecution.getState(), execution);
      statuses.show(state?.nodes ?? null, state !== null && state.finishedAt !== null);
    };
    tell();
    return useExecution.subscribe(tell);
  }, [statuses, execution]);
  return statuses;
}

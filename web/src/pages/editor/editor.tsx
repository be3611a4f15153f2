// The editor of one draft: its top bar and the canvas, at once; lists, panels, menus and keys come right after the first picture.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Canvas } from "../../canvas/canvas";
import type { RunStatuses } from "../../canvas/statuses";
import type { CanvasEvents, CanvasHandle } from "../../canvas/types";
import { GraphDocument } from "../../graph/document/document";
import { Selection } from "../../graph/document/selection";
import type { Session } from "../../state/document";
import { stateOf, useExecution } from "../../state/execution";
import { canvasSettings, useView } from "../../state/view";
import { plural } from "../../ui/format";
import { useSearch } from "../../ui/router";
import { useKinds } from "../kinds";
import type { Drawing } from "./drawing";
import { handOnKeys } from "./early-keys";
import { Top } from "./top";
import { isEmpty, useDocValue } from "./use-doc";
import { useEditorRun } from "./use-editor-run";
import { useParts } from "./use-parts";
import { useProblems } from "./use-problems";
import { usePublish } from "./use-publish";
import { useStart } from "./use-start";
import { patient } from "../../ui/part";
import s from "./editor.module.css";

export function Editor({ session }: { session: Session }) {
  const { doc, selection } = session;
  const kinds = useKinds();
  const canvas = useRef<CanvasHandle>(null);
  const area = useRef<HTMLDivElement>(null);
  const settings = useView((state) => state.settings);
  const problems = useProblems(session);
  const run = useEditorRun(session);
  const statuses = useStatuses(session, run.execution);
  const parts = useParts();
  const publishing = usePublish(session, parts);
  const [on, setOn] = useState<CanvasEvents>(NO_EVENTS);
  const { Workbench, load } = useWorkbench(session);
  const { setOpen, setLeft } = parts;
  const start = useStart(session, run, parts);
  const blank = useDocValue(doc, isEmpty);
  // It tells how many there are, also when others add some.
  const label = useDocValue(doc, labelOf);
  const blocked = blank ? "Add a node first." : problems.errors > 0 ? `${plural(problems.errors, "error")} must be mended first; see Problems.` : null;
  const canvasOptions = useMemo(() => canvasSettings(settings), [settings]);
  useAsked(session, canvas);
  // What the canvas may ask for comes once the keys of commands are heard.
  useEffect(() => void (on !== NO_EVENTS && handOnKeys()), [on]);
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
      <div ref={area} className={s.canvas}>
        <Canvas ref={canvas} doc={doc} selection={selection} kinds={kinds} statuses={statuses} problems={problems.marks} editable on={on} settings={canvasOptions} onPainted={load} label={label} />
      </div>
      {Workbench ? (
        <Workbench session={session} kinds={kinds} canvas={canvas} area={area} problems={problems} run={run} publish={publishing.publish} parts={parts} blocked={blocked} start={start} onReady={setOn} drawing={DRAWING} />
      ) : (
        <Places left={parts.left !== null} />
      )}
    </div>
  );
}

const NO_EVENTS: CanvasEvents = {};
const DRAWING: Drawing = { Canvas, GraphDocument, Selection };

const fetchWorkbench = patient(() => import("./workbench"));

/** What one works with comes once the graph is seen, and so do the others: their code would only be in the way of that. */
function useWorkbench({ saver }: Session) {
  const [loaded, setLoaded] = useState<typeof import("./workbench") | null>(null);
  const load = useCallback(() => {
    void saver.connect();
    fetchWorkbench().then(setLoaded, (error: unknown) => {
      // Told where pages that break are.
      setLoaded(() => {
        throw error;
      });
    });
  }, [saver]);
  return { Workbench: loaded?.Workbench, load };
}

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

function labelOf(doc: GraphDocument): string {
  const name = doc.file["name"];
  return `Graph of ${typeof name === "string" && name !== "" ? name : "the workflow"}, ${plural(doc.nodes.count, "node")}`;
}

const fetchStatuses = patient(() => import("../../canvas/statuses"));

/** What the execution on show says of the graph, told to the canvas outside of rendering; nothing before there is one. */
function useStatuses({ doc }: Session, execution: string | null): RunStatuses | null {
  const [statuses, setStatuses] = useState<RunStatuses | null>(null);
  const isAsked = execution !== null;
  useEffect(() => {
    if (!isAsked) return;
    let isGone = false;
    const load = async () => {
      const { statusesOf } = await fetchStatuses();
      if (!isGone) setStatuses(statusesOf(doc));
    };
    void load();
    return () => {
      isGone = true;
    };
  }, [doc, isAsked]);
  useEffect(() => {
    if (!statuses) return;
    const tell = () => {
      const state = stateOf(useExecution.getState(), execution);
      statuses.show(state?.nodes ?? null, state !== null && state.finishedAt !== null);
    };
    tell();
    return useExecution.subscribe(tell);
  }, [statuses, execution]);
  return statuses;
}

// The editor of one draft: the canvas in the middle, lists and panels around it, each told only of what it shows.

import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/calls";
import { queries } from "../../api/queries";
import { Canvas } from "../../canvas/canvas";
import { RunStatuses, type Runs } from "../../canvas/run-statuses";
import type { CanvasHandle } from "../../canvas/types";
import { asksForInput } from "../../graph/form";
import type { Session } from "../../state/document";
import { useExecution } from "../../state/execution";
import { canvasSettings, toast, useView } from "../../state/view";
import { plural } from "../../ui/format";
import { Skeleton, asFailure, sentence } from "../../ui/states";
import { useKinds } from "../kinds";
import { canvasEvents } from "./canvas-events";
import { nameOf } from "./node-data";
import { Top } from "./top";
import { useDocValue, useSelected } from "./use-doc";
import { useEditorRun } from "./use-editor-run";
import { useProblems } from "./use-problems";
import { WorkflowPanel, type WorkflowTab } from "./workflow-panel";
import s from "./editor.module.css";

const NO_RUNS: Runs = new Map();

const NodeSide = lazy(async () => ({ default: (await import("./node-side")).NodeSide }));

export function Editor({ session }: { session: Session }) {
  const { doc, selection } = session;
  const kinds = useKinds();
  const canvas = useRef<CanvasHandle>(null);
  const settings = useView((state) => state.settings);
  const problems = useProblems(session);
  const run = useEditorRun(session);
  const [tab, setTab] = useState<WorkflowTab>("run");
  const [wide, setWide] = useState(false);
  useSelected(selection);
  const slot = selection.only;
  const statuses = useStatuses(session);
  const titles = useMemo(() => ({ get: (id: string) => nameOfId(session, kinds, id) }) as ReadonlyMap<string, string>, [session, kinds]);
  const publishing = usePublish(session);
  const isEdited = useDocValue(doc, (now) => now.version > 0);
  const blocked = problems.errors > 0 ? `${plural(problems.errors, "error")} must be mended first; see Problems.` : null;
  const start = () => {
    if (asksForInput({ ...doc.file, nodes: triggersOf(session), edges: [] })) {
      selection.clear();
      setTab("run");
    } else run.start("{}");
  };
  const reveal = useCallback(
    (id: string) => {
      const at = doc.nodes.slot(id);
      if (at === undefined || !doc.nodes.at(at)) return;
      selection.set([at]);
      canvas.current?.reveal(at, { focus: true });
    },
    [doc, selection],
  );
  const on = useMemo(() => canvasEvents({ session, kinds, onOpen: () => setWide(true), say: () => undefined }), [session, kinds]);
  useSaveKey(session);
  return (
    <div className={s.page}>
      <Top
        session={session}
        changed={publishing.changed || isEdited}
        running={run.running}
        busy={run.starting ? "run" : publishing.isPending ? "publish" : null}
        blocked={blocked}
        onRun={start}
        onStop={run.stop}
        onPublish={publishing.publish}
        onCommands={() => undefined}
        onMenu={() => undefined}
      />
      <div className={s.canvas}>
        <Canvas
          ref={canvas}
          doc={doc}
          selection={selection}
          kinds={kinds}
          statuses={statuses}
          problems={problems.marks}
          editable
          on={on}
          settings={canvasSettings(settings)}
          label={`Graph of ${titleOfFile(session)}`}
        />
      </div>
      <aside className={`${s.side} ${wide && slot >= 0 ? s.wide : ""}`}>
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
            titles={titles}
            busy={run.starting}
            blocked={blocked}
            onRun={(input) => run.start(input)}
            onNode={reveal}
            shown={run.execution}
            onShow={run.show}
          />
        )}
      </aside>
    </div>
  );
}

function titleOfFile({ doc }: Session): string {
  const name = doc.file["name"];
  return `${typeof name === "string" && name !== "" ? name : "the workflow"}, ${plural(doc.nodes.count, "node")}`;
}

function nameOfId({ doc }: Session, kinds: ReadonlyMap<string, { name: string }>, id: string): string | undefined {
  const node = doc.nodes.get(id);
  return node ? nameOf(node, kinds) : undefined;
}

/** Nodes that nothing leads to: of these, one says what a start brings. */
function triggersOf({ doc }: Session) {
  return [...doc.nodes.entries()].filter(([slot]) => doc.links.inDegree(slot) === 0).map(([, node]) => node);
}

/** What the execution on show says of the graph, told to the canvas outside of rendering. */
function useStatuses(session: Session) {
  const statuses = useMemo(() => new RunStatuses(session.doc), [session]);
  useEffect(() => {
    const tell = () => {
      const { nodes, finishedAt, seq } = useExecution.getState();
      statuses.update(seq > 0 ? nodes : NO_RUNS, seq > 0 && finishedAt !== null);
    };
    tell();
    return useExecution.subscribe(tell);
  }, [statuses]);
  return statuses;
}

function usePublish(session: Session) {
  const client = useQueryClient();
  const published = useQuery({ ...queries.workflow(session.workflow), enabled: false });
  const [changed, setChanged] = useState(session.changed);
  const publishing = useMutation({
    mutationFn: async () => {
      if ((await session.saver.flush()) === null) throw new Error("the last changes are not on the server yet; try again once they are saved");
      return api.publish(session.workflow);
    },
    onSuccess: () => {
      setChanged(false);
      toast("ok", "Published: triggers run this version from now on.");
      void client.invalidateQueries({ queryKey: ["workflow"] });
      void client.invalidateQueries({ queryKey: ["workflows"] });
    },
    onError: (error) => toast("bad", `The draft could not be published. ${sentence(asFailure(error))}`),
  });
  void published;
  return { changed, isPending: publishing.isPending, publish: () => publishing.mutate() };
}

/** ⌘S says that there is nothing to do: it saves what waits at once. */
function useSaveKey(session: Session): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "s" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      session.saver.retry();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [session]);
}

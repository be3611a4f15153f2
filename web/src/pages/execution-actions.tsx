// What can be asked of an execution: hold it, let it go on, cancel it, take it up again, run it once more, compare it, keep it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ban, Columns2, Download, Ellipsis, History as HistoryIcon, Pause, Pencil, Play, RotateCcw, RotateCw } from "lucide-react";
import { useState } from "react";
import { api } from "../api/calls";
import { isOver } from "../api/queries";
import type { Event, Execution } from "../api/types";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { saveFile } from "../ui/copy";
import { Menu, type MenuEntry } from "../ui/menu";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { editorPath } from "./paths";
import { runArgs, useRun } from "./run";
import s from "./execution.module.css";

export type What = Parameters<typeof api.ask>[1];

const FAILED: Record<What, string> = {
  cancel: "The execution could not be canceled.",
  pause: "The execution could not be held.",
  resume: "The execution could not go on.",
  retry: "The execution could not be taken up again.",
};

export interface Asking {
  /** What was asked and does not show yet. */
  busy: What | null;
  ask: (what: What) => Promise<void>;
}

/** What was asked shows itself in another status; a retry may fail like the try before it. */
export function useAsking(id: string, status: Execution["status"], generation: number, onReopened: () => void): Asking {
  const [asked, setAsked] = useState<{ what: What; at: string } | null>(null);
  const client = useQueryClient();
  const stage = `${generation} ${status}`;
  const ask = async (what: What) => {
    setAsked({ what, at: stage });
    try {
      await api.ask(id, what);
      if (what === "retry") {
        onReopened();
        void client.invalidateQueries({ queryKey: ["execution", id] });
      }
    } catch (error) {
      setAsked(null);
      toast("bad", `${FAILED[what]} ${sentence(asFailure(error))}`);
    }
  };
  return { busy: asked !== null && asked.at === stage ? asked.what : null, ask };
}

interface ActionsProps {
  execution: Execution;
  status: Execution["status"];
  asking: Asking;
  events: readonly Event[];
  onCompare: () => void;
}

export function Actions({ execution, status, asking: { busy, ask }, events, onCompare }: ActionsProps) {
  const run = useRun();
  const { workflow } = execution;
  const over = isOver(status);
  const again = () => {
    if (workflow) run.mutate(runArgs(workflow.id, workflow.name, JSON.stringify(execution.input ?? null)));
  };
  return (
    <div className={s.actions}>
      {workflow ? (
        <Button icon={<Pencil size={14} aria-hidden="true" />} className={s.wide} onClick={() => navigate(editorPath(workflow.id))} title="Opens the workflow as it is now">
          Edit
        </Button>
      ) : null}
      {over && status !== "succeeded" ? (
        <Button icon={<RotateCcw size={14} aria-hidden="true" />} busy={busy === "retry"} onClick={() => void ask("retry")} title="Goes on in this execution: what was recorded stays, what failed runs again">
          Retry
        </Button>
      ) : null}
      {over && workflow ? (
        <Button kind="primary" icon={<RotateCw size={14} aria-hidden="true" />} busy={run.isPending} onClick={again} className={s.again} aria-label="Run again" title="A new execution on the same input">
          Run again
        </Button>
      ) : null}
      {over ? null : (
        <>
          {status === "paused" ? (
            <Button kind="primary" icon={<Play size={14} aria-hidden="true" />} busy={busy === "resume"} onClick={() => void ask("resume")}>
              Resume
            </Button>
          ) : (
            <Button icon={<Pause size={14} aria-hidden="true" />} busy={busy === "pause"} onClick={() => void ask("pause")} className={s.again} aria-label="Pause" title="Nothing new begins until it is resumed">
              Pause
            </Button>
          )}
          <Button icon={<Ban size={14} aria-hidden="true" />} busy={busy === "cancel"} onClick={() => void ask("cancel")} className={s.again} aria-label="Cancel" title="Ends it; it can be taken up again">
            {busy === "cancel" ? "Canceling" : "Cancel"}
          </Button>
        </>
      )}
      <More execution={execution} over={over} events={events} onCompare={onCompare} />
    </div>
  );
}

/** What is wanted less often. */
function More({ execution, over, events, onCompare }: { execution: Execution; over: boolean; events: readonly Event[]; onCompare: () => void }) {
  const { id, workflow } = execution;
  const replay = useMutation({
    mutationFn: () => api.replay(id, null, crypto.randomUUID()),
    onSuccess: (born) => navigate(`/executions/${encodeURIComponent(born.id)}`),
    onError: (error) => toast("bad", `The execution could not be replayed. ${sentence(asFailure(error))}`),
  });
  const download = async () => {
    try {
      saveFile(`execution-${id}.json`, await api.download(id));
    } catch (error) {
      toast("bad", `The execution could not be downloaded. ${sentence(asFailure(error))}`);
    }
  };
  const entries = (): MenuEntry[] => [
    { label: "Compare with another", icon: <Columns2 aria-hidden="true" />, onPick: onCompare },
    { label: "Replay on the same version", icon: <HistoryIcon aria-hidden="true" />, disabled: !over, onPick: () => replay.mutate() },
    ...(workflow ? [{ label: "Edit the workflow", icon: <Pencil aria-hidden="true" />, to: editorPath(workflow.id) }] : []),
    "line",
    { label: "Download as JSON", icon: <Download aria-hidden="true" />, onPick: () => void download() },
    { label: "Download the events", icon: <Download aria-hidden="true" />, disabled: events.length === 0, onPick: () => saveFile(`execution-${id}-events.json`, `${JSON.stringify(events)}\n`) },
  ];
  return (
    <Menu label="More to do" className={`${b.button} ${b.iconOnly}`} entries={entries}>
      <Ellipsis size={16} aria-hidden="true" />
    </Menu>
  );
}

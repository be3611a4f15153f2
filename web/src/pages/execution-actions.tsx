// What can be asked of an execution: hold it, let it go on, cancel it, take it up again, or run its workflow once more.

import { useQueryClient } from "@tanstack/react-query";
import { Ban, Download, Pause, Play, RotateCcw, RotateCw } from "lucide-react";
import { useState } from "react";
import { api } from "../api/calls";
import { isOver } from "../api/queries";
import type { Execution } from "../api/types";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { saveFile } from "../ui/copy";
import { asFailure, sentence } from "../ui/states";
import { runArgs, useRun } from "./run";
import s from "./execution.module.css";

type What = Parameters<typeof api.ask>[1];

const FAILED: Record<What, string> = {
  cancel: "The execution could not be canceled.",
  pause: "The execution could not be held.",
  resume: "The execution could not go on.",
  retry: "The execution could not be taken up again.",
};

interface ActionsProps {
  execution: Execution;
  status: Execution["status"];
  /** How often it was taken up again. */
  generation: number;
  /** It was taken up again: its events go on after their end. */
  onReopened: () => void;
}

export function Actions({ execution, status, generation, onReopened }: ActionsProps) {
  const [asked, setAsked] = useState<{ what: What; at: string } | null>(null);
  const stage = `${generation} ${status}`;
  const client = useQueryClient();
  const run = useRun();
  const { workflow } = execution;
  // What was asked shows itself in another status; a retry may fail like the try before it.
  const busy = asked !== null && asked.at === stage ? asked.what : null;
  const ask = async (what: What) => {
    setAsked({ what, at: stage });
    try {
      await api.ask(execution.id, what);
      if (what === "retry") {
        onReopened();
        void client.invalidateQueries({ queryKey: ["execution", execution.id] });
      }
    } catch (error) {
      setAsked(null);
      toast("bad", `${FAILED[what]} ${sentence(asFailure(error))}`);
    }
  };
  const download = async () => {
    try {
      saveFile(`execution-${execution.id}.json`, await api.download(execution.id));
    } catch (error) {
      toast("bad", `The execution could not be downloaded. ${sentence(asFailure(error))}`);
    }
  };
  const again = () => {
    if (workflow) run.mutate(runArgs(workflow.id, workflow.name, JSON.stringify(execution.input ?? null)));
  };
  const over = isOver(status);
  return (
    <div className={s.actions}>
      <Button icon={<Download size={14} aria-hidden="true" />} onClick={() => void download()} className={s.download} aria-label="Download as JSON">
        Download
      </Button>
      {over && status !== "succeeded" ? (
        <Button icon={<RotateCcw size={14} aria-hidden="true" />} busy={busy === "retry"} onClick={() => void ask("retry")} title="Goes on in this execution: what was recorded stays, what failed runs again">
          Retry
        </Button>
      ) : null}
      {over && workflow ? (
        <Button kind="primary" icon={<RotateCw size={14} aria-hidden="true" />} busy={run.isPending} onClick={again} className={s.again} aria-label="Run again">
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
    </div>
  );
}

// The same asked of many executions: of those that were chosen one by one, or of all that the filters name at once.

import { useMutation, useQuery } from "@tanstack/react-query";
import { Ban, Columns2, Ellipsis, History as HistoryIcon, Pause, Play, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { api, type ExecutionQuery } from "../api/calls";
import { isOver } from "../api/queries";
import type { BulkAction, BulkFilter, ExecutionItem, ExecutionStatus } from "../api/types";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { Dialog } from "../ui/dialog";
import { count, plural } from "../ui/format";
import { Menu } from "../ui/menu";
import { navigate } from "../ui/router";
import { asFailure, sentence } from "../ui/states";
import { comparePath } from "./paths";
import s from "./executions.module.css";

const OPEN: readonly ExecutionStatus[] = ["delayed", "queued", "running", "waiting", "paused"];

/** What each wish can be asked of. */
export const TAKES: Record<BulkAction, (status: ExecutionStatus) => boolean> = {
  cancel: (status) => OPEN.includes(status),
  pause: (status) => OPEN.includes(status) && status !== "paused",
  resume: (status) => status === "paused",
  retry: (status) => isOver(status) && status !== "succeeded",
  replay: (status) => isOver(status),
};

const VERBS: Record<BulkAction, string> = { cancel: "Cancel", pause: "Pause", resume: "Resume", retry: "Retry", replay: "Replay" };
const DOING: Record<BulkAction, string> = { cancel: "Canceling", pause: "Pausing", resume: "Resuming", retry: "Retrying", replay: "Replaying" };
const AT_ONCE = 6;
const ASK_FIRST = 20;
const LOOK_MS = 500;

interface Progress {
  action: BulkAction;
  done: number;
  total: number;
  /** The server works it off; null where this page asks one by one. */
  bulk: string | null;
}

export interface BulkProps {
  /** What was chosen and is listed. */
  chosen: readonly ExecutionItem[];
  /** Whether all that match are meant, also what is not listed yet. */
  all: boolean;
  /** How many match; null where that is not known or words are looked for, which the server does not know of. */
  total: number | null;
  query: ExecutionQuery;
  onAll: () => void;
  onClear: () => void;
}

export function BulkBar(props: BulkProps) {
  const { chosen, all, total, query, onAll, onClear } = props;
  const [progress, setProgress] = useState<Progress | null>(null);
  const [asked, setAsked] = useState<BulkAction | null>(null);
  useBulkProgress(progress, setProgress);
  const begin = useMutation({
    mutationFn: (action: BulkAction) => api.bulk(action, filterOf(query)),
    onSuccess: (bulk) => {
      setProgress({ action: bulk.action, done: bulk.done, total: bulk.total, bulk: bulk.id });
      onClear();
    },
    onError: (error) => toast("bad", `They could not be asked. ${sentence(asFailure(error))}`),
  });
  const takers = (action: BulkAction) => chosen.filter((item) => TAKES[action](item.status));
  const go = async (action: BulkAction) => {
    setAsked(null);
    if (all) return begin.mutate(action);
    const items = takers(action);
    onClear();
    await askEach(action, items, (done) => setProgress({ action, done, total: items.length, bulk: null }));
    setProgress(null);
  };
  const press = (action: BulkAction) => (all || takers(action).length > ASK_FIRST ? setAsked(action) : void go(action));
  const busy = begin.isPending;
  return (
    <>
      {progress ? <Working progress={progress} /> : null}
      {chosen.length > 0 || all ? (
        <div className={s.chosen} role="group" aria-label="What is chosen">
          <span className="num" role="status">
            {all && total !== null ? `All ${count(total)} that match` : `${count(chosen.length)} chosen`}
          </span>
          {!all && total !== null && total > chosen.length ? (
            <Button kind="quiet" onClick={onAll}>
              Choose all {count(total)} that match
            </Button>
          ) : null}
          <span className={s.wishes}>
            <Wish action="cancel" count={all ? null : takers("cancel").length} icon={<Ban size={14} aria-hidden="true" />} busy={busy} onPress={press} />
            <Wish action="retry" count={all ? null : takers("retry").length} icon={<RotateCcw size={14} aria-hidden="true" />} busy={busy} onPress={press} />
            {!all && chosen.length === 2 ? <Compare chosen={chosen} /> : null}
            <Menu
              label="More for what is chosen"
              className={`${b.button} ${b.iconOnly}`}
              entries={() => [
                { label: "Pause them", icon: <Pause aria-hidden="true" />, disabled: !all && takers("pause").length === 0, onPick: () => press("pause") },
                { label: "Resume them", icon: <Play aria-hidden="true" />, disabled: !all && takers("resume").length === 0, onPick: () => press("resume") },
                { label: "Replay them", icon: <HistoryIcon aria-hidden="true" />, disabled: !all && takers("replay").length === 0, onPick: () => press("replay") },
              ]}
            >
              <Ellipsis size={16} aria-hidden="true" />
            </Menu>
            <Button kind="quiet" onClick={onClear}>
              Clear
            </Button>
          </span>
        </div>
      ) : null}
      {asked ? <Confirm action={asked} all={all} many={all ? total : takers(asked).length} onGo={() => void go(asked)} onClose={() => setAsked(null)} /> : null}
    </>
  );
}

function Wish({ action, count: many, icon, busy, onPress }: { action: BulkAction; count: number | null; icon: React.ReactNode; busy: boolean; onPress: (action: BulkAction) => void }) {
  const none = action === "cancel" ? "All of them are over" : "None of them went wrong";
  return (
    <Button icon={icon} busy={busy} disabled={many === 0} title={many === 0 ? none : undefined} onClick={() => onPress(action)}>
      {many === null || many === 0 ? VERBS[action] : `${VERBS[action]} ${count(many)}`}
    </Button>
  );
}

/** The older one stands left. */
function Compare({ chosen }: { chosen: readonly ExecutionItem[] }) {
  const [a = "", b = ""] = chosen.map((item) => item.id).sort();
  return (
    <Button icon={<Columns2 size={14} aria-hidden="true" />} onClick={() => navigate(comparePath(a, b))}>
      Compare
    </Button>
  );
}

const EFFECTS: Record<BulkAction, string> = {
  cancel: "What runs is ended. Each can be taken up again with Retry.",
  pause: "Steps under way end, and no other begins until it is resumed.",
  resume: "They go on where they were held.",
  retry: "Each goes on where it failed: what was recorded stays, steps that failed run again.",
  replay: "Each starts a new execution on the same input.",
};

function Confirm({ action, all, many, onGo, onClose }: { action: BulkAction; all: boolean; many: number | null; onGo: () => void; onClose: () => void }) {
  return (
    <Dialog
      title={`${VERBS[action]} ${many === null ? "all that match" : plural(many, "execution")}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Leave them</Button>
          <Button kind="primary" onClick={onGo}>
            {VERBS[action]} them
          </Button>
        </>
      }
    >
      <p>{EFFECTS[action]}</p>
      {all ? <p className="dim">Only those are asked that it can be asked of, and none that start from now on. It goes on when you leave this page.</p> : null}
    </Dialog>
  );
}

function Working({ progress: { action, done, total } }: { progress: Progress }) {
  return (
    <div className={s.working} role="status">
      <span className="num">
        {DOING[action]} {count(done)} of {count(total)}
      </span>
      <progress value={done} max={Math.max(1, total)} aria-label={`${DOING[action]} executions`} />
    </div>
  );
}

/** The filters as the server's bulk takes them. */
function filterOf({ status, workflow, trigger, from, to }: ExecutionQuery): BulkFilter {
  const filter: BulkFilter = {};
  if (status) filter.status = status;
  if (workflow) filter.workflow = workflow;
  if (trigger) filter.trigger = trigger;
  if (from) filter.from = from;
  if (to) filter.to = to;
  return filter;
}

/** Looks how far the server is until it is through. */
function useBulkProgress(progress: Progress | null, setProgress: (progress: Progress | null) => void): void {
  const id = progress?.bulk ?? null;
  const { data } = useQuery({ queryKey: ["bulk", id], queryFn: ({ signal }) => api.bulkOf(id ?? "", signal), enabled: id !== null, refetchInterval: LOOK_MS });
  useEffect(() => {
    if (!data || data.id !== id) return;
    if (data.status === "running") return setProgress({ action: data.action, done: data.done + data.passed_over, total: data.total, bulk: data.id });
    setProgress(null);
    toast("ok", `${plural(data.done, "execution")} asked to ${data.action}${data.passed_over > 0 ? `; ${count(data.passed_over)} had moved on before` : ""}.`);
  }, [data, id]);
}

/** Asks one after the other, a few at a time; tells in the end what could not be asked and why. */
async function askEach(action: BulkAction, items: readonly ExecutionItem[], onDone: (done: number) => void): Promise<void> {
  const left = [...items];
  const faults: string[] = [];
  let done = 0;
  onDone(0);
  const work = async () => {
    for (let item = left.shift(); item; item = left.shift()) {
      try {
        if (action === "replay") await api.replay(item.id, null, crypto.randomUUID());
        else await api.ask(item.id, action);
      } catch (error) {
        faults.push(sentence(asFailure(error)));
      }
      onDone((done += 1));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work));
  const well = items.length - faults.length;
  if (faults.length === 0) toast("ok", `${plural(well, "execution")} asked to ${action}.`);
  else toast("bad", `${count(well)} of ${plural(items.length, "execution")} asked to ${action}. ${count(faults.length)} could not be: ${[...new Set(faults)].slice(0, 2).join(" ")}`);
}

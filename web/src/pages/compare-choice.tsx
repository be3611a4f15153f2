// Which execution another one is compared with: those of the same workflow, and what it comes from.

import { useQuery } from "@tanstack/react-query";
import { queries } from "../api/queries";
import type { Execution, ExecutionItem } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { duration } from "../ui/format";
import { Link } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { StatusText } from "../ui/status";
import { Ago } from "../ui/time";
import { comparePath } from "./paths";
import s from "./compare.module.css";

const MOST = 100;

export function CompareChoice({ execution, onClose }: { execution: Execution; onClose: () => void }) {
  const { workflow, origin, id } = execution;
  const list = useQuery({ ...queries.lastExecutions(workflow?.id ?? "", MOST), enabled: workflow !== null, refetchInterval: false });
  const others = (list.data ?? []).filter((item) => item.id !== id);
  return (
    <Dialog title="Compare with" wide onClose={onClose} actions={<Button onClick={onClose}>Leave it</Button>}>
      {origin ? (
        <Link to={comparePath(origin.execution, id)} className={s.choice}>
          <span className="mono">{origin.execution}</span>
          <span className="dim">{origin.kind === "fork" ? "what it was forked from" : "what it comes from"}</span>
        </Link>
      ) : null}
      {workflow === null ? (
        origin ? null : (
          <p className="dim">It ran a graph that belongs to no workflow, so there are no others of it. Any two can be compared from the list of executions.</p>
        )
      ) : list.isPending ? (
        <Skeleton rows={5} />
      ) : list.isError ? (
        <Failed error={list.error} what="Other executions could not be read" retry={() => void list.refetch()} />
      ) : others.length === 0 ? (
        <p className="dim">This is the only execution of {workflow.name}. Run it again, then compare the two.</p>
      ) : (
        <ul className={s.choices} aria-label={`Executions of ${workflow.name}`}>
          {others.map((item) => (
            <Choice key={item.id} item={item} to={comparePath(item.id < id ? item.id : id, item.id < id ? id : item.id)} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

/** The older one stands left. */
function Choice({ item, to }: { item: ExecutionItem; to: string }) {
  return (
    <li>
      <Link to={to} className={s.choice}>
        <StatusText status={item.status} />
        <span className="mono faint">{item.id}</span>
        <span className="dim">
          <Ago at={item.started_at} />
        </span>
        <span className="mono num">{duration(item.duration_ms)}</span>
      </Link>
    </li>
  );
}

// Executions as rows: status, workflow, when, how long, and why it failed.

import { Link } from "../ui/router";
import { Ago } from "../ui/time";
import { duration, startedBy } from "../ui/format";
import { StatusText } from "../ui/status";
import type { ExecutionItem } from "../api/types";
import { words } from "../graph/summary";
import s from "./execution-list.module.css";

export function ExecutionRow({ item, showWorkflow = true }: { item: ExecutionItem; showWorkflow?: boolean }) {
  const failed = item.error ? item.error.message || words(item.error.code) : null;
  return (
    <Link to={`/executions/${encodeURIComponent(item.id)}`} className={`${s.row} ${showWorkflow ? "" : s.short}`} data-row="">
      <span className={s.status}>
        <StatusText status={item.status} />
      </span>
      {showWorkflow ? (
        <span className={s.name}>
          <span className="cut" dir="auto">
            {item.workflow ? item.workflow.name || "Deleted workflow" : "Graph without a workflow"}
          </span>
          {failed ? <span className={`${s.reason} cut`}>{failed}</span> : null}
        </span>
      ) : null}
      <span className={`${s.id} mono faint`}>{item.id}</span>
      <span className={`${s.trigger} faint cut`}>{startedBy(item.trigger)}</span>
      <span className={`${s.when} dim`}>
        <Ago at={item.started_at} />
      </span>
      <span className={`${s.time} mono num`}>{duration(item.duration_ms)}</span>
    </Link>
  );
}

export function ExecutionHead({ showWorkflow = true }: { showWorkflow?: boolean }) {
  return (
    <div className={`${s.row} ${s.head} ${showWorkflow ? "" : s.short}`} aria-hidden="true">
      <span>Status</span>
      {showWorkflow ? <span>Workflow</span> : null}
      <span className={s.id}>Execution</span>
      <span className={s.trigger}>Started by</span>
      <span className={s.when}>Started</span>
      <span className={s.time}>Time</span>
    </div>
  );
}

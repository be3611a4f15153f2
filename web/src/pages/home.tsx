// Home: how it goes overall, and what ran last. Fresh within 300 ms of an event, and every 5 s without one.

import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { LayoutGrid, Play, Plus } from "lucide-react";
import { useEffect, useMemo } from "react";
import { followExecutions } from "../api/events";
import { isOver, queries } from "../api/queries";
import type { DashboardStats, ExecutionItem, WorkflowItem } from "../api/types";
import { ExecutionHead, ExecutionRow } from "../panels/execution-list";
import { HistoryPanel } from "../panels/history";
import { Thumbnail } from "../panels/preview";
import { useView } from "../state/view";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { count, durationParts, plural } from "../ui/format";
import { debounce } from "../ui/hooks";
import { Page, PageHead, Panel } from "../ui/panel";
import { Link, useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import { Chip } from "../ui/status";
import { Ago } from "../ui/time";
import { editorPath } from "./paths";
import { useStart } from "./run";
import { useNewWorkflow } from "./workflow-actions";
import s from "./home.module.css";

const RECENT = 20;
const REST_MS = 300;
const CHANGED = 8;

export function page() {
  useTitle("");
  const reached = useView((state) => state.reached);
  // All are asked at once; none waits for another.
  const stats = useQuery(queries.stats());
  const recent = useQuery(queries.recent(RECENT));
  const changed = useQuery(queries.changedLast(CHANGED));
  useRefreshOnEvents(recent.data ?? []);
  return (
    <Page>
      <PageHead title="Home" facts={reached === false ? null : <Chip>live</Chip>} actions={<Actions />} />
      <Numbers stats={stats} />
      <div className={s.two}>
        <Recent recent={recent} bare={changed.data?.length === 0} />
        <div className={s.side}>
          <HistoryPanel />
          <ChangedLast changed={changed} />
        </div>
      </div>
    </Page>
  );
}

function Actions() {
  const making = useNewWorkflow();
  return (
    <>
      <Link to="/templates" className={`${b.button} ${s.inBar}`}>
        <LayoutGrid size={14} aria-hidden="true" />
        Templates
      </Link>
      <Button kind="primary" icon={<Plus size={14} aria-hidden="true" />} busy={making.isPending} onClick={() => making.mutate("")}>
        New workflow
      </Button>
    </>
  );
}

function ShowAll({ to }: { to: string }) {
  return (
    <Link to={to} className={s.more}>
      Show all
    </Link>
  );
}

/** `bare`: there is no workflow yet that could run. */
function Recent({ recent, bare }: { recent: UseQueryResult<ExecutionItem[]>; bare: boolean }) {
  return (
    <Panel title="Recent executions" aside={<ShowAll to="/executions" />}>
      {recent.isPending ? (
        <Skeleton rows={8} />
      ) : recent.isError && !recent.data ? (
        <Failed error={recent.error} what="Recent executions could not be read" retry={() => void recent.refetch()} />
      ) : recent.data.length === 0 ? (
        <NothingRan bare={bare} />
      ) : (
        <>
          <ExecutionHead />
          {recent.data.map((item) => (
            <ExecutionRow key={item.id} item={item} />
          ))}
        </>
      )}
    </Panel>
  );
}

function NothingRan({ bare }: { bare: boolean }) {
  const actions = bare ? (
    <>
      <Link to="/templates" className={`${b.button} ${b.primary}`}>
        Begin with a template
      </Link>
      <Link to="/workflows" className={b.button}>
        Import a workflow
      </Link>
    </>
  ) : (
    <Link to="/workflows" className={b.button}>
      Choose a workflow
    </Link>
  );
  return (
    <Empty icon={<Play aria-hidden="true" />} title="Nothing has run yet" actions={actions}>
      {bare ? "Take a workflow that works, run it, and make it yours. Executions show here as they start." : "Executions show here as they start, with their status and time."}
    </Empty>
  );
}

function ChangedLast({ changed }: { changed: UseQueryResult<WorkflowItem[]> }) {
  return (
    <Panel title="Changed last" aside={<ShowAll to="/workflows" />}>
      {changed.isPending ? (
        <Skeleton rows={6} />
      ) : !changed.data ? (
        <Failed error={changed.error} what="Workflows could not be read" retry={() => void changed.refetch()} />
      ) : (
        <Changed items={changed.data} />
      )}
    </Panel>
  );
}

/** Numbers, executions and workflows are asked again together, however many events come within 300 ms. */
function useRefreshOnEvents(items: readonly { id: string; status: Parameters<typeof isOver>[0] }[]): void {
  const client = useQueryClient();
  const running = useMemo(() => items.filter((item) => !isOver(item.status)).map((item) => item.id).join(","), [items]);
  useEffect(() => {
    if (running === "") return;
    const refresh = debounce(() => {
      void client.invalidateQueries({ queryKey: ["dashboard"] });
      void client.invalidateQueries({ queryKey: ["workflows", "changed"] });
    }, REST_MS);
    const stop = followExecutions(running.split(","), { onEvent: refresh.call, onLink: () => undefined });
    return () => {
      stop();
      refresh.stop();
    };
  }, [running, client]);
}

/** Workflows at hand, to open or to run. */
function Changed({ items }: { items: readonly WorkflowItem[] }) {
  const start = useStart();
  if (items.length === 0) {
    return (
      <p className={`${s.none} faint`}>No workflows yet.</p>
    );
  }
  return (
    <ul>
      {items.map((item) => (
        <li key={item.id} className={s.workflow}>
          <span className={s.picture}>
            <Thumbnail preview={item.preview} />
          </span>
          <Link to={editorPath(item.id)} className={`${s.open} cut`} dir="auto">
            {item.name}
          </Link>
          <span className={`${s.when} faint`}>
            <Ago at={item.updated_at} />
          </span>
          <Button
            kind="quiet"
            iconOnly
            icon={<Play size={14} aria-hidden="true" />}
            busy={start.isPending && start.variables.id === item.id}
            onClick={() => start.mutate(item)}
          >
            {`Run ${item.name}`}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Numbers({ stats }: { stats: UseQueryResult<DashboardStats> }) {
  const { data } = stats;
  if (!data) {
    return stats.isError ? <Failed error={stats.error} what="The numbers could not be read" retry={() => void stats.refetch()} /> : <div className={s.numbers} aria-hidden="true" />;
  }
  const [average, unit] = durationParts(data.average_time_ms);
  const rate = data.success_rate === null ? null : percent(data.success_rate);
  return (
    <dl className={s.numbers} data-numbers="">
      <Figure label="Workflows" value={count(data.total_workflows)} note={`${count(data.active_workflows)} active`} />
      <Figure label="Running" value={count(data.running_executions)} note={data.running_executions > 0 ? "now" : "idle"} live={data.running_executions > 0} />
      <Figure label="Success rate" value={rate ?? "–"} unit={rate === null ? "" : "%"} note={data.failed > 0 ? `${count(data.failed)} failed` : data.total > 0 ? "none failed" : "nothing ran yet"} tone={data.failed > 0 ? "bad" : undefined}>
        {rate !== null ? <Meter share={Number.parseFloat(rate) / 100} /> : null}
      </Figure>
      <Figure label="Average time" value={average} unit={unit} note={plural(data.total, "execution")} />
    </dl>
  );
}

/** 100 only when nothing failed at all. */
function percent(value: number): string {
  return (value < 100 ? Math.min(value, 99.9) : value).toFixed(1).replace(/\.0$/, "");
}

interface FigureProps {
  label: string;
  value: string;
  unit?: string;
  note: string;
  tone?: "bad" | undefined;
  live?: boolean;
  children?: React.ReactNode;
}

function Figure({ label, value, unit, note, tone, live = false, children }: FigureProps) {
  return (
    <div className={s.number}>
      <dt>{label}</dt>
      <dd className={s.note}>
        <Chip {...(tone ? { tone } : {})}>
          {live ? <i className={s.pulse} aria-hidden="true" /> : null}
          {note}
        </Chip>
      </dd>
      <dd className={`${s.value} num`}>
        {value}
        {unit ? <small>{unit}</small> : null}
      </dd>
      {children}
    </div>
  );
}

function Meter({ share }: { share: number }) {
  return (
    <dd className={s.meter} aria-hidden="true">
      <i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </dd>
  );
}

// Executions of all workflows, newest first.

import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useEffect, useMemo } from "react";
import { followExecutions } from "../api/events";
import { isOver, queries } from "../api/queries";
import { ExecutionHead, ExecutionRow } from "../panels/execution-list";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { Select } from "../ui/field";
import { statusWord } from "../ui/format";
import { debounce } from "../ui/hooks";
import { Page, PageHead } from "../ui/panel";
import { Link, useSearch, useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import s from "./executions.module.css";

const STATUSES = ["running", "waiting", "paused", "queued", "succeeded", "failed", "canceled", "timed_out"];
const REFRESH_MS = 5_000;
const REST_MS = 300;
const FOLLOWED = 30;

export function page() {
  useTitle("Executions");
  const [status, setStatus] = useSearch("status");
  const [workflow, setWorkflow] = useSearch("workflow");
  const list = useInfiniteQuery({
    ...queries.executions({ workflow, status }),
    // Only the first page is asked again by itself: older executions do not change.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 1) === 1 ? REFRESH_MS : false),
    placeholderData: (before) => before,
  });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  useRefreshOnEvents(items.filter((item) => !isOver(item.status)).slice(0, FOLLOWED).map((item) => item.id).join(","));

  const filtered = status !== "" || workflow !== "";
  return (
    <Page>
      <PageHead title="Executions" />
      <div className={s.bar}>
        <Select label="Status" value={status} options={[["", "Any status"], ...STATUSES.map((name) => [name, statusWord(name)] as const)]} onChange={setStatus} />
        <WorkflowFilter value={workflow} onChange={setWorkflow} />
        {filtered ? (
          <Button
            kind="quiet"
            onClick={() => {
              setStatus(null);
              setWorkflow(null);
            }}
          >
            Clear filters
          </Button>
        ) : null}
      </div>
      <div className={s.table}>
        {list.isPending ? (
          <Skeleton rows={12} />
        ) : list.isError && items.length === 0 ? (
          <Failed error={list.error} what="Executions could not be read" retry={() => void list.refetch()} />
        ) : items.length === 0 ? (
          <Empty
            icon={<Activity aria-hidden="true" />}
            title={filtered ? "No execution matches" : "Nothing has run yet"}
            actions={
              filtered ? null : (
                <Link to="/workflows" className={`${b.button} ${b.primary}`}>
                  Choose a workflow
                </Link>
              )
            }
          >
            {filtered ? "Choose another status or workflow." : "Run a workflow and its execution shows here at once."}
          </Empty>
        ) : (
          <>
            <ExecutionHead />
            {items.map((item) => (
              <ExecutionRow key={item.id} item={item} />
            ))}
          </>
        )}
      </div>
      {list.hasNextPage ? (
        <Button className={s.more} busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Load more
        </Button>
      ) : null}
    </Page>
  );
}

/** The first workflows by name; one that is not among them is still named when it is chosen. */
function WorkflowFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const list = useInfiniteQuery(queries.workflows({ q: "", sort: "name" }));
  const known = list.data?.pages[0]?.items ?? [];
  const missing = value !== "" && !known.some((item) => item.id === value);
  const one = useQuery({ ...queries.workflow(value), enabled: missing && list.isSuccess });
  const options: [string, string][] = [["", "Any workflow"], ...known.map((item): [string, string] => [item.id, item.name])];
  if (missing) options.push([value, one.data?.name ?? "One workflow"]);
  return <Select label="Workflow" value={value} options={options} onChange={onChange} />;
}

function useRefreshOnEvents(ids: string): void {
  const client = useQueryClient();
  useEffect(() => {
    if (ids === "") return;
    const refresh = debounce(() => void client.invalidateQueries({ queryKey: ["executions", "list"] }), REST_MS);
    const stop = followExecutions(ids.split(","), { onEvent: refresh.call, onLink: () => undefined });
    return () => {
      stop();
      refresh.stop();
    };
  }, [ids, client]);
}

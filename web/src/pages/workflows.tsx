// Workflows: find one, run it, bring one in.

import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { FileUp, Play, Workflow as WorkflowIcon } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { api } from "../api/calls";
import { queries } from "../api/queries";
import type { WorkflowItem } from "../api/types";
import { EXAMPLE } from "../graph/example";
import { toast } from "../state/view";
import { Button } from "../ui/button";
import { SearchField, Select } from "../ui/field";
import { count, duration, plural, statusWord } from "../ui/format";
import { PHONE, useDebounced, useMedia } from "../ui/hooks";
import { Page, PageHead } from "../ui/panel";
import { Link, navigate, prefetchOnce, useSearch, useTitle } from "../ui/router";
import { asFailure, Empty, Failed, sentence, Skeleton } from "../ui/states";
import { StatusIcon } from "../ui/status";
import { Ago } from "../ui/time";
import { prefetchRoute } from "./routes";
import { importFiles, useStart } from "./run";
import s from "./workflows.module.css";

const SORTS = [
  ["-updated_at", "Changed last"],
  ["updated_at", "Changed first"],
  ["name", "Name A–Z"],
  ["-name", "Name Z–A"],
] as const;
const ROW = 52;
const ROW_PHONE = 64;

export function page() {
  useTitle("Workflows");
  const [q, setQ] = useSearch("q");
  const [text, setText] = useState(q);
  const rested = useDebounced(text, 300);
  useEffect(() => setQ(rested), [rested, setQ]);
  const [sortParam, setSort] = useSearch("sort");
  const sort = sortParam === "" ? "-updated_at" : sortParam;
  const list = useInfiniteQuery({ ...queries.workflows({ q: rested.trim(), sort }), placeholderData: (before) => before });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const total = list.data?.pages[0]?.total ?? null;
  const importing = useImport();
  const focusList = useRef<(() => void) | null>(null);
  useEffect(() => prefetchOnce(() => prefetchRoute("/workflows/x")), []);

  const nothing = list.isSuccess && items.length === 0;
  return (
    <div className={`${s.drop} ${importing.over ? s.over : ""}`} {...importing.drop}>
      <Page wide>
        <PageHead
          title="Workflows"
          facts={total !== null ? <span className="faint num">{count(total)}</span> : null}
          actions={
            <>
              <input ref={importing.picker} type="file" accept=".json,application/json" multiple hidden onChange={importing.picked} aria-label="Workflow files" />
              <Button icon={<FileUp size={14} aria-hidden="true" />} busy={importing.busy} onClick={() => importing.picker.current?.click()}>
                Import a file
              </Button>
            </>
          }
        />
        <div className={s.bar}>
          <SearchField
            label="Search workflows"
            value={text}
            onChange={setText}
            onKeyDown={(event) => {
              if (event.key === "ArrowDown" || event.key === "Enter") {
                event.preventDefault();
                focusList.current?.();
              }
            }}
          />
          <Select label="Sort" value={sort} options={SORTS} onChange={(value) => setSort(value === "-updated_at" ? null : value)} />
        </div>
        {list.isPending ? (
          <Skeleton rows={10} />
        ) : list.isError && items.length === 0 ? (
          <Failed error={list.error} what="Workflows could not be read" retry={() => void list.refetch()} />
        ) : nothing ? (
          rested.trim() === "" ? (
            <NoWorkflows onPick={() => importing.picker.current?.click()} />
          ) : (
            <Empty title={`No workflow matches “${rested}”`} actions={<Button onClick={() => setText("")}>Clear the search</Button>}>
              The search looks at the names of workflows.
            </Empty>
          )
        ) : (
          <Rows items={items} more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : null} focusList={focusList} faded={list.isPlaceholderData} />
        )}
      </Page>
      {importing.over ? <p className={s.hint}>Drop to import</p> : null}
    </div>
  );
}

interface RowsProps {
  items: readonly WorkflowItem[];
  more: (() => void) | null;
  focusList: React.RefObject<(() => void) | null>;
  faded: boolean;
}

function Rows({ items, more, focusList, faded }: RowsProps) {
  const phone = useMedia(PHONE);
  const scroller = useRef<HTMLDivElement>(null);
  const start = useStart();
  const size = phone ? ROW_PHONE : ROW;
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => size, overscan: 10 });
  const visible = virtual.getVirtualItems();
  const lastSeen = visible.at(-1)?.index ?? 0;
  const { active, setActive, onKeyDown } = useRowKeys(items, start.mutate, (row) => virtual.scrollToIndex(row, { align: "auto" }));
  useEffect(() => {
    if (more && lastSeen >= items.length - 20) more();
  }, [more, lastSeen, items.length]);
  useEffect(() => virtual.measure(), [size, virtual]);
  useEffect(() => {
    focusList.current = () => {
      setActive(0);
      scroller.current?.focus();
    };
  }, [focusList, setActive]);

  return (
    <div className={s.table}>
      <RowsHead />
      <div
        ref={scroller}
        className={`${s.scroller} ${faded ? s.faded : ""}`}
        tabIndex={0}
        role="list"
        aria-label="Workflows. Arrow keys choose one, Enter opens it."
        onKeyDown={onKeyDown}
      >
        <div className={s.inner} style={{ height: virtual.getTotalSize() }}>
          {visible.map((at) => {
            const item = items[at.index];
            if (!item) return null;
            return (
              <div
                key={item.id}
                role="listitem"
                aria-setsize={items.length}
                aria-posinset={at.index + 1}
                className={`${s.row} ${s.placed} ${at.index === active ? s.active : ""}`}
                style={{ transform: `translateY(${at.start}px)`, height: at.size }}
              >
                <OneRow item={item} busy={start.isPending && start.variables.id === item.id} onRun={() => start.mutate(item)} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function RowsHead() {
  return (
    <div className={`${s.row} ${s.head}`} aria-hidden="true">
      <span>Name</span>
      <span className={s.nodes}>Nodes</span>
      <span className={s.last}>Last execution</span>
      <span className={s.changed}>Changed</span>
      <span />
    </div>
  );
}

/** Which row the keys are on: arrows move, Enter opens, Enter with Ctrl or Command runs. */
function useRowKeys(items: readonly WorkflowItem[], run: (item: WorkflowItem) => void, scrollTo: (row: number) => void) {
  const [active, setActive] = useState(0);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const item = items[active];
    if (event.key === "Enter" && item) {
      event.preventDefault();
      if (event.metaKey || event.ctrlKey) run(item);
      else navigate(`/workflows/${encodeURIComponent(item.id)}`);
      return;
    }
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: items.length - 1, PageDown: active + 10, PageUp: active - 10 }[event.key];
    if (to === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(items.length - 1, to));
    setActive(next);
    scrollTo(next);
  };
  return { active, setActive, onKeyDown };
}

function OneRow({ item, busy, onRun }: { item: WorkflowItem; busy: boolean; onRun: () => void }) {
  const last = item.last_execution;
  return (
    <>
      <span className={s.name}>
        <Link to={`/workflows/${encodeURIComponent(item.id)}`} className={`${s.link} cut`} dir="auto">
          {item.name}
        </Link>
        {item.description ? (
          <span className={`${s.description} cut`} dir="auto">
            {item.description}
          </span>
        ) : null}
      </span>
      <span className={`${s.nodes} num dim`}>{plural(item.node_count, "node")}</span>
      <span className={s.last}>
        {last ? (
          <Link to={`/executions/${encodeURIComponent(last.id)}`} className={s.lastLink}>
            <StatusIcon status={last.status} />
            <span className="cut">
              {statusWord(last.status)} <span className="faint">· {last.duration_ms === null ? <Ago at={last.started_at} /> : duration(last.duration_ms)}</span>
            </span>
          </Link>
        ) : (
          <span className="faint">Not run yet</span>
        )}
      </span>
      <span className={`${s.changed} dim`}>
        <Ago at={item.updated_at} />
      </span>
      <span className={s.run}>
        <Button icon={<Play size={12} aria-hidden="true" fill="currentColor" />} busy={busy} onClick={onRun} aria-label={`Run ${item.name}`}>
          Run
        </Button>
      </span>
    </>
  );
}

function NoWorkflows({ onPick }: { onPick: () => void }) {
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  const add = async () => {
    setBusy(true);
    try {
      const workflow = await api.createWorkflow(JSON.stringify(EXAMPLE));
      void client.invalidateQueries({ queryKey: ["workflows"] });
      navigate(`/workflows/${encodeURIComponent(workflow.id)}`);
    } catch (error) {
      toast("bad", `The example could not be added. ${sentence(asFailure(error))}`);
      setBusy(false);
    }
  };
  return (
    <div className={s.first}>
      <Empty
        icon={<WorkflowIcon aria-hidden="true" />}
        title="No workflows yet"
        actions={
          <>
            <Button kind="primary" busy={busy} onClick={() => void add()}>
              Add the example
            </Button>
            <Button onClick={onPick}>Import a file</Button>
          </>
        }
      >
        Start from a small example that routes a parcel by its weight, or drop a workflow file anywhere on this page. Graphs from React Flow are workflow files too.
      </Empty>
    </div>
  );
}

/** Files from the picker or dropped on the page. */
function useImport() {
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const depth = useRef(0);
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setBusy(true);
    const results = await importFiles(files);
    setBusy(false);
    void client.invalidateQueries({ queryKey: ["workflows"] });
    for (const { fault, file } of results) if (fault !== null) toast("bad", `${file} was not imported. ${fault}`);
    const done = results.flatMap(({ workflow }) => (workflow ? [workflow] : []));
    const only = done[0];
    if (results.length === 1 && only) navigate(`/workflows/${encodeURIComponent(only.id)}`);
    else if (done.length > 0) toast("ok", `Imported ${plural(done.length, "workflow")}`);
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const leave = () => {
    depth.current = 0;
    setOver(false);
  };
  return {
    picker,
    over,
    busy,
    picked: (event: React.ChangeEvent<HTMLInputElement>) => {
      void take([...(event.target.files ?? [])]);
      event.target.value = "";
    },
    drop: {
      onDragEnter: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event: DragEvent) => {
        if (hasFiles(event)) event.preventDefault();
      },
      onDragLeave: () => {
        depth.current -= 1;
        if (depth.current <= 0) leave();
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        leave();
        void take([...event.dataTransfer.files]);
      },
    },
  };
}

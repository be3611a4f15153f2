// Executions of all workflows, newest first and as they change; many can be asked for the same at once.

import { useQuery } from "@tanstack/react-query";
import { Activity } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { queries } from "../api/queries";
import type { ExecutionItem } from "../api/types";
import { between } from "../graph/changes";
import { ExecutionTable } from "../panels/execution-table";
import { Button } from "../ui/button";
import b from "../ui/button.module.css";
import { count } from "../ui/format";
import { PHONE, useMedia } from "../ui/hooks";
import { Page, PageHead } from "../ui/panel";
import { Link, navigate, useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import { BulkBar } from "./executions-bulk";
import { FilterBar, fits, useFilters, type Filters } from "./executions-filters";
import { useExecutions } from "./executions-live";
import s from "./executions.module.css";
import { executionPath } from "./paths";

const ROW = 36;
const ROW_PHONE = 60;
/** While words are looked for, pages are read until so many fit, or so many were looked through. */
const ENOUGH = 60;
const LOOKED_MOST = 3_000;

export function page() {
  useTitle("Executions");
  const filters = useFilters();
  const { list, items, total, exact } = useExecutions(filters.query);
  const phone = useMedia(PHONE);
  const shown = useMemo(() => (filters.words.length === 0 ? items : items.filter((item) => fits(item, filters.words))), [items, filters.words]);
  const choice = useChoice(shown, JSON.stringify(filters.query));
  const more = () => {
    if (list.hasNextPage && !list.isFetchingNextPage && !list.isError) void list.fetchNextPage();
  };
  const searching = filters.words.length > 0;
  const looking = searching && list.hasNextPage && shown.length < ENOUGH && items.length < LOOKED_MOST;
  useEffect(() => {
    if (looking) more();
  });
  const nothing = list.isSuccess && shown.length === 0 && !looking;
  const failed = list.isError && items.length === 0;
  return (
    <Page wide>
      <PageHead title="Executions" facts={total !== null ? <Many total={total} exact={exact} /> : null} />
      <FilterBar filters={filters} />
      {searching && list.hasNextPage ? <Searched found={shown.length} looked={items.length} looking={looking} more={more} /> : null}
      <Named text={filters.text} items={items} />
      {list.isError && items.length > 0 ? (
        <p className={s.late} role="status">
          Older executions could not be read. <Button onClick={() => void list.fetchNextPage()}>Try again</Button>
        </p>
      ) : null}
      <div className={`${s.table} ${nothing || failed ? s.bare : ""}`}>
        {list.isPending ? (
          <Skeleton rows={14} />
        ) : failed ? (
          <Failed error={list.error} what="Executions could not be read" retry={() => void list.refetch()} />
        ) : nothing ? (
          <Nothing filters={filters} />
        ) : (
          <ExecutionTable
            items={shown}
            total={searching ? shown.length : (total ?? shown.length)}
            row={phone ? ROW_PHONE : ROW}
            chosen={choice.chosen}
            active={choice.active}
            onActive={choice.setActive}
            onChoose={choice.choose}
            onChooseAll={choice.chooseListed}
            onClear={choice.clear}
            onOpen={(id) => navigate(executionPath(id))}
            onEnd={more}
          />
        )}
      </div>
      <BulkBar chosen={choice.items} all={choice.all} total={searching || filters.query.origin ? null : total} query={filters.query} onAll={choice.chooseAll} onClear={choice.clear} />
    </Page>
  );
}

function Many({ total, exact }: { total: number; exact: boolean }) {
  return (
    <span className="faint num" role="status">
      {exact ? count(total) : `more than ${count(total)}`}
    </span>
  );
}

/** What is chosen. Another filter chooses nothing; what leaves the list is not chosen any more. */
function useChoice(items: readonly ExecutionItem[], filter: string) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const last = useRef<string | null>(null);
  const listed = useRef(items);
  listed.current = items;
  const clear = useCallback(() => {
    setChosen(new Set());
    setAll(false);
    last.current = null;
  }, []);
  useEffect(() => clear, [filter, clear]);
  const choose = useCallback((id: string, range: boolean) => {
    setAll(false);
    setChosen((before) => {
      const next = new Set(before);
      if (range && last.current !== null) for (const one of between(listed.current, last.current, id)) next.add(one);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
    if (!range || last.current === null) last.current = id;
  }, []);
  const chooseListed = useCallback(() => setChosen(new Set(listed.current.map((item) => item.id))), []);
  const chooseAll = useCallback(() => {
    setAll(true);
    setChosen(new Set(listed.current.map((item) => item.id)));
  }, []);
  const of = useMemo(() => (chosen.size === 0 ? [] : items.filter((item) => chosen.has(item.id))), [items, chosen]);
  const present = useMemo(() => new Set(of.map((item) => item.id)), [of]);
  return { chosen: present, items: of, all, active, setActive, choose, chooseListed, chooseAll, clear };
}

function Searched({ found, looked, looking, more }: { found: number; looked: number; looking: boolean; more: () => void }) {
  return (
    <p className={s.late} role="status">
      {looking ? `Looking through older ones, ${count(looked)} so far` : `${count(found)} of the newest ${count(looked)} fit.`} {looking ? null : <Button onClick={more}>Look further back</Button>}
    </p>
  );
}

const ID = /^[0-9a-z]{13}$/;

/** Somebody who pastes an id wants that execution, however old it is and whatever the filters say. */
function Named({ text, items }: { text: string; items: readonly ExecutionItem[] }) {
  const id = text.trim();
  const wanted = ID.test(id) && !items.some((item) => item.id === id);
  const one = useQuery({ ...queries.execution(id), enabled: wanted, retry: false });
  if (!wanted || !one.data) return null;
  return (
    <p className={s.late} role="status">
      {one.data.workflow?.name ?? "An execution"} has this id and is not in the list.
      <Link to={executionPath(id)} className={b.button}>
        Open it
      </Link>
    </p>
  );
}

function Nothing({ filters }: { filters: Filters }) {
  return (
    <Empty
      icon={<Activity aria-hidden="true" />}
      title={filters.filtered ? "No execution matches" : "Nothing has run yet"}
      actions={
        filters.filtered ? (
          <Button onClick={filters.clear}>Clear filters</Button>
        ) : (
          <Link to="/workflows" className={`${b.button} ${b.primary}`}>
            Choose a workflow
          </Link>
        )
      }
    >
      {filters.filtered ? "Choose another status, workflow, time, or other words." : "Run a workflow and its execution shows here at once."}
    </Empty>
  );
}

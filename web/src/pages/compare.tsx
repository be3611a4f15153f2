// Two executions side by side: what they are, and step by step what differs in status, time and output.

import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowLeftRight, ChevronLeft, Columns2, X } from "lucide-react";
import { Suspense, useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { isMissing } from "../api/client";
import { isOver, queries } from "../api/queries";
import type { Execution, Step } from "../api/types";
import { alignSteps, DIFFERENCES, differs, type Pair } from "../graph/align";
import { isSame } from "../graph/diff";
import { titleOf } from "../graph/summary";
import { Button } from "../ui/button";
import { SearchField, Select } from "../ui/field";
import { count, duration, plural, startedBy } from "../ui/format";
import { Link, navigate, useSearch, useTitle } from "../ui/router";
import { Failed, Skeleton } from "../ui/states";
import { StatusChip, StatusIcon } from "../ui/status";
import { Ago } from "../ui/time";
import { rowAfter } from "../ui/walk";
import { useKinds } from "./kinds";
import { PairDetail } from "./compare-detail";
import { NotFound } from "./not-found";
import s from "./compare.module.css";
import { comparePath, executionPath } from "./paths";
import { part } from "../ui/part";

const CompareChoice = part(async () => (await import("./compare-choice")).CompareChoice);

const LIVE_MS = 2_000;
const ROW = 30;

export function page({ params }: { params: Record<string, string> }) {
  const left = useBoth(params["id"] ?? "");
  const right = useBoth(params["other"] ?? "");
  useTitle("Compare executions");
  for (const one of [left, right]) {
    if (isMissing(one.execution.error)) return <NotFound />;
    const failed = one.execution.isError ? one.execution : one.steps.isError ? one.steps : null;
    if (failed) return <Failed error={failed.error} what="An execution could not be read" retry={() => void failed.refetch()} />;
  }
  if (!left.execution.data || !right.execution.data || !left.steps.data || !right.steps.data) return <Skeleton rows={4} kind="block" />;
  return <Loaded left={left.execution.data} right={right.execution.data} steps={[left.steps.data, right.steps.data]} />;
}

/** An execution and its steps, read again while it goes on. */
function useBoth(id: string) {
  const execution = useQuery({ ...queries.execution(id), refetchInterval: (query) => (query.state.data && !isOver(query.state.data.status) ? LIVE_MS : false) });
  const going = execution.data !== undefined && !isOver(execution.data.status);
  const steps = useQuery({ ...queries.steps(id), refetchInterval: going ? LIVE_MS : false });
  const { refetch } = steps;
  const over = execution.data !== undefined && !going;
  useEffect(() => {
    if (over) void refetch();
  }, [over, refetch]);
  return { execution, steps };
}

function Loaded({ left, right, steps: [a, b] }: { left: Execution; right: Execution; steps: [Step[], Step[]] }) {
  const kinds = useKinds();
  const pairs = useMemo(() => alignSteps(a, b), [a, b]);
  const titles = useMemo(() => {
    const nodes = [...right.graph.nodes, ...left.graph.nodes];
    return new Map(nodes.map((node) => [node.id, titleOf(node, kinds.get(node.type ?? "")?.name ?? null)]));
  }, [left.graph, right.graph, kinds]);
  const [how, setHow] = useSearch("show");
  const [chosen, setChosen] = useSearch("step");
  const [query, setQuery] = useState("");
  const asked = useDeferredValue(query).toLowerCase();
  const [choosing, setChoosing] = useState(false);
  const found = useMemo(() => pairs.filter((pair) => differs(pair, how) && (asked === "" || `${titles.get(pair.node) ?? ""} ${pair.address}`.toLowerCase().includes(asked))), [pairs, how, asked, titles]);
  const different = useMemo(() => pairs.filter((pair) => differs(pair, "any")).length, [pairs]);
  const pair = pairs.find((one) => one.address === chosen) ?? null;
  return (
    <div className={s.page}>
      <header className={s.top}>
        <Link to={executionPath(left.id)} className={s.back} aria-label="Back to the execution">
          <ChevronLeft aria-hidden="true" />
        </Link>
        <h1 className={s.title}>Compare</h1>
        <span className="faint num" role="status">
          {different === 0 ? `${plural(pairs.length, "step")}, no difference` : `${count(different)} of ${plural(pairs.length, "step")} differ`}
        </span>
        <span className={s.actions}>
          <Button icon={<ArrowLeftRight size={14} aria-hidden="true" />} aria-label="Swap" onClick={() => navigate(comparePath(right.id, left.id), { replace: true })}>
            Swap
          </Button>
          <Button icon={<Columns2 size={14} aria-hidden="true" />} aria-label="Choose another" onClick={() => setChoosing(true)}>
            Choose another
          </Button>
        </span>
      </header>
      <div className={s.heads}>
        <Head execution={left} side="left" other={right} />
        <Head execution={right} side="right" other={left} />
      </div>
      <Wholes left={left} right={right} onShow={setChosen} chosen={chosen} />
      <div className={s.bar}>
        <SearchField label="Find a step" value={query} onChange={setQuery} />
        <Select label="Which steps" value={how} options={DIFFERENCES} onChange={setHow} />
        <span className="faint num" role="status">
          {found.length === pairs.length ? "" : `${count(found.length)} of ${plural(pairs.length, "step")}`}
        </span>
      </div>
      {found.length === 0 ? (
        <p className={`${s.none} dim`}>
          {pairs.length === 0 ? "Neither of them has a step that has ended." : how === "" ? "No step fits." : "No step differs in this way."}{" "}
          {pairs.length > 0 ? <Button onClick={() => (setHow(null), setQuery(""))}>Show all steps</Button> : null}
        </p>
      ) : (
        <Table pairs={found} titles={titles} chosen={chosen} onChoose={setChosen} />
      )}
      {pair !== null || chosen.startsWith("$") ? (
        <section className={s.detail} aria-label="What differs">
          <Button kind="quiet" iconOnly className={s.close} icon={<X size={16} aria-hidden="true" />} onClick={() => setChosen(null)}>
            Close
          </Button>
          <PairDetail key={chosen} pair={pair} whole={chosen === "$input" || chosen === "$output" ? (chosen.slice(1) as "input" | "output") : null} left={left} right={right} title={pair ? (titles.get(pair.node) ?? pair.node) : ""} />
        </section>
      ) : null}
      <Suspense fallback={null}>{choosing ? <CompareChoice execution={left} onClose={() => setChoosing(false)} /> : null}</Suspense>
    </div>
  );
}

function Head({ execution, side, other }: { execution: Execution; side: "left" | "right"; other: Execution }) {
  const { id, status, duration_ms: took, started_at: at, trigger, workflow, version } = execution;
  const slower = took !== null && other.duration_ms !== null && took > other.duration_ms * 1.5 && took - other.duration_ms > 5;
  return (
    <section className={s.head} aria-label={side === "left" ? "Left" : "Right"}>
      <div className={s.headRow}>
        <Link to={executionPath(id)} className={`${s.id} mono`}>
          {id}
        </Link>
        <StatusChip status={status} />
        <span className={`mono num ${slower ? s.slow : ""}`}>{duration(took)}</span>
      </div>
      <p className="dim cut" dir="auto">
        {workflow?.name || "Graph without a workflow"}
      </p>
      <p className="faint">
        <Ago at={at} /> · {startedBy(trigger)}
        {version === other.version ? null : <span className={s.slow}> · another version</span>}
      </p>
    </section>
  );
}

/** Input and output of the executions themselves. */
function Wholes({ left, right, chosen, onShow }: { left: Execution; right: Execution; chosen: string; onShow: (key: string | null) => void }) {
  const rows = useMemo(() => (["input", "output"] as const).map((name) => [name, isSame(left[name], right[name])] as const), [left, right]);
  return (
    <div className={s.wholes}>
      {rows.map(([name, same]) => (
        <button key={name} type="button" className={`${s.whole} ${chosen === `$${name}` ? s.here : ""}`} aria-pressed={chosen === `$${name}`} onClick={() => onShow(chosen === `$${name}` ? null : `$${name}`)}>
          {name === "input" ? "Input" : "Output"} <span className={same ? "faint" : s.differs}>{same ? "the same" : "differs"}</span>
        </button>
      ))}
    </div>
  );
}

interface TableProps {
  pairs: readonly Pair<Step>[];
  titles: ReadonlyMap<string, string>;
  chosen: string;
  onChoose: (address: string) => void;
}

function Table({ pairs, titles, chosen, onChoose }: TableProps) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: pairs.length, getScrollElement: () => list.current, estimateSize: () => ROW, overscan: 16 });
  const at = pairs.findIndex((pair) => pair.address === chosen);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const next = pairs[rowAfter(event.key, at, pairs.length) ?? -1];
    if (!next) return;
    event.preventDefault();
    onChoose(next.address);
  };
  return (
    <div className={s.table} role="grid" aria-label="Steps of both" aria-rowcount={pairs.length + 1}>
      <div role="rowgroup">
        <div className={`${s.row} ${s.columns}`} role="row" aria-rowindex={1}>
          {["Step", "Left", "Right", "Difference"].map((label, n) => (
            <span key={label} role="columnheader" className={[s.name, s.cell, s.cell, s.what][n]}>
              {label}
            </span>
          ))}
        </div>
      </div>
      <div ref={list} className={s.list} role="rowgroup" tabIndex={0} aria-label="Steps, arrow keys choose one" onKeyDown={onKeyDown}>
        <div className={s.inner} style={{ height: virtual.getTotalSize() }} role="presentation">
          {virtual.getVirtualItems().map((place) => {
            const pair = pairs[place.index];
            if (!pair) return null;
            return (
              <div
                key={pair.address}
                role="row"
                aria-rowindex={place.index + 2}
                aria-selected={pair.address === chosen}
                className={`${s.row} ${s.placed} ${pair.address === chosen ? s.chosen : ""}`}
                style={{ transform: `translateY(${place.start}px)` }}
                onClick={() => onChoose(pair.address)}
              >
                <span role="gridcell" className={s.name}>
                  <span className="cut" dir="auto">
                    {titles.get(pair.node) ?? pair.node}
                  </span>
                  <span className="mono faint cut">{pair.address.length > pair.node.length ? `#${pair.address.slice(pair.node.length + 1)}` : ""}</span>
                </span>
                <Stand step={pair.left} slow={pair.slower === "left"} />
                <Stand step={pair.right} slow={pair.slower === "right"} />
                <span role="gridcell" className={`${s.what} cut`}>
                  {whatDiffers(pair)}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Stand({ step, slow }: { step: Step | null; slow: boolean }) {
  return (
    <span role="gridcell" className={s.cell}>
      {step ? (
        <>
          <StatusIcon status={step.status} label />
          <span className={`mono num ${slow ? s.slow : ""}`}>{step.duration_ms === null ? "" : duration(step.duration_ms)}</span>
          {step.attempts > 1 ? <span className="faint num">{step.attempts} tries</span> : null}
        </>
      ) : (
        <span className="faint">not there</span>
      )}
    </span>
  );
}

function whatDiffers(pair: Pair<Step>) {
  if (!pair.left || !pair.right) return <span className={s.differs}>only {pair.left ? "left" : "right"}</span>;
  const parts = [pair.status ? "status" : "", pair.input ? "input" : "", pair.output ? "output" : "", pair.slower ? `${pair.slower} slower` : ""].filter(Boolean);
  return parts.length === 0 ? <span className="faint">the same</span> : <span className={s.differs}>{parts.join(", ")}</span>;
}

// Which executions are listed: by status, workflow, what started them, time, and words. All of it stands in the address.

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { ExecutionQuery } from "../api/calls";
import { queries } from "../api/queries";
import type { ExecutionItem } from "../api/types";
import { PERIODS, periodOf } from "../graph/period";
import { Button } from "../ui/button";
import { SearchField, Select } from "../ui/field";
import f from "../ui/field.module.css";
import { startedBy, statusWord } from "../ui/format";
import { useDebounced } from "../ui/hooks";
import { Link, navigate, useSearch } from "../ui/router";
import s from "./executions.module.css";

const STATUSES = ["running", "waiting", "paused", "queued", "delayed", "succeeded", "failed", "timed_out", "canceled", "quarantined"];
const GROUPS = [
  ["", "Any status"],
  ["delayed,queued,running,waiting,paused", "Not over"],
  ["failed,timed_out,quarantined", "Went wrong"],
] as const;
const TRIGGERS = ["manual", "schedule", "webhook", "api", "cli", "workflow", "error", "fork", "replay"];
const KEYS = ["status", "workflow", "trigger", "time", "from", "to", "origin", "q"];
const REST_MS = 250;

export interface Filters {
  query: ExecutionQuery;
  /** Words that are looked for in what is listed. */
  words: string[];
  text: string;
  setText: (text: string) => void;
  filtered: boolean;
  clear: () => void;
}

export function useFilters(): Filters {
  const [status] = useSearch("status");
  const [workflow] = useSearch("workflow");
  const [trigger] = useSearch("trigger");
  const [time] = useSearch("time");
  const [from] = useSearch("from");
  const [to] = useSearch("to");
  const [origin] = useSearch("origin");
  const [q, setQ] = useSearch("q");
  const [text, setText] = useState(q);
  const rested = useDebounced(text, REST_MS);
  useEffect(() => setQ(rested.trim()), [rested, setQ]);
  // A stretch that ends now begins where it did when it was chosen, so that the list is not read anew all the time.
  const period = useMemo(() => periodOf(time, from, to, Date.now()), [time, from, to]);
  const query = useMemo(() => ({ status, workflow, trigger, origin, ...period }), [status, workflow, trigger, origin, period]);
  const words = useMemo(() => rested.toLowerCase().split(/\s+/).filter(Boolean), [rested]);
  const clear = () => {
    setText("");
    const params = new URLSearchParams(location.search);
    for (const key of KEYS) params.delete(key);
    const rest = params.toString();
    navigate(location.pathname + (rest === "" ? "" : `?${rest}`), { replace: true });
  };
  const filtered = [status, workflow, trigger, time, origin, rested.trim()].some((value) => value !== "");
  return { query, words, text, setText, filtered, clear };
}

/** Whether all words stand somewhere in what is known of an execution. */
export function fits(item: ExecutionItem, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${item.id} ${item.workflow?.name ?? ""} ${statusWord(item.status)} ${startedBy(item.trigger)} ${item.error?.code ?? ""} ${item.error?.message ?? ""} ${item.error?.node ?? ""} ${item.origin?.execution ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export function FilterBar({ filters }: { filters: Filters }) {
  const [status, setStatus] = useSearch("status");
  const [workflow, setWorkflow] = useSearch("workflow");
  const [trigger, setTrigger] = useSearch("trigger");
  const [time, setTime] = useSearch("time");
  const [origin, setOrigin] = useSearch("origin");
  const statuses = withOwn([...GROUPS, ...STATUSES.map((name) => [name, statusWord(name)] as const)], status, status.split(",").map(statusWord).join(", "));
  const triggers = withOwn([["", "Started by anything"], ...TRIGGERS.map((name) => [name, startedBy(name)] as const)], trigger, startedBy(trigger));
  return (
    <div className={s.bar} role="group" aria-label="Filters">
      <SearchField label="Search executions" value={filters.text} onChange={filters.setText} />
      <Select label="Status" value={status} options={statuses} onChange={setStatus} />
      <WorkflowFilter value={workflow} onChange={setWorkflow} />
      <Select label="Started by" value={trigger} options={triggers} onChange={setTrigger} />
      <Select label="Time" value={time} options={PERIODS} onChange={setTime} />
      {time === "between" ? <Between /> : null}
      {origin !== "" ? (
        <span className={s.chip}>
          <span>
            Comes from{" "}
            <Link to={`/executions/${encodeURIComponent(origin)}`} className="mono">
              {origin}
            </Link>
          </span>
          <Button kind="quiet" iconOnly icon={<X size={12} aria-hidden="true" />} onClick={() => setOrigin(null)}>
            Show all, wherever they come from
          </Button>
        </span>
      ) : null}
      {filters.filtered ? (
        <Button kind="quiet" onClick={filters.clear}>
          Clear filters
        </Button>
      ) : null}
    </div>
  );
}

function withOwn(options: readonly (readonly [string, string])[], value: string, label: string): readonly (readonly [string, string])[] {
  return options.some(([key]) => key === value) ? options : [...options, [value, label]];
}

function Between() {
  const [from, setFrom] = useSearch("from");
  const [to, setTo] = useSearch("to");
  return (
    <span className={s.between}>
      <input type="datetime-local" className={f.field} aria-label="From" value={from} max={to || undefined} onChange={(event) => setFrom(event.target.value)} />
      <span className="faint">to</span>
      <input type="datetime-local" className={f.field} aria-label="Until" value={to} min={from || undefined} onChange={(event) => setTo(event.target.value)} />
    </span>
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

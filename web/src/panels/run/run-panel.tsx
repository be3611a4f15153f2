// What happened in a run, under five tabs: timeline, steps, events, log, input and output. It takes a state and events and
// knows no page: below a canvas it shows a run that goes on, on the page of an execution one that is over.

import { Suspense, useCallback, useId, useMemo, type ReactNode } from "react";
import type { Event, Json } from "../../api/types";
import { findSteps, STANDINGS } from "../../graph/steps";
import type { Window } from "../../graph/timeline";
import type { ExecutionState, StepRun } from "../../state/execution";
import { Button } from "../../ui/button";
import { SearchField, Select } from "../../ui/field";
import { count, plural } from "../../ui/format";
import { Skeleton } from "../../ui/states";
import { tabPanel, Tabs, type Tab } from "../../ui/tabs";
import { Removed } from "../removed";
import { Steps } from "../steps";
import { Timeline } from "../timeline/timeline";
import { Data } from "./data";
import { useStepSearch } from "./step-search";
import { part } from "../../ui/part";
import s from "./run.module.css";

const Events = part(async () => (await import("./events")).Events);
const Logs = part(async () => (await import("./logs")).Logs);

export type RunTab = "timeline" | "steps" | "events" | "log" | "data";

const TABS: readonly Tab<RunTab>[] = [
  { id: "timeline", label: "Timeline" },
  { id: "steps", label: "Steps" },
  { id: "events", label: "Events" },
  { id: "log", label: "Log" },
  { id: "data", label: "Input and output" },
];

export function isRunTab(text: string): text is RunTab {
  return TABS.some((tab) => tab.id === text);
}

export interface RunPanelProps {
  execution: string;
  /** At the moment that is looked at. */
  state: ExecutionState | null;
  over: boolean;
  /** Up to that moment; they may grow in place, which the state's seq tells. */
  events: readonly Event[];
  times: readonly number[];
  titles: ReadonlyMap<string, string>;
  parentOf: (node: string) => string | null;
  span: Window | null;
  /** The moment that is looked at; null is now, or the end. */
  cursor: number | null;
  input: Json;
  /** Undefined until there is one. */
  output: Json | undefined;
  /** From which event on the history is whole. */
  historyFrom: number;
  selected: string | null;
  onSelect: (address: string) => void;
  tab: RunTab;
  onTab: (tab: RunTab) => void;
  /** What stands before the tabs, and behind them. */
  head?: ReactNode;
  tools?: ReactNode;
}

export function RunPanel(props: RunPanelProps) {
  const { execution, state, events, times, titles, tab, onTab, onSelect, head, tools } = props;
  const id = useId();
  const version = state?.seq ?? 0;
  const inside = () => {
    switch (tab) {
      case "events":
        return <Events execution={execution} events={events} times={times} version={version} titles={titles} onSelect={onSelect} />;
      case "log":
        return <Logs execution={execution} events={events} times={times} version={version} titles={titles} onSelect={onSelect} />;
      case "data":
        return <Data execution={execution} input={props.input} output={props.output} />;
      default:
        return <StepViews {...props} />;
    }
  };
  return (
    <section className={s.panel} aria-label="What happened">
      <header className={s.head}>
        {head}
        <div className={s.tabs}>
          <Tabs label="Views of the run" id={id} tabs={TABS} chosen={tab} onChoose={onTab} />
        </div>
        {tools}
      </header>
      <Removed from={props.historyFrom} />
      <div className={s.body} {...tabPanel(id, tab)}>
        <Suspense fallback={<Skeleton rows={3} />}>{inside()}</Suspense>
      </div>
    </section>
  );
}

/** From so many steps on there is a field to find some. */
const FIND_FROM = 12;
const NONE: readonly StepRun[] = [];

/** Timeline and table show the same steps, and look for them with the same words. */
function StepViews({ state, over, titles, parentOf, span, cursor, selected, onSelect, tab }: RunPanelProps) {
  const steps = useMemo(() => (state ? [...state.steps.values()] : NONE), [state?.steps]);
  const { query, setQuery, asked, standing, setStanding } = useStepSearch();
  const found = useMemo(() => findSteps(steps, titles, asked, standing), [steps, titles, asked, standing]);
  const all = useCallback(() => {
    setQuery("");
    setStanding("");
  }, [setQuery, setStanding]);
  return (
    <>
      {steps.length >= FIND_FROM ? (
        <div className={s.bar}>
          <SearchField label="Find a step" value={query} onChange={setQuery} />
          <Select label="Which steps" value={standing} options={STANDINGS} onChange={setStanding} />
          <span className="faint num" role="status">
            {found === steps ? "" : `${count(found.length)} of ${plural(steps.length, "step")}`}
          </span>
        </div>
      ) : null}
      {found.length > 0 ? (
        tab === "steps" ? (
          <Steps steps={found} titles={titles} origin={span?.from ?? null} selected={selected} onSelect={onSelect} />
        ) : (
          <Timeline steps={found} titles={titles} parentOf={parentOf} span={span} cursor={cursor} selected={selected} onSelect={onSelect} />
        )
      ) : steps.length > 0 ? (
        <p className={`${s.none} dim`}>
          No step fits. <Button onClick={all}>Show all steps</Button>
        </p>
      ) : over ? (
        <p className={`${s.none} faint`}>No step has run.</p>
      ) : (
        <Skeleton rows={4} />
      )}
    </>
  );
}

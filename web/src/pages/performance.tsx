// Performance: what the server and this browser measure of themselves, since this page was opened.

import { useQuery } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { queries } from "../api/queries";
import { figuresOf, paceTone, readMetrics, routesOf, sum, type Figures, type Reading, type RouteFigures } from "../graph/metrics";
import { useView } from "../state/view";
import { bytes, count, duration, durationParts, plural } from "../ui/format";
import { Page, PageHead, Panel } from "../ui/panel";
import { useTitle } from "../ui/router";
import { Empty, Failed, Skeleton } from "../ui/states";
import { Chip } from "../ui/status";
import { Tile, Tiles } from "../ui/tile";
import { useBrowserFigures, type BrowserFigures } from "./browser-figures";
import { Documents } from "./performance-documents";
import s from "./performance.module.css";

/** Fifteen minutes of a reading each two seconds. */
const KEPT = 450;
/** Rates are of so many readings back, so that a quiet second is no gap. */
const SPAN = 5;

export function page() {
  useTitle("Performance");
  const [isWanted] = useState(() => location.hash === "#documents");
  return (
    <Page>
      <PageHead title="Performance" facts={<Chip>live · 2 s</Chip>} />
      <Server />
      <Documents isWanted={isWanted} />
      <Browser />
    </Page>
  );
}

/** Readings gather while the page is open; nothing of them is kept. */
function useFigures() {
  const metrics = useQuery(queries.metrics());
  const readings = useRef<Reading[]>([]);
  const [history, setHistory] = useState<readonly Figures[]>([]);
  const { data } = metrics;
  useEffect(() => {
    if (!data || readings.current.at(-1)?.at === data.at) return;
    const now = readMetrics(data.text, data.at);
    const before = readings.current.at(-SPAN) ?? readings.current[0] ?? null;
    readings.current = [...readings.current.slice(1 - KEPT), now];
    setHistory((all) => [...all.slice(1 - KEPT), figuresOf(before, now)]);
  }, [data]);
  return { metrics, history, newest: readings.current.at(-1) ?? null };
}

function Server() {
  const { metrics, history, newest } = useFigures();
  const now = history.at(-1);
  if (metrics.isPending) return <Skeleton rows={2} kind="block" />;
  if (!now || !newest) return <Failed error={metrics.error} what="The server's metrics could not be read" retry={() => void metrics.refetch()} />;
  return (
    <>
      <ServerFigures now={now} history={history} uptime={sum(newest, "uptime_seconds")} />
      <Routes routes={routesOf(newest)} />
    </>
  );
}

function ServerFigures({ now, history, uptime }: { now: Figures; history: readonly Figures[]; uptime: number | null }) {
  const trend = (key: keyof Figures) => history.map((one) => one[key]);
  const [p95, p95Unit] = durationParts(now.p95 === null ? null : now.p95 * 1000);
  const [commit, commitUnit] = durationParts(now.commit === null ? null : now.commit * 1000);
  return (
    <section aria-labelledby="server" className={s.part}>
      <h2 id="server" className={s.head}>
        Server
        {uptime === null ? null : <span className="faint">up {duration(uptime * 1000)}</span>}
      </h2>
      <Tiles>
        {now.cpu === null ? null : <Tile label="CPU" value={short(now.cpu)} unit="% of a core" trend={trend("cpu")} />}
        {now.memory === null ? null : <Size label="Memory" value={now.memory} trend={trend("memory")} />}
        <Tile label="Steps and events recorded" value={perSecond(now.events)} unit="/s" trend={trend("events")} />
        <Tile label="Commits" value={perSecond(now.commits)} unit="/s" note={now.queue ? plural(now.queue, "entry waits", "entries wait") : "none waits"} trend={trend("commits")} />
        {now.commit === null ? null : <Tile label="Last commit" value={commit} unit={commitUnit} trend={trend("commit")} />}
        <Tile label="Requests" value={perSecond(now.requests)} unit="/s" trend={trend("requests")} />
        <Tile label="Answers begin within" value={p95} unit={p95Unit === "" ? "" : `${p95Unit} p95`} trend={trend("p95")} />
        <Tile label="Failed requests" value={now.errors === null ? "–" : short(now.errors)} unit={now.errors === null ? "" : "%"} {...(now.errors ? { tone: "bad", note: "answers 5xx" } : {})} trend={trend("errors")} />
        {now.inFlight === null ? null : <Tile label="Executions under way" value={count(now.inFlight)} trend={trend("inFlight")} />}
        {now.cache === null ? null : <Tile label="Cache hits" value={short(now.cache)} unit="%" trend={trend("cache")} />}
        {now.database === null ? null : <Size label="Database" value={now.database} trend={trend("database")} />}
      </Tiles>
    </section>
  );
}

function Routes({ routes }: { routes: readonly RouteFigures[] }) {
  return (
    <Panel title="Where the time of requests goes" aside={<span className={s.since}>since the server started</span>}>
      {routes.length === 0 ? <Empty icon={<Gauge aria-hidden="true" />} title="No request was counted yet" /> : <RouteTable routes={routes} />}
    </Panel>
  );
}

function RouteTable({ routes }: { routes: readonly RouteFigures[] }) {
  return (
    <div className={s.scroll} tabIndex={0} role="group" aria-label="Table of routes">
      <table className={s.table}>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">Requests</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
            <th scope="col">Failed</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {routes.map((row) => (
            <RouteRow key={row.route} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RouteRow({ row }: { row: RouteFigures }) {
  return (
    <tr>
      <th scope="row" className="mono">
        {row.route}
      </th>
      <td>{count(row.requests)}</td>
      <td>{ms(row.p50)}</td>
      <td>{ms(row.p95)}</td>
      <td>{short(row.errors)} %</td>
      <td>
        <span className={s.share}>
          <i style={{ width: `${row.share * 100}%` }} />
        </span>
        <span className="hidden">{Math.round(row.share * 100)} %</span>
      </td>
    </tr>
  );
}

const PACE_WORDS = { bad: "below 30", warn: "below 60", ok: "60 is the aim" };

function Browser() {
  const all = useBrowserFigures();
  const rendering = useView((state) => state.rendering);
  const now = all.at(-1);
  if (!now) return null;
  const trend = (key: keyof BrowserFigures) => all.map((one) => one[key]);
  const [p95, unit] = durationParts(now.answerP95);
  const [input, inputUnit] = durationParts(now.inputP95);
  return (
    <section aria-labelledby="browser" className={s.part}>
      <h2 id="browser" className={s.head}>
        This browser
      </h2>
      <Tiles>
        <Tile label="Frame rate of this page" value={Math.round(now.fps).toString()} unit="/s" note={PACE_WORDS[paceTone(now.fps) ?? "ok"]} tone={paceTone(now.fps)} trend={trend("fps")} />
        <Tile label="Time of a frame" value={short(now.frameP95 ?? 0)} unit="ms p95" note={`longest ${short(now.frameMost ?? 0)} ms`} trend={trend("frameP95")} />
        <Tile label="Reaction to input" value={input} unit={inputUnit === "" ? "" : `${inputUnit} p95`} note={now.inputMost === null ? "none slow" : `slowest ${duration(now.inputMost)}`} trend={trend("inputP95")} />
        <Tile label="Tasks above 50 ms" value={count(now.longTasks)} note={`${duration(now.longMs)} in all`} trend={trend("longTasks")} />
        {now.heap === null ? null : (
          <Tile label="Memory of scripts" value={mega(now.heap)} unit={`MB · ${short((now.heap / (now.heapLimit || Infinity)) * 100)} %`} note={now.heapPerMinute === null ? `${plural(now.heapFalls, "clean-up")} seen` : `${now.heapPerMinute > 0 ? "+" : ""}${mega(now.heapPerMinute)} MB/min kept`} tone={(now.heapPerMinute ?? 0) > 10 * 1024 * 1024 ? "warn" : undefined} trend={trend("heap")} />
        )}
        <Tile label="Elements in the page" value={count(now.elements)} trend={trend("elements")} />
        <Tile label="Answers seen here" value={p95} unit={unit === "" ? "" : `${unit} p95`} note={now.failedAnswers > 0 ? `${count(now.failedAnswers)} of ${count(now.answers)} failed` : `${plural(now.answers, "answer")}, none failed`} tone={now.failedAnswers > 0 ? "bad" : undefined} trend={trend("answerP95")} />
        {now.loadMs === null ? null : <Tile label="This page was loaded in" value={durationParts(now.loadMs)[0]} unit={durationParts(now.loadMs)[1]} />}
        {rendering ? (
          <>
            <Tile label="Canvas while it moved" value={Math.round(rendering.fps).toString()} unit="frames/s" note={`${rendering.name} · ${short(rendering.slowMs)} ms p95`} tone={paceTone(rendering.fps)} />
            {rendering.openMs === null ? null : <Tile label="Until it was drawn" value={durationParts(rendering.openMs)[0]} unit={durationParts(rendering.openMs)[1]} note="from going to its page" />}
            <Tile label="Nodes in view" value={count(rendering.visible)} unit={`of ${count(rendering.nodes)}`} note={`${short(rendering.nodes === 0 ? 0 : (1 - rendering.visible / rendering.nodes) * 100)} % left out`} />
            <Tile label="Drawing a frame" value={short(rendering.frameMs)} unit="ms" note={`${duration(rendering.nodeMs)} a node`} />
          </>
        ) : null}
      </Tiles>
    </section>
  );
}

function Size({ label, value, trend }: { label: string; value: number; trend: readonly (number | null)[] }) {
  const [number = "", unit = ""] = bytes(value).split(" ");
  return <Tile label={label} value={number} unit={unit} trend={trend} />;
}

function perSecond(value: number | null): string {
  return value === null ? "–" : value < 10 ? short(value) : count(Math.round(value));
}

function short(value: number): string {
  return value === 0 ? "0" : value < 0.1 ? "< 0.1" : value.toFixed(value < 10 ? 1 : 0).replace(/\.0$/, "");
}

function mega(value: number): string {
  return (value / 1024 / 1024).toFixed(1);
}

function ms(seconds: number | null): string {
  return duration(seconds === null ? null : seconds * 1000);
}

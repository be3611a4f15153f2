// How saving goes, as everybody's pages report it: whether and how fast what was edited is on the server, and what did not agree.

import { queryOptions, useQuery } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { isMissing } from "../api/client";
import { reportsApi, type DocumentFigures } from "../api/reports";
import { isBeyond, lastOf, OF, tones, trendOf } from "../graph/save-figures";
import { bytes, count, duration, durationParts, plural } from "../ui/format";
import { Segments } from "../ui/segments";
import { Empty, Failed, Skeleton } from "../ui/states";
import { Tile, Tiles } from "../ui/tile";
import { Ago } from "../ui/time";
import s from "./performance.module.css";

/** Pages report twice a minute. */
const EVERY_MS = 10_000;
const SPANS = { "60": "in the last hour", "1440": "in the last 24 hours" } as const;
type Span = keyof typeof SPANS;

const figuresOf = (minutes: number) =>
  queryOptions({ queryKey: ["performance", "documents", minutes], queryFn: ({ signal }) => reportsApi.documents(minutes, signal), refetchInterval: EVERY_MS, retry: (failures, error) => !isMissing(error) && failures < 2 });

/** So long what is above it and below it may take to come. */
const COMING_MS = 4_000;
const HANDS = ["wheel", "pointerdown", "keydown", "touchstart"] as const;

/** Goes there, and stays there while the rest of the page comes, unless somebody goes elsewhere. */
function stayAt(head: HTMLElement): () => void {
  head.focus({ preventScroll: true });
  const watch = new ResizeObserver(() => head.scrollIntoView({ block: "start" }));
  const stop = () => {
    watch.disconnect();
    clearTimeout(timer);
    for (const hand of HANDS) removeEventListener(hand, stop);
  };
  const timer = setTimeout(stop, COMING_MS);
  for (const hand of HANDS) addEventListener(hand, stop);
  const page = head.closest("section")?.parentElement;
  if (page) watch.observe(page);
  return stop;
}

/** `isWanted`: who comes here came for this. */
export function Documents({ isWanted }: { isWanted: boolean }) {
  const [span, setSpan] = useState<Span>("60");
  const asked = useQuery({ ...figuresOf(Number(span)), placeholderData: (before) => before });
  const { data, error, isPending, isError, dataUpdatedAt } = asked;
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => (isWanted && head.current ? stayAt(head.current) : undefined), [isWanted]);
  // A server without reports has nothing to say of them.
  if (isMissing(error)) return null;
  const last = data?.history.at(-1);
  return (
    <section aria-labelledby="documents" className={s.part}>
      <div className={s.row}>
        <h2 id="documents" ref={head} tabIndex={-1} className={s.head}>
          Documents
          <span className="faint">{last ? <>last report <Ago at={Date.parse(last.at)} /></> : null}</span>
        </h2>
        <Segments<Span> label="Span" value={span} options={[["60", "1 h"], ["1440", "24 h"]]} onChange={setSpan} />
      </div>
      {isPending ? (
        <Skeleton rows={1} kind="block" />
      ) : !data || isError ? (
        <Failed error={error} what="The figures of saving could not be read" retry={() => void asked.refetch()} />
      ) : data.history.length === 0 ? (
        <Empty icon={<Gauge aria-hidden="true" />} title={`Nobody has edited a workflow ${SPANS[span]}`}>
          Pages tell twice a minute how saving went. What they told is kept for a day, until the server is started again.
        </Empty>
      ) : (
        <Told figures={data} now={dataUpdatedAt} words={SPANS[span]} />
      )}
    </section>
  );
}

function Told({ figures: { saves, conflicts, history, minutes, kept_p95_ms: kept, score }, now, words }: { figures: DocumentFigures; now: number; words: string }) {
  const trend = (of: (typeof OF)[keyof typeof OF], worst = Math.max) => trendOf(history, minutes, now, of, worst);
  const [average, averageUnit] = durationParts(saves.average_ms);
  const [keptValue, keptUnit] = longest(kept);
  const documents = trend(OF.document);
  const memories = trend(OF.memory);
  return (
    <>
      <Tiles>
        <Tile label="Saves that reached the server" value={saves.success_rate == null ? "–" : percent(saves.success_rate)} unit={saves.success_rate == null ? "" : "%"} note={`of ${count(saves.count)}`} tone={tones.success(saves.success_rate)} trend={trend(OF.success, Math.min)} />
        <Tile label="A save takes" value={average} unit={averageUnit === "" ? "" : `${averageUnit} on average`} note={saves.p95_ms == null ? "none yet" : `${longest(saves.p95_ms).join(" ")} p95`} tone={tones.p95(saves.p95_ms)} trend={trend(OF.p95)} />
        {kept == null ? null : <Tile label="On the device within" value={keptValue} unit={`${keptUnit} p95`} />}
        <Tile label="Conflicts found" value={count(conflicts.found)} note={`${count(conflicts.settled)} settled`} trend={trend(OF.conflicts)} />
        <Weight label="Largest document" value={lastOf(documents)} trend={documents} />
        <Weight label="Memory of a page" value={lastOf(memories)} trend={memories} tone={tones.memory(lastOf(memories))} />
        {score == null ? null : <Tile label="Score of saving" value={Math.round(score).toString()} unit="of 100" />}
      </Tiles>
      <p className={s.words}>{sentences({ saves, conflicts }, words).join(" ")}</p>
      {score == null ? null : (
        <p className={`${s.words} faint`}>The score is half for saves that reach the server, three tenths for those that take at most 500 ms, and two tenths for those without a conflict.</p>
      )}
    </>
  );
}

/** What became of the saves that did not simply arrive, and of the conflicts. */
export function sentences({ saves, conflicts }: Pick<DocumentFigures, "saves" | "conflicts">, words: string): string[] {
  const parts = [
    [saves.conflict, "arrived with changes to settle"],
    [saves.local, "stayed on the device, to be sent again"],
    [saves.refused, "were refused"],
    [saves.failed, "were kept nowhere"],
  ] as const;
  const others = parts.filter(([number]) => number > 0).map(([number, what]) => `${count(number)} ${what}`);
  const hows = [[conflicts.mine, "for the first side"], [conflicts.theirs, "for the second"], [conflicts.merged, "by merging both"]] as const;
  const chosen = hows.flatMap(([number, what]) => (number ? [`${count(number)} ${what}`] : []));
  const took = conflicts.average_settling_ms == null ? "" : `, ${duration(conflicts.average_settling_ms)} after they were found`;
  return [
    `Of ${plural(saves.count, "save")} ${words}, ${others.length === 0 ? "none failed" : listed(others)}.`,
    ...(conflicts.settled > 0 ? [`${plural(conflicts.settled, "conflict")} settled${chosen.length > 0 ? `: ${listed(chosen)}` : ""}${took}.`] : []),
  ];
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1) ?? ""}`;
}

function Weight({ label, value, trend, tone }: { label: string; value: number | null; trend: readonly (number | null)[]; tone?: "warn" | undefined }) {
  if (value === null) return null;
  const [number = "", unit = ""] = bytes(value).split(" ");
  return <Tile label={label} value={number} unit={unit} trend={trend} {...(tone ? { tone, note: "above 100 MB" } : {})} />;
}

/** Counted in steps: at most so much, or above the last of them. */
function longest(ms: number | null | undefined): [value: string, unit: string] {
  return isBeyond(ms) ? ["> 1", "min"] : durationParts(ms);
}

/** Never 100 while one of them failed. */
function percent(share: number): string {
  return (Math.floor(share * 1_000) / 10).toString();
}

// What happened, line by line in words, as a log is read: by level, by words, and to take along as text.

import { Download } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { Event } from "../../api/types";
import { logLines, logText, type LogLine } from "../../graph/log";
import { Button } from "../../ui/button";
import { saveFile } from "../../ui/copy";
import { SearchField, Select } from "../../ui/field";
import { count, duration, plural } from "../../ui/format";
import { useFinding } from "./find";
import { Lines } from "./list";
import s from "./run.module.css";

export interface LogsProps {
  execution: string;
  events: readonly Event[];
  times: readonly number[];
  version: number;
  titles: ReadonlyMap<string, string>;
  onSelect: (address: string) => void;
}

const LEVELS = [
  ["", "All levels"],
  ["warn", "Warnings and errors"],
  ["error", "Errors"],
] as const;
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

export function Logs({ execution, events, times, version, titles, onSelect }: LogsProps) {
  const [level, setLevel] = useState("");
  const lines = useLines(events, times, version);
  const only = useMemo(() => (level === "" ? null : (line: LogLine) => line.level === "error" || line.level === level), [level]);
  const titleOf = (line: LogLine) => (line.node === null ? "" : (titles.get(line.node) ?? line.node));
  const { query, setQuery, found } = useFinding(lines, version, (line) => `${titleOf(line)} ${line.address ?? ""} ${line.text}`, only);
  return (
    <>
      <div className={s.bar}>
        <SearchField label="Find in the log" value={query} onChange={setQuery} />
        <Select label="Level" value={level} options={LEVELS} onChange={setLevel} />
        <span className="faint num" role="status">
          {found.length === lines.length ? plural(lines.length, "line") : `${count(found.length)} of ${plural(lines.length, "line")}`}
        </span>
        <Button
          kind="quiet"
          className={s.end}
          icon={<Download size={14} aria-hidden="true" />}
          disabled={found.length === 0}
          title="Saves the lines that are listed"
          onClick={() => saveFile(`execution-${execution}.log`, `${logText(found)}\n`, "text/plain")}
        >
          Save as text
        </Button>
      </div>
      {found.length === 0 ? (
        <p className={`${s.none} dim`}>{lines.length === 0 ? "Nothing has happened yet." : "No line fits."}</p>
      ) : (
        <Lines
          label="Log"
          items={found}
          version={version}
          keyOf={(line) => `${line.seq}.${line.part}`}
          row={(line) => (
            <>
              <span className={`${s.clock} mono faint num`}>{line.time === null ? "–" : CLOCK.format(line.time)}</span>
              <span className={`${s.level} mono ${line.level === "error" ? s.bad : line.level === "warn" ? s.warn : "faint"}`}>{line.level}</span>
              <span className={`${s.where} cut`} dir="auto" title={line.address ?? undefined}>
                {titleOf(line)}
              </span>
              <span className={`${s.text} mono`}>{line.text}</span>
            </>
          )}
          more={null}
          onChoose={(line) => (line.address === null ? undefined : onSelect(line.address))}
        />
      )}
    </>
  );
}

/** Lines of the events so far; what was made into lines is not made again as long as the list only grows. */
function useLines(events: readonly Event[], times: readonly number[], version: number): readonly LogLine[] {
  const known = useRef<{ events: readonly Event[]; count: number; lines: LogLine[] }>({ events: [], count: 0, lines: [] });
  return useMemo(() => {
    const before = known.current;
    const grows = before.events === events && before.count <= events.length;
    const lines = grows ? before.lines.slice() : [];
    for (let at = grows ? before.count : 0; at < events.length; at += 1) {
      const event = events[at];
      const time = times[at] ?? NaN;
      if (event) lines.push(...logLines({ ...event }, Number.isFinite(time) ? time : null, duration));
    }
    known.current = { events, count: events.length, lines };
    return lines;
  }, [events, times, version]);
}

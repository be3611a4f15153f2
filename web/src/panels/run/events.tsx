// The events of an execution as its journal has them: found by words and kind, each opens to its JSON.

import { Copy, Download } from "lucide-react";
import { useMemo, useState } from "react";
import type { Event } from "../../api/types";
import { brief } from "../../graph/values";
import { toast } from "../../state/view";
import { Button } from "../../ui/button";
import { copyText, saveFile } from "../../ui/copy";
import { SearchField, Select } from "../../ui/field";
import { count, duration, plural } from "../../ui/format";
import { JsonTree } from "../json-tree";
import { useFinding } from "./find";
import { Lines } from "./list";
import s from "./run.module.css";

export interface EventsProps {
  execution: string;
  /** Grows in place; `version` moves when it has. */
  events: readonly Event[];
  times: readonly number[];
  version: number;
  titles: ReadonlyMap<string, string>;
  onSelect: (address: string) => void;
}

interface Entry {
  event: Event;
  time: number;
}

const texts = new WeakMap<Event, string>();

function jsonOf(event: Event): string {
  let text = texts.get(event);
  if (text === undefined) texts.set(event, (text = JSON.stringify(event)));
  return text;
}

export function Events({ execution, events, times, version, titles, onSelect }: EventsProps) {
  const [kind, setKind] = useState("");
  const entries = useMemo(() => events.map((event, at): Entry => ({ event, time: times[at] ?? NaN })), [events, times, version]);
  const kinds = useMemo(() => [...new Set(events.map((event) => event.type))].sort(), [events, version]);
  const only = useMemo(() => (kind === "" ? null : (entry: Entry) => entry.event.type === kind), [kind]);
  const { query, setQuery, found } = useFinding(entries, version, ({ event }) => `${titleOf(event, titles)} ${jsonOf(event)}`, only);
  const origin = times.find(Number.isFinite) ?? 0;
  const save = () => saveFile(`execution-${execution}-events.json`, `[\n${found.map(({ event }) => jsonOf(event)).join(",\n")}\n]\n`);
  return (
    <>
      <div className={s.bar}>
        <SearchField label="Find an event" value={query} onChange={setQuery} />
        <Select label="Kind of event" value={kind} options={[["", "All kinds"], ...kinds.map((name) => [name, name.replace(/_/g, " ")] as const)]} onChange={setKind} />
        <span className="faint num" role="status">
          {found.length === events.length ? plural(events.length, "event") : `${count(found.length)} of ${plural(events.length, "event")}`}
        </span>
        <Button kind="quiet" className={s.end} icon={<Download size={14} aria-hidden="true" />} onClick={save} disabled={found.length === 0} title="Saves the events that are listed">
          Save as JSON
        </Button>
      </div>
      {found.length === 0 ? (
        <p className={`${s.none} dim`}>{events.length === 0 ? "No event yet." : "No event fits."}</p>
      ) : (
        <Lines
          label="Events"
          items={found}
          version={version}
          keyOf={({ event }) => event.seq}
          row={({ event, time }) => (
            <>
              <span className={`${s.seq} mono faint num`}>{event.seq}</span>
              <span className={`${s.at} mono faint num`}>{Number.isFinite(time) ? `+${duration(Math.max(0, time - origin))}` : "–"}</span>
              <span className={`${s.kind} mono ${toneOf(event)}`}>{event.type}</span>
              <span className={`${s.where} cut`} dir="auto">
                {titleOf(event, titles)}
              </span>
              <span className={`${s.gist} mono faint cut`}>{gistOf(event)}</span>
            </>
          )}
          more={({ event }) => <Opened event={event} execution={execution} onSelect={onSelect} />}
          onChoose={() => undefined}
        />
      )}
    </>
  );
}

function Opened({ event, execution, onSelect }: { event: Event; execution: string; onSelect: (address: string) => void }) {
  const address = "address" in event ? event.address : null;
  const copy = async () => {
    const done = await copyText(JSON.stringify(event, null, 2));
    toast(done ? "plain" : "bad", done ? `Copied event ${event.seq}` : "The browser did not allow copying");
  };
  return (
    <>
      <div className={s.moreTools}>
        <Button icon={<Copy size={14} aria-hidden="true" />} onClick={() => void copy()}>
          Copy
        </Button>
        {address !== null ? <Button onClick={() => onSelect(address)}>Show the step</Button> : null}
      </div>
      <JsonTree value={event} name="event" label={`Event ${event.seq}`} execution={execution} />
    </>
  );
}

function titleOf(event: Event, titles: ReadonlyMap<string, string>): string {
  if (!("address" in event)) return "";
  const node = "node" in event ? event.node : event.address.split("@")[0];
  const at = event.address.length > (node?.length ?? 0) ? ` #${event.address.slice((node?.length ?? 0) + 1)}` : "";
  return `${titles.get(node ?? "") ?? node}${at}`;
}

function gistOf(event: Event): string {
  switch (event.type) {
    case "accepted":
      return brief(event.input, 80);
    case "step_finished":
      return event.error ? `${event.error.code}: ${event.error.message}` : brief(event.output ?? null, 80);
    case "step_retried":
      return event.error ? `${event.error.code}: ${event.error.message}` : "";
    case "step_started":
      return `attempt ${event.attempt}`;
    case "step_waiting":
      return event.signal ?? event.child ?? event.until ?? "";
    case "scope_opened":
      return event.items === null ? "" : plural(event.items, "item");
    case "round_began":
      return `round ${event.round + 1}`;
    case "signaled":
      return `${event.name} ${brief(event.value, 60)}`;
    case "child_ended":
      return `${event.child} ${event.status}`;
    case "finished":
      return event.error ? `${event.error.code}: ${event.error.message}` : brief(event.output, 80);
    default:
      return "";
  }
}

function toneOf(event: Event): string {
  if (event.type === "step_retried") return s.warn ?? "";
  const failed = (event.type === "step_finished" && event.status === "failed") || (event.type === "finished" && event.status !== "succeeded");
  return (failed ? s.bad : "") ?? "";
}

// Fields for times: spans in words, cron lines with the next times they mean, zones.

import { useQuery } from "@tanstack/react-query";
import { durationInWords, readDuration } from "../../../graph/parameter/duration";
import f from "../../../ui/field.module.css";
import { useDebounced } from "../../../ui/hooks";
import { usePanel } from "../context";
import { nextTimes } from "../evaluate";
import s from "../field.module.css";
import { SuggestWidget } from "./simple";
import { hintOf, said, type WidgetProps } from "./widget";

export function DurationWidget({ field, value, onChange, id, label, describedBy, invalid }: WidgetProps) {
  const text = value === undefined || value === null ? "" : String(value as string | number);
  const ms = text.trim() === "" ? readDuration(field.fallback) : readDuration(value);
  const write = (next: string) => onChange(next === "" ? undefined : typeof value === "number" && /^\d+$/.test(next) ? Number(next) : next, true);
  return (
    <>
      <input
        {...said({ id, label, invalid, describedBy: `${id}-words${describedBy ? ` ${describedBy}` : ""}` })}
        className={f.field}
        value={text}
        placeholder={hintOf(field) || "30s"}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => write(event.target.value)}
      />
      <p id={`${id}-words`} className={s.words}>
        {ms !== null ? `${text.trim() === "" ? "Unless set: " : "= "}${durationInWords(ms)}` : text.trim() === "" ? "Such as 500ms, 30s, 5m or 1h30m" : ""}
      </p>
    </>
  );
}

const USUAL: readonly { value: string; label: string }[] = [
  { value: "* * * * *", label: "each minute" },
  { value: "*/15 * * * *", label: "each quarter of an hour" },
  { value: "0 * * * *", label: "each hour" },
  { value: "0 9 * * *", label: "each day at 9:00" },
  { value: "0 9 * * 1-5", label: "Monday to Friday at 9:00" },
  { value: "0 9 * * 1", label: "each Monday at 9:00" },
  { value: "0 0 1 * *", label: "on the first of each month" },
];

export function CronWidget(props: WidgetProps) {
  const { value, id } = props;
  const { parameters } = usePanel();
  const cron = typeof value === "string" ? value : "";
  const zone = [parameters["zone"], parameters["tz"], parameters["timezone"]].find((one) => typeof one === "string" && one !== "") as string | undefined;
  return (
    <>
      <SuggestWidget {...props} options={USUAL} />
      <NextTimes id={`${id}-next`} cron={cron} zone={zone ?? "UTC"} />
    </>
  );
}

function NextTimes({ id, cron, zone }: { id: string; cron: string; zone: string }) {
  const rested = useDebounced(cron.trim(), 300);
  const next = useQuery({
    queryKey: ["schedules", "next", rested, zone],
    queryFn: ({ signal }) => nextTimes(rested, zone, signal),
    enabled: rested !== "" && !rested.includes("{{"),
    retry: false,
    staleTime: 30_000,
  });
  if (rested === "") return <p className={s.words}>Five fields: minute, hour, day, month, weekday. Choose one of the list to begin with.</p>;
  if (next.isError) return <p className={s.words}>The next times are not known: {next.error.message}.</p>;
  if (!next.data) return null;
  if (next.data.length === 0) return <p className={s.words}>It never comes to such a time.</p>;
  return (
    <div id={id} aria-live="polite">
      <p className={s.words}>Next, in {zone}:</p>
      <ol className={s.times}>
        {next.data.slice(0, 5).map((time) => (
          <li key={time} className="num">
            <time dateTime={time}>{zoned(time, zone)}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}

function zoned(time: string, zone: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const style = { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: at.getSeconds() === 0 ? undefined : "2-digit" } as const;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...style, timeZone: zone }).format(at);
  } catch {
    return time;
  }
}

const ZONES = (Intl as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.("timeZone") ?? [];

export function ZoneWidget(props: WidgetProps) {
  return <SuggestWidget {...props} options={["UTC", ...ZONES.filter((zone) => zone !== "UTC")].map((zone) => ({ value: zone, label: "" }))} />;
}

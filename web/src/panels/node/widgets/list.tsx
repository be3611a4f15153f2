// Lists of single values, lists of objects, and objects with known parts.

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useRef } from "react";
import { ANY_FIELD, isObject, type ParameterField } from "../../../graph/parameter/fields";
import { moved } from "../../../graph/parameter/pairs";
import { InlineControl } from "../inline-control";
import s from "../field.module.css";
import type { WidgetProps } from "./widget";

export function ListWidget({ field, value, onChange, path, id, label, describedBy }: WidgetProps) {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const unset = value === undefined && Array.isArray(field.fallback) && field.fallback.length > 0;
  const group = useRef<HTMLDivElement>(null);
  const item = { ...(field.item ?? ANY_FIELD), label: label };
  const add = () => {
    onChange([...(unset ? (field.fallback as unknown[]) : list), item.types.includes("array") ? [] : ""]);
    requestAnimationFrame(() => group.current?.querySelector<HTMLElement>("[data-entry]:last-of-type :is(input, textarea, [contenteditable])")?.focus());
  };
  return (
    <div className={s.stack} role="group" aria-label={label} aria-describedby={describedBy} id={id} ref={group}>
      {unset ? <p className={s.words}>Unless set: {(field.fallback as unknown[]).map(String).join(", ")}</p> : null}
      {list.length === 0 ? null : (
        <div className={s.box}>
          {list.map((one, at) => (
            <div
              key={at}
              className={s.entry}
              data-entry=""
              onKeyDown={(event) => {
                const by = event.altKey ? ({ ArrowUp: -1, ArrowDown: 1 } as const)[event.key] : undefined;
                if (by !== undefined) onChange(moved(list, at, by));
                else if (event.key === "Enter" && event.target instanceof HTMLInputElement) add();
                else return;
                event.preventDefault();
              }}
            >
              <InlineControl field={{ ...item, label: `${label} ${at + 1}` }} value={one} onChange={(next, typing) => onChange(list.with(at, next === undefined ? "" : next), typing)} path={`${path}[${at}]`} />
              <EntryTools list={list} at={at} onChange={onChange} what={`entry ${at + 1}`} />
            </div>
          ))}
        </div>
      )}
      <button type="button" className={s.add} onClick={add}>
        <Plus aria-hidden="true" /> Add an entry
      </button>
    </div>
  );
}

interface EntryToolsProps {
  list: readonly unknown[];
  at: number;
  onChange: (list: readonly unknown[]) => void;
  what: string;
}

export function EntryTools({ list, at, onChange, what }: EntryToolsProps) {
  return (
    <span className={s.tools}>
      {list.length > 1 ? (
        <>
          <button type="button" className={s.tool} disabled={at === 0} aria-label={`Move ${what} up`} title="Move up" onClick={() => onChange(moved(list, at, -1))}>
            <ArrowUp aria-hidden="true" />
          </button>
          <button type="button" className={s.tool} disabled={at === list.length - 1} aria-label={`Move ${what} down`} title="Move down" onClick={() => onChange(moved(list, at, 1))}>
            <ArrowDown aria-hidden="true" />
          </button>
        </>
      ) : null}
      <button type="button" className={s.tool} aria-label={`Remove ${what}`} title="Remove" onClick={() => onChange(list.toSpliced(at, 1))}>
        <Trash2 aria-hidden="true" />
      </button>
    </span>
  );
}

export function TableWidget({ field, value, onChange, path, id, label, describedBy }: WidgetProps) {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const first = Object.fromEntries(field.parts.filter((part) => part.required).map((part) => [part.key, part.choices[0]?.value ?? (part.types.includes("string") ? "" : null)]));
  return (
    <div className={s.stack} role="group" aria-label={label} aria-describedby={describedBy} id={id}>
      {list.map((entry, at) => (
        <div key={at} className={s.card} role="group" aria-label={`${label}, entry ${at + 1}`}>
          <div className={s.cardHead}>
            <span className="num">{at + 1}</span>
            <span className={s.aside}>
              <EntryTools list={list} at={at} onChange={onChange} what={`entry ${at + 1}`} />
            </span>
          </div>
          <Parts parts={field.parts} value={entry} onChange={(next, typing) => onChange(list.with(at, next), typing)} path={`${path}[${at}]`} />
        </div>
      ))}
      <button type="button" className={s.add} onClick={() => onChange([...list, first])}>
        <Plus aria-hidden="true" /> Add an entry
      </button>
    </div>
  );
}

export function ObjectWidget({ field, value, onChange, path, id, label, describedBy }: WidgetProps) {
  return (
    <div className={s.box} role="group" aria-label={label} aria-describedby={describedBy} id={id}>
      <Parts parts={field.parts} value={value} onChange={(next, typing) => onChange(isObject(next) && Object.keys(next).length === 0 && !field.required ? undefined : next, typing)} path={path} />
    </div>
  );
}

/** Two of these stand side by side. */
const SHORT = new Set(["number", "boolean", "choice", "duration", "text", "date"]);

/** The parts of an object. Keys that no part shows stay as they are. */
function Parts({ parts, value, onChange, path }: { parts: readonly ParameterField[]; value: unknown; onChange: (value: unknown, typing?: boolean) => void; path: string }) {
  const object = isObject(value) ? value : {};
  return (
    <div className={s.parts}>
      {parts.map((part) => (
        <div key={part.key} className={SHORT.has(part.widget) ? "" : s.across}>
          <InlineControl
            field={part}
            value={object[part.key]}
            titled
            path={`${path}.${part.key}`}
            onChange={(next, typing) => {
              const { [part.key]: _gone, ...rest } = object;
              onChange(next === undefined ? rest : { ...object, [part.key]: next }, typing);
            }}
          />
        </div>
      ))}
    </div>
  );
}

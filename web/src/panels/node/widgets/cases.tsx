// The cases of a switch: a condition, and the port it leads to; at the end, perhaps, what holds otherwise.

import { ArrowRight, Plus } from "lucide-react";
import { useState } from "react";
import { problemsAt, valueFault } from "../../../graph/parameter/check";
import { isObject, type ParameterField } from "../../../graph/parameter/fields";
import f from "../../../ui/field.module.css";
import { usePanel } from "../context";
import s from "../field.module.css";
import { ConditionEditor, ConditionMode } from "./condition";
import { EntryTools } from "./list";
import type { WidgetProps } from "./widget";

export function CasesWidget({ field, value, onChange, path, id, label, describedBy }: WidgetProps) {
  const cases: readonly unknown[] = Array.isArray(value) ? value : [];
  const hasDefault = cases.some((one) => isObject(one) && one["is_default"] === true);
  const when = field.parts.find((part) => part.reading === "condition");
  const add = () => {
    const last = cases.findIndex((one) => isObject(one) && one["is_default"] === true);
    onChange(cases.toSpliced(last < 0 ? cases.length : last, 0, { when: "", output_path: freePort(cases) }));
  };
  return (
    <div className={s.stack} role="group" aria-label={label} aria-describedby={describedBy} id={id}>
      {cases.length === 0 ? <p className={s.words}>No cases yet: nothing goes on.</p> : (
        <div className={s.box}>
          {cases.map((one, at) => (
            <OneCase key={at} cases={cases} at={at} value={one} when={when} onChange={onChange} path={`${path}[${at}]`} />
          ))}
        </div>
      )}
      <div className={s.adds}>
        <button type="button" className={s.add} onClick={add}>
          <Plus aria-hidden="true" /> Add a case
        </button>
        {hasDefault ? null : (
          <button type="button" className={s.add} onClick={() => onChange([...cases, { is_default: true, output_path: "otherwise" }])}>
            <Plus aria-hidden="true" /> Add otherwise
          </button>
        )}
      </div>
    </div>
  );
}

function freePort(cases: readonly unknown[]): string {
  const taken = new Set(cases.map((one) => (isObject(one) ? one["output_path"] : "")));
  for (let n = cases.length + 1; ; n += 1) if (!taken.has(`case_${n}`)) return `case_${n}`;
}

interface OneCaseProps {
  cases: readonly unknown[];
  at: number;
  value: unknown;
  when: ParameterField | undefined;
  onChange: (value: unknown, typing?: boolean) => void;
  path: string;
}

function OneCase({ cases, at, value, when, onChange, path }: OneCaseProps) {
  const panel = usePanel();
  const [built, setBuilt] = useState(false);
  const one = isObject(value) ? value : {};
  const isDefault = one["is_default"] === true;
  const set = (fields: { [key: string]: unknown }, typing = false) => onChange(cases.with(at, { ...one, ...fields }), typing);
  const fault = !isDefault && when ? (one["when"] === "" || one["when"] === undefined ? "A case needs a condition" : valueFault(when, one["when"])) : null;
  const told = problemsAt(panel.problems, path);
  const note = told[0]?.message ?? fault;
  return (
    <div className={s.case} data-path={path}>
      {isDefault || !when ? null : (
        <ConditionEditor
          field={when}
          value={one["when"]}
          onChange={(next, typing) => set({ when: fit(next, one["when"]) }, typing)}
          path={`${path}.when`}
          label={`When, case ${at + 1}`}
          invalid={note !== null}
          built={built}
        />
      )}
      <div className={s.caseLine}>
        {isDefault || !when ? <span className={s.otherwise}>otherwise</span> : null}
        <span className={s.arrow}>
          <ArrowRight aria-hidden="true" />
        </span>
        <input
          className={`${f.field} mono`}
          value={typeof one["output_path"] === "string" ? one["output_path"] : ""}
          placeholder={isDefault ? "default" : "matched"}
          aria-label={`Port of ${isDefault ? "otherwise" : `case ${at + 1}`}`}
          spellCheck={false}
          onChange={(event) => set({ output_path: event.target.value }, true)}
        />
        {isDefault || !when ? null : <ConditionMode label={`case ${at + 1}`} value={one["when"]} built={built} onChange={setBuilt} />}
        <EntryTools list={cases} at={at} onChange={onChange} what={isDefault ? "otherwise" : `case ${at + 1}`} />
      </div>
      {note === null ? null : <p className={told[0]?.severity === "warning" ? s.warning : s.fault}>{note}</p>}
    </div>
  );
}

/** A case that was a number stays one while it reads as one: it is compared with the input. */
function fit(next: unknown, before: unknown): unknown {
  if (typeof before === "number" && typeof next === "string" && /^-?\d+(?:\.\d+)?$/.test(next)) return Number(next);
  return next === undefined ? "" : next;
}

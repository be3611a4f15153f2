// The form of a node's parameters: what counts now, what more there is, and what no form knows.

import { ChevronRight } from "lucide-react";
import { useId, useMemo, useState } from "react";
import type { NodeType } from "../../api/types";
import { problemPath, problemsElsewhere, type PathProblem } from "../../graph/parameter/check";
import { ANY_FIELD, counts, fieldsOfType, otherKeys, type ParameterField } from "../../graph/parameter/fields";
import { isSetting, settingsOf } from "../../graph/parameter/settings";
import { Marked } from "../../ui/marked";
import { sentence } from "../../ui/states";
import { usePanel } from "./context";
import f from "./field.module.css";
import { ParameterRow } from "./parameter-row";
import s from "./panel.module.css";
import { dataPath, type SetFields } from "./types";
import { JsonWidget } from "./widgets/json";

/** Changes of one key of the node's data; typing in one field is one step of undo. */
export function useChange(set: SetFields) {
  const { nodeId } = usePanel();
  return (key: string, label: string) => (value: unknown, typing = false) =>
    set({ [dataPath(key)]: value }, { label: `Change ${label.toLowerCase()}`, ...(typing ? { join: `${nodeId}/${key}` } : {}) });
}

interface ParametersProps {
  type: NodeType;
  set: SetFields;
  /** A place that has to be in sight: what hides it is opened. */
  revealed: string | null;
}

const FEW = 10;
const FIRST = 7;

export function Parameters({ type, set, revealed }: ParametersProps) {
  const { parameters, problems } = usePanel();
  const fields = useMemo(() => fieldsOfType(type), [type]);
  const change = useChange(set);
  const { main, more } = partition(fields, parameters, problems);
  const others = otherKeys(parameters, fields);
  const secret = main.find((field) => field.widget === "password");
  const row = (field: ParameterField) => (
    <ParameterRow key={field.key} field={field} value={parameters[field.key] ?? undefined} idle={!counts(field, fields, parameters) && parameters[field.key] !== undefined} onChange={change(field.key, field.label)} />
  );
  return (
    <div className={s.form}>
      <Elsewhere problems={problems} fields={fields} type={type} />
      {fields.length === 0 ? <p className="faint">This node takes no parameters.</p> : null}
      {main.map((field) => (field === secret ? [<CredentialRow key="credential" />, row(field)] : row(field)))}
      {more.length > 0 ? (
        <More label={`More · ${more.length}`} open={revealed !== null && more.some((field) => revealed.startsWith(field.key))}>
          {more.map(row)}
        </More>
      ) : null}
      {others.length > 0 ? (
        <More label={`Other · ${others.length}`} open={revealed !== null && others.includes(revealed)}>
          <p className={f.help}>Kept as they are; this node type reads none of them.</p>
          {others.map((key) => (
            <OtherRow key={key} name={key} value={parameters[key]} onChange={change(key, key)} />
          ))}
        </More>
      ) : null}
    </div>
  );
}

/** What is in sight: all that is needed, set or at fault, and the first ones of the rest. */
function partition(fields: readonly ParameterField[], data: { readonly [key: string]: unknown }, problems: readonly PathProblem[]): { main: ParameterField[]; more: ParameterField[] } {
  const faulty = new Set(problems.map((problem) => problemPath(problem.path).split(/[.[]/, 1)[0]));
  const set = (field: ParameterField) => data[field.key] !== undefined && data[field.key] !== null;
  const offered = fields.filter((field) => set(field) || faulty.has(field.key) || (counts(field, fields, data) && !field.deprecated));
  const replaced = offered.filter((field) => set(field) && field.help.startsWith("Instead of")).map((field) => field.help.toLowerCase());
  const instead = (field: ParameterField) => /^(?:Instead of|Another name)/.test(field.help) || field.deprecated || replaced.some((help) => help.startsWith(`instead of a ${field.label.toLowerCase()}`) || help.startsWith(`instead of an ${field.label.toLowerCase()}`) || help.startsWith(`instead of one ${field.label.toLowerCase()}`));
  const plain = offered.filter((field) => !instead(field)).length;
  let room = plain > FEW ? FIRST : Infinity;
  const main = offered.filter((field) => {
    if (field.required || set(field) || faulty.has(field.key) || field.only !== null) return true;
    if (instead(field)) return false;
    room -= 1;
    return room >= 0;
  });
  return { main, more: fields.filter((field) => !main.includes(field) && !(field.deprecated && !set(field)) && (offered.includes(field) || (field.only === null && counts(field, fields, data)))) };
}

export function More({ label, open = false, children }: { label: string; open?: boolean; children: React.ReactNode }) {
  const id = useId();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const shown = chosen ?? open;
  return (
    <section className={s.more}>
      <button type="button" className={s.moreHead} aria-expanded={shown} aria-controls={id} onClick={() => setChosen(!shown)}>
        <ChevronRight className={shown ? s.turned : ""} aria-hidden="true" />
        {label}
      </button>
      <div id={id} className={s.form} hidden={!shown}>
        {shown ? children : null}
      </div>
    </section>
  );
}

function OtherRow({ name, value, onChange }: { name: string; value: unknown; onChange: (value: unknown, typing?: boolean) => void }) {
  const id = useId();
  return (
    <div className={f.row} data-path={name}>
      <div className={f.head}>
        <span className={`${f.label} mono cut`}>{name}</span>
        <button type="button" className={`${f.add} ${f.aside}`} onClick={() => onChange(undefined)}>
          Remove
        </button>
      </div>
      <JsonWidget field={ANY_JSON} value={value} onChange={onChange} path={name} id={id} label={name} invalid={false} />
    </div>
  );
}

const ANY_JSON = { ...ANY_FIELD, widget: "json", reading: "fixed" } as const;

/** Says where what is typed below stands: there are no credentials to choose from. */
function CredentialRow() {
  const id = useId();
  return (
    <div className={f.row}>
      <label className={f.label} htmlFor={id}>
        Credential
      </label>
      <select id={id} className={s.none} disabled aria-describedby={`${id}-help`}>
        <option>None</option>
      </select>
      <p id={`${id}-help`} className={f.help}>
        This server keeps no credentials: what is typed below stands in the workflow as it is, for everybody who can read it.
      </p>
    </div>
  );
}

/** Problems of the node that belong to no field. */
function Elsewhere({ problems, fields, type }: { problems: readonly PathProblem[]; fields: readonly ParameterField[]; type: NodeType }) {
  const settings = settingsOf(type, fields);
  const left = problemsElsewhere(problems, [...fields, ...settings].map((field) => field.key)).filter((problem) => !isSetting(problemPath(problem.path), fields));
  return <ProblemList problems={left} />;
}

export function ProblemList({ problems }: { problems: readonly PathProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={s.problems} aria-label="Problems of this node">
      {problems.map((problem, at) => (
        <li key={at} className={problem.severity === "error" ? s.error : s.warning}>
          <Marked text={sentence(problem)} />
          {problem.suggestion ? (
            <span className="dim">
              {" "}
              <Marked text={sentence({ message: problem.suggestion })} />
            </span>
          ) : null}
        </li>
      ))}
    </ul>
  );
}

// What every node can be told: whether it runs, what happens when it fails, how long it may take, how often it may call.

import { useMemo } from "react";
import type { NodeType } from "../../api/types";
import { problemPath, problemsElsewhere } from "../../graph/parameter/check";
import { fieldsOfType, type ParameterField } from "../../graph/parameter/fields";
import { isSetting, settingsOf, unreadKeys } from "../../graph/parameter/settings";
import f from "../../ui/field.module.css";
import { usePanel } from "./context";
import field from "./field.module.css";
import { Editors } from "./editors";
import { ParameterRow } from "./parameter-row";
import { More, ProblemList, useChange } from "./parameters";
import s from "./panel.module.css";
import type { SetFields } from "./types";

export function Settings({ type, set, revealed }: { type: NodeType; set: SetFields; revealed: string | null }) {
  const { parameters, problems, nodeId } = usePanel();
  const own = useMemo(() => fieldsOfType(type), [type]);
  const settings = useMemo(() => settingsOf(type, own), [type, own]);
  const change = useChange(set);
  const unread = unreadKeys(parameters, settings, own);
  const shown = ["pinned", "label", ...own.map((one) => one.key), ...settings.map((one) => one.key)];
  const left = problemsElsewhere(problems, shown).filter((problem) => isSetting(problemPath(problem.path), own));
  const pair = settings.filter((one) => one.key === "on_error" || one.key === "timeout");
  const grouped = settings.filter((one) => one.widget === "object" || one.key === "on_uncertain" || one.key === "max_iterations");
  const rest = settings.filter((one) => !pair.includes(one) && !grouped.includes(one));
  const row = (one: ParameterField) => <ParameterRow key={one.key} field={one} named={grouped.includes(one)} value={parameters[one.key] ?? undefined} onChange={change(one.key, one.label)} />;
  const label = typeof parameters["label"] === "string" ? parameters["label"] : "";
  return (
    <div className={s.form}>
      <ProblemList problems={left} />
      <div className={field.row} data-path="label">
        <div className={field.head}>
          <label className={field.label} htmlFor={`label-${nodeId}`}>
            Label
          </label>
          <Editors name="label" />
        </div>
        <input
          id={`label-${nodeId}`}
          className={f.field}
          value={label}
          placeholder={nodeId}
          dir="auto"
          autoComplete="off"
          onChange={(event) => change("label", "label")(event.target.value === "" ? undefined : event.target.value, true)}
        />
        <p className={field.help}>
          Expressions call this node <code className="mono">nodes.{nodeId}</code>: a new label breaks none of them.
        </p>
      </div>
      {rest.map(row)}
      <div className={s.two}>{pair.map(row)}</div>
      {grouped.map((one) => (
        <More key={one.key} label={one.label} open={parameters[one.key] !== undefined || revealed?.startsWith(one.key) === true}>
          {row(one)}
        </More>
      ))}
      {unread.length > 0 ? (
        <p className={field.warning}>
          Also set: <span className="mono">{unread.join(", ")}</span>. A node of this type does not read {unread.length === 1 ? "it" : "them"}; {unread.length === 1 ? "it is" : "they are"} kept in the file.
        </p>
      ) : null}
    </div>
  );
}

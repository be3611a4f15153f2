// One parameter: its name, how it is written, its widget, what is wrong with it and what it means.

import { RotateCcw } from "lucide-react";
import { useId, useRef, useState, type DragEvent } from "react";
import { problemsAt, valueFault, type PathProblem } from "../../graph/parameter/check";
import type { ParameterField } from "../../graph/parameter/fields";
import { isExpression, toExpression, toFixed, withPath } from "../../graph/parameter/mode";
import { Marked } from "../../ui/marked";
import { Segments } from "../../ui/segments";
import { usePanel } from "./context";
import { Control } from "./control";
import { carried, isCarried } from "./drag";
import { Editors } from "./editors";
import { ExpressionInput } from "./expression-input";
import s from "./field.module.css";

interface ParameterRowProps {
  field: ParameterField;
  value: unknown;
  onChange: (value: unknown, typing?: boolean) => void;
  /** Says that it has no effect as the others stand. */
  idle?: boolean;
  /** Its name stands above already. */
  named?: boolean;
}

const LONG = new Set(["long", "markdown", "json", "pairs", "list", "table", "object"]);

export function ParameterRow({ field, value, onChange, idle = false, named = false }: ParameterRowProps) {
  const panel = usePanel();
  const id = useId();
  const mode = useMode(field, value, onChange);
  const [over, setOver] = useState(false);
  const problems = problemsAt(panel.problems, field.key);
  const mine = problems.filter((problem) => field.widget !== "cases" || !/\[/.test(problem.path ?? ""));
  const fault = mine.some((problem) => problem.severity === "error") ? null : valueFault(field, value);
  const invalid = fault !== null || mine.some((problem) => problem.severity === "error");
  const described = [field.help === "" ? "" : `${id}-help`, fault !== null || mine.length > 0 ? `${id}-faults` : ""].filter(Boolean).join(" ") || undefined;
  const takes = field.reading === "template" || field.reading === "condition" || field.reading === "expression";
  const drop = (event: DragEvent) => {
    setOver(false);
    const path = carried(event.dataTransfer);
    if (event.defaultPrevented || path === null || !takes) return;
    event.preventDefault();
    onChange(dropped(field, value, path));
  };
  return (
    <div
      className={`${s.row} ${over ? s.over : ""}`}
      data-path={field.key}
      onDragOver={(event) => {
        if (!takes || !isCarried(event.dataTransfer)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)}
      onDrop={drop}
    >
      <div className={s.head} hidden={named}>
        <span className={`${s.label} cut`} title={field.key}>
          {field.label}
        </span>
        {field.required ? <span className={s.needed}>needed</span> : null}
        {idle ? <span className={s.needed}>without effect now</span> : null}
        {field.deprecated ? <span className={s.needed}>old</span> : null}
        <Editors name={field.key} />
        <span className={s.aside}>
          {value !== undefined && !field.required ? (
            <button type="button" className={`${s.tool} ${s.unset}`} aria-label={`Unset ${field.label}`} title="Unset" onClick={() => onChange(undefined)}>
              <RotateCcw aria-hidden="true" />
            </button>
          ) : null}
          {field.reading === "template" ? (
            <Segments label={`${field.label} is written as`} value={mode.expression ? "expression" : "fixed"} options={[["fixed", "Fixed"], ["expression", "Expression"]]} onChange={mode.choose} />
          ) : null}
        </span>
      </div>
      {mode.expression ? (
        <ExpressionInput field={field} kind="template" value={typeof value === "string" ? value : ""} onChange={(text) => onChange(text === "" ? undefined : text, true)} label={field.label} multiline={LONG.has(field.widget)} invalid={invalid} describedBy={described} />
      ) : (
        <Control field={field} value={value} onChange={onChange} path={field.key} id={id} label={field.label} describedBy={described} invalid={invalid} />
      )}
      <Faults id={`${id}-faults`} fault={fault} problems={mine} />
      {field.help === "" ? null : (
        <p id={`${id}-help`} className={s.help}>
          <Marked text={field.help} />
        </p>
      )}
    </div>
  );
}

/** What is wrong with it, in words; nothing where nothing is. */
function Faults({ id, fault, problems }: { id: string; fault: string | null; problems: readonly PathProblem[] }) {
  if (fault === null && problems.length === 0) return null;
  return (
    <div id={id}>
      {fault === null ? null : <p className={s.fault}>{sentence(fault)}</p>}
      {problems.map((problem, at) => (
        <p key={at} className={problem.severity === "error" ? s.fault : s.warning}>
          {sentence(problem.message)}
          {problem.suggestion ? ` ${sentence(problem.suggestion)}` : ""}
        </p>
      ))}
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?:]$/.test(text) ? "" : "."}`;
}

/** Whether a field shows as an expression, and what switching makes of its value. What it was before comes back. */
function useMode(field: ParameterField, value: unknown, onChange: (value: unknown) => void) {
  const [wanted, setWanted] = useState<boolean | null>(null);
  const before = useRef<{ fixed: unknown; expression: string }>({ fixed: undefined, expression: "" });
  const written = isExpression(value);
  const open = wanted ?? (field.prefersExpression && value === undefined);
  const expression = field.reading === "template" && (written || (open && (typeof value === "string" || value === undefined)));
  const choose = (to: "fixed" | "expression") => {
    setWanted(to === "expression");
    if (to === "expression") {
      before.current.fixed = value;
      const text = toExpression(value) || before.current.expression;
      // Where nothing is set, nothing is changed: it only shows otherwise.
      if (text !== "") onChange(text);
      else if (value !== undefined) onChange(undefined);
    } else {
      before.current.expression = typeof value === "string" ? value : "";
      if (typeof value === "string") onChange(toFixed(field, value) ?? before.current.fixed);
    }
  };
  return { expression, choose };
}

/** What a field holds after a path was dropped on it: texts get it added, all else becomes it. */
function dropped(field: ParameterField, value: unknown, path: string): string {
  const bare = field.reading !== "template";
  const text = typeof value === "string" && (field.types.includes("string") || isExpression(value)) ? value : "";
  return withPath(text, text.length, path, bare).text;
}

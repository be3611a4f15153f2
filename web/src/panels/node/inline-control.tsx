// A control without a row of its own: a part of an entry, with a small switch between value and expression.

import { SquareFunction } from "lucide-react";
import { useId, useState } from "react";
import { valueFault, problemsAt } from "../../graph/parameter/check";
import type { ParameterField } from "../../graph/parameter/fields";
import { isExpression, toExpression, toFixed } from "../../graph/parameter/mode";
import { usePanel } from "./context";
import { Control } from "./control";
import { ExpressionInput } from "./expression-input";
import s from "./field.module.css";

interface InlineControlProps {
  field: ParameterField;
  value: unknown;
  onChange: (value: unknown, typing?: boolean) => void;
  path: string;
  /** Shows the label above; else it is only read out. */
  titled?: boolean;
}

export function InlineControl({ field, value, onChange, path, titled = false }: InlineControlProps) {
  const panel = usePanel();
  const id = useId();
  const [wanted, setWanted] = useState(false);
  const problems = problemsAt(panel.problems, path);
  const fault = valueFault(field, value);
  const expression = field.reading === "template" && (isExpression(value) || (wanted && (typeof value === "string" || value === undefined)));
  const switches = field.reading === "template" && field.widget !== "value";
  const toggle = () => {
    setWanted(!expression);
    onChange(expression ? toFixed(field, String(value ?? "")) : toExpression(value) || undefined);
  };
  const note = problems[0]?.message ?? fault;
  const described = note === null ? undefined : `${id}-note`;
  return (
    <div className={s.stack} data-path={path}>
      {titled ? (
        <span className={s.label} aria-hidden="true">
          {field.label}
          {field.required ? <span className={s.needed}> · needed</span> : null}
        </span>
      ) : null}
      <div className={s.inline}>
        {expression ? (
          <ExpressionInput field={field} kind="template" value={typeof value === "string" ? value : ""} onChange={(text) => onChange(text, true)} label={field.label} describedBy={described} invalid={note !== null} />
        ) : (
          <div className={s.stack}>
            <Control field={field} value={value} onChange={onChange} path={path} id={id} label={field.label} describedBy={described} invalid={note !== null} />
          </div>
        )}
        {switches ? (
          <button type="button" className={s.tool} aria-pressed={expression} aria-label={`${field.label} as an expression`} title={expression ? "Write a fixed value" : "Write an expression"} onClick={toggle}>
            <SquareFunction aria-hidden="true" />
          </button>
        ) : null}
      </div>
      {note === null ? null : (
        <p id={`${id}-note`} className={problems[0]?.severity === "warning" ? s.warning : s.fault}>
          {note}
        </p>
      )}
    </div>
  );
}

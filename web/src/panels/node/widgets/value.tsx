// A value of any kind: its kind is chosen, and it is typed in the field that fits.

import { useState } from "react";
import type { ParameterField } from "../../../graph/parameter/fields";
import { isExpression, toExpression } from "../../../graph/parameter/mode";
import { exactNumber } from "../../../graph/values";
import { ExpressionInput } from "../expression-input";
import s from "../field.module.css";
import { JsonWidget } from "./json";
import { NumberWidget, TextWidget, ToggleWidget } from "./simple";
import { KindSelect, type ValueKind } from "./kind-select";
import type { WidgetProps } from "./widget";

const KIND_WORDS: Record<ValueKind, string> = { text: "Text", number: "Number", boolean: "True or false", json: "List or object", null: "Null", expression: "Expression", absent: "Not set" };

function kindOfValue(value: unknown): ValueKind {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (isExpression(value)) return "expression";
  if (typeof value === "string") return "text";
  if (typeof value === "number" || exactNumber(value) !== null) return "number";
  return typeof value === "boolean" ? "boolean" : "json";
}

/** The same value as another kind, as far as that goes. */
function into(kind: ValueKind, value: unknown): unknown {
  switch (kind) {
    case "text":
      return typeof value === "string" ? value.replace(/^\{\{\s*"?|"?\s*\}\}$/g, "") : value === undefined || value === null ? "" : JSON.stringify(value);
    case "number":
      return Number.isFinite(Number(value)) && value !== "" && value !== null ? Number(value) : 0;
    case "boolean":
      return value === true || value === "true";
    case "json":
      return typeof value === "object" && value !== null ? value : {};
    case "null":
      return null;
    case "expression":
      return toExpression(value);
    case "absent":
      return undefined;
  }
}

interface ValueWidgetProps extends WidgetProps {
  /** Where the outer field has a switch of its own for expressions, or takes none. */
  noExpression?: boolean;
  /** Whether "Not set" may be chosen: what it means, in words. */
  absent?: string;
}

export function ValueWidget(props: ValueWidgetProps) {
  const { field, value, onChange, label, noExpression = false, absent } = props;
  // An expression may hold no braces yet, and a text may be empty: what was chosen counts until the value says otherwise.
  const [chosen, setChosen] = useState<ValueKind | null>(null);
  const found = kindOfValue(value);
  const kind = chosen === "expression" && typeof value === "string" ? "expression" : found === "absent" && absent === undefined ? (chosen ?? "text") : found;
  const kinds = (Object.keys(KIND_WORDS) as ValueKind[]).filter((one) => one === kind || (one === "expression" ? !noExpression : one === "absent" ? absent !== undefined : true));
  const choose = (next: ValueKind) => {
    setChosen(next);
    onChange(into(next, value));
  };
  return (
    <div className={s.typed}>
      <div className={s.stack}>
        <ValueInput {...props} field={field} kind={kind} />
      </div>
      <KindSelect label={`Kind of ${label}`} kind={kind} kinds={kinds.map((one) => [one, one === "absent" ? (absent ?? "Not set") : KIND_WORDS[one]])} onChange={choose} />
    </div>
  );
}

const PLAIN: Pick<ParameterField, "types" | "choices" | "minimum" | "maximum"> = { types: [], choices: [], minimum: null, maximum: null };

function ValueInput({ kind, ...props }: ValueWidgetProps & { kind: ValueKind }) {
  const { field, value, onChange, label, describedBy, invalid } = props;
  const plain = { ...props, field: { ...field, ...PLAIN, widget: "text" as const, fallback: undefined } };
  switch (kind) {
    case "expression":
      return <ExpressionInput field={field} kind="template" value={typeof value === "string" ? value : ""} onChange={(text) => onChange(text, true)} label={label} describedBy={describedBy} invalid={invalid} />;
    case "number":
      return <NumberWidget {...plain} />;
    case "boolean":
      return <ToggleWidget {...plain} />;
    case "json":
      return <JsonWidget {...plain} />;
    case "null":
    case "absent":
      return <p className={s.nothing}>{kind === "null" ? "null" : (props.absent ?? "Not set")}</p>;
    case "text":
      return <TextWidget {...plain} />;
  }
}

// The widget of a field.

import { CasesWidget } from "./widgets/cases";
import { ConditionWidget } from "./widgets/condition";
import { FileWidget, JsonWidget, ProgramWidget } from "./widgets/json";
import { ListWidget, ObjectWidget, TableWidget } from "./widgets/list";
import { PairsWidget } from "./widgets/pairs";
import { RulesWidget } from "./widgets/rules";
import { SchemaWidget } from "./widgets/schema";
import { ChoiceWidget, DateWidget, NumberWidget, SecretWidget, SuggestWidget, TextWidget, ToggleWidget } from "./widgets/simple";
import { CronWidget, DurationWidget, ZoneWidget } from "./widgets/time";
import { ValueWidget } from "./widgets/value";
import type { WidgetProps } from "./widgets/widget";
import { WorkflowWidget } from "./widgets/workflow";
import { misfits } from "../../graph/parameter/check";
import { ExpressionInput } from "./expression-input";

const COLOURS = ["yellow", "blue", "green", "pink", "purple", "orange"].map((value) => ({ value, label: "" }));

export function Control(props: WidgetProps) {
  const { field, value, onChange, label, describedBy, invalid } = props;
  if (field.reading === "condition") return <ConditionWidget {...props} />;
  if (field.reading === "expression") {
    return <ExpressionInput field={field} kind="expression" value={typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)} onChange={(text) => onChange(text === "" ? undefined : text, true)} label={label} describedBy={describedBy} invalid={invalid} multiline />;
  }
  // What does not fit its widget is shown as what it is, and can be set right there.
  if (misfits(field, value)) return field.types.includes("string") || field.types.length === 0 ? <ValueWidget {...props} noExpression /> : <JsonWidget {...props} />;
  switch (field.widget) {
    case "number":
      return <NumberWidget {...props} />;
    case "boolean":
      return <ToggleWidget {...props} />;
    case "choice":
      return <ChoiceWidget {...props} />;
    case "suggest":
      return <SuggestWidget {...props} />;
    case "color":
      return <SuggestWidget {...props} options={COLOURS} />;
    case "workflow":
      return <WorkflowWidget {...props} />;
    case "password":
      return <SecretWidget {...props} />;
    case "date":
    case "datetime":
      return <DateWidget {...props} />;
    case "duration":
      return <DurationWidget {...props} />;
    case "cron":
      return <CronWidget {...props} />;
    case "zone":
      return <ZoneWidget {...props} />;
    case "pairs":
      return <PairsWidget {...props} />;
    case "list":
      return <ListWidget {...props} />;
    case "table":
      return <TableWidget {...props} />;
    case "cases":
      return <CasesWidget {...props} />;
    case "object":
      return <ObjectWidget {...props} />;
    case "rules":
      return <RulesWidget {...props} />;
    case "code":
      return <ProgramWidget {...props} />;
    case "schema":
      return <SchemaWidget {...props} />;
    case "json":
      return <JsonWidget {...props} />;
    case "value":
      return <ValueWidget {...props} noExpression absent="Not set" />;
    case "file":
      return <FileWidget {...props} />;
    case "text":
    case "long":
    case "markdown":
      return <TextWidget {...props} />;
  }
}

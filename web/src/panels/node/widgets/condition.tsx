// A condition: as text, or built of rules where the rules say the same.

import { useState } from "react";
import { CONDITION_OPERATORS, isCode, readCondition, writeCondition, type Code } from "../../../graph/parameter/condition-text";
import type { ParameterField } from "../../../graph/parameter/fields";
import { operatorNamed, type Rule, type RuleGroup } from "../../../graph/parameter/rules";
import { Segments } from "../../../ui/segments";
import { ExpressionInput, ExpressionPreview } from "../expression-input";
import s from "../field.module.css";
import { RuleTree, type RuleWords } from "./rule-tree";
import { NumberWidget, TextWidget, ToggleWidget } from "./simple";
import { KindSelect, type ValueKind } from "./kind-select";
import type { WidgetProps } from "./widget";

export function ConditionWidget(props: WidgetProps) {
  const [built, setBuilt] = useState(false);
  return (
    <div className={s.stack} id={props.id}>
      <ConditionMode label={props.label} value={props.value} built={built} onChange={setBuilt} />
      <ConditionEditor {...props} built={built} />
    </div>
  );
}

function sourceOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value as number | boolean);
}

/** Text or rules; says where rules cannot say it. */
export function ConditionMode({ label, value, built, onChange }: { label: string; value: unknown; built: boolean; onChange: (built: boolean) => void }) {
  const possible = readCondition(sourceOf(value)) !== null;
  return (
    <div className={s.head}>
      <Segments label={`How ${label.toLowerCase()} is written`} value={built && possible ? "rules" : "text"} options={[["text", "Text"], ["rules", "Rules"]]} onChange={(to) => onChange(to === "rules")} />
      {built && !possible ? <span className={s.words}>Rules cannot say this: it stays text.</span> : null}
    </div>
  );
}

export function ConditionEditor({ field, value, onChange, path, label, describedBy, invalid, built }: Omit<WidgetProps, "id"> & { built: boolean }) {
  const text = sourceOf(value);
  // A group of one rule is written as that rule: while the text is what was built here, what was built is shown.
  const [made, setMade] = useState<{ text: string; tree: RuleGroup } | null>(null);
  const tree = made?.text === text ? made.tree : readCondition(text);
  const shows = built && tree !== null;
  const short = /^\s*[<>=!]=?/.test(text);
  const write = (next: RuleGroup, typing = false) => {
    const source = writeCondition(next, short);
    setMade({ text: source, tree: next });
    onChange(source === "" ? undefined : source, typing);
  };
  return (
    <div className={s.stack}>
      {shows ? (
        <>
          <RuleTree group={tree} words={conditionWords(field)} onChange={write} label={label} path={path} />
          {text === "" ? null : <ExpressionPreview kind="condition" text={text} field={field} />}
        </>
      ) : (
        <ExpressionInput
          field={field}
          kind="condition"
          value={text}
          // True and false stay what they are until something else is typed.
          onChange={(next) => onChange(next === "" ? undefined : next, true)}
          label={label}
          describedBy={describedBy}
          invalid={invalid}
          multiline
        />
      )}
    </div>
  );
}

const WORDS: Record<string, string> = { holds: "is true or something", not_holds: "is false or nothing" };

/** How the rules of a condition that is text are shown: both sides are code, or plain values to the right. */
const conditionWords = (field: ParameterField): RuleWords => ({
  operators: () => CONDITION_OPERATORS.map((name) => ({ name, words: WORDS[name] ?? operatorNamed(name)?.words ?? name, binary: operatorNamed(name)?.binary ?? false })),
  types: false,
  fresh: { kind: "rule", left: { code: field.help.includes("`item`") ? "item" : "input" }, operator: "equals", right: "", type: "any", ignoreCase: false, rest: {} },
  left: ({ rule, onChange, label }) => <CodeSide field={field} side={isCode(rule.left) ? rule.left : { code: "" }} onChange={onChange} label={label} />,
  right: ({ rule, onChange, label }) => <ValueSide field={field} rule={rule} onChange={onChange} label={label} />,
});

function CodeSide({ field, side, onChange, label }: { field: ParameterField; side: Code; onChange: (side: unknown) => void; label: string }) {
  return <ExpressionInput field={field} kind="expression" value={side.code} onChange={(code) => onChange({ code })} label={label} preview={false} />;
}

const SIDE_KINDS: readonly (readonly [ValueKind, string])[] = [["text", "Text"], ["number", "Number"], ["boolean", "True or false"], ["expression", "Expression"]];

function ValueSide({ field, rule, onChange, label }: { field: ParameterField; rule: Rule; onChange: (side: unknown) => void; label: string }) {
  const { right } = rule;
  const kind: ValueKind = isCode(right) ? "expression" : typeof right === "number" ? "number" : typeof right === "boolean" ? "boolean" : "text";
  const choose = (next: ValueKind) => {
    const text = isCode(right) ? right.code : String(right ?? "");
    onChange(next === "expression" ? { code: isCode(right) ? text : JSON.stringify(right ?? "") } : next === "number" ? Number(text) || 0 : next === "boolean" ? text === "true" : text);
  };
  const plain = { field: { ...field, fallback: undefined, examples: [], types: [], choices: [], minimum: null, maximum: null, widget: "text" as const }, path: "", id: "", label, invalid: false };
  return (
    <div className={s.typed}>
      <div className={s.stack}>
        {kind === "expression" ? <CodeSide field={field} side={right as Code} onChange={onChange} label={label} /> : null}
        {kind === "number" ? <NumberWidget {...plain} value={right} onChange={(next) => onChange(next ?? 0)} /> : null}
        {kind === "boolean" ? <ToggleWidget {...plain} value={right} onChange={onChange} /> : null}
        {kind === "text" ? <TextWidget {...plain} value={right} onChange={onChange} /> : null}
      </div>
      <KindSelect label={`Kind of ${label}`} kind={kind} kinds={SIDE_KINDS} onChange={choose} />
    </div>
  );
}


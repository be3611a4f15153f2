// The parameter `rules` of a condition, as a builder; as JSON where it holds what the builder cannot show.

import { fitRight, NEW_RULE, operatorsFor, operatorWords, readRules, writeRules, type RuleGroup } from "../../../graph/parameter/rules";
import s from "../field.module.css";
import { ExpressionInput } from "../expression-input";
import { JsonWidget } from "./json";
import { RuleTree, type RuleWords } from "./rule-tree";
import { ValueWidget } from "./value";
import type { WidgetProps } from "./widget";

export function RulesWidget(props: WidgetProps) {
  const { field, value, onChange, path, label } = props;
  const tree = readRules(value);
  if (tree === null) {
    return (
      <div className={s.stack}>
        <p className={s.words}>These rules hold something that the builder does not know: here they are as JSON.</p>
        <JsonWidget {...props} />
      </div>
    );
  }
  const write = (group: RuleGroup, typing = false) => onChange(group.entries.length === 0 && value === undefined ? undefined : writeRules(group), typing);
  const words: RuleWords = {
    operators: (type) => operatorsFor(type).map((one) => ({ name: one.name, words: operatorWords(one, type), binary: one.binary })),
    types: true,
    fresh: NEW_RULE,
    left: ({ rule, onChange: set, label: name, path: at }) =>
      rule.left === undefined || typeof rule.left === "string" ? (
        <div data-path={at}>
          <ExpressionInput field={{ ...field, types: [], examples: ["{{ input.name }}"] }} kind="template" value={rule.left ?? ""} onChange={(text) => set(text === "" ? undefined : text)} label={`${name}; the input if it is empty`} preview={false} />
        </div>
      ) : (
        <ValueWidget {...plain(props)} value={rule.left} onChange={set} path={at} label={name} />
      ),
    right: ({ rule, onChange: set, label: name, path: at }) => <ValueWidget {...plain(props)} value={rule.right} onChange={(next) => set(fitRight(next, rule.type))} path={at} label={name} />,
  };
  return <RuleTree group={tree} words={words} onChange={write} label={label} path={path} />;
}

function plain(props: WidgetProps): WidgetProps {
  return { ...props, id: "", field: { ...props.field, types: [], choices: [], examples: [], fallback: undefined, widget: "value", reading: "template" }, invalid: false, describedBy: undefined };
}

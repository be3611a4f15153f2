// Rules and groups of rules, joined by and or or: the part that both kinds of conditions share.

import { FolderPlus, Plus, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { changeAt, newGroup, type Combine, type Rule, type RuleEntry, type RuleGroup } from "../../../graph/parameter/rules";
import { Select } from "../../../ui/field";
import { Segments } from "../../../ui/segments";
import s from "../field.module.css";

interface SideProps {
  rule: Rule;
  onChange: (side: unknown) => void;
  label: string;
  path: string;
}

/** What differs between rules of a parameter and rules that make an expression. */
export interface RuleWords {
  operators: (type: string) => readonly { name: string; words: string; binary: boolean }[];
  /** Whether values are read as a type that is chosen, and without regard to case. */
  types: boolean;
  fresh: Rule;
  /** Called, not mounted: a component made at each drawing would lose the focus. */
  left: (props: SideProps) => ReactNode;
  right: (props: SideProps) => ReactNode;
}

interface RuleTreeProps {
  group: RuleGroup;
  words: RuleWords;
  onChange: (group: RuleGroup, typing?: boolean) => void;
  label: string;
  path: string;
}

export function RuleTree({ group, words, onChange, label, path }: RuleTreeProps) {
  const change = (at: readonly number[], to: (entry: RuleEntry) => RuleEntry | null, typing = false) => onChange(changeAt(group, at, to), typing);
  return <Group group={group} at={[]} words={words} change={change} label={label} path={path} />;
}

interface PartProps {
  at: readonly number[];
  words: RuleWords;
  change: (at: readonly number[], to: (entry: RuleEntry) => RuleEntry | null, typing?: boolean) => void;
  label: string;
  path: string;
}

const DEEPEST = 5;

function Group({ group, ...rest }: PartProps & { group: RuleGroup }) {
  const { at, words, change, label, path } = rest;
  const set = (fields: Partial<RuleGroup>) => change(at, (entry) => (entry.kind === "group" ? { ...entry, ...fields, plain: false } : entry));
  const inside = group.plain ? path : `${path}.rules`;
  return (
    <div className={at.length === 0 ? s.box : s.group} role="group" aria-label={at.length === 0 ? label : `Group ${at.map((one) => one + 1).join(".")}`}>
      {group.entries.length > 1 || at.length > 0 ? (
        <div className={s.groupHead}>
          <Segments<Combine> label="Joined by" value={group.combine} options={[["and", "All of these"], ["or", "Any of these"]]} onChange={(combine) => set({ combine })} />
          {at.length > 0 ? (
            <span className={s.aside}>
              <button type="button" className={s.tool} aria-label="Remove the group" title="Remove the group" onClick={() => change(at, () => null)}>
                <Trash2 aria-hidden="true" />
              </button>
            </span>
          ) : null}
        </div>
      ) : null}
      {group.entries.map((entry, index) =>
        entry.kind === "group" ? (
          <Group key={index} {...rest} group={entry} at={[...at, index]} path={`${inside}[${index}]`} />
        ) : (
          <OneRule key={index} {...rest} rule={entry} at={[...at, index]} path={`${inside}[${index}]`} />
        ),
      )}
      {group.entries.length === 0 ? <p className={s.words}>{group.combine === "and" ? "No rules: it always holds." : "No rules: it never holds."}</p> : null}
      <div className={s.adds}>
        <button type="button" className={s.add} onClick={() => change(at, (entry) => add(entry, words.fresh))}>
          <Plus aria-hidden="true" /> Add a rule
        </button>
        {at.length < DEEPEST ? (
          <button type="button" className={s.add} onClick={() => change(at, (entry) => add(entry, newGroup([words.fresh], group.combine === "and" ? "or" : "and")))}>
            <FolderPlus aria-hidden="true" /> Add a group
          </button>
        ) : null}
      </div>
    </div>
  );
}

function add(entry: RuleEntry, one: RuleEntry): RuleEntry {
  return entry.kind === "group" ? { ...entry, entries: [...entry.entries, one] } : entry;
}

const TYPE_WORDS: readonly (readonly [string, string])[] = [["any", "any type"], ["text", "text"], ["number", "number"], ["boolean", "true or false"], ["date", "date"], ["list", "list"], ["object", "object"]];

function OneRule({ rule, at, words, change, path }: PartProps & { rule: Rule }) {
  const set = (fields: Partial<Rule>, typing = false) => change(at, (entry) => (entry.kind === "rule" ? { ...entry, ...fields } : entry), typing);
  const name = `rule ${at.map((one) => one + 1).join(".")}`;
  const operators = words.operators(rule.type);
  const operator = operators.find((one) => one.name === rule.operator);
  const options = operators.map((one) => [one.name, one.words] as const);
  const binary = operator?.binary ?? true;
  return (
    <div className={s.rule} role="group" aria-label={name} data-path={path}>
      <div className={s.ruleParts}>
        {words.left({ rule, onChange: (left) => set({ left }, true), label: `Value of ${name}`, path: `${path}.left` })}
        <div className={s.ruleHow}>
          <div className={s.ruleMiddle}>
            <Select
              label={`Operator of ${name}`}
              value={rule.operator}
              options={operator ? options : [[rule.operator, rule.operator.replaceAll("_", " ")], ...options]}
              onChange={(next) => set({ operator: next, ...(rule.right === undefined ? { right: "" } : {}) })}
            />
            {words.types ? <Select label={`Type of ${name}`} value={rule.type} options={TYPE_WORDS} onChange={(type) => set({ type })} /> : null}
          </div>
          {words.types && binary && (rule.type === "any" || rule.type === "text") ? (
            <label className={s.check}>
              <input type="checkbox" checked={rule.ignoreCase} onChange={(event) => set({ ignoreCase: event.target.checked })} />
              Ignore case
            </label>
          ) : null}
        </div>
        {binary ? words.right({ rule, onChange: (right) => set({ right }, true), label: `Compared with, ${name}`, path: `${path}.right` }) : null}
      </div>
      <button type="button" className={s.tool} aria-label={`Remove ${name}`} title="Remove" onClick={() => change(at, () => null)}>
        <Trash2 aria-hidden="true" />
      </button>
    </div>
  );
}

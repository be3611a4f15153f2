// Which kind of value stands beside it: a sign that opens a list.

import { Braces, CircleSlash, Hash, SquareFunction, ToggleLeft, Type, type LucideIcon } from "lucide-react";
import s from "../field.module.css";

export type ValueKind = "text" | "number" | "boolean" | "json" | "null" | "expression" | "absent";

const SIGNS: Record<ValueKind, LucideIcon> = { text: Type, number: Hash, boolean: ToggleLeft, json: Braces, null: CircleSlash, expression: SquareFunction, absent: CircleSlash };

interface KindSelectProps {
  label: string;
  kind: ValueKind;
  kinds: readonly (readonly [kind: ValueKind, words: string])[];
  onChange: (kind: ValueKind) => void;
}

export function KindSelect({ label, kind, kinds, onChange }: KindSelectProps) {
  const Sign = SIGNS[kind];
  const words = kinds.find(([one]) => one === kind)?.[1] ?? kind;
  return (
    <span className={`${s.kindSign} ${kind === "expression" ? s.isExpression : ""}`} title={`${words}. Press to choose another kind`}>
      <Sign aria-hidden="true" />
      <select aria-label={label} value={kind} onChange={(event) => onChange(event.target.value as ValueKind)}>
        {kinds.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

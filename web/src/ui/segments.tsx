// A choice between few, all in sight: a group of radio buttons drawn as one bar.

import { useId } from "react";
import s from "./segments.module.css";

interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onChange: (value: Value) => void;
  small?: boolean;
}

export function Segments<Value extends string>({ label, value, options, onChange, small = true }: SegmentsProps<Value>) {
  const name = useId();
  return (
    <span className={`${s.bar} ${small ? s.small : ""}`} role="radiogroup" aria-label={label}>
      {options.map(([option, text]) => (
        <label key={option} className={`${s.one} ${option === value ? s.chosen : ""}`}>
          <input type="radio" name={name} value={option} checked={option === value} onChange={() => onChange(option)} />
          <span>{text}</span>
        </label>
      ))}
    </span>
  );
}

interface ToggleProps {
  id?: string;
  label?: string;
  labelledBy?: string;
  describedBy?: string | undefined;
  on: boolean;
  onChange: (on: boolean) => void;
}

/** On or off, at once. */
export function Toggle({ id, label, labelledBy, describedBy, on, onChange }: ToggleProps) {
  return (
    <button
      id={id}
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      className={s.toggle}
      onClick={() => onChange(!on)}
    >
      <i />
    </button>
  );
}

// Fields: a search box that `/` focuses, a line of text, and a choice.

import { ChevronDown, Search } from "lucide-react";
import { useEffect, useId, useRef, type KeyboardEvent } from "react";
import { Key } from "./button";
import s from "./field.module.css";
import { isTyping } from "./typing";

interface SearchProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
}

export function SearchField({ label, value, onChange, onKeyDown }: SearchProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onSlash = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener("keydown", onSlash);
    return () => removeEventListener("keydown", onSlash);
  }, []);
  return (
    <div className={s.search} role="search">
      <Search aria-hidden="true" />
      <input
        ref={field}
        className={s.field}
        type="search"
        value={value}
        placeholder={label}
        aria-label={label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.preventDefault();
            onChange("");
          }
          onKeyDown?.(event);
        }}
      />
      {value === "" ? <Key>/</Key> : null}
    </div>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What may be meant: offered, not required. */
  among?: readonly string[];
  inputMode?: "text" | "numeric";
}

export function TextField({ label, value, onChange, among = [], inputMode = "text" }: TextProps) {
  const list = useId();
  return (
    <label className={s.label}>
      <span>{label}</span>
      <input className={s.field} value={value} dir="auto" inputMode={inputMode} autoComplete="off" list={among.length > 0 ? list : undefined} onChange={(event) => onChange(event.target.value)} />
      {among.length > 0 ? (
        <datalist id={list}>
          {among.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      ) : null}
    </label>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange: (value: string) => void;
}

export function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <span className={s.choice}>
      <select className={s.field} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" />
    </span>
  );
}

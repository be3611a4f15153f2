// Fields for single values: texts, numbers, choices, switches, secrets.

import { ChevronDown, Eye, EyeOff } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { readJson } from "../../../api/exact";
import { exactNumber } from "../../../graph/values";
import { Button } from "../../../ui/button";
import { CodeField } from "../../../ui/code/code-field";
import f from "../../../ui/field.module.css";
import { bytes } from "../../../ui/format";
import { Toggle } from "../../../ui/segments";
import { useKeptCaret } from "../../../ui/use-kept-caret";
import s from "../field.module.css";
import { hintOf, said, type WidgetProps } from "./widget";

/** From so many characters on a text is shown in part until it is asked for. */
const LARGE = 20_000;

export function TextWidget(props: WidgetProps) {
  const { field, value, onChange, label, describedBy, invalid } = props;
  const text = typeof value === "string" ? value : value === undefined || value === null ? "" : (exactNumber(value) ?? String(value));
  const [whole, setWhole] = useState(false);
  const input = useKeptCaret(text);
  const long = field.widget === "long" || field.widget === "markdown" || text.includes("\n");
  if (text.length > LARGE && !whole) return <LargeText text={text} onOpen={() => setWhole(true)} />;
  if (long || text.length > LARGE) {
    return <CodeField value={text} onChange={(next) => onChange(next, true)} language="text" label={label} multiline invalid={invalid} describedBy={describedBy} hint={hintOf(field)} />;
  }
  // A number that was written as one stays one while its text is.
  const write = (next: string) => onChange(typeof value === "number" && /^-?\d+(?:\.\d+)?$/.test(next) ? Number(next) : next, true);
  return (
    <input
      {...said(props)}
      ref={input}
      className={f.field}
      value={text}
      placeholder={hintOf(field)}
      autoComplete="off"
      spellCheck={false}
      dir="auto"
      onChange={(event) => write(event.target.value)}
    />
  );
}

export function LargeText({ text, onOpen }: { text: string; onOpen: () => void }) {
  return (
    <div className={`${s.box} ${s.large}`}>
      <pre className="mono" dir="auto">
        {text.slice(0, 400)}…
      </pre>
      <Button onClick={onOpen}>Edit the whole text · {bytes(text.length)}</Button>
    </div>
  );
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export function NumberWidget({ field, value, onChange, id, label, describedBy, invalid }: WidgetProps) {
  const shown = value === undefined || value === null ? "" : (exactNumber(value) ?? String(value as number | string));
  // What is typed may be no number yet: it stays here until it is one.
  const [draft, setDraft] = useState<string | null>(null);
  const written = useRef(shown);
  useEffect(() => {
    if (shown !== written.current) setDraft(null);
    written.current = shown;
  }, [shown]);
  const text = draft ?? shown;
  const faulty = text.trim() !== "" && !NUMBER.test(text.trim());
  const write = (next: string) => {
    setDraft(next);
    const trimmed = next.trim();
    if (trimmed === "") onChange(undefined, true);
    else if (NUMBER.test(trimmed)) {
      const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(trimmed) ? readJson(trimmed) : Number(trimmed);
      written.current = exactNumber(number) ?? String(number as number);
      onChange(number, true);
    }
  };
  return (
    <>
      <input
        {...said({ id, label, invalid: invalid || faulty, describedBy: faulty ? `${id}-number` : describedBy })}
        className={f.field}
        value={text}
        placeholder={hintOf(field)}
        inputMode={field.types.includes("integer") && (field.minimum ?? -1) >= 0 ? "numeric" : "decimal"}
        autoComplete="off"
        onChange={(event) => write(event.target.value)}
        onBlur={() => !faulty && setDraft(null)}
        onKeyDown={(event) => {
          const step = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
          const now = Number(text.trim() === "" ? field.fallback : text);
          if (step === 0 || !Number.isSafeInteger(now)) return;
          event.preventDefault();
          const next = Math.min(field.maximum ?? Infinity, Math.max(field.minimum ?? -Infinity, now + step));
          setDraft(null);
          onChange(next, true);
        }}
      />
      {faulty ? (
        <p id={`${id}-number`} className={s.fault}>
          A number is expected; the last one stays until then.
        </p>
      ) : null}
    </>
  );
}

export function ToggleWidget({ field, value, onChange, id, label, describedBy }: WidgetProps) {
  const on = typeof value === "boolean" ? value : field.fallback === true;
  return (
    <div className={s.switchRow}>
      <Toggle id={id} label={label} describedBy={describedBy} on={on} onChange={(next) => onChange(next)} />
      <span className={s.words} aria-hidden="true">
        {on ? "On" : "Off"}
        {value === undefined ? " · default" : ""}
      </span>
    </div>
  );
}

export function ChoiceWidget(props: WidgetProps) {
  const { field, value, onChange } = props;
  const at = field.choices.findIndex((choice) => choice.value === value);
  const known = value === undefined || at >= 0;
  const unset = field.fallback === undefined ? "Not set" : `${field.choices.find((choice) => choice.value === field.fallback)?.label ?? String(field.fallback)} · default`;
  return (
    <span className={f.choice}>
      <select
        {...said(props)}
        className={f.field}
        value={value === undefined ? "" : known ? String(at) : "other"}
        onChange={(event) => onChange(event.target.value === "" ? undefined : field.choices[Number(event.target.value)]?.value)}
      >
        {field.required && value !== undefined ? null : <option value="">{unset}</option>}
        {known ? null : <option value="other">{JSON.stringify(value)}</option>}
        {field.choices.map((choice, index) => (
          <option key={index} value={index}>
            {choice.label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" />
    </span>
  );
}

/** A text with likely values to choose from; numbers stay numbers where the parameter takes them. */
export function SuggestWidget(props: WidgetProps & { options?: readonly { value: string; label: string }[] }) {
  const { field, value, onChange, options } = props;
  const list = useId();
  const offered = options ?? (field.choices.length > 0 ? field.choices.map((choice) => ({ value: String(choice.value), label: "" })) : field.examples.filter((one) => typeof one === "string").map((one) => ({ value: one, label: "" })));
  const numbers = field.types.includes("integer") || field.types.includes("number");
  const text = value === undefined || value === null ? "" : String(value as string | number);
  return (
    <>
      <input
        {...said(props)}
        className={f.field}
        value={text}
        list={list}
        placeholder={hintOf(field)}
        autoComplete="off"
        dir="auto"
        onChange={(event) => {
          const next = event.target.value;
          onChange(next === "" ? undefined : numbers && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(next) ? Number(next) : next, true);
        }}
      />
      <datalist id={list}>
        {offered.map((one) => (
          <option key={one.value} value={one.value} label={one.label || undefined} />
        ))}
      </datalist>
    </>
  );
}

export function SecretWidget(props: WidgetProps) {
  const { field, value, onChange, label } = props;
  const [seen, setSeen] = useState(false);
  return (
    <div className={s.secret}>
      <input
        {...said(props)}
        className={f.field}
        type={seen ? "text" : "password"}
        value={typeof value === "string" ? value : ""}
        placeholder={hintOf(field)}
        autoComplete="new-password"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value, true)}
      />
      <button type="button" className={s.tool} aria-label={`Show ${label}`} aria-pressed={seen} title={seen ? "Hide" : "Show"} onClick={() => setSeen(!seen)}>
        {seen ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
      </button>
    </div>
  );
}

export function DateWidget(props: WidgetProps) {
  const { field, value, onChange } = props;
  const text = typeof value === "string" ? value : "";
  const withTime = field.widget === "datetime";
  // The browser's picker knows dates without zones only: others are typed.
  const picks = text === "" || (withTime ? /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/ : /^\d{4}-\d{2}-\d{2}$/).test(text);
  if (!picks) return <TextWidget {...props} />;
  return (
    <input
      {...said(props)}
      className={f.field}
      type={withTime ? "datetime-local" : "date"}
      value={text}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value, true)}
    />
  );
}

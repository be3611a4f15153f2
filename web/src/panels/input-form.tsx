// What to start a workflow with: fields where the trigger says what it takes, else a JSON editor.

import { ChevronDown, Play } from "lucide-react";
import { useId, useMemo, useState, type KeyboardEvent } from "react";
import { fieldFault, fieldsOf, inputText, type Field } from "../graph/form";
import { jsonFault } from "../graph/json-text";
import { Button, Key } from "../ui/button";
import f from "../ui/field.module.css";
import s from "./input-form.module.css";

interface InputFormProps {
  schema: { [key: string]: unknown } | null;
  busy: boolean;
  /** Why it may not start; null when it may. */
  blocked: string | null;
  /** Gets the input as JSON text. */
  onRun: (input: string) => void;
}

export const RUN_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘↵" : "Ctrl ↵";

export function InputForm({ schema, busy, blocked, onRun }: InputFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [mode, setMode] = useState<"fields" | "json">(fields ? "fields" : "json");
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(new Map());
  const [json, setJson] = useState("{}");
  const asFields = mode === "fields" && fields !== null;
  const fault = asFields
    ? (fields.map((field) => fieldFault(field, texts.get(field.name) ?? field.initial)).find((found) => found !== null) ?? null)
    : (jsonFault(json)?.message ?? null);
  const ready = fault === null && blocked === null && !busy;

  const run = () => {
    if (ready) onRun(asFields ? inputText(fields, texts) : json);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  const switchMode = () => {
    if (asFields) setJson(pretty(inputText(fields, texts)));
    setMode(asFields ? "json" : "fields");
  };

  return (
    <form
      className={s.form}
      aria-label="Run with an input"
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      {asFields ? (
        fields.map((field) => (
          <OneField key={field.name} field={field} text={texts.get(field.name) ?? field.initial} onChange={(text) => setTexts(new Map(texts).set(field.name, text))} />
        ))
      ) : (
        <JsonField text={json} onChange={setJson} />
      )}
      {blocked ? <p className={f.fault}>{blocked}</p> : null}
      <div className={s.actions}>
        <Button type="submit" kind="primary" icon={<Play size={14} aria-hidden="true" fill="currentColor" />} busy={busy} disabled={!ready} data-run="">
          Run
        </Button>
        <Key>{RUN_KEY}</Key>
        {fields ? (
          <Button kind="quiet" className={s.mode} onClick={switchMode}>
            {asFields ? "Write as JSON" : "Back to fields"}
          </Button>
        ) : null}
      </div>
    </form>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function OneField({ field, text, onChange }: { field: Field; text: string; onChange: (text: string) => void }) {
  const id = useId();
  const [touched, setTouched] = useState(false);
  const fault = touched ? fieldFault(field, text) : null;
  const shared = { id, "aria-invalid": fault !== null, "aria-describedby": `${id}-more`, onBlur: () => setTouched(true) };
  return (
    <div className={`${f.label} ${field.kind === "boolean" ? s.inline : ""}`}>
      <label htmlFor={id} className={s.label}>
        {field.label}
        {field.required ? null : <span className="faint"> optional</span>}
      </label>
      {field.kind === "boolean" ? (
        <input {...shared} type="checkbox" className={s.check} checked={text === "true"} onChange={(event) => onChange(String(event.target.checked))} />
      ) : field.kind === "choice" ? (
        <span className={f.choice}>
          <select {...shared} className={f.field} value={text} onChange={(event) => onChange(event.target.value)}>
            {text === "" ? <option value="">Choose…</option> : null}
            {field.choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
          <ChevronDown aria-hidden="true" />
        </span>
      ) : field.kind === "json" || field.kind === "long" ? (
        <textarea {...shared} className={f.area} value={text} rows={3} spellCheck={false} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          {...shared}
          className={f.field}
          value={text}
          inputMode={field.kind === "text" ? undefined : "decimal"}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <span id={`${id}-more`}>
        {fault ? <span className={f.fault}>{fault.charAt(0).toUpperCase() + fault.slice(1)}</span> : field.help ? <span className={f.help}>{field.help}</span> : null}
      </span>
    </div>
  );
}

function JsonField({ text, onChange }: { text: string; onChange: (text: string) => void }) {
  const id = useId();
  const fault = jsonFault(text);
  return (
    <div className={f.label}>
      <label htmlFor={id} className={s.label}>
        Input as JSON
      </label>
      <textarea
        id={id}
        className={f.area}
        value={text}
        rows={6}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={fault !== null}
        aria-describedby={`${id}-fault`}
        onChange={(event) => onChange(event.target.value)}
      />
      <span id={`${id}-fault`} className={fault ? f.fault : f.help} aria-live="polite">
        {fault ? `Line ${fault.line}, column ${fault.column}: ${fault.message}` : "Nodes read it as input."}
      </span>
    </div>
  );
}

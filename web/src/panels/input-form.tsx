// What to start a workflow with: fields where the trigger says what it takes, else a JSON editor.

import { ChevronDown, Play } from "lucide-react";
import { useEffect, useId, useMemo, useState, type KeyboardEvent } from "react";
import { readJson } from "../api/exact";
import { fieldFault, fieldsOf, inputText, textsOf, type Field } from "../graph/form";
import { jsonFault } from "../graph/json-text";
import { Button, Key } from "../ui/button";
import { Select } from "../ui/field";
import f from "../ui/field.module.css";
import s from "./input-form.module.css";

/** What somebody has typed, kept while the form is not on show. */
export interface Typed {
  sample: string;
  texts: ReadonlyMap<string, string>;
  json: string;
  asJson: boolean;
  /** Whether there were fields then. */
  hadFields: boolean;
  /** The input as JSON text, null while something in it is wrong; and whether somebody has chosen it. */
  input: string | null;
  isChosen: boolean;
}

interface InputFormProps {
  schema: { [key: string]: unknown } | null;
  /** Inputs that the workflow's file gives to try it with. */
  samples: readonly unknown[];
  /** Where what is typed outlives the form. */
  memory?: { current: Typed | null };
  busy: boolean;
  /** Why it may not start; null when it may. */
  blocked: string | null;
  /** Gets the input as JSON text. */
  onRun: (input: string) => void;
}

export const RUN_KEY = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘↵" : "Ctrl ↵";

export function InputForm(props: InputFormProps) {
  const { samples, busy, blocked, onRun } = props;
  const input = useInput(props);
  const ready = input.fault === null && blocked === null && !busy;
  const run = () => {
    if (ready) onRun(input.text());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    run();
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
      {samples.length > 0 ? <Samples samples={samples} chosen={input.sample} onChoose={input.choose} /> : null}
      {input.fields ? (
        input.fields.map((field) => <OneField key={field.name} field={field} text={input.texts.get(field.name) ?? field.initial} onChange={(text) => input.setField(field.name, text)} />)
      ) : (
        <JsonField text={input.json} onChange={input.setJson} />
      )}
      {blocked ? <p className="dim">{blocked}</p> : null}
      <div className={s.actions}>
        <Button type="submit" kind="primary" icon={<Play size={14} aria-hidden="true" fill="currentColor" />} busy={busy} disabled={!ready} data-run="">
          Run
        </Button>
        <Key>{RUN_KEY}</Key>
        {input.canSwitch ? (
          <Button kind="quiet" className={s.mode} onClick={input.switchMode}>
            {input.fields ? "Write as JSON" : "Back to fields"}
          </Button>
        ) : null}
      </div>
    </form>
  );
}

/** What is typed, as fields or as JSON. It begins with the first sample. */
function useInput({ schema, samples, memory }: InputFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const first = samples[0];
  const before = memory?.current?.hadFields === (fields !== null) ? memory.current : null;
  const [sample, setSample] = useState(before?.sample ?? (samples.length > 0 ? "0" : ""));
  const [texts, setTexts] = useState<ReadonlyMap<string, string>>(() => before?.texts ?? (fields && textsOf(fields, first)) ?? new Map());
  const [json, setJson] = useState(() => before?.json ?? (first === undefined ? "{}" : JSON.stringify(first, null, 2)));
  const [asJson, setAsJson] = useState(before?.asJson ?? (fields === null || (first !== undefined && textsOf(fields, first) === null)));
  const [isChosen, setChosen] = useState(before?.isChosen ?? false);
  const shown = asJson ? null : fields;
  const back = useMemo(() => (asJson && fields ? textsOf(fields, parsed(json)) : null), [asJson, fields, json]);
  const fault = shown
    ? (shown.map((field) => fieldFault(field, texts.get(field.name) ?? field.initial)).find((found) => found !== null) ?? null)
    : (jsonFault(json)?.message ?? null);

  const text = () => (shown ? inputText(shown, texts) : json);
  useEffect(() => {
    if (memory) memory.current = { sample, texts, json, asJson, hadFields: fields !== null, input: fault === null ? text() : null, isChosen };
  });

  const choose = (chosen: string) => {
    setChosen(true);
    const picked = chosen === "" ? {} : samples[Number(chosen)];
    const filled = fields && textsOf(fields, picked);
    setSample(chosen);
    setTexts((chosen === "" ? null : filled) ?? new Map());
    setJson(JSON.stringify(picked, null, 2));
    setAsJson((before) => fields === null || !filled || before);
  };
  const switchMode = () => {
    if (shown) setJson(pretty(inputText(shown, texts)));
    else if (back) setTexts(back);
    setAsJson(shown !== null);
  };
  return {
    fields: shown,
    texts,
    json,
    fault,
    sample,
    choose,
    setJson: (typed: string) => {
      setChosen(true);
      setJson(typed);
    },
    setField: (name: string, typed: string) => {
      setChosen(true);
      setTexts(new Map(texts).set(name, typed));
    },
    // What was written as JSON goes back to fields only if they can hold all of it.
    canSwitch: shown !== null || back !== null,
    switchMode,
    text,
  };
}

const SAMPLE_CHARS = 48;

/** Inputs that came with the workflow, to begin from. */
function Samples({ samples, chosen, onChoose }: { samples: readonly unknown[]; chosen: string; onChoose: (chosen: string) => void }) {
  const options = samples.map((sample, at): [string, string] => {
    const text = JSON.stringify(sample);
    return [String(at), `Sample ${at + 1} · ${text.length > SAMPLE_CHARS ? `${text.slice(0, SAMPLE_CHARS)}…` : text}`];
  });
  return <Select label="Sample input" value={chosen} options={[...options, ["", "Nothing filled in"]]} onChange={onChoose} />;
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

function pretty(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
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

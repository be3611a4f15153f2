// Fields for values written as source: JSON, schemas, programs, and what is read out of a file.

import { FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { readJson } from "../../../api/exact";
import { jsonFault } from "../../../graph/json-text";
import { fileOf } from "../../../graph/values";
import { toast } from "../../../state/view";
import { CodeField } from "../../../ui/code/code-field";
import { bytes } from "../../../ui/format";
import s from "../field.module.css";
import { LargeText } from "./simple";
import type { WidgetProps } from "./widget";

const FILE_MOST = 1024 * 1024;
const LARGE = 200_000;

/** JSON: what is typed stands here until it can be read; then it is the value. */
export function JsonWidget({ value, onChange, label, describedBy, invalid, field }: WidgetProps) {
  const written = useRef<unknown>(value);
  const [draft, setDraft] = useState<string | null>(null);
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    if (!same(value, written.current)) {
      written.current = value;
      setDraft(null);
    }
  }, [value]);
  const text = draft ?? (value === undefined ? "" : JSON.stringify(value, null, 2));
  const fault = text.trim() === "" ? null : jsonFault(text);
  const write = (next: string) => {
    setDraft(next);
    if (next.trim() === "") written.current = undefined;
    else if (jsonFault(next) === null) written.current = readJson(next);
    else return;
    onChange(written.current, true);
  };
  if (text.length > LARGE && !whole) return <LargeText text={text} onOpen={() => setWhole(true)} />;
  const example = field.examples[0];
  return (
    <div className={s.stack}>
      <CodeField
        value={text}
        onChange={write}
        language="json"
        label={`${label}, as JSON`}
        multiline
        invalid={invalid || fault !== null}
        describedBy={describedBy}
        hint={example === undefined ? '{"name": "{{ input.name }}"}' : JSON.stringify(example)}
      />
      {fault ? (
        <p className={s.fault} role="status">
          Line {fault.line}, column {fault.column}: {fault.message}. The last value stays until then.
        </p>
      ) : null}
      <FileButton accept=".json,application/json" onText={write} />
    </div>
  );
}

function same(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === typeof b && JSON.stringify(a) === JSON.stringify(b));
}

export function ProgramWidget({ value, onChange, label, describedBy, invalid, field }: WidgetProps) {
  const example = field.examples.find((one) => typeof one === "string");
  return (
    <div className={s.stack}>
      <CodeField
        value={typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value)}
        onChange={(next) => onChange(next, true)}
        language="javascript"
        label={label}
        multiline
        numbers
        tall
        invalid={invalid}
        describedBy={describedBy}
        hint={typeof example === "string" ? example : ""}
      />
      <FileButton accept=".js,.mjs,.txt,text/javascript" onText={(text) => onChange(text)} />
    </div>
  );
}

/** A file that the value names, or the text of one from this machine. */
export function FileWidget(props: WidgetProps) {
  const file = fileOf(props.value);
  const { value, onChange } = props;
  return (
    <div className={s.stack}>
      {file ? (
        <p className={s.words}>
          <span className="mono">{file.name || file.hash.slice(0, 12)}</span> · {file.type || "file"} · {bytes(file.size)}
        </p>
      ) : typeof value === "string" && value !== "" ? (
        <p className={s.words}>A text of {bytes(value.length)}</p>
      ) : (
        <p className={s.words}>None. An expression can name a file of an earlier step; a text file of this machine can be read into the workflow.</p>
      )}
      <FileButton accept="" onText={(text) => onChange(text)} />
    </div>
  );
}

/** Reads a text file of this machine: its text becomes part of the workflow. */
export function FileButton({ accept, onText }: { accept: string; onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > FILE_MOST) return void toast("bad", `${file.name} has ${bytes(file.size)}: texts in a workflow have ${bytes(FILE_MOST)} at most`);
    const text = await file.text();
    if (text.includes("\u0000")) return void toast("bad", `${file.name} is no text`);
    onText(text);
  };
  return (
    <>
      <button type="button" className={s.add} onClick={() => input.current?.click()}>
        <FileUp aria-hidden="true" /> Read from a file
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        className="hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </>
  );
}

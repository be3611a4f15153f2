// The fields that an input has, one row each; whoever needs more of JSON Schema writes it as JSON.

import { Plus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { commaList } from "../../../graph/comma-list";
import type { FieldKind } from "../../../graph/form";
import { ofKind, rowsOfSchema, schemaOfRows, type SchemaRow } from "../../../graph/parameter/schema-rows";
import { Select } from "../../../ui/field";
import f from "../../../ui/field.module.css";
import s from "../field.module.css";
import { JsonWidget } from "./json";
import { EntryTools } from "./list";
import type { WidgetProps } from "./widget";

const KINDS: readonly (readonly [kind: FieldKind, words: string])[] = [
  ["text", "Text"],
  ["long", "Long text"],
  ["number", "Number"],
  ["integer", "Whole number"],
  ["boolean", "Yes or no"],
  ["choice", "Choice"],
  ["json", "Anything"],
];

const EMPTY: SchemaRow = { name: "", kind: "text", required: false, label: "", help: "", choices: [], rest: {} };
const EXAMPLE = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

export function SchemaWidget(props: WidgetProps) {
  const { field, value } = props;
  const canRows = rowsOfSchema(value) !== null;
  const [asJson, setAsJson] = useState(!canRows);
  if (asJson || !canRows) {
    return (
      <div className={s.stack}>
        <JsonWidget {...props} field={{ ...field, examples: field.examples.length > 0 ? field.examples : [EXAMPLE] }} />
        {canRows ? (
          <button type="button" className={s.add} onClick={() => setAsJson(false)}>
            Back to fields
          </button>
        ) : null}
      </div>
    );
  }
  return <SchemaRows {...props} onJson={() => setAsJson(true)} />;
}

function SchemaRows({ value, onChange, path, id, label, describedBy, onJson }: WidgetProps & { onJson: () => void }) {
  const written = useRef<unknown>(value);
  const group = useRef<HTMLDivElement>(null);
  // Rows without a name are nowhere in the schema: they stand here until they have one.
  const [rows, setRows] = useState<readonly SchemaRow[]>(() => rowsOfSchema(value) ?? []);
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(written.current)) return;
    written.current = value;
    setRows(rowsOfSchema(value) ?? []);
  }, [value]);
  const write = (next: readonly SchemaRow[], typing = false) => {
    setRows(next);
    written.current = schemaOfRows(next, written.current);
    onChange(written.current, typing);
  };
  const add = () => {
    setRows([...rows, EMPTY]);
    requestAnimationFrame(() => [...(group.current?.querySelectorAll<HTMLElement>("[data-entry]") ?? [])].at(-1)?.querySelector("input")?.focus());
  };
  const twice = rows.find((row, at) => row.name !== "" && rows.findIndex(({ name }) => name === row.name) < at);
  return (
    <div className={s.stack} role="group" aria-label={label} aria-describedby={describedBy} id={id} ref={group}>
      {rows.length === 0 ? <p className={s.words}>No fields: the input may be anything.</p> : null}
      {rows.map((row, at) => (
        <div key={at} className={s.card} data-entry="" data-path={`${path}.properties.${row.name}`}>
          <Row row={row} what={row.name || `field ${at + 1}`} onChange={(next, typing) => write(rows.with(at, next), typing)} onEnter={add}>
            <EntryTools list={rows} at={at} onChange={(next) => write(next as readonly SchemaRow[])} what={row.name || `field ${at + 1}`} />
          </Row>
        </div>
      ))}
      {twice ? <p className={s.fault}>{twice.name} stands here twice: the last one counts.</p> : null}
      <div className={s.adds}>
        <button type="button" className={s.add} onClick={add}>
          <Plus aria-hidden="true" /> Add a field
        </button>
        <button type="button" className={s.add} onClick={onJson}>
          Write as JSON Schema
        </button>
      </div>
    </div>
  );
}

interface RowProps {
  row: SchemaRow;
  what: string;
  onChange: (row: SchemaRow, typing?: boolean) => void;
  onEnter: () => void;
  children: React.ReactNode;
}

function Row({ row, what, onChange, onEnter, children }: RowProps) {
  return (
    <>
      <div className={s.caseLine}>
        <input
          className={`${f.field} mono`}
          value={row.name}
            placeholder="name"
          aria-label={`Name of ${what}`}
          spellCheck={false}
          dir="auto"
          onChange={(event) => onChange({ ...row, name: event.target.value }, true)}
          onKeyDown={(event) => {
            if (event.key === "Enter") onEnter();
          }}
        />
        <Select label={`Kind of ${what}`} value={row.kind} options={KINDS} onChange={(kind) => onChange(ofKind(row, kind as FieldKind))} />
        {children}
      </div>
      {row.kind === "choice" ? <Choices row={row} what={what} onChange={onChange} /> : null}
      <input
        className={f.field}
        value={row.label}
        placeholder={row.name === "" ? "What people read" : row.name}
        aria-label={`Label of ${what}`}
        dir="auto"
        onChange={(event) => onChange({ ...row, label: event.target.value }, true)}
      />
      <label className={s.check}>
        <input type="checkbox" checked={row.required} onChange={(event) => onChange({ ...row, required: event.target.checked })} />
        Needed
      </label>
    </>
  );
}

/** What is typed stays as it is until the field is left: a comma is not a choice yet. */
function Choices({ row, what, onChange }: Pick<RowProps, "row" | "what" | "onChange">) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <input
      className={f.field}
      value={typed ?? row.choices.join(", ")}
      placeholder="small, medium, large"
      aria-label={`Choices of ${what}, with commas between them`}
      aria-invalid={row.choices.length === 0}
      dir="auto"
      onChange={(event) => {
        setTyped(event.target.value);
        onChange({ ...row, choices: commaList(event.target.value) }, true);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

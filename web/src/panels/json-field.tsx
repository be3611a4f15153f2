// A field for a JSON value that says where its text is wrong.

import { useId, useState } from "react";
import { jsonFault, type JsonFault } from "../graph/json-text";
import f from "../ui/field.module.css";

export interface JsonText {
  text: string;
  set: (text: string) => void;
  fault: JsonFault | null;
}

export function useJsonText(first: string): JsonText {
  const [text, set] = useState(first);
  return { text, set, fault: jsonFault(text) };
}

export function JsonField({ label, value, onChange, rows = 3 }: { label: string; value: JsonText; onChange: () => void; rows?: number }) {
  const id = useId();
  const { text, set, fault } = value;
  return (
    <div className={f.label}>
      <label htmlFor={id} className="dim">
        {label}
      </label>
      <textarea
        id={id}
        className={`${f.field} ${f.area}`}
        value={text}
        rows={rows}
        spellCheck={false}
        aria-invalid={fault !== null}
        aria-describedby={fault !== null ? `${id}-fault` : undefined}
        onChange={(event) => {
          set(event.target.value);
          onChange();
        }}
      />
      {fault !== null ? (
        <p id={`${id}-fault`} className={f.fault}>
          {rows > 3 ? `Line ${fault.line}, column ${fault.column}: ${fault.message}` : fault.message}
        </p>
      ) : null}
    </div>
  );
}

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

export function JsonField({ label, value, onChange }: { label: string; value: JsonText; onChange: () => void }) {
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
        rows={3}
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
          {fault.message}
        </p>
      ) : null}
    </div>
  );
}

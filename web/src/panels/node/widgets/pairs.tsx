// Names and values in rows: an object, or a list of {name, value} where names come several times.

import { Plus, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { pairsOf, pairsValue, type Pair } from "../../../graph/parameter/pairs";
import { ANY_FIELD } from "../../../graph/parameter/fields";
import f from "../../../ui/field.module.css";
import s from "../field.module.css";
import type { WidgetProps } from "./widget";
import { ValueWidget } from "./value";

const VALUE = { ...ANY_FIELD, key: "value", label: "Value" };

export function PairsWidget({ field, value, onChange, path, id, label, describedBy }: WidgetProps) {
  const written = useRef<unknown>(value);
  const rows = useRef<HTMLDivElement>(null);
  // Rows without a name are nowhere in the value: they stand here until they have one.
  const [pairs, setPairs] = useState<readonly Pair[]>(() => pairsOf(value));
  useEffect(() => {
    if (JSON.stringify(value) === JSON.stringify(written.current)) return;
    written.current = value;
    setPairs(pairsOf(value));
  }, [value]);
  const asList = Array.isArray(value);
  const write = (next: readonly Pair[], typing = false) => {
    setPairs(next);
    written.current = pairsValue(next, asList, field.types.includes("array"), value === undefined);
    onChange(written.current, typing);
  };
  const add = () => {
    setPairs([...pairs, { name: "", value: "", rest: {} }]);
    requestAnimationFrame(() => rows.current?.querySelector<HTMLElement>("[data-pair]:last-of-type input")?.focus());
  };
  const names = pairs.map((pair) => pair.name).filter((name) => name !== "");
  const twice = !field.types.includes("array") && new Set(names).size < names.length;
  return (
    <div className={s.stack} role="group" aria-label={label} aria-describedby={describedBy} id={id} ref={rows}>
      {pairs.length === 0 ? null : (
        <div className={s.box}>
          {pairs.map((pair, at) => (
            <div key={at} className={s.pair} data-pair="" data-path={`${path}[${at}]`}>
              <input
                className={`${f.field} mono`}
                value={pair.name}
                placeholder="name"
                aria-label={`Name ${at + 1} of ${label}`}
                spellCheck={false}
                dir="auto"
                onChange={(event) => write(pairs.with(at, { ...pair, name: event.target.value }), true)}
                onKeyDown={(event) => {
                  if (event.key === "Enter") add();
                }}
              />
              <ValueWidget
                field={VALUE}
                value={pair.value}
                onChange={(next, typing) => write(pairs.with(at, { ...pair, value: next }), typing)}
                path={`${path}[${at}].value`}
                id={`${id}-${at}`}
                label={pair.name === "" ? `Value ${at + 1}` : pair.name}
                invalid={false}
              />
              <button type="button" className={s.tool} aria-label={`Remove ${pair.name || `row ${at + 1}`}`} title="Remove" onClick={() => write(pairs.toSpliced(at, 1))}>
                <Trash2 aria-hidden="true" />
              </button>
            </div>
          ))}
        </div>
      )}
      {twice ? <p className={s.fault}>Each name may stand here once: the last one counts.</p> : null}
      <button type="button" className={s.add} onClick={add}>
        <Plus aria-hidden="true" /> Add {field.label.toLowerCase().replace(/s$/, "") || "row"}
      </button>
    </div>
  );
}

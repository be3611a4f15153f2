// Tabs in a row: arrows move between them, only the chosen one is in the tab order.

import type { KeyboardEvent } from "react";
import s from "./run.module.css";

interface TabBarProps<T extends string> {
  label: string;
  /** What comes before the ids of tabs and panels. */
  id: string;
  tabs: readonly (readonly [key: T, label: string])[];
  value: T;
  onChange: (tab: T) => void;
}

export function TabBar<T extends string>({ label, id, tabs, value, onChange }: TabBarProps<T>) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = tabs.findIndex(([key]) => key === value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next[0]);
    event.currentTarget.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${next[0]}`)}`)?.focus();
  };
  return (
    <div className={s.tabs} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map(([key, text]) => (
        <button
          key={key}
          type="button"
          role="tab"
          id={`${id}-${key}`}
          aria-controls={`${id}-panel`}
          aria-selected={key === value}
          tabIndex={key === value ? 0 : -1}
          className={`${s.tab} ${key === value ? s.here : ""}`}
          onClick={() => onChange(key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

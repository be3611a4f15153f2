// Tabs: one is shown, arrows move between them. The caller draws the panel with `tabPanel`.

import { useRef, type KeyboardEvent } from "react";
import s from "./tabs.module.css";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** A small sign after the label, read out after it. */
  badge?: { text: string; tone: "bad" | "warn" | "plain"; label: string } | null;
}

interface TabsProps<Id extends string> {
  label: string;
  /** Prefix of the ids that tie tabs and panel together. */
  id: string;
  tabs: readonly Tab<Id>[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

export function Tabs<Id extends string>({ label, id, tabs, chosen, onChoose }: TabsProps<Id>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const toward = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + toward, ArrowLeft: at - toward, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-tab-${next.id}`)}`)?.focus();
  };
  return (
    <div ref={list} className={s.tabs} role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`${id}-tab-${tab.id}`}
          aria-selected={tab.id === chosen}
          aria-controls={tab.id === chosen ? `${id}-panel` : undefined}
          tabIndex={tab.id === chosen ? 0 : -1}
          className={s.tab}
          onClick={() => onChoose(tab.id)}
        >
          {tab.label}
          {tab.badge ? (
            <span className={`${s.badge} ${s[tab.badge.tone]}`}>
              <span aria-hidden="true">{tab.badge.text}</span>
              <span className="hidden">{tab.badge.label}</span>
            </span>
          ) : null}
        </button>
      ))}
    </div>
  );
}

/** What the element holding the chosen tab's content carries. */
export function tabPanel(id: string, chosen: string) {
  return { id: `${id}-panel`, role: "tabpanel", "aria-labelledby": `${id}-tab-${chosen}` } as const;
}

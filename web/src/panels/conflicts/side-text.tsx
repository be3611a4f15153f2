// A value as text: with what came and went since another one marked, by words.

import { useMemo } from "react";
import { markedWords } from "../../graph/words";
import s from "./conflicts.module.css";

const INDENT = 2;

/** A text as it is, anything else as JSON. */
export function textOf(value: unknown, most = Infinity): string {
  const text = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, INDENT);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

interface SideTextProps {
  value: unknown;
  /** Marks what differs from this. */
  base?: unknown;
}

export function SideText(props: SideTextProps) {
  const { value, base } = props;
  const isMarked = "base" in props && value !== undefined && base !== undefined;
  const segments = useMemo(() => (isMarked ? markedWords(textOf(base), textOf(value)) : null), [isMarked, base, value]);
  if (value === undefined) return <p className={`${s.text} faint`}>Not set</p>;
  if (value === "") return <p className={`${s.text} faint`}>Empty text</p>;
  return (
    <pre className={s.text} dir="auto" tabIndex={0} aria-label="Value">
      {segments?.map(({ change, text }, at) => (change === "same" ? text : change === "added" ? <ins key={at}>{text}</ins> : <del key={at}>{text}</del>)) ?? textOf(value)}
    </pre>
  );
}

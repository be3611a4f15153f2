// Search in this workflow: a bar over the canvas, with how many and which. It looks in slices, so that nothing waits for it.

import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Finding } from "../../graph/commands/find";
import type { Context } from "../../graph/commands/registry";
import { nameOf } from "../../graph/edit/kinds";
import { quoted } from "../../graph/edit/names";
import { Button } from "../../ui/button";
import { count } from "../../ui/format";
import { useDebounced } from "../../ui/hooks";
import { useOnceReady } from "../../ui/once-ready";
import s from "./find-bar.module.css";
import { useDocumentVersion } from "./use-document";

interface FindBarProps {
  context: Context;
  onClose: () => void;
}

const SLICE_MS = 6;
const REST_MS = 120;

export function FindBar({ context, onClose }: FindBarProps) {
  const { doc, kinds, selection, host } = context;
  const [query, setQuery] = useState("");
  const { finding, slots, isDone, isLate } = useFinding(context, query);
  const [at, setAt] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setAt(-1);
    goLate(null);
  }, [query]);

  const goLate = useOnceReady<1 | -1>(!isLate && (isDone || slots.length > 0), (by) => go(by));
  const go = (by: 1 | -1) => {
    // What is not found yet is gone to once it is; to go back from none, all must be known.
    if (isLate || (!isDone && (slots.length === 0 || (by < 0 && at < 0)))) return goLate(by);
    if (slots.length === 0) return;
    const next = at < 0 ? (by > 0 ? 0 : slots.length - 1) : (at + by + slots.length) % slots.length;
    const slot = slots[next] ?? -1;
    setAt(next);
    selection.set([slot]);
    host.reveal([slot]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "F3" || ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "g")) go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const current = at >= 0 ? (finding?.place(slots[at] ?? -1) ?? null) : null;
  const words = wordsFor(query, slots.length, at, isDone);
  const where = current && current.path !== "label" ? `${current.path}: ${current.text}` : null;
  const node = doc.nodes.at(slots[at] ?? -1);
  return (
    <div className={s.bar} role="search" aria-label="Search in this workflow" onKeyDown={onKeyDown}>
      <div className={s.row}>
        <input ref={field} className={s.field} type="search" aria-label="Search labels, ids, types and parameters" placeholder="Labels, ids, types, parameters…" value={query} spellCheck={false} autoComplete="off" onChange={(event) => setQuery(event.target.value)} />
        <span className={`${s.count} num`}>{words}</span>
        <Button kind="quiet" iconOnly icon={<ChevronUp aria-hidden="true" />} disabled={slots.length === 0} onClick={() => go(-1)}>
          Previous
        </Button>
        <Button kind="quiet" iconOnly icon={<ChevronDown aria-hidden="true" />} disabled={slots.length === 0} onClick={() => go(1)}>
          Next
        </Button>
        <Button
          kind="quiet"
          disabled={slots.length === 0 || !isDone}
          onClick={() => {
            selection.set(slots);
            host.reveal(slots);
          }}
        >
          Select all
        </Button>
        <Button kind="quiet" iconOnly icon={<X aria-hidden="true" />} onClick={onClose}>
          Close
        </Button>
      </div>
      {where ? <p className={`${s.where} mono cut`}>{where}</p> : null}
      <span className="hidden" role="status">
        {isDone && query.trim() !== "" ? (node && at >= 0 ? `${words}: ${quoted(nameOf(node, kinds))}` : `${count(slots.length)} found`) : ""}
      </span>
    </div>
  );
}

function wordsFor(query: string, found: number, at: number, isDone: boolean): string {
  if (query.trim() === "") return "";
  if (found === 0) return isDone ? "Nothing found" : "Searching…";
  return `${at < 0 ? "" : `${count(at + 1)} of `}${count(found)}${isDone ? "" : "+"}`;
}

interface Answer {
  finding: Finding | null;
  slots: readonly number[];
  isDone: boolean;
}

/** What is found so far, and whether that still is of an earlier query. A change of the document looks again. */
function useFinding({ doc, kinds }: Context, query: string): Answer & { isLate: boolean } {
  const rested = useDebounced(query, REST_MS);
  const version = useDebounced(useDocumentVersion(doc), REST_MS);
  const [answer, setAnswer] = useState<Answer & { of: string }>({ finding: null, slots: [], isDone: true, of: "" });
  useEffect(() => {
    const finding = new Finding(doc, kinds, rested);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = 0;
    const step = () => {
      const isDone = finding.step(SLICE_MS);
      if (isDone || finding.slots.length > told * 2 + 8) {
        told = finding.slots.length;
        setAnswer({ finding, slots: finding.slots.slice(), isDone, of: rested });
      }
      if (!isDone) timer = setTimeout(step, 0);
    };
    step();
    return () => clearTimeout(timer);
  }, [doc, kinds, rested, version]);
  const isLate = answer.of !== query;
  return { ...answer, isDone: isLate ? query.trim() === "" : answer.isDone, isLate };
}

// One text of both: a proposal that holds as much as goes into one, to be finished by hand.

import { useId, useMemo, useState } from "react";
import type { Conflict } from "../../graph/document/changes";
import { proposal } from "../../graph/words";
import type { Choice } from "../../state/document/settle";
import { Button } from "../../ui/button";
import f from "../../ui/field.module.css";
import { plural } from "../../ui/format";
import { textOf } from "./side-text";
import type { Trying } from "./use-trying";
import s from "./conflicts.module.css";

const ROWS_MOST = 12;

interface MergeTextProps {
  conflict: Conflict;
  trying: Trying;
  onTake: (choice: Choice, how: string) => void;
  onLeave: () => void;
}

export function MergeText({ conflict: { base, mine, theirs }, trying, onTake, onLeave }: MergeTextProps) {
  const id = useId();
  const proposed = useMemo(() => proposal(typeof base === "string" ? base : "", textOf(mine), textOf(theirs)), [base, mine, theirs]);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? proposed.text;
  const words =
    proposed.overlaps === 0
      ? "The changes of both, one beside the other."
      : `Both changed ${proposed.overlaps === 1 ? "one place" : plural(proposed.overlaps, "place")}; where the changes overlap, the first side is proposed. Change it as you like.`;
  const trial = (value: string) => trying({ name: "Both in one", choice: { how: "merged", value } });
  return (
    <section className={s.merge} aria-labelledby={id} {...trial(text)}>
      <h4 id={id}>Both in one</h4>
      <p className="faint">{words}</p>
      <textarea
        className={f.area}
        aria-labelledby={id}
        dir="auto"
        rows={Math.min(ROWS_MOST, text.split("\n").length + 1)}
        value={text}
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
          trial(event.target.value).onFocus();
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onTake({ how: "merged", value: text }, "Merged");
          else if (event.key === "Escape") onLeave();
          else return;
          // The dialog stays: Escape only leaves the field.
          event.preventDefault();
        }}
      />
      <div className={s.row}>
        <Button onClick={() => onTake({ how: "merged", value: text }, "Merged")}>Merge</Button>
        {typed !== null && typed !== proposed.text ? (
          <Button kind="quiet" onClick={() => setTyped(null)}>
            Back to the proposal
          </Button>
        ) : null}
      </div>
    </section>
  );
}

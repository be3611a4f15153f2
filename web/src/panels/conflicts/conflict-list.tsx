// What waits for a choice, by node: arrows walk it, a press looks at one; a whole group can be taken from one side.

import { Spline, Workflow } from "lucide-react";
import { useId, type RefObject } from "react";
import type { NodeType } from "../../api/types";
import { fieldTitle, keyOf, sidesOf, type ConflictGroup } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import { brief } from "../../graph/values";
import type { Choice } from "../../state/document/settle";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { categoryOf, NodeTile } from "../../ui/node-icon";
import type { Conflicts } from "./use-conflicts";
import s from "./conflicts.module.css";

interface ListProps {
  ref: RefObject<HTMLDivElement | null>;
  conflicts: Conflicts;
  kinds: ReadonlyMap<string, NodeType>;
  onTake: (group: ConflictGroup, conflicts: readonly Conflict[], choice: Choice, how: string) => void;
  /** Goes on into what is beside the list. */
  onEnter: () => void;
}

export function ConflictList({ ref, conflicts, kinds, onTake, onEnter }: ListProps) {
  return (
    <div ref={ref} className={s.list} role="navigation" aria-label={`${plural(conflicts.count, "change")} to settle`}>
      {conflicts.groups.map((group) => (
        <Group key={group.key} group={group} conflicts={conflicts} kinds={kinds} onTake={onTake} onEnter={onEnter} />
      ))}
    </div>
  );
}

function Group({ group, conflicts, kinds, onTake, onEnter }: Omit<ListProps, "ref"> & { group: ConflictGroup }) {
  const id = useId();
  const first = group.conflicts[0];
  const sides = first && sidesOf(first, conflicts.me);
  return (
    <section aria-labelledby={id} className={s.group}>
      <h3 id={id} className={s.name}>
        <RowTile group={group} kinds={kinds} />
        <span className="cut" dir="auto" title={group.title}>
          {group.title}
        </span>
        <span className={s.count}>{group.conflicts.length}</span>
      </h3>
      <ul>
        {group.conflicts.map((conflict) => {
          const isChosen = conflict === conflicts.chosen;
          return (
            <li key={keyOf(conflict)}>
              <button
                type="button"
                className={s.item}
                aria-current={isChosen}
                tabIndex={isChosen ? 0 : -1}
                onClick={(event) => {
                  conflicts.choose(conflict);
                  // A key presses without a pointer: who pressed it goes on in what it opens.
                  if (event.detail === 0 && isChosen) onEnter();
                }}
              >
                <span className="cut">{fieldTitle(conflict)}</span>
                <span className={`${s.hint} cut`}>{hintOf(conflict)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {sides && group.conflicts.length > 1 ? (
        <div className={s.all}>
          <Button kind="quiet" onClick={() => onTake(group, group.conflicts, { how: "mine" }, sides.mine.chooseAll)}>
            {sides.mine.chooseAll}
          </Button>
          <Button kind="quiet" onClick={() => onTake(group, group.conflicts, { how: "theirs" }, sides.theirs.chooseAll)}>
            {sides.theirs.chooseAll}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

export function RowTile({ group: { row, type }, kinds }: { group: ConflictGroup; kinds: ReadonlyMap<string, NodeType> }) {
  if (!("node" in row)) return <span className={s.tile}>{"edge" in row ? <Spline aria-hidden="true" /> : <Workflow aria-hidden="true" />}</span>;
  const kind = kinds.get(type ?? "");
  return <NodeTile type={type ?? ""} icon={kind?.icon} category={categoryOf(kind?.category, type ?? "")} size="s" />;
}

const HINT = 24;

function hintOf({ field, mine, theirs }: Conflict): string {
  const word = (value: unknown) => (value === undefined || (field === null && value === null) ? (field === null ? "deleted" : "empty") : field === null ? "kept" : brief(value, HINT));
  return `${word(mine)} / ${word(theirs)}`;
}

// What is open to be settled, which of it is looked at, and what settling one leads to.

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { NodeType } from "../../api/types";
import { fieldTitle, groupsOf, keyOf, type ConflictGroup } from "../../graph/conflicts";
import type { Conflict } from "../../graph/document/changes";
import { useDocument, type Session } from "../../state/document";
import { readMe } from "../../state/document/presence";
import { settle, type Choice } from "../../state/document/settle";
import { plural } from "../../ui/format";

/** What was chosen last: in words, and the way back. */
export interface Settled {
  words: string;
  undo: () => void;
}

export interface Conflicts {
  groups: readonly ConflictGroup[];
  count: number;
  /** The one that is looked at; null where all are settled. */
  chosen: Conflict | null;
  group: ConflictGroup | null;
  me: string;
  choose: (conflict: Conflict) => void;
  /** Goes so many along the list. */
  step: (by: number) => void;
  settle: (conflicts: readonly Conflict[], choice: Choice, words: string) => Settled;
}

/** `at` is the key of the one to begin with. */
export function useConflicts({ session, kinds, at }: { session: Session; kinds: ReadonlyMap<string, NodeType>; at: string | null }): Conflicts {
  const { doc } = session;
  const conflicts = useDocument((state) => state.conflicts);
  useSyncExternalStore((changed) => doc.listen(changed), () => doc.version);
  const { version } = doc;
  // The document is the same object after a change; its version tells that it says something else.
  const groups = useMemo(() => groupsOf(doc, conflicts, (type) => kinds.get(type)?.name ?? null), [doc, version, conflicts, kinds]);
  const all = useMemo(() => groups.flatMap((group) => group.conflicts), [groups]);
  const [key, setKey] = useState(at);
  const place = useRef(0);
  const found = all.findIndex((one) => keyOf(one) === key);
  // What was settled leaves its place to the next one.
  const here = found >= 0 ? found : Math.min(place.current, all.length - 1);
  useEffect(() => {
    place.current = Math.max(0, here);
  }, [here]);
  const chosen = all[here] ?? null;
  const choose = (conflict: Conflict) => setKey(keyOf(conflict));
  return {
    groups,
    count: all.length,
    chosen,
    group: groups.find((group) => chosen !== null && group.conflicts.includes(chosen)) ?? null,
    me: readMe().name,
    choose,
    step: (by) => {
      const next = all[Math.max(0, Math.min(all.length - 1, here + by))];
      if (next) choose(next);
    },
    settle: (which, choice, words) => {
      settle(session, which, choice);
      const first = which[0];
      return {
        words,
        undo: () => {
          doc.undo();
          if (first) choose(first);
        },
      };
    },
  };
}

/** What was settled, in words. */
export function whatOf(group: ConflictGroup, conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  return conflicts.length === 1 && only ? `${group.title} · ${fieldTitle(only)}` : `${group.title} · ${plural(conflicts.length, "change")}`;
}

// Who is in which field of a node at this moment.

import { useMemo, useSyncExternalStore } from "react";
import type { GraphDocument } from "../../graph/document/document";
import { fieldIn, type User } from "../../graph/people";
import { peopleOf } from "../../state/document/presence";

export function useEditors(doc: GraphDocument, node: string | undefined): ReadonlyMap<string, readonly User[]> {
  const people = peopleOf(doc);
  const list = useSyncExternalStore(people.listen, () => people.list);
  return useMemo(() => {
    const found = new Map<string, User[]>();
    for (const { field, user } of list) {
      const place = fieldIn(field);
      if (place && place.node === node) found.set(place.key, [...(found.get(place.key) ?? []), user]);
    }
    return found;
  }, [list, node]);
}

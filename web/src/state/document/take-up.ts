// What tabs that are gone kept of a workflow becomes what this tab keeps.

import type { IDBPDatabase } from "idb";
import { readJson } from "../../api/exact";
import type { Conflict } from "../../graph/document/changes";
import type { Kept, LocalEdit, Tables } from "./local";

/** In one transaction, so that of two tabs that open at once one gets it all. */
export async function takeUp(db: IDBPDatabase<Tables>, draft: string, tab: string, isThere: (tab: string) => boolean): Promise<Kept | null> {
  const transaction = db.transaction(["tabs", "log"], "readwrite");
  const [tabs, log] = [transaction.objectStore("tabs"), transaction.objectStore("log")];
  const logs = new Map<string, LocalEdit[]>();
  for (let at = await log.index("draft").openCursor(draft); at; at = await at.continue()) {
    if (isThere(at.value.tab)) continue;
    const { from, text } = at.value;
    logs.set(from, [...(logs.get(from) ?? []), readJson(text) as LocalEdit]);
    if (at.value.tab !== tab) await at.update({ ...at.value, tab });
  }
  const conflicts: Conflict[] = [];
  for (const kept of await tabs.getAll(IDBKeyRange.bound([draft], [draft, []]))) {
    if (isThere(kept.tab)) continue;
    conflicts.push(...(readJson(kept.conflicts) as Conflict[]));
    if (kept.tab !== tab) await tabs.delete([draft, kept.tab]);
  }
  if (conflicts.length > 0) await tabs.put({ draft, tab, conflicts: JSON.stringify(conflicts) });
  await transaction.done;
  return logs.size > 0 || conflicts.length > 0 ? { logs: [...logs.values()], conflicts } : null;
}

// What was changed and is not on the server yet, kept on this device: a log of edits for each tab and workflow in IndexedDB.
// Each edit adds one record of text, so that a change of ten thousand nodes costs one write. What tabs that are gone left behind
// is taken up by the next one that opens the workflow.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Change, Conflict, Settled } from "../../graph/document/changes";
import type { KeptComment } from "./comments";
import type { Tab } from "./tabs";

/** How far my writing went in the shared document, in an epoch: whether it arrived can be told by that later. */
export interface Mark {
  epoch: number;
  client: number;
  clock: number;
  /** How far the server had it then: what is kept builds on that. */
  known: number;
}

export interface LocalEdit {
  changes: readonly Change[];
  /** Rows that are as in the base again. */
  settled: readonly Settled[];
  /** What was said beside the graph, in a log of its own. */
  comments?: readonly KeptComment[];
  mark?: Mark | null;
}

/** What a device holds of a draft beyond the server's. */
export interface Kept {
  /** The edits of each tab, as they were made. */
  logs: LocalEdit[][];
  conflicts: Conflict[];
}

/** All that one tab holds at a time. */
export interface Held {
  changes: readonly Change[];
  conflicts: readonly Conflict[];
  said?: readonly Pick<LocalEdit, "comments" | "mark">[];
  mark?: Mark | null;
}

export interface Local {
  /** What this tab and those that are gone have kept; it is this tab's from then on. */
  read(workflow: string): Promise<Kept | null>;
  /** Adds an edit to what is kept. */
  add(workflow: string, edit: LocalEdit): Promise<void>;
  /** Replaces all that this tab keeps; nothing is kept of a draft without changes and conflicts. */
  replace(workflow: string, held: Held): Promise<void>;
}

export interface Tables extends DBSchema {
  /** Conflicts by draft and tab. */
  tabs: { key: [draft: string, tab: string]; value: { draft: string; tab: string; conflicts: string } };
  /** `from` is the tab that made it, `tab` the one that keeps it. */
  log: { key: number; value: { draft: string; tab: string; from: string; text: string }; indexes: { place: [string, string]; draft: string } };
}

const NAME = "tidemill";
const VERSION = 3;

const draftKey = (workflow: string) => `workflow-draft-${workflow}`;

/** Null where the browser keeps nothing, as in some private windows. Each user has a store of their own. `onEnd`: it was taken away, and may be opened anew. */
export async function openLocal(tab: Tab, user = "", onEnd: () => void = () => undefined): Promise<Local | null> {
  try {
    return await new Promise((resolve, reject) => {
      let isLate = false;
      openDB<Tables>(user === "" ? NAME : `${NAME} ${user}`, VERSION, {
        upgrade: create,
        // A tab of an older release holds it; waiting for that one could take days.
        blocked: () => {
          isLate = true;
          reject(new Error("another tab has an older release open"));
        },
        blocking: (_now, _next, event) => {
          (event.target as IDBDatabase).close();
          onEnd();
        },
        terminated: onEnd,
      }).then((db) => (isLate ? db.close() : resolve(localOf(db, tab))), reject);
    });
  } catch {
    return null;
  }
}

function create(db: IDBPDatabase<Tables>): void {
  for (const old of [...db.objectStoreNames]) db.deleteObjectStore(old);
  const log = db.createObjectStore("log", { autoIncrement: true });
  log.createIndex("place", ["draft", "tab"]);
  log.createIndex("draft", "draft");
  db.createObjectStore("tabs", { keyPath: ["draft", "tab"] });
}

function localOf(db: IDBPDatabase<Tables>, { name: tab, there }: Tab): Local {
  return {
    async read(workflow) {
      const draft = draftKey(workflow);
      const counts = await Promise.all([db.countFromIndex("log", "draft", draft), db.count("tabs", IDBKeyRange.bound([draft], [draft, []]))]);
      if (counts[0] + counts[1] === 0) return null;
      const [{ takeUp }, others] = await Promise.all([import("./take-up"), there()]);
      return takeUp(db, draft, tab, (other) => other !== tab && (others?.has(other) ?? false));
    },
    async add(workflow, edit) {
      const transaction = db.transaction("log", "readwrite");
      const added = transaction.store.add({ draft: draftKey(workflow), tab, from: tab, text: JSON.stringify(edit) });
      // Without waiting for the answer: a page that goes away right now would never hear it, and nothing would be kept.
      transaction.commit();
      await Promise.all([added, transaction.done]);
    },
    async replace(workflow, { changes, conflicts, mark, said = [] }) {
      const draft = draftKey(workflow);
      const transaction = db.transaction(["tabs", "log"], "readwrite");
      const [tabs, log] = [transaction.objectStore("tabs"), transaction.objectStore("log")];
      const old = await log.index("place").getAllKeys([draft, tab]);
      const writes: Promise<unknown>[] = old.map((key) => log.delete(key));
      if (conflicts.length === 0) writes.push(tabs.delete([draft, tab]));
      else writes.push(tabs.put({ draft, tab, conflicts: JSON.stringify(conflicts) }));
      if (changes.length > 0) writes.push(log.add({ draft, tab, from: tab, text: JSON.stringify({ changes, settled: [], mark } satisfies LocalEdit) }));
      for (const one of said) writes.push(log.add({ draft, tab, from: tab, text: JSON.stringify(one) }));
      await Promise.all([...writes, transaction.done]);
    },
  };
}

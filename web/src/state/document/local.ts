// What was changed and is not on the server yet, kept on this device: a log of edits for each workflow in IndexedDB.
// Each edit adds one record of text, so that a change of ten thousand nodes costs one write.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { readJson } from "../../api/exact";
import type { Change, Conflict, RowName } from "../../graph/document/changes";

export interface LocalEdit {
  changes: readonly Change[];
  /** Rows that are as in the base again. */
  settled: readonly RowName[];
}

/** What a device holds of a draft beyond the server's. */
export interface Kept {
  /** The revision of the draft that the changes build on. */
  rev: number;
  changes: Change[];
  conflicts: Conflict[];
}

export interface Local {
  read(workflow: string): Promise<Kept | null>;
  /** Adds an edit to what is kept. */
  add(workflow: string, edit: LocalEdit): Promise<void>;
  /** Replaces all that is kept; nothing is kept of a draft without changes and conflicts. */
  replace(workflow: string, kept: Kept): Promise<void>;
}

interface Tables extends DBSchema {
  drafts: { key: string; value: { workflow: string; rev: number; conflicts: string } };
  edits: { key: number; value: { workflow: string; text: string }; indexes: { workflow: string } };
}

const NAME = "tidemill";
const VERSION = 1;

/** Null where the browser keeps nothing, as in some private windows. */
export async function openLocal(): Promise<Local | null> {
  try {
    const db = await openDB<Tables>(NAME, VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore("drafts", { keyPath: "workflow" });
        fresh.createObjectStore("edits", { autoIncrement: true }).createIndex("workflow", "workflow");
      },
    });
    return localOf(db);
  } catch {
    return null;
  }
}

function localOf(db: IDBPDatabase<Tables>): Local {
  return {
    async read(workflow) {
      const transaction = db.transaction(["drafts", "edits"]);
      const [draft, edits] = await Promise.all([
        transaction.objectStore("drafts").get(workflow),
        transaction.objectStore("edits").index("workflow").getAll(workflow),
      ]);
      if (!draft) return null;
      const changes = fold(edits.map((edit) => readJson(edit.text) as LocalEdit));
      return { rev: draft.rev, changes, conflicts: readJson(draft.conflicts) as Conflict[] };
    },
    async add(workflow, edit) {
      const transaction = db.transaction("edits", "readwrite");
      const added = transaction.store.add({ workflow, text: JSON.stringify(edit) });
      // Without waiting for the answer: a page that goes away right now would never hear it, and nothing would be kept.
      transaction.commit();
      await Promise.all([added, transaction.done]);
    },
    async replace(workflow, kept) {
      const transaction = db.transaction(["drafts", "edits"], "readwrite");
      const edits = transaction.objectStore("edits");
      const old = await edits.index("workflow").getAllKeys(workflow);
      const writes: Promise<unknown>[] = old.map((key) => edits.delete(key));
      writes.push(transaction.objectStore("drafts").put({ workflow, rev: kept.rev, conflicts: JSON.stringify(kept.conflicts) }));
      if (kept.changes.length > 0) writes.push(edits.add({ workflow, text: JSON.stringify({ changes: kept.changes, settled: [] }) }));
      await Promise.all([...writes, transaction.done]);
    },
  };
}

function keyOf(change: Change | RowName): string {
  return "file" in change ? "file" : "node" in change ? `node ${change.node}` : `edge ${change.edge}`;
}

/** All edits as one: of each row the last word counts. */
export function fold(edits: readonly LocalEdit[]): Change[] {
  const rows = new Map<string, Change>();
  for (const { changes, settled } of edits) {
    for (const change of changes) rows.set(keyOf(change), change);
    for (const row of settled) rows.delete(keyOf(row));
  }
  return [...rows.values()];
}

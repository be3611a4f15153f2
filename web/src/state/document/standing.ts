// Where a draft stands beside what is in it: what it was made from, its branch, and whether it differs from what is published. It changes
// without a change of the graph, when somebody publishes or takes the draft elsewhere.

import { readPlace } from "../../api/room";
import type { GraphDocument } from "../../graph/document/document";
import type { Place } from "./place";

export interface Standing extends Place {
  /** Whether there is something to publish. */
  changed: boolean;
}

const TRIES = 5;
const AGAIN_MS = 5_000;

/** What asks the server; `told` hears the answer to the last asking, with what was changed here while it was on its way. */
export function standingOf(workflow: string, doc: GraphDocument, told: (standing: Standing) => void, ask = readPlace): () => Promise<void> {
  let asked = 0;
  return async () => {
    const mine = (asked += 1);
    for (let tries = 0; tries < TRIES && mine === asked; tries += 1) {
      const { version } = doc;
      const standing = await ask(workflow).catch(() => null);
      if (mine !== asked) return;
      if (standing) return told({ ...standing, changed: standing.changed || doc.isChanged || doc.version !== version });
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  };
}

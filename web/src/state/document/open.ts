// What a document needs once it is seen: the way to the server, and what earlier visits left behind. A chunk of its own.

import { reportsApi } from "../../api/reports";
import { READ_MS, readEnded, readOverlay, roomUrl, saveUpdate } from "../../api/room";
import type { Conflict } from "../../graph/document/changes";
import type { GraphDocument } from "../../graph/document/document";
import { commentsOf } from "./comments";
import { Connection, type ConnectionParts } from "./connection";
import { hubWire } from "./hub-wire";
import { askArrived, layKept } from "./kept";
import type { DraftRead } from "./live";
import type { Kept, Local } from "./local";
import { placeOf, type Place } from "./place";
import { Measures } from "./measures";
import { peopleOf, readMe, sourceOf } from "./presence";
import { standingOf } from "./standing";
import type { Tab } from "./tabs";
import { timing } from "./timing";
import { weigh } from "./weight";

/** Lays what earlier visits kept on the draft. What may have been sent without an answer is asked for first. */
export async function takeUp(workflow: string, doc: GraphDocument, kept: Kept): Promise<Conflict[]> {
  return layKept(doc, kept, await askArrived(kept, (epoch) => readEnded(workflow, epoch)));
}

type Given = Pick<ConnectionParts, "doc" | "carried" | "onProgress" | "onConflicts" | "onBase"> & {
  workflow: string;
  draft: DraftRead & Place;
  /** Whether there is something to publish, wherever that is told. */
  onChanged: (isChanged: boolean) => void;
  tab: Tab;
  local: Local | null;
  readDraft: (signal: AbortSignal) => Promise<DraftRead>;
};

export async function connect({ workflow, draft, tab, local, readDraft, onChanged, ...rest }: Given): Promise<Connection> {
  const { epoch, rev } = draft;
  await commentsOf(rest.doc).keep(local, workflow);
  const place = placeOf(rest.doc);
  place.set(draft);
  return new Connection({
    ...rest,
    readDraft: () => readDraft(AbortSignal.timeout(READ_MS)),
    // Somebody published, in most cases.
    onFold: standingOf(workflow, rest.doc, (now) => {
      place.set(now);
      onChanged(now.changed);
    }),
    timing,
    epoch,
    rev,
    who: () => readMe().name,
    measures: (isThere) => new Measures({ send: reportsApi.send, isThere: () => navigator.onLine && isThere(), weigh: (told) => weigh(rest.doc, told) }),
    meet: (presence) => peopleOf(rest.doc).connect(sourceOf(presence)),
    url: (of) => roomUrl(workflow, of),
    open: hubWire(workflow, tab.isHeld ? tab.name : null),
    posts: {
      document: (of, since) => readOverlay(workflow, of, since),
      ended: (of) => readEnded(workflow, of),
      save: (of, update, keepalive) => saveUpdate(workflow, of, update, keepalive),
    },
  });
}
